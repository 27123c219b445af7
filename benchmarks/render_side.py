"""One side renders one notebook in a process of its own: cold, then after each edit.

Run as `python -m benchmarks.render_side WHAT SIDE CELLS EDITS SEED SECONDS`; prints
JSON. `WHAT` is `time` or `memory`, since to trace memory takes time.
"""

import hashlib
import json
import sys
import time
import tracemalloc
from typing import Protocol

import attrs

from actors.formats import render
from actors.formats.memo import MEMO
from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId
from benchmarks.workload import Edit, Workload, make_workload


class Side(Protocol):
    """A notebook as one side holds it while it is edited."""

    def __init__(self, workload: Workload) -> None: ...

    def change(self, edit: Edit) -> None:
        """Give a cell other code; not timed."""

    def text(self) -> str | bytes:
        """Return the file; timed."""


class Ours:
    """This package: an immutable notebook that shares the cells that were not edited."""

    def __init__(self, workload: Workload) -> None:
        self._notebook = Notebook(
            Cell(CellId(str(number)), cell.code, config=CellConfig(hide_code=cell.hide_code))
            for number, cell in enumerate(workload.cells)
        )

    def change(self, edit: Edit) -> None:
        """Make another notebook of the same cells but one."""
        cells = list(self._notebook.cells)
        cells[edit.position] = attrs.evolve(cells[edit.position], code=edit.code)
        self._notebook = attrs.evolve(self._notebook, cells=cells)

    def text(self) -> bytes:
        """Return the file."""
        return render(self._notebook, ".py")


class Marimo:
    """marimo 0.25.2, called as its server does to save."""

    def __init__(self, workload: Workload) -> None:
        # Here, so that its modules are no part of our memory.
        from marimo._convert.converters import MarimoConvert
        from marimo._schemas import serialization

        self._from_ir = MarimoConvert.from_ir
        self._types = serialization
        self._cells = [
            serialization.CellDef(code=cell.code, name="_", options={"hide_code": cell.hide_code})
            for cell in workload.cells
        ]

    def change(self, edit: Edit) -> None:
        """Replace one cell."""
        options = self._cells[edit.position].options
        cell = self._types.CellDef(code=edit.code, name="_", options=options)
        self._cells[edit.position] = cell

    def text(self) -> str:
        """Return the file."""
        app = self._types.AppInstantiation(options={})
        ir = self._types.NotebookSerializationV1(app=app, header=None, cells=list(self._cells))
        return str(self._from_ir(ir).to_py())


_SIDES: dict[str, type[Side]] = {"ours": Ours, "marimo": Marimo}


def main() -> None:
    """Measure, and print the figures for the process that started this one."""
    what, name, cells, edits, seed, seconds = sys.argv[1:]
    side = _SIDES[name]
    side(make_workload(20, 1, "warm")).text()  # imports are no part of a rendering
    MEMO.clear()
    workload = make_workload(int(cells), int(edits), seed)
    if what == "memory":
        print(json.dumps(_memory(side(workload), workload)))
    else:
        print(json.dumps(_times(side(workload), workload, float(seconds))))


def _memory(side: Side, workload: Workload) -> dict[str, object]:
    tracemalloc.start()
    side.text()
    side.change(workload.edits[0])
    side.text()
    kept, peak = tracemalloc.get_traced_memory()
    return {"peak_bytes": peak, "kept_bytes": kept, "estimated_bytes": MEMO.held_bytes}


def _times(side: Side, workload: Workload, seconds: float) -> dict[str, object]:
    data, cold_s = _timed(side)
    hashes, edits_s = [_sha256(data)], list[float]()
    for edit in workload.edits:
        side.change(edit)
        data, edit_s = _timed(side)
        hashes.append(_sha256(data))
        edits_s.append(edit_s)
        if cold_s + sum(edits_s) > seconds:
            break
    return {
        "cold_s": cold_s,
        "edits_s": edits_s,
        "sha256": hashes,
        "file_bytes": len(data),
    }


def _timed(side: Side) -> tuple[str | bytes, float]:
    # Processor time: both sides compute in one thread, and other programs hardly hurt it.
    before = time.process_time()
    data = side.text()
    return data, time.process_time() - before


def _sha256(data: str | bytes) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


if __name__ == "__main__":
    main()
