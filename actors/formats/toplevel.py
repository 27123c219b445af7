"""Which cells become `@app.function` or `@app.class_definition`.

A cell that is one function or class can be imported from the notebook's file
when all it refers to is there too: builtins, what the setup cell defines, and
other such cells. That depends on the whole notebook, and the outcome of one
cell on that of others; the steps and their order are those of marimo 0.25.2.
"""

import builtins
from collections.abc import Sequence

import attrs

from actors.formats.cell_facts import CellFacts, Reusable

BUILTINS = frozenset(vars(builtins)) | {"__builtin__", "__file__", "__builtins__", "__class__"}
"""Names that no cell needs to be given; `__class__` exists in methods."""

DEFAULT_NAME = "_"
REUSABLE_PREFIX = "*"
"""Marks the name of a cell that was one of these in the file, in memory only."""

_RESERVED = frozenset({"app", "__name__", "__generated_with"})


@attrs.frozen
class Extraction:
    """What a notebook's cells turn out to be."""

    is_reusable: tuple[bool, ...]
    names: tuple[str, ...]
    """What to call each cell in the file."""

    known: frozenset[str]
    """Names that cells do not take as parameters."""

    used: frozenset[str]
    """Names that some cell takes; the others are not returned."""


@attrs.define(eq=False)
class _Candidate:
    """One cell while its state is decided."""

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
        self.candidates = [
            _Candidate(facts, name, name) for facts, name in zip(cells, names, strict=True)
        ]
        self.known = set(setup_defs)
        self.reusable: set[str] = set()
        self.unparsable: set[str] = set()
        self.undecided: dict[str, _Candidate] = {}
        self.ordinary: dict[str, _Candidate] = {}
        """The last ordinary cell of each name, as its name is known by now."""

    def result(self) -> Extraction:
        self._decide_alone()
        self._decide_together()
        for name in list(self.undecided):
            self._resolve(name)
        self._restore_names()
        parsable = [facts for facts in (c.facts for c in self.candidates) if facts.is_parsable]
        return Extraction(
            tuple(candidate.state == "reusable" for candidate in self.candidates),
            tuple(candidate.name for candidate in self.candidates),
            frozenset(self.known),
            frozenset(ref for facts in parsable for ref in facts.refs),
        )

    def _decide_alone(self) -> None:
        """Find the cells that need nothing but the setup cell."""
        for candidate in self.candidates:
            if not candidate.facts.is_parsable:
                candidate.state = "unparsable"
                self.unparsable.add(candidate.name)
                continue
            self._decide(candidate, frozenset(), frozenset(), frozenset())
            self._file(candidate)

    def _decide_together(self) -> None:
        """Decide about the others, from top to bottom, knowing what there is."""
        others = frozenset(c.name for c in self.candidates if c.state != "reusable")
        defined = {name for c in self.candidates for name in c.facts.defs}
        self.known |= BUILTINS - defined
        waiting: set[str] = set()
        for candidate in self.candidates:
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
        if not all(self._is_known(ref, what) or ref in waiting for ref in what.needs_at_once):
            return
        refs = candidate.facts.refs
        missing = {ref for ref in refs if not self._is_known(ref, what) and ref not in reusable}
        if not missing:
            candidate.state = "reusable"
        elif missing <= others:
            candidate.state = "undecided"

    def _is_known(self, name: str, what: Reusable) -> bool:
        return name in self.known or name in {what.name, "_lambda"}

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
        for candidate in self.ordinary.values():
            candidate.name = candidate.given_name
        for candidate in self.candidates:
            if candidate.state == "undecided":
                # Another cell defines the same name and was decided in its place.
                candidate.state, candidate.name = "cell", candidate.given_name
            if candidate.state == "cell" and candidate.name.startswith(REUSABLE_PREFIX):
                candidate.name = DEFAULT_NAME
