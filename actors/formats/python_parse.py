"""Reading a `.py` notebook, as marimo 0.25.2 reads it and a little more carefully."""

import ast
import random
import string
from collections.abc import Iterable, Iterator, Sequence

import attrs
from loguru import logger

from actors.errors import FormatError
from actors.formats.broken_cells import broken_cell, line_outside
from actors.formats.broken_files import conflict_line, marker_line, pieces
from actors.formats.cell_statements import (
    SETUP_NAME,
    CellText,
    Source,
    cell_of,
    keywords,
)
from actors.formats.quiet import UnreadableError
from actors.formats.quiet import parse as parse_quietly
from actors.formats.toplevel import REUSABLE_PREFIX
from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId

_NOT_A_NOTEBOOK = "a plain Python script and no marimo notebook: it has no `app = marimo.App(...)`"


@attrs.frozen
class _Statement:
    """A statement between the top of a file and its end."""

    line: int
    node: ast.stmt | None
    """`None` for what is not Python."""

    cell: CellText | None


def parse(data: bytes) -> Notebook:
    """Return the notebook; see `actors.formats.parse`."""
    text = _decoded(data)
    if not text.strip():
        return Notebook()
    try:
        return _notebook(text, _statements(text))
    except RecursionError:
        raise FormatError("nested too deeply to be read") from None


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("not text in UTF-8", line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


# -- statements ------------------------------------------------------------------


def _statements(text: str) -> list[_Statement]:
    source = Source.of(text)
    conflict = conflict_line(source.lines)
    try:
        tree = parse_quietly(source.quiet)
    except UnreadableError as refusal:
        line = conflict or marker_line(source.lines)
        if line is not None:
            raise _conflict(line) from None
        return list(_recovered(source, refusal))
    statements = [_Statement(node.lineno, node, cell_of(node, source)) for node in tree.body]
    if conflict is not None and not _may_hold_markers(statements, conflict):
        raise _conflict(conflict)
    return statements


def _conflict(line: int) -> FormatError:
    return FormatError("a git conflict is not resolved here", line)


def _may_hold_markers(statements: Iterable[_Statement], line: int) -> bool:
    """Only in a function that is at the margin can a string hold such lines."""
    return any(
        statement.cell is not None
        and statement.cell.kind == "reusable"
        and statement.node is not None
        and statement.line <= line <= (statement.node.end_lineno or 0)
        for statement in statements
    )


def _recovered(source: Source, refusal: UnreadableError) -> Iterator[_Statement]:
    """Read the cells one by one where the file as a whole cannot be read."""
    parts = list(pieces(source.lines))
    if not any(part.is_cell for part in parts):
        raise FormatError(f"not Python: {refusal.reason}", refusal.line)
    for part in parts:
        yield from _read_piece(Source.of(part.text), part.first_line, is_cell=part.is_cell)


def _read_piece(source: Source, first_line: int, *, is_cell: bool) -> Iterator[_Statement]:
    try:
        nodes = parse_quietly(source.quiet).body
    except UnreadableError as refusal:
        outside = line_outside(source.text) if is_cell else (refusal.line or 1) - 1
        if outside is not None:
            reason = f"not Python, and not in a cell: {refusal.reason}"
            raise FormatError(reason, first_line + outside) from None
        yield _Statement(first_line, None, broken_cell(source.text))
    else:
        for node in nodes:
            yield _Statement(first_line + node.lineno - 1, node, cell_of(node, source))


# -- the notebook ------------------------------------------------------------------


def _notebook(text: str, statements: Sequence[_Statement]) -> Notebook:
    imported = next((n for n, s in enumerate(statements) if _alias(s.node) is not None), None)
    if imported is None:
        return _without_import(text, statements)
    alias = _alias(statements[imported].node)
    assert alias is not None
    app = next((n for n, s in enumerate(statements) if _app_call(s.node, alias) is not None), None)
    if app is None:
        raise FormatError(_NOT_A_NOTEBOOK, statements[imported].line)
    call = _app_call(statements[app].node, alias)
    assert call is not None
    header = "\n".join(text.split("\n")[: statements[imported].line - 1])
    between = statements[imported + 1 : app]
    return Notebook(
        cells=_numbered(_cells(statements[app + 1 :])),
        app_config=keywords(call),
        header=header.strip(),
        generated_with=next(filter(None, (_version(s.node) for s in between)), None),
    )


def _without_import(text: str, statements: Sequence[_Statement]) -> Notebook:
    """A file of comments and docstrings is a notebook to be."""
    for statement in statements:
        if not _is_string(statement.node):
            raise FormatError(_NOT_A_NOTEBOOK, statement.line)
    return Notebook(header=text.strip())


def _is_string(node: ast.stmt | None) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case _:
            return False


def _alias(node: ast.stmt | None) -> str | None:
    """Return the name that `import marimo` binds, if this is that statement."""
    match node:
        case ast.Import(names=[ast.alias(name="marimo", asname=alias), *_]):
            return alias or "marimo"
        case _:
            return None


def _app_call(node: ast.stmt | None, marimo: str) -> ast.Call | None:
    match node:
        case ast.Assign(
            targets=[ast.Name(id="app")],
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="App")) as call,
        ) if name == marimo:
            return call
        case _:
            return None


def _version(node: ast.stmt | None) -> str | None:
    match node:
        case ast.Assign(targets=[ast.Name(id="__generated_with")], value=ast.Constant(value=value)):
            return str(value)
        case _:
            return None


def _is_run_guard(node: ast.stmt | None) -> bool:
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case _:
            return False


def _cells(statements: Iterable[_Statement]) -> Iterator[CellText]:
    for statement in statements:
        if statement.cell is not None:
            yield statement.cell
        elif _is_run_guard(statement.node):
            return
        else:
            logger.warning("line {}: not in a cell, so not a part of the notebook", statement.line)


# -- cells -------------------------------------------------------------------------


def _numbered(texts: Iterable[CellText]) -> Iterator[Cell]:
    """Give ids as marimo's loader does, so that a host that loaded the file agrees."""
    ids = _ids()
    has_setup = False
    for position, text in enumerate(texts):
        is_broken_setup = (text.kind, text.name, position) == ("unparsable", SETUP_NAME, 0)
        is_setup = not has_setup and (text.kind == "setup" or is_broken_setup)
        has_setup |= is_setup
        name = REUSABLE_PREFIX + text.name if text.kind == "reusable" else text.name
        config = CellConfig.from_options(text.options)
        yield Cell(CellId(SETUP_NAME if is_setup else next(ids)), text.code, name, config)


def _ids() -> Iterator[str]:
    """Yield `Hbol`, `MJUe`, `vblA`, …: marimo's ids of the cells of a file, in order."""
    letters = random.Random(42)
    seen: set[str] = set()
    while True:
        cell_id = "".join(letters.choices(string.ascii_letters, k=4))
        if cell_id not in seen:
            seen.add(cell_id)
            yield cell_id
