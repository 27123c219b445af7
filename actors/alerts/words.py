"""Names, numbers and times as a person reads them in a toast."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

TITLE_CHARACTERS: Final = 60
"""Titles are no longer than this: toasts show one line."""

NAMES_SHOWN: Final = 3
"""How many notebooks a summary names."""

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def titled(name: str, rest: str) -> str:
    """Return a title that begins with a name, which is shortened where it is too long."""
    return f"{shortened(name, TITLE_CHARACTERS - len(rest) - 1)} {rest}"


def shortened(name: str, characters: int) -> str:
    """Return a name of at most so many characters; its middle goes first."""
    if len(name) <= characters:
        return name
    end = (characters - 1) // 2
    return f"{name[: characters - 1 - end]}…{name[len(name) - end :]}"


def file_name(path: Path) -> str:
    """Return the name of a file in one line, whatever it holds."""
    return path.name if path.name.isprintable() else repr(path.name)


def listed(names: Sequence[str], most: int = NAMES_SHOWN) -> str:
    """Return the first of some names, and how many more there are."""
    shown = ", ".join(names[:most])
    rest = len(names) - most
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def sentence(text: str) -> str:
    """Return a text that ends as a sentence does."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def duration(seconds: float) -> str:
    """Return a time in the largest unit of which it is a whole number."""
    for unit_s, unit in _UNITS:
        count, left_s = divmod(seconds, unit_s)
        if count and not left_s:
            return _counted(count, unit)
    return _counted(seconds, "second")


def moment(time_s: float) -> str:
    """Return a time that is given in seconds since 1970, to the minute."""
    return f"{datetime.fromtimestamp(time_s, UTC):%Y-%m-%d %H:%M} UTC"


def _counted(count: float, unit: str) -> str:
    return f"{count:g} {unit}" if count == 1 else f"{count:g} {unit}s"
