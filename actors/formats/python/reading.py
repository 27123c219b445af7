"""Reading a `.py` notebook, as marimo 0.25.2 reads it and a little more carefully."""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

import attrs
from loguru import logger

from actors.errors import FormatError
from actors.formats.memo import MEMO
from actors.formats.python.between_cells import APP, IMPORT, RUN, VERSION, Between, Construct
from actors.formats.python.broken_cells import broken_cell, line_outside
from actors.formats.python.broken_files import conflict_line, marker_line, pieces
from actors.formats.python.cell_ids import numbered
from actors.formats.python.cell_statements import (
    CellText,
    Source,
    cell_of,
    end_of,
    keywords,
    start_of,
    unkept,
)
from actors.formats.python.encoding import decoded
from actors.formats.python.quiet import UnreadableError
from actors.formats.python.quiet import parse as parse_quietly
from actors.formats.python.usual_files import taken_apart
from actors.notebook import PLAIN_STYLE, Notebook, TextStyle

_NOT_A_NOTEBOOK = "a plain Python script and no marimo notebook: it has no `app = marimo.App(...)`"


_TOP_BYTES = 1_000

Place = tuple[int, int]
"""A line, counted from 1, and a column in characters."""


@attrs.frozen
class _Statement:
    """A statement of a file."""

    start: Place
    end: Place
    node: ast.stmt | None
    """`None` for what is not Python."""

    cell: CellText | None

    @classmethod
    def of(cls, node: ast.stmt, source: Source, lines_above: int) -> "_Statement":
        """Return a statement of a source that may be a part of the file."""
        (first, start), (last, end) = start_of(node, source), end_of(node, source)
        cell = cell_of(node, source)
        if (what := unkept(node, source)) is not None:
            logger.warning("line {}: a save will not keep {}", lines_above + first, what)
        return cls((lines_above + first, start), (lines_above + last, end), node, cell)

    @property
    def line(self) -> int:
        """The line that an error names."""
        return self.start[0]


def parse(data: bytes) -> Notebook:
    """Return the notebook; see `actors.formats.parse`."""
    text, style = decoded(data)
    if (notebook := _quickly(text, style)) is not None:
        return notebook
    return carefully(text, style)


def carefully(text: str, style: TextStyle) -> Notebook:
    """Return the notebook in any text, with all that its file has besides."""
    if not text.strip():
        return Notebook(style=style)
    try:
        return _notebook(text, style, _statements(text))
    except RecursionError:
        raise FormatError("nested too deeply to be read") from None


# -- files as marimo writes them ---------------------------------------------------


def _quickly(text: str, style: TextStyle) -> Notebook | None:
    """Return the same notebook for a fifth of the time, or `None`."""
    parts = taken_apart(text)
    notebook = None if parts is None else _top(parts[0])
    if parts is None or notebook is None:
        return None
    return attrs.evolve(notebook, cells=numbered(parts[1]), style=style)


def _top(text: str) -> Notebook | None:
    """Return a notebook without cells from what stands above them, if that is usual.

    Remembered, because most notebooks begin alike, and then share what they hold.
    """
    key = "top", text
    notebook: Notebook | None = MEMO.get(key)
    if notebook is None and (notebook := _read_top(text)) is not None:
        MEMO.put(key, notebook, 2 * sys.getsizeof(text) + _TOP_BYTES)
    return notebook


def _read_top(text: str) -> Notebook | None:
    try:
        statements = _statements(text)
        notebook = _notebook(text, PLAIN_STYLE, statements)
    except (FormatError, RecursionError):
        return None
    ends_with_app = bool(statements) and isinstance(statements[-1].node, ast.Assign)
    is_usual = ends_with_app and not notebook.cells and not notebook.extra
    return notebook if is_usual and notebook.style == PLAIN_STYLE else None


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
    statements = [_Statement.of(node, source, 0) for node in tree.body]
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
        last_line = first_line + len(source.lines) - 1
        end = last_line, len(source.lines[-1])
        yield _Statement((first_line, 0), end, None, broken_cell(source.text))
    else:
        for node in nodes:
            yield _Statement.of(node, source, first_line - 1)


# -- the notebook ------------------------------------------------------------------


def _notebook(text: str, style: TextStyle, statements: Sequence[_Statement]) -> Notebook:
    imported = _first(statements, lambda statement: _alias(statement.node) is not None)
    if imported is None:
        return _without_import(text, style, statements)
    alias = _alias(imported.node) or ""
    app = _first(statements, lambda statement: _app_call(statement.node, alias) is not None)
    if app is None:
        raise FormatError(_NOT_A_NOTEBOOK, imported.line)
    call = _app_call(app.node, alias)
    assert call is not None
    version = _first(_between(statements, imported, app), lambda s: bool(_version(s.node)))
    run = _first(_between(statements, app, None), lambda s: _is_run_guard(s.node))
    read = [s for s in _between(statements, app, run) if s.cell is not None]
    cells = tuple(numbered(s.cell for s in read if s.cell is not None))
    parts = {IMPORT: imported, VERSION: version, APP: app}
    parts |= zip((cell.id for cell in cells), read, strict=True)
    notebook = Notebook(
        cells=cells,
        app_config=keywords(call),
        generated_with=None if version is None else _version(version.node),
    )
    return _with_the_rest(notebook, text, style, parts | {RUN: run})


def _first(
    statements: Iterable[_Statement], is_wanted: Callable[[_Statement], bool]
) -> _Statement | None:
    return next(filter(is_wanted, statements), None)


def _between(
    statements: Sequence[_Statement], above: _Statement, below: _Statement | None
) -> Sequence[_Statement]:
    last = len(statements) if below is None else statements.index(below)
    return statements[statements.index(above) + 1 : last]


def _with_the_rest(
    notebook: Notebook, text: str, style: TextStyle, parts: Mapping[str, _Statement | None]
) -> Notebook:
    """Add the text that is above, between and below the parts of a notebook."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def offset(place: Place) -> int:
        return starts[place[0] - 1] + place[1]

    constructs = [
        Construct(anchor, offset(part.start), offset(part.end))
        for anchor, part in parts.items()
        if part is not None
    ]
    if constructs[-1].anchor != RUN:
        constructs.append(Construct(RUN, len(text), len(text)))
    footer = text[constructs[-1].end :].partition("\n")[2]
    return attrs.evolve(
        notebook,
        header=text[: constructs[0].start].strip(),
        style=attrs.evolve(style, footer=footer) if footer.strip() else style,
        extra=Between.read(text, constructs).as_extra(),
    )


def _without_import(text: str, style: TextStyle, statements: Sequence[_Statement]) -> Notebook:
    """A file of comments and docstrings is a notebook to be."""
    for statement in statements:
        if not _is_string(statement.node):
            raise FormatError(_NOT_A_NOTEBOOK, statement.line)
    return Notebook(header=text.strip(), style=style)


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
