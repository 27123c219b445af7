"""Cells of a file whose text is not Python: an edit gone wrong, kept as it is."""

import ast
import re
from collections.abc import Sequence

import attrs

from actors.formats.python.cell_source import dedented, header_end
from actors.formats.python.cell_statements import CellText, Source, cell_of
from actors.formats.python.literals import lines_inside_literals
from actors.formats.python.quiet import UnreadableError, parse
from actors.notebook import DEFAULT_CONFIG

_RETURN = re.compile(r"return(?![\w.])")
_NAME = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)


@attrs.frozen
class _Header:
    """The part above a broken body, which can be read."""

    cell: CellText
    decorator_lines: int
    """Lines above `def`, `class` or `with`."""

    end: int
    """Offset behind its colon."""


def broken_cell(text: str) -> CellText:
    """Return the cell that a text would be if it were Python.

    A function or class keeps its header, which is the user's code.
    """
    header = _header(text)
    if header is None:
        name = _NAME.search(text)
        return CellText("unparsable", text.strip(), name[1] if name else "_", DEFAULT_CONFIG)
    lines = text.split("\n")
    if header.cell.kind == "reusable":
        code = "\n".join(lines[header.decorator_lines :])
    else:
        first, *below = text[header.end :].split("\n")
        body = below if not first.strip() or first.lstrip().startswith("#") else [first, *below]
        code = dedented(_without_return(body))
    return attrs.evolve(header.cell, code=code.strip())


def line_outside(text: str) -> int | None:
    """Return the first line (from 0) below a sound cell, when the trouble is there."""
    header = _header(text)
    if header is None:
        return None
    lines = text.split("\n")
    inside = lines_inside_literals(text)
    first_below = text.count("\n", 0, header.end) + 1
    for number in range(first_below, len(lines)):
        line = lines[number]
        if line and not line[0].isspace() and line[0] != "#" and number not in inside:
            return number if _is_sound("\n".join(lines[:number])) else None
    return None


def _is_sound(text: str) -> bool:
    try:
        parse(Source.of(text).quiet)
    except UnreadableError:
        return False
    return True


def _header(text: str) -> _Header | None:
    end = header_end(text)
    if end is None:
        return None
    source = Source.of(f"{text[:end]} ...")
    try:
        node = parse(source.quiet).body[0]
    except UnreadableError:
        return None
    cell = cell_of(node, source)
    if cell is None or isinstance(node, ast.Expr):
        return None
    return _Header(cell, node.lineno - 1, end)


def _without_return(lines: Sequence[str]) -> Sequence[str]:
    """Drop the `return` that marimo writes at the end of a cell."""
    used = [number for number, line in enumerate(lines) if line.strip()]
    if not used:
        return lines
    margin = len(lines[used[0]]) - len(lines[used[0]].lstrip())
    for number in reversed(used):
        line = lines[number]
        if len(line) - len(line.lstrip()) == margin:
            # The last statement may go over lines: `return (`, names, `)`.
            if _RETURN.match(line.lstrip()):
                return lines[:number]
            if line.strip() != ")":
                break
        elif len(line) - len(line.lstrip()) < margin:
            break
    return lines
