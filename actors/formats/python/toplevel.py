"""Which cells become `@app.function` or `@app.class_definition`.

A cell that is one function or class can be imported from the notebook's file
when all it refers to is there too: builtins, what the setup cell defines, and
other such cells. That depends on the whole notebook, and the outcome of one
cell on that of others; the steps and their order are those of marimo 0.25.2.
"""

import builtins
from collections.abc import Iterator, Sequence

import attrs

from actors.formats.python.cell_facts import CellFacts

BUILTINS = frozenset(vars(builtins)) | {"__builtin__", "__file__", "__builtins__", "__class__"}
"""Names that no cell needs to be given; `__class__` exists in methods."""

DEFAULT_NAME = "_"
REUSABLE_PREFIX = "*"
"""Marks the name of a cell that was one of these in the file, in memory only."""

_RESERVED = frozenset({"app", "__name__", "__generated_with"})


@attrs.frozen
class Extraction:
    """What a notebook's cells turn out to be."""

    is_reusable: Sequence[bool]
    names: Sequence[str]
    """What to call each cell in the file."""

    known: frozenset[str]
    """Names that cells do not take as parameters."""


@attrs.define(eq=False)
class _Candidate:
    """One cell while its state is decided."""

    index: int
    facts: CellFacts
    given_name: str
    name: str
    state: str = "cell"
    """`unparsable`, `reusable`, `cell`, or `undecided` while it waits for others."""


def extract(
    cells: Sequence[CellFacts], names: Sequence[str], setup_defs: frozenset[str]
) -> Extraction:
    """Decide about all cells but the setup cell, which defines `setup_defs`."""
    return _Extractor(cells, names, setup_defs).result()


class _Extractor:
    def __init__(
        self, cells: Sequence[CellFacts], names: Sequence[str], setup_defs: frozenset[str]
    ) -> None:
        self.cells = cells
        self.names = list(names)
        self.order: list[_Candidate | str] = []
        """All cells; of one that is ordinary in any case, its name is enough."""

        self.known = set(setup_defs)
        self.reusable: set[str] = set()
        self.unparsable: set[str] = set()
        self.undecided: dict[str, _Candidate] = {}
        self.ordinary: dict[str, _Candidate | None] = {}
        """The last ordinary cell of each name, as its name is known by now."""

    def result(self) -> Extraction:
        self._decide_alone()
        self._decide_together()
        for name in list(self.undecided):
            self._resolve(name)
        self._restore_names()
        is_reusable = [False] * len(self.names)
        for candidate in self._candidates():
            self.names[candidate.index] = candidate.name
            is_reusable[candidate.index] = candidate.state == "reusable"
        return Extraction(is_reusable, self.names, frozenset(self.known))

    def _candidates(self) -> Iterator[_Candidate]:
        return (each for each in self.order if not isinstance(each, str))

    def _decide_alone(self) -> None:
        """Find the cells that need nothing but the setup cell."""
        for index, (facts, name) in enumerate(zip(self.cells, self.names, strict=True)):
            if facts.reusable is None and facts.is_parsable:
                self.names[index] = _unmarked(name)
                self.order.append(name)
                self.ordinary[name] = None
                continue
            candidate = _Candidate(index, facts, name, name)
            self.order.append(candidate)
            if facts.is_parsable:
                self._decide(candidate, frozenset(), frozenset(), frozenset())
                self._file(candidate)
            else:
                candidate.state = "unparsable"
                self.unparsable.add(name)

    def _decide_together(self) -> None:
        """Decide about the others, from top to bottom, knowing what there is."""
        others = frozenset(
            each if isinstance(each, str) else each.name
            for each in self.order
            if isinstance(each, str) or each.state != "reusable"
        )
        self.known |= BUILTINS.difference(*[facts.defs for facts in self.cells])
        waiting: set[str] = set()
        for candidate in self.order:
            if isinstance(candidate, str):
                self.ordinary[candidate] = None
                continue
            if candidate.state == "cell":
                self.ordinary.pop(candidate.name, None)
                self._decide(candidate, waiting, others, self.reusable)
                self._file(candidate)
            if candidate.state == "undecided":
                waiting.add(candidate.name)
            elif candidate.state != "cell":
                self.known.add(candidate.name)

    def _decide(
        self,
        candidate: _Candidate,
        waiting: frozenset[str] | set[str],
        others: frozenset[str],
        reusable: frozenset[str] | set[str],
    ) -> None:
        candidate.state = "cell"
        what = candidate.facts.reusable
        if what is None:
            return
        candidate.name = what.name
        if what.name in _RESERVED or what.has_trailing_comment:
            return
        own = {what.name, "_lambda"}
        if what.needs_at_once - own - self.known - waiting:
            return
        missing = set(candidate.facts.refs) - what.needs_in_sql - own - self.known - reusable
        if not missing:
            candidate.state = "reusable"
        elif missing <= others:
            candidate.state = "undecided"

    def _file(self, candidate: _Candidate) -> None:
        match candidate.state:
            case "reusable":
                self.reusable.add(candidate.name)
            case "undecided":
                self.undecided[candidate.name] = candidate
            case _:
                self.ordinary[candidate.name] = candidate

    def _resolve(self, name: str) -> bool:
        """Return whether a name is one that a reusable cell may refer to."""
        candidate = self.undecided.pop(name, None)
        if candidate is None:
            # What is neither is a builtin, or waits for the one that asks.
            return name in self.reusable or not (name in self.ordinary or name in self.unparsable)
        answers = [self._resolve(ref) for ref in candidate.facts.refs]
        if all(answers):
            candidate.state = "reusable"
            self.known.add(name)
        else:
            candidate.state = "cell"
        self._file(candidate)
        return candidate.state == "reusable"

    def _restore_names(self) -> None:
        for ordinary in self.ordinary.values():
            if ordinary is not None:
                ordinary.name = ordinary.given_name
        for candidate in self._candidates():
            if candidate.state == "undecided":
                # Another cell defines the same name and was decided in its place.
                candidate.state, candidate.name = "cell", candidate.given_name
            if candidate.state == "cell":
                candidate.name = _unmarked(candidate.name)


def _unmarked(name: str) -> str:
    return DEFAULT_NAME if name.startswith(REUSABLE_PREFIX) else name
