"""A browser as marimo's: it hears of agents late, and what it sends arrives late."""

from collections.abc import Iterable
from typing import Any

import attrs

from actors.notebook import (
    Cell,
    CellConfig,
    Change,
    CreateCell,
    DeleteCell,
    MoveCell,
    ReorderCells,
    SetCode,
    SetConfig,
    SetName,
)
from actors.types import CellId


class LateBrowser:
    """What one browser shows, and the changes of its person that are not sent yet.

    `hear` follows marimo's frontend, the odd parts too: a reorder hides the cells
    that it does not name, one of an unknown cell shows it empty, a cell that was
    hidden keeps its content, and new code is sent back as if it had been typed.
    """

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._cells = {cell.id: cell for cell in cells}
        self.order = list(self._cells)
        self.pending: list[Change] = []

    @property
    def shown(self) -> tuple[Cell, ...]:
        return tuple(self._cells[each] for each in self.order)

    def hear(self, change: Change) -> None:
        match change:
            case CreateCell(cell_id, code, name, config, before, after):
                self._insert(Cell(cell_id, code, name, config), before, after)
            case DeleteCell(cell_id):
                if cell_id in self.order and len(self.order) > 1:
                    self.order.remove(cell_id)
            case MoveCell(cell_id, before, after):
                self._move(cell_id, before, after)
            case ReorderCells(cell_ids):
                self.order = list(cell_ids)
                self._cells = {each: Cell(each, "") for each in cell_ids} | self._cells
            case SetCode(cell_id, code):
                self._set(cell_id, code=code)
                self.pending.append(change)
            case SetName(cell_id, name):
                self._set(cell_id, name=name)
            case SetConfig(cell_id, config):
                self._set(cell_id, config=config)

    def creates(self, cell_id: CellId, place: int) -> None:
        neighbour = self.order[place]
        self._do(CreateCell(cell_id, f"{cell_id} = 0", "_", CellConfig(), after=neighbour))

    def deletes(self, place: int) -> CellId | None:
        """Delete a cell, but for the last one; return its id."""
        if len(self.order) == 1:
            return None
        cell_id = self.order[place]
        self._do(DeleteCell(cell_id))
        updates = (SetCode, SetName, SetConfig, MoveCell)
        self.pending = [
            each
            for each in self.pending
            if not (isinstance(each, updates) and each.cell_id == cell_id)
        ]
        return cell_id

    def moves(self, place: int, after: int) -> None:
        if place != after:
            self._do(MoveCell(self.order[place], after=self.order[after]))

    def sets_code(self, place: int, code: str) -> None:
        self.hear(SetCode(self.order[place], code))

    def sets_name(self, place: int, name: str) -> None:
        self._do(SetName(self.order[place], name))

    def sets_option(self, place: int, key: str, value: int) -> None:
        cell = self._cells[self.order[place]]
        options = cell.config.options() | {key: value}
        self._do(SetConfig(cell.id, CellConfig.from_options(options)))

    def _do(self, change: Change) -> None:
        self.hear(change)
        self.pending.append(change)

    def _insert(self, cell: Cell, before: CellId | None, after: CellId | None) -> None:
        anchor = after or before
        if anchor is not None and anchor not in self.order:
            return  # an error in the browser's console
        self._cells[cell.id] = cell
        place = len(self.order) if anchor is None else self.order.index(anchor)
        self.order.insert(place + (after is not None), cell.id)

    def _move(self, cell_id: CellId, before: CellId | None, after: CellId | None) -> None:
        if cell_id not in self.order:
            return
        self.order.remove(cell_id)
        anchor = after or before
        place = self.order.index(anchor) if anchor in self.order else len(self.order)
        self.order.insert(place + (anchor == after), cell_id)

    def _set(self, cell_id: CellId, **what: Any) -> None:
        if cell_id in self._cells:
            self._cells[cell_id] = attrs.evolve(self._cells[cell_id], **what)
