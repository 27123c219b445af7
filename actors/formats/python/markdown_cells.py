"""Cells that are one `mo.md("…")` call, which marimo writes in a form of its own."""

import ast
import textwrap

from actors.formats.python.literals import scan
from actors.formats.python.quiet import QuietSource, UnreadableError, parse, quieted


def formatted(code: str, source: QuietSource, tree: ast.Module) -> str | None:
    r"""Return a markdown cell with its text on lines between triple quotes.

    `None` for other cells, and where marimo's form would not say the same: it
    takes a plain string's value, and `"\\alpha"` is not `\alpha` between quotes
    that are not raw; it drops further arguments; it breaks `""` in raw strings.
    Such a cell is written as it is.
    """
    call = _markdown_call(tree)
    markdown = None if call is None else _text(call)
    if call is None or not markdown:
        return None
    start, end = _span(source, call)
    prefix = scan(code[start:end]).literals[-1].prefix
    tag = "" if prefix.lower() == "u" else prefix
    between = markdown
    if "f" in tag.lower():
        between = between.replace("{", "{{").replace("}", "}}")
    between = between.replace('""', '"\\"')
    result = f'{code[:start]}mo.md({tag}"""\n{between}\n"""){code[end:]}'
    return result if result == code or _reads_as(result, markdown) else None


def _markdown_call(tree: ast.Module) -> ast.Call | None:
    match tree.body:
        case [
            ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id="mo"), attr="md"), args=[_], keywords=[]
                ) as call
            )
        ]:
            return call
        case _:
            return None


def _text(call: ast.Call) -> str | None:
    """Return the argument's text without its indentation, if it is a constant."""
    argument = call.args[0]
    match argument:
        case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text))]):
            first, *rest = (line.rstrip() for line in text.split("\n"))
            below = textwrap.dedent("\n".join(rest))
            return f"{textwrap.dedent(first)}\n{below}".strip()
        case _:
            return None


def _span(source: QuietSource, call: ast.Call) -> tuple[int, int]:
    """Return where the call is in the original; the tree counts lines and UTF-8 bytes."""
    lines = source.text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        characters = len(lines[line - 1].encode()[:column].decode())
        return source.original_offset(starts[line - 1] + characters)

    assert call.end_lineno is not None
    assert call.end_col_offset is not None
    return (
        offset(call.lineno, call.col_offset),
        offset(call.end_lineno, call.end_col_offset),
    )


def _reads_as(code: str, markdown: str) -> bool:
    try:
        call = _markdown_call(parse(quieted(code)))
    except UnreadableError:
        return False
    return call is not None and _text(call) == markdown
