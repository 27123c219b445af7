"""Files that are not Python: taken apart so that one bad cell costs no other."""

import re
from collections.abc import Iterator, Sequence

import attrs

from actors.formats.python.literals import scan
from actors.formats.python.quiet import UnreadableError, parse, quieted

BOUNDARY = re.compile(
    r"@app\.(?:cell|function|class_definition)\b"
    r"|(?:async\s+)?with\s+app\.setup\b"
    r"|app\._unparsable_cell\b"
    r"|if\s+__name__\s*=="
)
"""A line that begins a cell or the run guard, unless it is inside a string."""

_MARKER = re.compile(r"(?:<{7}|>{7}|\|{7})(?: .*)?")
_MOST_JOINED = 8


@attrs.frozen
class Piece:
    """Some lines of a file: what is above the cells, or from one cell to the next."""

    first_line: int
    """Counted from 1."""

    text: str

    @property
    def is_cell(self) -> bool:
        """Whether it begins a cell, and not the file or what starts the app."""
        text = self.text.lstrip()
        return bool(BOUNDARY.match(text) or text.startswith("@")) and not text.startswith("if")


def pieces(lines: Sequence[str]) -> Iterator[Piece]:
    """Cut at the lines that begin a cell, unless they are inside a string."""
    starts = [0, *_starts(lines), len(lines)]
    index = 0
    while index < len(starts) - 1:
        stop = _joined(lines, starts, index)
        text = "\n".join(lines[starts[index] : starts[stop]])
        if text.strip():
            yield Piece(starts[index] + 1, text)
        index = stop


def _starts(lines: Sequence[str]) -> list[int]:
    starts = []
    for number, line in enumerate(lines):
        if not BOUNDARY.match(line):
            continue
        start = number
        while start > 0 and lines[start - 1].startswith("@") and start - 1 not in starts:
            start -= 1  # other decorators of the same function
        if start > 0:
            starts.append(start)
    return starts


def _joined(lines: Sequence[str], starts: Sequence[int], index: int) -> int:
    """Return where a piece ends: a string in it may hold lines that look like cells."""
    text = "\n".join(lines[starts[index] : starts[index + 1]])
    if not _ends_in_string(text):
        return index + 1
    for stop in range(index + 2, min(index + 2 + _MOST_JOINED, len(starts))):
        if is_python("\n".join(lines[starts[index] : starts[stop]])):
            return stop
    return index + 1


def _ends_in_string(text: str) -> bool:
    literals = scan(text).literals
    return bool(literals) and literals[-1].end == len(text) and not is_python(text)


def is_python(text: str) -> bool:
    """Return whether the compiler's parser takes a text."""
    try:
        parse(quieted(text))
    except UnreadableError:
        return False
    return True


def conflict_line(lines: Sequence[str]) -> int | None:
    """Return the line (from 1) of the first whole git conflict: three marks, in order."""
    begun = middle = None
    for number, line in enumerate(lines, 1):
        if line.startswith("<<<<<<<") and _MARKER.fullmatch(line):
            begun, middle = number, None
        elif line == "=======" and begun is not None:
            middle = number
        elif line.startswith(">>>>>>>") and _MARKER.fullmatch(line) and middle is not None:
            return begun
    return None


def marker_line(lines: Sequence[str]) -> int | None:
    """Return the line (from 1) of the first mark, be the conflict whole or not."""
    return next((n for n, line in enumerate(lines, 1) if _MARKER.fullmatch(line)), None)
