"""A session's server that knows who did what, and complains when a save undoes it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from actors.errors import TransactionError
from actors.integrations.marimo.stale import Superseded
from actors.notebook import (
    Cell,
    Change,
    CreateCell,
    Document,
    Notebook,
    ReorderCells,
    Transaction,
)
from actors.types import CellId

OPENED = (CellId("a"), CellId("b"), CellId("c"), CellId("d"))

Part = tuple[CellId, str]


class Server:
    """The document of one session, the memory under test, and what really happened.

    All values that anybody sets are different, so that each tells who set it.
    """

    def __init__(self) -> None:
        self.document = Document(Notebook([Cell(each, f"{each} = 0") for each in OPENED]))
        self.superseded = Superseded()
        self.persons_values: set[Any] = set()
        self.deleted_by_person: set[CellId] = set()
        self.made_by_person: set[CellId] = set()
        self.has_person_moved = False
        self.has_agent_moved = False
        self._was: defaultdict[Part, set[Any]] = defaultdict(set)
        """All values that the document had."""
        self._orders: list[tuple[CellId, ...]] = [OPENED]
        """All orders that the document had."""
        self._author: dict[Part, str] = {}
        """Who set the present value, if anybody did."""
        self._gone: set[CellId] = set()
        """Cells that the document had and has not any more."""
        self._shown: set[CellId] = set(OPENED)
        """Cells that a save contained."""
        self._left_out: set[CellId] = set()
        """Cells that an agent's order did not name, so that a browser hides them."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.document.notebook.cells

    def applies(self, changes: list[Change], source: str) -> bool:
        """Apply what fits as a whole, as marimo 0.23 does."""
        transaction = Transaction(changes, source)
        before = self.document
        try:
            self.document = before.apply(transaction)
        except TransactionError:
            return False
        self.superseded.note(transaction, before.notebook, self.document.notebook)
        self._record(transaction, before.notebook)
        return True

    def applies_what_fits(self, changes: list[Change], source: str) -> None:
        """Apply all but what does not fit, as marimo 0.24 and later do."""
        for change in changes:
            fits = self.applies([change], source)
            if not fits and isinstance(change, CreateCell):
                at_the_end = CreateCell(change.cell_id, change.code, change.name, change.config)
                self.applies([at_the_end], source)
                self.has_person_moved = True  # for the document, which had put it elsewhere

    def saves(self, shown: tuple[Cell, ...]) -> None:
        before = self.document.notebook
        adjusted = self.superseded.adjust(shown, before)
        after = before.with_cells(adjusted.cells)
        self.made_by_person.update(adjusted.restored)
        self._gone.difference_update(adjusted.restored)
        self._check_cells(shown, before, after)
        self._check_values(shown, before, after)
        self._check_order(shown, before, after)
        self.document = Document(after, self.document.version + 1)
        self._shown.update(cell.id for cell in shown)
        self._record_values(before, "frontend")

    def _record(self, transaction: Transaction, before: Notebook) -> None:
        self._record_values(before, transaction.source)
        for change in transaction.changes:
            if isinstance(change, ReorderCells):
                there = {cell.id for cell in self.cells}
                self._left_out |= there.difference(change.cell_ids)

    def _record_values(self, before: Notebook, author: str) -> None:
        self._orders.append(tuple(cell.id for cell in self.cells))
        there = set(self._orders[-1])
        self._gone = (self._gone | {cell.id for cell in before}) - there
        old = dict(_values(before))
        for part, value in _values(self.cells):
            self._was[part].add(value)
            if part not in old or old[part] != value:
                self._author[part] = author

    def _check_cells(self, shown: tuple[Cell, ...], before: Notebook, after: Notebook) -> None:
        there, had, has = ({cell.id for cell in each} for each in (shown, before, after))
        assert len(after) == len(has), "a cell is saved twice"
        assert has <= had | there, "a cell came from nowhere"
        assert had - has <= self.deleted_by_person, "a cell is lost"
        assert not (has - had) & self._gone, "a cell that was deleted is back"
        known = (self._shown & self.deleted_by_person) - self.made_by_person - self._left_out
        assert not known & has - there or not there & had, "a cell that the person deleted is saved"
        mine = self.made_by_person - self._gone
        assert there & mine <= has, "the person's new cell is not saved"

    def _check_values(self, shown: tuple[Cell, ...], before: Notebook, after: Notebook) -> None:
        old, new, typed = dict(_values(before)), dict(_values(after)), self._typed(shown)
        for part in old.keys() & new.keys():
            if old[part] != new[part] and self._author.get(part) == "code-mode":
                assert part in typed, f"{part} is rolled back"
        for part, value in typed.items():
            if part in new or part[1] == "code":
                assert new[part] == value, f"what the person did to {part} is lost"

    def _typed(self, shown: tuple[Cell, ...]) -> dict[Part, Any]:
        """Return what the person did and no transaction has brought."""
        return {
            part: value
            for part, value in _values(shown)
            if value in self.persons_values and value not in self._was[part]
        }

    def _check_order(self, shown: tuple[Cell, ...], before: Notebook, after: Notebook) -> None:
        theirs, live, saved = (tuple(cell.id for cell in each) for each in (shown, before, after))
        if not self.has_agent_moved:
            assert _only(saved, theirs) == _only(theirs, saved), "the person's order is undone"
        both = _only(theirs, live)
        is_behind = any(_only(each, both) == both for each in self._orders)
        if is_behind and not self.has_person_moved:
            assert _only(saved, both) == _only(live, both), "an agent's order is undone"


def _only(ids: tuple[CellId, ...], others: tuple[CellId, ...]) -> tuple[CellId, ...]:
    return tuple(each for each in ids if each in others)


def _values(cells: Notebook | tuple[Cell, ...]) -> Iterator[tuple[Part, Any]]:
    for cell in cells:
        yield (cell.id, "code"), cell.code
        yield (cell.id, "name"), cell.name
        for key, value in cell.config.options().items():
            yield (cell.id, key), value
