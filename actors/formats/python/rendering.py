"""The texts of a notebook's cells, at the cost of what changed since the last time.

A rendering is remembered by the identity of its first and its last cell, which
the notebook after an edit shares with the one before. The two are compared
cell by cell then: to meet the rendering of another notebook costs time, and
never gives a wrong text.
"""

import sys
import weakref
from collections.abc import Sequence
from itertools import chain, compress, count
from operator import is_not
from typing import cast

import attrs

from actors.formats.memo import MEMO
from actors.formats.python.cell_facts import CellFacts, analyze
from actors.formats.python.cell_text import (
    can_be_function_name,
    function_cell,
    reusable_cell,
    setup_cell,
    unparsable_cell,
)
from actors.formats.python.plan import Plan, Role, plan_of
from actors.notebook import Cell

_CELL_BYTES = 400
_REFERENCE_BYTES = 300


@attrs.frozen(eq=False)
class WrittenCell:
    """One cell and its text, with all that the text depends on."""

    cell: Cell
    facts: CellFacts
    role: Role
    text: str = ""
    mentions: frozenset[str] = frozenset()
    """Names whose meaning in the notebook plays a part in the text."""

    position: int | None = None
    """The cell's place among the others, if that plays a part."""

    weight_bytes: int = 0
    """About what keeping this takes."""

    def holds(self, plan: Plan, index: int, changed: frozenset[str]) -> bool:
        """Return whether the text is still that of the cell, which is at `index` now."""
        return (
            self.role == plan.roles[index]
            and self.mentions.isdisjoint(changed)
            and (self.position is None or self.position == plan.position(index))
        )


@attrs.frozen(eq=False)
class Rendering:
    """The texts of all cells of one notebook."""

    cells: tuple[Cell, ...]
    written: Sequence[WrittenCell]
    plan: Plan
    is_lasting: bool = True
    """Whether all cells will be read the same way next time."""

    @property
    def setup(self) -> WrittenCell | None:
        """The setup cell, whose text is empty if its code is."""
        return None if self.plan.setup is None else self.written[self.plan.setup]

    @property
    def cells_but_setup(self) -> Sequence[WrittenCell]:
        """The other cells, in order."""
        setup = self.plan.setup
        if setup is None:
            return self.written
        return [*self.written[:setup], *self.written[setup + 1 :]]


_NOTHING = Rendering((), (), plan_of((), ()))


def rendering_of(cells: tuple[Cell, ...]) -> Rendering:
    """Return the texts of a notebook's cells."""
    before = _remembered(cells)
    if before.cells is cells:
        return before
    rendering = _after(before, cells)
    _remember(rendering, before)
    return rendering


# -- what changed ------------------------------------------------------------------


def _after(before: Rendering, cells: tuple[Cell, ...]) -> Rendering:
    """Return the rendering of cells, most of which are those of the one before."""
    start, stop, old_stop = _difference(cells, before.cells)
    moved = {id(old.cell): old for old in before.written[start:old_stop]}
    middle = [moved.get(id(cell)) or _unwritten(cell) for cell in cells[start:stop]]
    if stop == old_stop and all(map(_plays_the_same_part, middle, before.written[start:stop])):
        plan, written = before.plan, list(before.written)
        written[start:stop] = _brought_up_to_date(middle, plan, start, frozenset())
    else:
        written = [*before.written[:start], *middle, *before.written[old_stop:]]
        plan = plan_of(cells, [each.facts for each in written])
        written = _brought_up_to_date(written, plan, 0, plan.names_unlike(before.plan))
    return Rendering(cells, written, plan, all(each.facts.is_lasting for each in middle))


def _difference(cells: Sequence[Cell], old: Sequence[Cell]) -> tuple[int, int, int]:
    """Return where they begin to differ, and where in each they are the same again."""
    shorter = min(len(cells), len(old))
    start = next(compress(count(), map(is_not, cells, old)), shorter)
    same_below = next(compress(count(), map(is_not, reversed(cells), reversed(old))), shorter)
    same_below = min(same_below, shorter - start)
    return start, len(cells) - same_below, len(old) - same_below


def _plays_the_same_part(written: WrittenCell, old: WrittenCell) -> bool:
    """Return whether no other cell can tell the two apart."""
    return written.cell.name == old.cell.name and written.facts.says_the_same(old.facts)


# -- writing -----------------------------------------------------------------------


def _unwritten(cell: Cell) -> WrittenCell:
    """Return a cell in a role that no plan has, so that it is written."""
    return WrittenCell(cell, analyze(cell.code), ("", ""))


def _brought_up_to_date(
    written: Sequence[WrittenCell], plan: Plan, first: int, changed: frozenset[str]
) -> list[WrittenCell]:
    """Return cells with the texts they have now; `first` is the index of the first."""
    return [
        each if each.holds(plan, index, changed) else _write(each.cell, each.facts, plan, index)
        for index, each in enumerate(written, first)
    ]


def _write(cell: Cell, facts: CellFacts, plan: Plan, index: int) -> WrittenCell:
    kind, name = role = plan.roles[index]
    mentions = frozenset[str]()
    position: int | None = None
    if kind == "setup":
        text = setup_cell(facts, cell.config) if facts.code.strip() else ""
    elif kind == "reusable":
        text = reusable_cell(facts, cell.config)
    elif facts.is_parsable and can_be_function_name(name):
        place = plan.position(index)
        text = function_cell(facts, name, cell.config, place, plan.surroundings)
        mentions = frozenset(chain(facts.refs, facts.defs))
        if any("\0" in ref for ref in facts.refs):  # stands for the position: see `names.MANGLED`
            position = place
    else:
        text = unparsable_cell(cell.code, name, cell.config)
    weight_bytes = facts.weight_bytes() + sys.getsizeof(text) + _CELL_BYTES
    return WrittenCell(cell, facts, role, text, mentions, position, weight_bytes)


# -- what is remembered ----------------------------------------------------------------


def _remembered(cells: Sequence[Cell]) -> Rendering:
    """Return the rendering of the notebook before an edit, as far as one can tell."""
    if not cells:
        return _NOTHING
    found = MEMO.get(("first", id(cells[0])))
    if found is None:
        by_last = MEMO.get(("last", id(cells[-1])))
        found = by_last and by_last()
    return _NOTHING if found is None else cast("Rendering", found)


def _remember(rendering: Rendering, before: Rendering) -> None:
    if not rendering.cells or not rendering.is_lasting:
        return
    first, last = rendering.cells[0], rendering.cells[-1]
    if before.cells and before.cells[0] is not first:
        MEMO.drop(("first", id(before.cells[0])))  # the next edit begins from the new one
    weight_bytes = sum(each.weight_bytes for each in rendering.written)
    MEMO.put(("first", id(first)), rendering, weight_bytes)
    MEMO.put(("last", id(last)), weakref.ref(rendering), _REFERENCE_BYTES)
