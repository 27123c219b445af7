"""Taking a cell's code out of the lines of a file that it is indented in."""

import re
from collections.abc import Sequence

from actors.formats.python.layout import INDENT
from actors.formats.python.literals import lines_inside_literals, scan

_FORM_FEEDS = re.compile(r"[ \t\f]*\f")
_HEADER_TOKEN = re.compile(r"#[^\n]*|[][(){}:]")


def dedented(lines: Sequence[str]) -> str:
    r"""Return lines as a cell's code, without the indentation of the first.

    As marimo does it, and so that it undoes `layout.indent` exactly: lines of
    code with less indentation stay as they are, strings too when a line of them
    has less. Blank lines stay as they are, because they were not indented: the
    spaces of one in a string belong to the string.
    """
    if len(lines) > 1 and not lines[-1] and any(line.strip() for line in lines):
        lines = lines[:-1]  # the empty line that marimo puts before `return`
    code = "\n".join(lines)
    inside = lines_inside_literals(code)
    first = next((n for n, line in enumerate(lines) if line.strip() and n not in inside), None)
    if first is None:
        return code
    margin = _margin(lines[first])
    if not margin:
        return code
    kept = _badly_indented_strings(lines, inside, len(margin))
    return "\n".join(
        line
        if number in kept or not line.strip()
        else _without_margin(line, margin, number in inside)
        for number, line in enumerate(lines)
    )


def _margin(line: str) -> str:
    feeds = _FORM_FEEDS.match(line)
    line = line[feeds.end() :] if feeds else line
    return line[: len(line) - len(line.lstrip(" \t"))]


def _without_margin(line: str, margin: str, in_string: bool) -> str:  # noqa: FBT001 - named where it is called
    if in_string:
        return line[len(margin) :]
    feeds = _FORM_FEEDS.match(line)
    place = feeds.end() if feeds else 0
    return line[:place] + line[place:].removeprefix(margin)


def _badly_indented_strings(
    lines: Sequence[str], inside: frozenset[int], width: int
) -> frozenset[int]:
    """Return the lines of strings that would lose characters with the margin."""
    kept: set[int] = set()
    block: list[int] = []
    for number in [*sorted(inside), len(lines) + 1]:
        if block and number != block[-1] + 1:
            if any(_is_short(lines[n], width) for n in block):
                kept.update(block)
            block = []
        block.append(number)
    return frozenset(kept)


def _is_short(line: str, width: int) -> bool:
    return bool(line.strip()) and bool(line[:width].strip(" \t"))


def header_end(text: str) -> int | None:
    """Return the offset behind the colon that ends a `def`, `class` or `with` header."""
    bare = without_literals(text)
    depth = 0
    for token in _HEADER_TOKEN.finditer(bare):
        if token[0] in {"(", "[", "{"}:
            depth += 1
        elif token[0] in {")", "]", "}"}:
            depth -= 1
        elif token[0] == ":" and depth == 0:
            return token.end()
    return None


def without_literals(text: str) -> str:
    """Return a text with something harmless in the place of its strings."""
    pieces, last = [], 0
    for found in scan(text).literals:
        pieces += [text[last : found.start], "_" * (found.end - found.start)]
        last = found.end
    return "".join([*pieces, text[last:]])


def unparsable_code(text: str) -> str:
    """Return the code in the string of an `app._unparsable_cell`."""
    lines = text.split("\n")
    inner = lines[1:-1]
    as_written = len(lines) > 2 and not lines[0] and lines[-1] == INDENT
    if as_written and all(line.startswith(INDENT) or not line.strip() for line in inner):
        return "\n".join(line.removeprefix(INDENT) if line.strip() else line for line in inner)
    return dedented(lines).strip()
