"""Markdown as the code of a cell, `mo.md(…)`, and back."""

import ast
import re
import textwrap

from actors.formats.python.layout import escaped, is_writable
from actors.formats.python.quiet import UnreadableError, parse, quieted

DEFAULT_PREFIX = "r"
"""What marimo's converter puts before the quotes of markdown that others wrote."""

PREFIXES = frozenset({"", "r", "f", "fr", "rf"})

_CALL = re.compile(r"\s*mo\s*\.\s*md\s*\(\s*([A-Za-z]*)['\"]")

_AT_MARGIN = re.compile(r"^\S", re.MULTILINE)


def code_of(markdown: str, prefix: str = DEFAULT_PREFIX) -> str:
    r"""Return the code whose value is this markdown, on lines of their own.

    That is marimo's own form, but for texts that it would change: a raw string
    keeps the backslashes before three quotes, another one loses that of `\alpha`,
    and an f-string takes `{x}` for a field.
    """
    if "f" in prefix:
        markdown = markdown.replace("{", "{{").replace("}", "}}")
    is_plain = '"""' not in markdown and "\r" not in markdown and is_writable(markdown)
    if not is_plain or ("r" not in prefix and "\\" in markdown):
        prefix = prefix.replace("r", "")
        markdown = escaped(markdown).replace("\r", "\\r")
    return f'mo.md({prefix}"""\n{markdown}\n""")'


def markdown_of(code: str) -> str | None:
    """Return the markdown of a cell that is one plain `mo.md` call and nothing else.

    A call with fields in an f-string, with further arguments or with a comment
    is code.
    """
    value = _argument(code)
    if value is None:
        return None
    inner = value[1:-1]
    if value == f"\n{inner}\n" and (_AT_MARGIN.search(inner) or not inner.strip()):
        return inner
    first, _, below = value.partition("\n")  # marimo shows it without its indentation
    return f"{first.lstrip()}\n{textwrap.dedent(below)}".strip()


def prefix_of(code: str) -> str:
    """Return what stands before the quotes of a call, as marimo notes it."""
    call = _CALL.match(code)
    prefix = "" if call is None else call[1].lower()
    return prefix if prefix in PREFIXES else ""


def _argument(code: str) -> str | None:
    if _CALL.match(code) is None:  # far cheaper than to parse every cell
        return None
    source = quieted(code.strip())
    try:
        body = parse(source).body
    except UnreadableError:
        return None
    match body:
        case [
            ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id="mo"), attr="md"),
                    args=[argument],
                    keywords=[],
                ) as call
            )
        ] if _ends_with(call, source.text):
            return _constant(argument)
        case _:
            return None


def _ends_with(call: ast.Call, text: str) -> bool:
    lines = text.split("\n")
    return (call.end_lineno, call.end_col_offset) == (len(lines), len(lines[-1].encode()))


def _constant(argument: ast.expr) -> str | None:
    match argument:
        case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text))]):
            return text
        case _:
            return None
