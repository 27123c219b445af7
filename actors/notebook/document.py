"""A notebook with a version, and the pure function that makes the next one."""

from collections.abc import Callable
from typing import Any, assert_never

import attrs

from actors.errors import TransactionError
from actors.notebook.cells import Cell, Notebook
from actors.notebook.changes import (
    Change,
    CreateCell,
    DeleteCell,
    MoveCell,
    ReorderCells,
    SetAppConfig,
    SetCode,
    SetConfig,
    SetHeader,
    SetName,
    Transaction,
)
from actors.types import CellId

FEW_SEARCHES = 8
"""Look-ups of cells that are searched for; more are worth an index. Among 5,000 cells a
search takes 30 us and an index 400; an agent's edit looks one cell up."""


@attrs.frozen(weakref_slot=False)
class Document:
    """A notebook's content at one point in its history."""

    notebook: Notebook = attrs.field(factory=Notebook)
    version: int = 0
    """The number of transactions applied since the notebook was opened."""

    def apply(self, transaction: Transaction) -> "Document":
        """Return the document that this transaction leads to.

        Pure: this document stays as it is, and the new one shares every cell
        that the transaction does not touch.

        Raises:
            TransactionError: when a change does not fit; names the change and
                the cell. Nothing is applied then.
        """
        staged = _Staged(self.notebook.cells)
        for index, change in enumerate(transaction.changes):
            try:
                staged.apply(change)
            except _MisfitError as misfit:
                raise TransactionError(f"changes[{index}] ({change.type}): {misfit}") from None
        notebook = self.notebook.with_cells(staged.cells)
        if staged.besides:
            notebook = attrs.evolve(notebook, **staged.besides)
        return Document(notebook, self.version + 1)


class _MisfitError(Exception):
    """One change does not fit the cells, in words without its place."""


class _Staged:
    """Cells while a transaction is applied: a list of shared, frozen cells."""

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self.cells = list(cells)
        self.besides: dict[str, Any] = {}  # what changes of the notebook but its cells
        self._ids = [cell.id for cell in cells]
        self._positions: dict[CellId, int] | None = None
        self._searches = 0
        self._deleted: set[CellId] = set()
        self._moved: set[CellId] = set()
        self._updated: set[CellId] = set()

    def apply(self, change: Change) -> None:
        match change:
            case CreateCell():
                self._create(change)
            case DeleteCell():
                self._delete(change.cell_id)
            case MoveCell():
                self._move(change)
            case ReorderCells():
                self._reorder(change.cell_ids)
            case SetCode(cell_id, code):
                self._update(cell_id, lambda cell: _with_code(cell, code))
            case SetName(cell_id, name):
                self._update(cell_id, lambda cell: attrs.evolve(cell, name=name))
            case SetConfig(cell_id, config):
                self._update(cell_id, lambda cell: attrs.evolve(cell, config=config))
            case SetAppConfig(options):
                self.besides["app_config"] = options
            case SetHeader(header):
                self.besides["header"] = header or ""
            case _:
                assert_never(change)

    def _create(self, change: CreateCell) -> None:
        if change.cell_id in self._deleted:
            raise _MisfitError(
                f"the id {change.cell_id!r} of a cell deleted in the same transaction is not free"
            )
        if self._find(change.cell_id) is not None:
            raise _MisfitError(f"a cell {change.cell_id!r} exists already")
        place = self._place(change.before, change.after)
        self._insert(place, Cell(change.cell_id, change.code, change.name, change.config))

    def _delete(self, cell_id: CellId) -> None:
        if cell_id in self._deleted:
            raise _MisfitError(f"cell {cell_id!r} is deleted twice in the same transaction")
        if cell_id in self._updated or cell_id in self._moved:
            what = "updated" if cell_id in self._updated else "moved"
            raise _MisfitError(f"cell {cell_id!r} is {what} in the same transaction")
        self._remove(self._position(cell_id))
        self._deleted.add(cell_id)

    def _move(self, change: MoveCell) -> None:
        if change.before is None and change.after is None:
            raise _MisfitError(f"cell {change.cell_id!r} needs an anchor, 'before' or 'after'")
        if change.cell_id in (change.before, change.after):
            raise _MisfitError(f"cell {change.cell_id!r} cannot be its own anchor")
        position = self._position(change.cell_id)
        self._place(change.before, change.after)  # refuses before anything moves
        cell = self._remove(position)
        self._insert(self._place(change.before, change.after), cell)
        self._moved.add(change.cell_id)

    def _reorder(self, cell_ids: tuple[CellId, ...]) -> None:
        if self._ids == list(cell_ids):
            return  # an agent sends the whole order with every edit
        by_id = {cell.id: cell for cell in self.cells}
        named = [by_id.pop(cell_id) for cell_id in cell_ids if cell_id in by_id]
        self.cells = [*named, *by_id.values()]
        self._ids = [cell.id for cell in self.cells]
        self._forget_positions()

    def _update(self, cell_id: CellId, changed: Callable[[Cell], Cell]) -> None:
        position = self._position(cell_id)
        self.cells[position] = changed(self.cells[position])
        self._updated.add(cell_id)

    def _insert(self, place: int, cell: Cell) -> None:
        self.cells.insert(place, cell)
        self._ids.insert(place, cell.id)
        self._forget_positions()

    def _remove(self, position: int) -> Cell:
        del self._ids[position]
        self._forget_positions()
        return self.cells.pop(position)

    def _place(self, before: CellId | None, after: CellId | None) -> int:
        """Return the index that a cell with these anchors is put at."""
        if before is not None and after is not None:
            raise _MisfitError(f"both anchors are given, 'before' {before!r} and 'after' {after!r}")
        if after is not None:
            return self._position(after, "anchor") + 1
        return len(self.cells) if before is None else self._position(before, "anchor")

    def _position(self, cell_id: CellId, role: str = "cell") -> int:
        position = self._find(cell_id)
        if position is not None:
            return position
        gone = (
            " any more: it is deleted in the same transaction" if cell_id in self._deleted else ""
        )
        raise _MisfitError(f"there is no {role} {cell_id!r}{gone}")

    def _find(self, cell_id: CellId) -> int | None:
        if self._positions is None and self._searches < FEW_SEARCHES:
            self._searches += 1
            return self._ids.index(cell_id) if cell_id in self._ids else None
        if self._positions is None:
            self._positions = {cell_id: position for position, cell_id in enumerate(self._ids)}
        return self._positions.get(cell_id)

    def _forget_positions(self) -> None:
        self._positions = None
        self._searches = 0


def _with_code(cell: Cell, code: str) -> Cell:
    """Change the code; a cell whose code stays the same keeps its version."""
    if cell.code == code:
        return cell
    # As `attrs.evolve`, in half the time: each edit makes one.
    return Cell(cell.id, code, cell.name, cell.config, cell.version + 1)
