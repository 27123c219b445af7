"""Which parts of a browser's save are stale: older than what an agent did meanwhile.

A browser saves by sending all that it shows. What an agent did a moment ago may
not have reached it yet, so what it shows differs from the document for two
reasons: the person changed something, or the browser is behind. marimo takes
the first for granted, and a save deletes an agent's new cell. `Superseded`
tells the two apart by what it remembers of the transactions:

- **A value** (code, name, each option of the config by itself) is stale if an
  agent set the present one and the browser shows one that was there before. Any
  other value is the person's, and wins: nobody types by chance what was there.
  To go back to it on purpose works, too, because the browser sends that as a
  transaction of its own, which marimo 0.24 and later sends before the save. A
  new cell's defaults count as values that were there: a browser that could not
  place the cell shows them when it hears of the order.
- **A cell that the browser does not show** was deleted there only if the browser
  got it from us, at the start or as an agent's, and an earlier save contained it.
  Who deletes a cell sends a transaction, too, so this rule is for one that failed
  or comes late; who merely has not heard of a cell must not delete it, and to
  keep too much is mended by a click. A cell that the person made is deleted by a
  transaction alone: an agent's `reorder-cells` that does not name it, since it
  was under way when the cell was made, makes the browser hide it. A browser that
  shows not one cell of the document has deleted none.
- **A cell that the browser shows and the document lacks** is new, unless the
  document had it (an undone deletion makes a new id) with this code at one time.
  If the person has typed in it since, that text exists nowhere else: it is kept.
- **The order** is merged: of the present order and those that agents replaced,
  the one that has most in common with the browser's is the base from which the
  person's moves are followed, and the agents' moves of other cells. A cell that
  is kept follows the one which it follows in the document.

marimo 0.23 sends transactions up to 400 ms behind a save. If one of them shows
that something held back was meant, `note` says so, and the file must follow.

What is remembered is bounded, and forgotten when a save proves that the browser
has heard of it. It is one memory for a session: marimo lets one browser edit it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

import attrs

from actors.integrations.marimo.cell_memory import CellMemory, parts_of, shorten, with_parts
from actors.notebook import Cell, Notebook, ReorderCells, Transaction
from actors.notebook.merge.order import longest_rise, merged_order
from actors.types import CellId

_Ids: TypeAlias = tuple[CellId, ...]
_ById: TypeAlias = Mapping[CellId, Cell]

BROWSER: Final = "frontend"
"""The source of a person's transactions; all others count as an agent's."""

SAVE: Final = "cell-manager"
"""The source that marimo gives to what a save changed, which `adjust` knows already."""

FORMER_ORDERS: Final = 16
"""Remembered of a notebook; a save that moves cells compares each."""

DELETED_CELLS: Final = 1000
"""Remembered of a notebook."""


@attrs.frozen
class Adjusted:
    """A browser's save without what is stale in it, and what that was."""

    cells: tuple[Cell, ...]
    """What to save."""

    kept: tuple[CellId, ...] = ()
    """Cells of the document that the browser does not show, and did not delete."""

    dropped: tuple[CellId, ...] = ()
    """Cells that the browser shows, although they have been deleted."""

    restored: tuple[CellId, ...] = ()
    """Cells that have been deleted, with what the person has typed in them since.

    The browser is about to hear of the deletion, and hides them."""

    values: tuple[tuple[CellId, str], ...] = ()
    """Cells and their parts that have newer values than the browser shows."""

    has_moved: bool = False
    """Cells that the browser shows have a newer order."""

    @property
    def held_back(self) -> str:
        """What was stale, in words for a log; empty if nothing was."""
        said = [
            _said("kept", self.kept),
            _said("left out", self.dropped),
            _said("restored", self.restored),
            _said("newer", [f"{part} of {cell_id}" for cell_id, part in self.values]),
            "newer order" if self.has_moved else "",
        ]
        return "; ".join(filter(None, said))


class Superseded:
    """What has changed in one session's document, as far as its browser may be behind."""

    def __init__(self) -> None:
        self._cells: defaultdict[CellId, CellMemory] = defaultdict(CellMemory)
        self._unshown: set[CellId] = set()
        """Cells that agents made, and no save has contained yet."""
        self._hideable: set[CellId] = set()
        """Cells that the browser may hide without anybody having deleted them."""
        self._deleted: dict[CellId, CellMemory] = {}
        """Cells that are gone, with all that they had; the oldest first."""
        self._orders: list[list[CellId]] = []
        """Orders that agents replaced, the oldest first."""
        self._held_back: set[CellId] = set()
        """Cells of which the last save held something back."""
        self._is_order_held_back = False

    def note(self, transaction: Transaction, before: Notebook, after: Notebook) -> bool:
        """Remember a transaction that was applied to the document.

        Returns:
            Whether the person means what the last save held back, so that the
            notebook is to be saved again.
        """
        if transaction.source == SAVE:
            return False
        by_agent = transaction.source != BROWSER
        old = {cell.id: cell for cell in before}
        new = {cell.id: cell for cell in after}
        changed = {each for each in old | new if _differ(old.get(each), new.get(each))}
        for cell_id in changed:
            self._note_cell(old.get(cell_id), new.get(cell_id), by_agent=by_agent)
        has_moved = _moves([*old], [*new]) > 0
        if by_agent:
            self._note_order(transaction, [*old], [*new], has_moved=has_moved)
            return False
        return not changed.isdisjoint(self._held_back) or (has_moved and self._is_order_held_back)

    def adjust(self, shown: Iterable[Cell], document: Notebook) -> Adjusted:
        """Return what to save of what a browser shows, and take note of what it shows."""
        theirs = {cell.id: cell for cell in shown}
        live = {cell.id: cell for cell in document}
        kept, dropped, restored = self._sorted_out(theirs, live)
        stale: list[tuple[CellId, str]] = []
        cells = {each: live[each] for each in kept} | {
            each: self._merged(theirs[each], live.get(each), stale)
            for each in theirs
            if each not in dropped
        }
        order = self._merged_order([*theirs], [*live], cells)
        has_moved = _moves(order, [*theirs]) > 0
        self._take_note(theirs, live, cells)
        self._held_back = {*kept, *dropped, *(cell_id for cell_id, _ in stale)}
        self._is_order_held_back = has_moved
        saved = tuple(cells[each] for each in order)
        return Adjusted(saved, kept, dropped, restored, tuple(stale), has_moved)

    def _note_cell(self, old: Cell | None, new: Cell | None, *, by_agent: bool) -> None:
        if old is None and new is not None:
            self._note_creation(new, by_agent=by_agent)
        elif old is not None and new is None:
            self._note_deletion(old)
        elif old is not None and new is not None:
            self._note_change(old, new, by_agent=by_agent)

    def _note_creation(self, cell: Cell, *, by_agent: bool) -> None:
        if cell.id in self._deleted:
            self._cells[cell.id] = self._deleted.pop(cell.id)
        if by_agent:
            self._unshown.add(cell.id)
            self._note_change(Cell(cell.id, ""), cell, by_agent=True)
        else:
            self._hideable.add(cell.id)

    def _note_change(self, old: Cell, new: Cell, *, by_agent: bool) -> None:
        was, now = parts_of(old), parts_of(new)
        for part in was.keys() | now.keys():
            if was.get(part) != now.get(part):
                self._cells[new.id].replaced(part, was.get(part), by_agent=by_agent)

    def _note_deletion(self, cell: Cell) -> None:
        memory = self._cells.pop(cell.id, CellMemory())
        memory.replaced("code", cell.code, by_agent=True)
        self._deleted[cell.id] = memory
        self._unshown.discard(cell.id)
        self._hideable.discard(cell.id)
        if len(self._deleted) > DELETED_CELLS:
            del self._deleted[next(iter(self._deleted))]

    def _note_order(
        self, transaction: Transaction, old: list[CellId], new: list[CellId], *, has_moved: bool
    ) -> None:
        if has_moved:
            self._orders.append(old)
            shorten(self._orders, FORMER_ORDERS)
        for change in transaction.changes:
            if isinstance(change, ReorderCells):
                self._hideable.update(set(new).difference(change.cell_ids))

    def _sorted_out(self, theirs: _ById, live: _ById) -> tuple[_Ids, _Ids, _Ids]:
        """Return the cells to keep, to drop and to restore, of those that one side lacks."""
        unsure = self._unshown | self._hideable
        if theirs.keys().isdisjoint(live):
            unsure.update(live)
        kept = tuple(each for each in live if each not in theirs and each in unsure)
        deleted = [each for each in theirs if each not in live and each in self._deleted]
        restored = tuple(each for each in deleted if self._is_typed_in(theirs[each]))
        return kept, tuple(each for each in deleted if each not in restored), restored

    def _is_typed_in(self, cell: Cell) -> bool:
        return not self._deleted[cell.id].is_stale("code", cell.code)

    def _merged(self, shown: Cell, cell: Cell | None, stale: list[tuple[CellId, str]]) -> Cell:
        """Return a cell as it is to be saved; what is stale is added to the list."""
        if cell is None:
            return shown
        if cell.id not in self._cells and not _differ(
            attrs.evolve(shown, version=cell.version), cell
        ):
            return cell  # as a rule
        memory = self._cells[cell.id]
        parts = dict(parts_of(cell))
        for part, value in parts_of(shown).items():
            if value == parts.get(part):
                memory.shown(part, value)
            elif memory.is_stale(part, value):
                stale.append((cell.id, part))
            else:
                memory.replaced(part, parts.get(part), by_agent=False)
                parts[part] = value
        return with_parts(cell, parts)

    def _merged_order(self, theirs: list[CellId], live: list[CellId], kept: _ById) -> list[CellId]:
        if not _moves(live, theirs) and all(_moves(each, theirs) for each in self._orders):
            self._orders.clear()
        base = min([*reversed(self._orders), live], key=lambda each: _moves(each, theirs))
        return merged_order(base, live, theirs, kept)

    def _take_note(self, theirs: _ById, live: _ById, saved: _ById) -> None:
        """Remember what the save does to the document, and what it proves."""
        for cell_id in live.keys() - saved.keys():
            self._note_deletion(live[cell_id])
        for cell_id in saved.keys() - live.keys():
            self._note_creation(saved[cell_id], by_agent=False)
        self._unshown.difference_update(theirs)


def _differ(old: Cell | None, new: Cell | None) -> bool:
    return old is not new and old != new  # as a rule, all but one are the same objects


def _moves(before: list[CellId], after: list[CellId]) -> int:
    """Return how many cells, at least, were moved between two orders."""
    if before == after:
        return 0  # as a rule
    places = {each: place for place, each in enumerate(before)}
    common = [places[each] for each in after if each in places]
    return len(common) - len(longest_rise(common))


def _said(verb: str, what: Iterable[str]) -> str:
    listed = ", ".join(what)
    return f"{verb} {listed}" if listed else ""
