"""The statements that a `.py` notebook's cells are, and the code in them."""

import ast
from collections.abc import Sequence
from typing import Any, Literal

import attrs

from actors.formats.python.cell_source import (
    dedented,
    header_end,
    unparsable_code,
    without_literals,
)
from actors.formats.python.quiet import QuietSource, quieted
from actors.notebook import CellConfig

SETUP_NAME = "setup"

_KINDS = frozenset({"cell", "function", "class_definition"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@attrs.frozen
class CellText:
    """One cell as a file has it."""

    kind: Literal["cell", "reusable", "setup", "unparsable"]
    """`reusable` is an `@app.function` or `@app.class_definition`."""

    code: str
    name: str
    config: CellConfig


@attrs.frozen
class Source:
    """A text and what the compiler was given for it."""

    text: str
    quiet: QuietSource
    lines: tuple[str, ...]
    quiet_lines: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Source":
        r"""Return the source of a text whose lines all end in `\n`."""
        quiet, lines = quieted(text), tuple(text.split("\n"))
        return cls(text, quiet, lines, tuple(quiet.text.split("\n")) if quiet.inserted else lines)

    def column(self, line: int, utf8_column: int) -> int:
        """Return where in a line the syntax tree means, in characters."""
        quiet_line = self.quiet_lines[line - 1]
        characters = len(quiet_line.encode()[:utf8_column].decode())
        if quiet_line == self.lines[line - 1]:  # as good as always; the sums below are slow
            return characters
        start = sum(len(above) + 1 for above in self.lines[: line - 1])
        quiet_start = sum(len(above) + 1 for above in self.quiet_lines[: line - 1])
        return self.quiet.original_offset(quiet_start + characters) - start


def cell_of(node: ast.stmt, source: Source) -> CellText | None:
    """Return the cell that a statement is, if it is one."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            decorator = _decorator(node)
            return None if decorator is None else _decorated(node, decorator, source)
        case ast.With(items=[item]) | ast.AsyncWith(items=[item]):
            if _app_attribute(_called(item.context_expr)) != "setup":
                return None
            code = _without_pass(_body(node, source))
            return CellText("setup", code, SETUP_NAME, _config(item.context_expr))
        case ast.Expr(value=ast.Call(args=[ast.Constant(value=str(text))]) as call):
            if _app_attribute(call.func) != "_unparsable_cell":
                return None
            options = keywords(call)
            name = options.pop("name", None)
            name = "_" if name is None else str(name)
            config = CellConfig.from_options(options)
            return CellText("unparsable", unparsable_code(text), name, config)
        case _:
            return None


def start_of(node: ast.stmt, source: Source) -> tuple[int, int]:
    """Return the line (from 1) and column at which a statement begins, decorators too."""
    decorators = node.decorator_list if isinstance(node, _DEFINITIONS) else ()
    if decorators:
        return min(decorator.lineno for decorator in decorators), 0
    return node.lineno, source.column(node.lineno, node.col_offset) if node.col_offset else 0


def end_of(node: ast.stmt, source: Source) -> tuple[int, int]:
    """Return the line (from 1) and column behind what is read of a statement.

    Comments below it belong to the code of some cells; of an import only the
    first name is read.
    """
    if _takes_comments(node):
        last = _last_line(node, source)
        return last, len(source.lines[last - 1])
    end = node.names[0] if isinstance(node, ast.Import) else node
    assert end.end_lineno is not None
    assert end.end_col_offset is not None
    if isinstance(node, ast.If):  # with a comment behind `app.run()`
        return end.end_lineno, len(source.lines[end.end_lineno - 1])
    return end.end_lineno, source.column(end.end_lineno, end.end_col_offset)


def _takes_comments(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return not _is_function_cell(node) or not isinstance(node.body[-1], ast.Return)
        case ast.With() | ast.AsyncWith():
            return not isinstance(node.body[-1], ast.Return)
        case _:
            return False


def unkept(node: ast.stmt, source: Source) -> str | None:
    """Return what a cell's header says that a notebook has no place for, in words."""
    if not isinstance(node, _DEFINITIONS) or not _is_function_cell(node):
        return None
    if len(node.decorator_list) > 1:
        return "decorators besides `@app.cell`"
    start = node.decorator_list[0].lineno - 1
    header = "\n".join(source.lines[start : node.body[0].lineno])
    if "#" not in header:
        return None
    end = header_end("\n".join(source.lines[node.lineno - 1 : node.body[0].lineno])) or 0
    above = sum(len(line) + 1 for line in source.lines[start : node.lineno - 1])
    line_end = header.find("\n", above + end)
    has_comment = "#" in without_literals(header[: line_end if line_end >= 0 else None])
    return "comments in the cell's signature" if has_comment else None


def _is_function_cell(node: _Definition) -> bool:
    decorator = _decorator(node)
    return decorator is not None and _app_attribute(_called(decorator)) == "cell"


def keywords(node: ast.expr) -> dict[str, Any]:
    """Return the keyword arguments of a call as far as they are literals."""
    values: dict[str, Any] = {}
    for keyword in node.keywords if isinstance(node, ast.Call) else ():
        if keyword.arg is not None:
            try:
                values[keyword.arg] = ast.literal_eval(keyword.value)
            except (ValueError, TypeError, MemoryError, RecursionError):
                continue  # marimo takes literals only, too
    return values


def _config(node: ast.expr) -> CellConfig:
    return CellConfig.from_options(keywords(node))


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _app_attribute(node: ast.expr) -> str | None:
    match node:
        case ast.Attribute(value=ast.Name(id="app"), attr=attribute):
            return attribute
        case _:
            return None


def _decorator(node: _Definition) -> ast.expr | None:
    for decorator in node.decorator_list:
        if _app_attribute(_called(decorator)) in _KINDS:
            return decorator
    return None


def _decorated(node: _Definition, decorator: ast.expr, source: Source) -> CellText:
    config = _config(decorator)
    if _app_attribute(_called(decorator)) == "cell" and not isinstance(node, ast.ClassDef):
        return CellText("cell", _body(node, source), node.name, config)
    assert decorator.end_lineno is not None
    above = source.lines[node.decorator_list[0].lineno - 1 : decorator.lineno - 1]
    code = dedented([*above, *source.lines[decorator.end_lineno : _last_line(node, source)]])
    return CellText("reusable", code, node.name, config)


def _last_line(node: ast.stmt, source: Source) -> int:
    """Return the last line, with the comments that belong to a body by indentation."""
    assert node.end_lineno is not None
    last = node.end_lineno
    for number in range(node.end_lineno, len(source.lines)):
        line = source.lines[number]
        if line.strip():
            if not line[0].isspace():
                break
            last = number + 1
    return last


def _body(node: _Definition | ast.With | ast.AsyncWith, source: Source) -> str:
    """Return the code of a cell that is the body of a function or block."""
    start = node.lineno - 1
    header = "\n".join(source.lines[start : node.body[0].lineno])
    end = header_end(header)
    assert end is not None  # the parser has found it
    start += header.count("\n", 0, end)
    rest = header[end:].split("\n", 1)[0]
    if rest.strip() and not rest.lstrip().startswith("#"):
        return _body_on_one_line(node, source, start, rest)
    return dedented(_body_lines(node, source, start + 1))


def _body_lines(
    node: _Definition | ast.With | ast.AsyncWith, source: Source, start: int
) -> Sequence[str]:
    last = node.body[-1]
    if not isinstance(last, ast.Return):
        return source.lines[start : _last_line(node, source)]
    before = node.body[-2].end_lineno if len(node.body) > 1 else None
    if before == last.lineno:  # `x = 1; return x`
        column = source.column(last.lineno, last.col_offset)
        return [*source.lines[start : last.lineno - 1], source.lines[last.lineno - 1][:column]]
    return source.lines[start : last.lineno - 1]


def _body_on_one_line(
    node: _Definition | ast.With | ast.AsyncWith, source: Source, start: int, rest: str
) -> str:
    """Return the code of `def f(): x = 1; return x`."""
    last = node.body[-1]
    if not isinstance(last, ast.Return):
        return "\n".join([rest.lstrip(), *source.lines[start + 1 : _last_line(node, source)]])
    if len(node.body) == 1:
        return ""
    behind = len(source.lines[start]) - len(rest)
    column = source.column(last.lineno, last.col_offset)
    lines = [*source.lines[start : last.lineno - 1], source.lines[last.lineno - 1][:column]]
    return "\n".join(lines)[behind:].strip()


def _without_pass(code: str) -> str:
    """Undo the `pass` that a block of comments needs."""
    comments, _, last = code.rpartition("\n")
    lines = [line for line in comments.split("\n") if line.strip()]
    if last == "pass" and lines and all(line.lstrip().startswith("#") for line in lines):
        return comments
    return code
