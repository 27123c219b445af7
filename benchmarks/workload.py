"""A notebook and the edits that an agent makes to it, all from one seed."""

import itertools
import json
import random
import re
from collections.abc import Sequence
from string import Template
from typing import Any

import attrs

from actors import Cell, CellConfig
from actors.types import CellId
from benchmarks import section

_NUMBER = re.compile(r"(?<![\w.\"'])\d+(?!\w)")


@attrs.frozen
class SourceCell:
    """A cell as it is in a file: without an id, which the loader gives it."""

    code: str
    hide_code: bool = False


@attrs.frozen
class Edit:
    """New code for one cell."""

    position: int
    """The cell's index in the notebook."""

    code: str


@attrs.frozen
class Workload:
    """What both sides start from, and what both have to do."""

    cells: tuple[SourceCell, ...]
    edits: tuple[Edit, ...]

    def final_codes(self) -> list[str]:
        """Return the code of each cell after all edits."""
        codes = [cell.code for cell in self.cells]
        for edit in self.edits:
            codes[edit.position] = edit.code
        return codes

    def messages(self, cell_ids: Sequence[str]) -> list[bytes]:
        """Return what marimo's kernel sends for these edits, one message each.

        The shape of the recordings in `tests/data`: an agent's edit of one
        cell comes with the whole order.
        """
        return [_message(transaction) for transaction in self._transactions(cell_ids)]

    def transactions(self, cell_ids: Sequence[str]) -> list[bytes]:
        """Return the JSON of the transactions in these messages."""
        return [json.dumps(each).encode() for each in self._transactions(cell_ids)]

    def _transactions(self, cell_ids: Sequence[str]) -> list[dict[str, Any]]:
        return [_transaction(cell_ids, edit) for edit in self.edits]


def cells_of(workload: Workload) -> tuple[Cell, ...]:
    """Return the cells that a host would open a notebook with."""
    return tuple(
        Cell(CellId(f"c{number:04d}"), cell.code, config=CellConfig(hide_code=cell.hide_code))
        for number, cell in enumerate(workload.cells)
    )


def make_workload(cells: int, edits: int, seed: str) -> Workload:
    """Return a notebook of that many cells and edits that each change its text.

    Notebooks of different seeds share no cell but their imports: what one run
    has learnt about a cell must not help the next.
    """
    rng = random.Random(seed)
    notebook = _make_cells(cells, rng)
    codes = [cell.code for cell in notebook]
    made = []
    for number in range(edits):
        position = rng.randrange(len(codes))
        codes[position] = _edited(codes[position], number, rng)
        made.append(Edit(position, codes[position]))
    return Workload(notebook, tuple(made))


def _make_cells(count: int, rng: random.Random) -> tuple[SourceCell, ...]:
    cells = [SourceCell(section.IMPORTS)]
    numbers = itertools.count(rng.randrange(1_000, 100_000))
    while len(cells) < count:
        cells += _make_section(next(numbers), rng)
    return tuple(cells[:count])


def _make_section(number: int, rng: random.Random) -> list[SourceCell]:
    values = {"n": number, "a": rng.randrange(10, 53), "b": rng.randrange(10, 53)}
    return [
        SourceCell(Template(text).safe_substitute(values), hide_code=text in section.HIDDEN)
        for text in section.CELLS
    ]


def _edited(code: str, number: int, rng: random.Random) -> str:
    """Change a constant or write a comment, as agents do; never the same text twice.

    The numbers are unlike those that cells begin with, so no edit is the
    undoing of another.
    """
    constant = str(1_000 + number)
    changed, changes = _NUMBER.subn(constant, code, count=1)
    if changes and rng.random() < 0.7:
        return changed
    comment = f"# checked in pass {constant}"
    first, _, rest = code.partition("\n")
    return f"{comment}\n{rest if first.startswith('# checked') else code}"


def _transaction(cell_ids: Sequence[str], edit: Edit) -> dict[str, Any]:
    changes = [
        {"type": "set-code", "cellId": cell_ids[edit.position], "code": edit.code},
        {"type": "reorder-cells", "cellIds": list(cell_ids)},
    ]
    return {"changes": changes, "source": "code-mode", "version": None}


def _message(transaction: dict[str, Any]) -> bytes:
    return json.dumps({"op": "notebook-document-transaction", "transaction": transaction}).encode()
