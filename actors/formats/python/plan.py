"""What rendering a cell needs to know of the other cells."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TypeAlias

import attrs

from actors.formats.python.cell_facts import CellFacts
from actors.formats.python.cell_statements import SETUP_NAME
from actors.formats.python.cell_text import Surroundings
from actors.formats.python.names import TypeHint
from actors.formats.python.toplevel import DEFAULT_NAME, Extraction, extract
from actors.notebook import Cell

Role: TypeAlias = tuple[str, str]
"""What a cell becomes in the file, `setup`, `reusable` or `cell`, and its name there."""


@attrs.frozen(eq=False)
class Plan:
    """What the cells of a notebook are to each other."""

    setup: int | None
    """Index of the setup cell, which is not one of the `app`'s cells."""

    roles: Sequence[Role]
    surroundings: Surroundings

    def position(self, index: int) -> int:
        """Return the place of a cell among those of the `app`."""
        return index - (self.setup is not None and self.setup < index)

    def names_unlike(self, other: "Plan") -> frozenset[str]:
        """Return the names that a cell which mentions them may have to write otherwise."""
        if self is other:
            return frozenset()
        ours, theirs = self.surroundings, other.surroundings
        known = ours.known ^ theirs.known
        hinted = {
            name
            for name in ours.hints.keys() | theirs.hints.keys()
            if ours.hints.get(name) != theirs.hints.get(name)
            or not known.isdisjoint(ours.hints[name].refs)
        }
        return frozenset(known | (ours.used ^ theirs.used) | hinted)


def plan_of(cells: Sequence[Cell], all_facts: Sequence[CellFacts]) -> Plan:
    """Decide what each cell becomes.

    Args:
        cells: All cells of the notebook.
        all_facts: The facts about each.
    """
    setup = _setup(cells, all_facts)
    names = [DEFAULT_NAME if cell.name in {"", "__"} else cell.name for cell in cells]
    facts, setup_defs = list(all_facts), frozenset[str]()
    if setup is not None:
        setup_defs = frozenset(facts.pop(setup).defs)
        del names[setup]
    extraction = extract(facts, names, setup_defs)
    roles = [
        ("reusable" if is_reusable else "cell", name)
        for is_reusable, name in zip(extraction.is_reusable, extraction.names, strict=True)
    ]
    if setup is not None:
        roles.insert(setup, ("setup", SETUP_NAME))
    used = frozenset(chain.from_iterable(each.refs for each in facts if each.is_parsable))
    hints = _hints(facts, extraction)
    return Plan(setup, roles, Surroundings(extraction.known, used, hints))


def _setup(cells: Sequence[Cell], all_facts: Sequence[CellFacts]) -> int | None:
    """Return where the first cell called `setup` is, unless Python cannot read it."""
    for index, cell in enumerate(cells):
        if cell.name == SETUP_NAME:
            return index if all_facts[index].is_parsable else None
    return None


def _hints(all_facts: Sequence[CellFacts], extraction: Extraction) -> Mapping[str, TypeHint]:
    """Return the types of variables; the last cell that defines one decides."""
    typed = frozenset[str]().union(*[facts.hints for facts in all_facts if facts.hints])
    hints: dict[str, TypeHint | None] = {}
    for position, facts in enumerate(all_facts if typed else ()):
        for name in typed.intersection(facts.defs):
            hint = facts.hints.get(name)
            hints[name] = hint and hint.placed(position)
    for facts, is_reusable in zip(all_facts, extraction.is_reusable, strict=True):
        if is_reusable and facts.reusable is not None:
            hints.pop(facts.reusable.name, None)
    return {name: hint for name, hint in hints.items() if hint is not None}
