"""The parts of a notebook, each merged by itself, and what to say where that fails."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, TypeVar

import attrs

from actors.notebook.cells import Cell, CellConfig, Notebook

T = TypeVar("T")

Side = Literal["ours", "theirs"]


class _Missing(Enum):
    MISSING = "missing"


_MISSING = _Missing.MISSING
"""An option that is not there; an `Enum`, as every option's value may be `None`."""

_LONGEST_LINE = 60


@attrs.frozen
class Clash:
    """A part that both sides changed, each in its way."""

    part: str
    """Which one, for a person: ``the code of cell 3 `load`, which begins `x = 1` ``."""

    ours: str | None
    """What it is here; `None` if the cell was deleted here."""

    theirs: str | None
    """What it is in the file; `None` if the cell was deleted there."""

    def __str__(self) -> str:
        if self.theirs is None:
            return f"{self.part} was edited here and deleted in the file"
        if self.ours is None:
            return f"{self.part} was deleted here and edited in the file"
        return f"{self.part} was changed here and, differently, in the file"


class Parts:
    """Picks the side that changed a part, and notes where both did.

    As in diff3, a part that one side left alone is the other side's, and a part
    that both have alike is no conflict.
    """

    def __init__(self, prefer: Side) -> None:
        self.clashes: list[Clash] = []
        self._prefer = prefer

    def clash(self, part: str, theirs: str | None, ours: str | None) -> Side:
        """Note a conflict, and return the side that is to be taken all the same."""
        self.clashes.append(Clash(part, ours, theirs))
        return self._prefer

    def pick(self, part: str, base: T, theirs: T, ours: T) -> T:
        """Return a part merged, as one piece."""
        if theirs in (base, ours):
            return ours
        if ours == base:
            return theirs
        side = self.clash(part, _words(theirs), _words(ours))
        return theirs if side == "theirs" else ours

    def options(
        self, part: str, base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return options merged one by one: in our order, then theirs."""
        if theirs in (base, ours):
            return dict(ours)
        if ours == base:
            return dict(theirs)
        picked = {
            key: self.pick(f"the option {key!r} of {part}", *_values(key, base, theirs, ours))
            for key in {**ours, **theirs}
        }
        return {key: value for key, value in picked.items() if value is not _MISSING}

    def cell(self, place: int, base: Cell, theirs: Cell, ours: Cell) -> Cell:
        """Return a cell that all three have.

        Its version is ours, and one more if the code is not.
        """
        if (theirs.code, theirs.name, theirs.config) == (base.code, base.name, base.config):
            return ours
        title = title_of(ours, place)
        code = self.pick(f"the code of {title}", base.code, theirs.code, ours.code)
        name = self.pick(f"the name of {title}", base.name, theirs.name, ours.name)
        configs = (each.config.options() for each in (base, theirs, ours))
        config = CellConfig.from_options(self.options(title, *configs))
        version = ours.version + (code != ours.code)
        merged = attrs.evolve(ours, code=code, name=name, config=config, version=version)
        return ours if merged == ours else merged

    def besides(self, base: Notebook, theirs: Notebook, ours: Notebook) -> dict[str, Any]:
        """Return what a notebook is besides its cells: fields for `attrs.evolve`.

        How the file is written down (`style`, `generated_with`, what the format
        keeps in `extra`) is never worth a conflict: the preferred side has it,
        unless the other alone changed it.
        """
        configs = (dict(each.app_config) for each in (base, theirs, ours))
        quiet = Parts(self._prefer)
        return {
            "header": self.pick("the header of the file", base.header, theirs.header, ours.header),
            "app_config": self.options("the app", *configs),
        } | {
            name: quiet.pick(name, *(getattr(each, name) for each in (base, theirs, ours)))
            for name in ("generated_with", "style", "extra")
        }


def title_of(cell: Cell, place: int) -> str:
    """Return words by which a person finds a cell; places count from 0."""
    lines = cell.code.strip().splitlines() or [""]
    line = lines[0] if len(lines[0]) <= _LONGEST_LINE else f"{lines[0][:_LONGEST_LINE]}…"
    name = "" if cell.name in {"", "_", "__"} else f" `{cell.name}`"
    return f"cell {place + 1}{name}, which begins `{line}`," if line else f"cell {place + 1}{name}"


def _values(key: str, *mappings: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(each.get(key, _MISSING) for each in mappings)


def _words(value: object) -> str:
    if value is _MISSING:
        return "not set"
    return value if isinstance(value, str) else repr(value)
