"""The transactions that the agents and people of a run send, good and bad."""

import random
from typing import Any

from actors.codec import encode_transaction
from actors.messages import Payload
from actors.notebook import Document, Transaction
from actors.notebook.cells import Cell, CellConfig
from actors.notebook.changes import (
    Change,
    CreateCell,
    DeleteCell,
    MoveCell,
    ReorderCells,
    SetCode,
    SetConfig,
    SetName,
)
from actors.simulation.marks import Marks

SOURCES = ("code-mode",) * 6 + ("kernel", "frontend")

GARBAGE: tuple[Any, ...] = (
    b"{",
    "null",
    b'{"changes": 1}',
    {"changes": [{"type": "fly"}]},
    "\ud800",
)

_MAX_CELLS = 5


def new_code(chance: random.Random, marks: Marks) -> str:
    """Return the code of an edit: as a rule Python, now and then not."""
    mark = marks.new()
    return chance.choice(
        (f"{mark} = 1", f"{mark} = 1", f"{mark} = 1\nprint({mark})", f"{mark} = (")
    )


class Agent:
    """Edits one notebook, as far as it knows it.

    Args:
        marks: names its edits.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._earlier: dict[str, str] = {}
        """An earlier code of each cell: no two cells ever have the same."""

    def transaction(self, document: Document, chance: random.Random) -> Transaction | None:
        """Return the next one; `None` for what is none."""
        if chance.random() < 0.02:
            return None
        count = 1 if chance.random() < 0.8 else 2
        changes = [self._change(document.notebook.cells, chance) for _ in range(count)]
        return Transaction(changes, source=chance.choice(SOURCES))

    def _change(self, cells: tuple[Cell, ...], chance: random.Random) -> Change:
        roll = chance.random()
        if not cells or (roll < 0.25 and len(cells) < _MAX_CELLS):
            return self._creation(cells, chance)
        cell = chance.choice(cells)
        cell_id = cell.id if chance.random() < 0.97 else "nobody"
        if roll < 0.75:
            return SetCode(cell_id=cell_id, code=self._code(cell, chance))
        if roll < 0.85:
            return DeleteCell(cell_id=cell_id)
        return self._rearrangement(cell_id, cells, chance)

    def _creation(self, cells: tuple[Cell, ...], chance: random.Random) -> Change:
        anchor = chance.choice(cells).id if cells and chance.random() < 0.5 else None
        before, after = (anchor, None) if chance.random() < 0.5 else (None, anchor)
        return CreateCell(
            cell_id=self._marks.new() if chance.random() < 0.97 or not cells else cells[0].id,
            code=new_code(chance, self._marks),
            name="_",
            config=CellConfig(),
            before=before,
            after=after,
        )

    def _code(self, cell: Cell, chance: random.Random) -> str:
        # To the same text, or an earlier one: what is remembered of a file must not be believed.
        if chance.random() < 0.15:
            return cell.code
        if cell.id in self._earlier and chance.random() < 0.3:
            return self._earlier.pop(cell.id)
        self._earlier[cell.id] = cell.code
        return new_code(chance, self._marks)

    def _rearrangement(
        self, cell_id: str, cells: tuple[Cell, ...], chance: random.Random
    ) -> Change:
        roll = chance.randrange(4)
        if roll == 0:
            return SetName(cell_id=cell_id, name=self._marks.new())
        if roll == 1:
            return SetConfig(cell_id=cell_id, config=CellConfig(hide_code=chance.random() < 0.5))
        if roll == 2:
            order = [cell.id for cell in cells]
            chance.shuffle(order)
            return ReorderCells(cell_ids=order)
        return MoveCell(cell_id=cell_id, before=chance.choice(cells).id)


def payload(transaction: Transaction | None, chance: random.Random) -> Payload:
    """Return what a host hands in for it."""
    if transaction is None:
        garbage: Payload = chance.choice(GARBAGE)
        return garbage
    return transaction if chance.random() < 0.8 else encode_transaction(transaction)
