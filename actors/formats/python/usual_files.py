"""Files as marimo writes them, taken apart without a syntax tree.

To parse a file takes four times as long as all else that is done to read it,
and most files need none of it: where each line of a cell is indented, no string
reaches beyond its cell, and nothing stands between cells, the lines alone say
what the cells are. They say the same whether the code in a cell is Python or
not, so nobody has to ask that either. What is not written so is given to the
parser, one cell or, in doubt, the whole file.
"""

import ast
import functools
import keyword
import re
from typing import Literal

from actors.formats.python.between_cells import RUN_GUARD
from actors.formats.python.broken_files import BOUNDARY, is_python
from actors.formats.python.cell_statements import (
    CellText,
    Source,
    cell_of,
    end_of,
    keywords,
    unkept,
)
from actors.formats.python.literals import scan
from actors.formats.python.quiet import UnreadableError, parse, quieted
from actors.notebook import CellConfig

_SPACE = re.compile(r"\n\n\n(?=@app\.|app\._unparsable_cell\(|if __name__ ==)")
"""The blank lines above a cell or the run guard."""

_SETUP = re.compile(r"\n\n(?=(?:async )?with app\.setup\b)")

_UNUSUAL = ("\0", "\f", "\n<<<<<<<", "\n>>>>>>>", "\n|||||||")
"""What has a meaning of its own, as git's marks of a conflict have."""

_WORD = r"[A-Za-z_][A-Za-z_0-9]*"  # all ASCII: Python takes other letters for their like
_CELL = re.compile(
    rf"@app\.cell(?P<options>\([^\n]{{0,200}}\))?\n(?:async )?def (?P<name>{_WORD})"
    rf"\((?P<parameters>(?:{_WORD}(?:, {_WORD})*|\n(?:    {_WORD},\n)+)?)\):\n"
)
_REUSABLE = re.compile(
    r"@app\.(?:function|class_definition)(?P<options>\([^\n]{0,200}\))?\n"
    rf"(?P<header>(?:def|async def|class) (?P<name>{_WORD})\b[^\n]*:)\n"
)
_RETURN = re.compile(r"\n    return(?: \w+(?:, \w+)*| \(\w+,\)| \(\n(?:        \w+,\n)+    \))?")
_QUOTE_OR_COMMENT = re.compile("['\"#]")
_KEYWORDS = frozenset(keyword.kwlist)

# A line of a body is empty, or it is indented and there is something on it.
_ODD_LINE = re.compile(r"\n(?! {4}[^\S\n]*\S|\n)")


def taken_apart(text: str) -> tuple[str, list[CellText]] | None:
    r"""Return what stands above the cells, and the cells; `None` for unusual files.

    Args:
        text: The file, its lines ended by `\n`.
    """
    if any(unusual in text for unusual in _UNUSUAL):
        return None
    above, *pieces = _SPACE.split(text)
    if not pieces or pieces.pop().rstrip("\n") != RUN_GUARD:
        return None
    top, *setup = _SETUP.split(above, maxsplit=1)
    cells = []
    for piece in [*setup, *pieces]:
        cell = _cell(piece.rstrip("\n"))
        if cell is None:
            return None
        cells.append(cell)
    return top, cells


def _cell(piece: str) -> CellText | None:
    cell = None
    if (found := _CELL.match(piece)) is not None:
        cell = _function_cell(piece, found)
    elif (found := _REUSABLE.match(piece)) is not None:
        cell = _reusable_cell(piece, found)
    if cell is not None and _closes_its_strings(piece):
        return cell
    return _parsed(piece)


def _function_cell(piece: str, found: re.Match[str]) -> CellText | None:
    start = piece.rfind("\n    return")
    if start < found.end() - 1 or not _RETURN.fullmatch(piece, start):
        return None
    body = piece[found.end() - 1 : start].removesuffix("\n")
    parameters = found["parameters"].replace(",", " ").split()
    if _ODD_LINE.search(body) or not _KEYWORDS.isdisjoint([found["name"], *parameters]):
        return None
    code = body.replace("\n    ", "\n")[1:]
    return None if code != code.strip() else _with_options("cell", code, found)


def _reusable_cell(piece: str, found: re.Match[str]) -> CellText | None:
    code = piece[found.start("header") :]
    is_odd = code != code.strip() or _ODD_LINE.search(code)
    if is_odd or not is_python(f"{found['header']} ..."):
        return None
    return _with_options("reusable", code, found)


def _with_options(
    kind: Literal["cell", "reusable"], code: str, found: re.Match[str]
) -> CellText | None:
    config = _config(found["options"] or "()")
    return None if config is None else CellText(kind, code, found["name"], config)


@functools.lru_cache(maxsize=64)
def _config(options: str) -> CellConfig | None:
    """Return the config that the arguments of a decorator are; one object for all cells."""
    try:
        tree = parse(quieted(f"f{options}"))
    except UnreadableError:
        return None
    match tree.body:
        case [ast.Expr(value=ast.Call(func=ast.Name()) as call)] if "#" not in options:
            config = CellConfig.from_options(keywords(call))
            return None if config.extra else config  # which may hold what can be changed
        case _:
            return None


def _closes_its_strings(piece: str) -> bool:
    """Return whether no string of a piece reaches into the next one.

    Only one in triple quotes can.
    """
    if '"""' not in piece and "'''" not in piece:
        return True
    match piece.split('"""'):
        case [above, inside, _] if "'''" not in piece:
            is_sure = not (_QUOTE_OR_COMMENT.search(above) or inside.endswith("\\"))
            if is_sure and above[-1:] not in "fFtT":  # whose fields may hold more of them
                return True
    source = f"{piece}\n"
    return all(literal.end < len(source) for literal in scan(source).literals[-1:])


def _parsed(piece: str) -> CellText | None:
    """Return the cell that a piece is in Python's eyes, if it is one and nothing else."""
    source = Source.of(piece)
    if any(BOUNDARY.match(line) for line in source.lines[1:]):
        return None
    try:
        body = parse(source.quiet).body
    except UnreadableError:
        return None
    if len(body) != 1 or unkept(body[0], source) is not None:
        return None
    is_all = end_of(body[0], source) == (len(source.lines), len(source.lines[-1]))
    return cell_of(body[0], source) if is_all else None
