"""What is remembered of one cell: the values of its parts that others have replaced."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs

from actors.notebook import Cell, CellConfig

Parts: TypeAlias = Mapping[str, Any]
"""The code, the name, and each option of the config: they change one by one."""

NAMELESS: Final = ("", "_", "__")
"""Names that mean none: code mode makes cells with the first, a browser shows the second."""

FORMER_VALUES: Final = 100
"""Remembered of each part of a cell, 40 bytes each."""


@attrs.define
class CellMemory:
    """What is remembered of one cell."""

    former: dict[str, list[int]] = attrs.Factory(dict)
    """By part: hashes of the values that were replaced, the oldest first."""

    by_agent: set[str] = attrs.Factory(set)
    """Parts whose present value is an agent's."""

    def replaced(self, part: str, value: Any, *, by_agent: bool) -> None:
        """Remember that a part had this value until now."""
        if by_agent:
            self.by_agent.add(part)
        else:
            self.by_agent.discard(part)
        former = self.former.setdefault(part, [])
        former.append(_mark(value))
        shorten(former, FORMER_VALUES)

    def is_stale(self, part: str, value: Any) -> bool:
        """Return whether a browser that shows this value has not heard of the present one."""
        return part in self.by_agent and _mark(value) in self.former[part]

    def shown(self, part: str, value: Any) -> None:
        """Forget what was replaced if this value proves that the browser has heard of all.

        A person's value does not: the browser may hear of an agent's after it.
        Nor does one that the part had before: the browser may be behind by both.
        """
        if part in self.by_agent and _mark(value) not in self.former[part]:
            self.by_agent.discard(part)
            del self.former[part]


def parts_of(cell: Cell) -> Parts:
    """Return what a cell is made of, so that two can be compared and merged part by part."""
    options = cell.config.options()
    name = "_" if cell.name in NAMELESS else cell.name
    return {"code": cell.code, "name": name} | {f"config.{key}": options[key] for key in options}


def with_parts(cell: Cell, parts: Parts) -> Cell:
    """Return a cell that is made of these."""
    options = {
        part.removeprefix("config."): value
        for part, value in parts.items()
        if part.startswith("config.")
    }
    config = CellConfig.from_options(options)
    return attrs.evolve(cell, code=parts["code"], name=parts["name"], config=config)


def shorten(remembered: list[Any], most: int) -> None:
    """Drop one from the middle: a browser is a moment behind, or has heard nothing since."""
    if len(remembered) > most:
        del remembered[most // 2]


def _mark(value: Any) -> int:
    """Return what is remembered of a value: 200 codes would be a lot to keep."""
    return hash(repr(value))
