"""The cells of a markdown notebook: paragraphs of text and fenced blocks of code."""

import ast
import html
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs

from actors.formats.markdown.fences import Fence, fences_of, looks_like_fence
from actors.formats.markdown.sql import has_comments, sql_cell
from actors.formats.memo import MEMO
from actors.formats.python import markdown_cells
from actors.formats.python.cell_facts import CellFacts, analyze
from actors.formats.python.literals import lines_inside_literals
from actors.formats.python.quiet import UnreadableError, parse, quieted
from actors.formats.python.toplevel import DEFAULT_NAME, REUSABLE_PREFIX
from actors.notebook import Cell, CellConfig

SEPARATOR = "<!---->"
"""The line between two cells of text."""

_INTERNAL_NAMES = frozenset({DEFAULT_NAME, "__"})
_BACKTICKS = re.compile(r"`+")
_KEY = re.compile(r"\w+")
_FLAGS = ("disabled", "hide_code", "expand_output")
_BLOCK_BYTES = 400
_MARKS = frozenset({"name", "unparsable", "language"})
_SQL_MARKS = frozenset({"query", "engine", "hide_output"})


@attrs.frozen
class Text:
    """A cell of markdown, as the file has it."""

    markdown: str


@attrs.frozen
class Code:
    """A fenced block that is a cell."""

    source: str
    language: str
    attributes: Mapping[str, str]


# -- markdown ----------------------------------------------------------------------


def code_of_markdown(markdown: str) -> str:
    """Return the code that marimo gives a cell of text.

    Its way with three quotes changes the text, which the notebook's `extra` makes good.
    """
    if not markdown.strip():
        return ""
    quoted = markdown.replace('"""', '\\"\\"\\"')
    return f'mo.md(r"""\n{quoted}\n""")'


def markdown_of_code(code: str) -> str | None:
    """Return the text of a cell that is one `mo.md` call and nothing else.

    As marimo has it: without spaces at the ends of lines. A comment, a semicolon
    or a further argument is no part of the text, so such a cell is code.
    """
    code = code.strip()
    if not code.startswith("mo.md(") or not code.endswith(")") or "\nmo.md(" in code:
        return None
    try:
        body = parse(quieted(code)).body
    except UnreadableError:
        return None
    match body:
        case [
            ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id="mo"), attr="md"),
                    args=[
                        ast.Constant(value=str(text))
                        | ast.JoinedStr(values=[ast.Constant(value=str(text))])
                    ],
                    keywords=[],
                )
            )
        ]:
            return None if has_comments(code) else _without_margins(text)
        case _:
            return None


def _without_margins(text: str) -> str:
    first, *rest = (line.rstrip() for line in text.split("\n"))
    return f"{textwrap.dedent(first)}\n{textwrap.dedent(chr(10).join(rest))}".strip()


def stays_text(markdown: str) -> bool:
    """Return whether a text is read back as one cell of text, whatever is around it."""
    lines = markdown.split("\n")
    fences = fences_of(lines)
    return fences.open is None and not any(fence.is_cell for fence in fences.closed)


def _is_written_as_text(markdown: str) -> bool:
    """Return what marimo answers, unless the text would become, or take in, cells.

    marimo sees that danger only where there are backticks at the margin.
    """
    if not stays_text(markdown):
        return False
    if "```" not in markdown:
        return True
    lines = markdown.split("\n")
    fences = fences_of(lines).closed
    inside = {number for fence in fences for number in range(fence.first, fence.last + 1)}
    return not any(_is_changed(fence, lines) for fence in fences) and not any(
        looks_like_fence(line) for number, line in enumerate(lines) if number not in inside
    )


def _is_changed(fence: Fence, lines: Sequence[str]) -> bool:
    """Return whether marimo would read a block otherwise than it is written."""
    is_empty = fence.last == fence.first + 1
    return fence.is_quoted or is_empty or "\t" in "".join(lines[fence.first : fence.last + 1])


# -- reading -----------------------------------------------------------------------


def options_of(code: Code) -> dict[str, Any]:
    """Return the config of a cell; attributes that mean nothing here are kept as they are.

    Raises:
        ValueError: when `column` is no number.
    """
    marks = _MARKS | (_SQL_MARKS if code.language == "sql" else frozenset())
    options: dict[str, Any] = {
        key: value for key, value in code.attributes.items() if key not in marks
    }
    options |= {key: options[key] == "true" for key in _FLAGS if key in options}
    if "column" in options:
        options["column"] = int(options["column"])
    return options


# -- writing -----------------------------------------------------------------------


def block_of(cell: Cell) -> Text | Code:
    """Return the block that a cell is written as."""
    block = _block_of_code(cell.code, is_column=bool(cell.config.column))
    if isinstance(block, Text):
        return block
    attributes = {**_attributes(cell.name, cell.config), **block.attributes}
    return Code(block.source, block.language, attributes)


def _block_of_code(code: str, *, is_column: bool) -> Text | Code:
    """Return a block that says nothing yet of the cell's name and config."""
    key = (Code, code, is_column)
    block = MEMO.get(key)
    if block is None:
        facts = analyze(code)
        block = _analyzed(code, facts, is_column=is_column)
        if facts.is_lasting:
            MEMO.put(key, block, 2 * sys.getsizeof(code) + _BLOCK_BYTES)
    return cast("Text | Code", block)


def _analyzed(code: str, facts: CellFacts, *, is_column: bool) -> Text | Code:
    # With `body` it is Python, and only as the body of a function it is not.
    if not (facts.is_parsable or facts.body):
        return Code(_trimmed(code), "python", {"unparsable": "true"})
    if not is_column:  # marimo tells by its attributes where a column begins
        markdown = markdown_of_code(code)
        if markdown and _is_written_as_text(markdown):
            return Text(markdown)
        code = _formatted(code) if "mo" in facts.refs else code
    sql = sql_cell(code)
    if sql is not None:
        return Code(sql.text, "sql", sql.attributes())
    return Code(_trimmed(code), "python", {})


def _formatted(code: str) -> str:
    """Return a cell of one `mo.md` call in marimo's form, others as they are.

    That form has no place for a comment inside the call.
    """
    source = quieted(code)
    try:
        formatted = markdown_cells.formatted(code, source, parse(source)) or code
    except UnreadableError:  # it was read before; there is less of the stack now
        return code
    return code if formatted.count("#") < code.count("#") else formatted


def _attributes(name: str, config: CellConfig) -> dict[str, str]:
    attributes = {
        key: value if isinstance(value, str) else repr(value).lower()
        for key, value in config.options().items()
        if value and _KEY.fullmatch(key) and key not in _MARKS
    }
    name = name.removeprefix(REUSABLE_PREFIX)
    return attributes if name in _INTERNAL_NAMES else attributes | {"name": name}


def _trimmed(code: str) -> str:
    """Return code without its margin, and without spaces on lines that are blank.

    Blank lines in strings stay as they are, which marimo's do not.
    """
    inside = lines_inside_literals(code)
    dedented = textwrap.dedent(code).split("\n")
    lines = [
        line if number in inside and not line.strip() else trimmed
        for number, (line, trimmed) in enumerate(zip(code.split("\n"), dedented, strict=True))
    ]
    return "\n".join(lines).strip()


def fenced(code: Code, *, is_quarto: bool) -> str:
    """Return the lines of a block, and an empty one."""
    longest = max(map(len, _BACKTICKS.findall(code.source)), default=0)
    guard = "`" * max(3, longest + 1)
    attributes = "".join(f' {key}="{_escaped(value)}"' for key, value in code.attributes.items())
    if is_quarto:
        head = f"{guard}{{marimo .{code.language}{attributes}}}"
    else:
        head = f"{guard}{code.language} {{.marimo{attributes}}}"
    return f"{head}\n{code.source}\n{guard}\n"


def _escaped(value: str) -> str:
    """Escape as marimo does, and line ends too: these would break the head apart."""
    value = html.escape(value, quote=False).replace('"', "&quot;")
    return value.replace("\n", "&#10;").replace("\r", "&#13;")
