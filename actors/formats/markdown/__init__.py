"""Markdown notebooks, `.md` and `.qmd`, byte for byte as marimo 0.25.2 writes them.

What the user wrote by hand stays: the front matter but for what changed, and each
paragraph of text whose cell is the same.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence

from actors.errors import FormatError
from actors.formats.markdown.cells import (
    SEPARATOR,
    Code,
    Text,
    block_of,
    code_of_markdown,
    fenced,
    options_of,
    stays_text,
)
from actors.formats.markdown.fences import Fence, fences_of
from actors.formats.markdown.front_matter import NO_FRONT_MATTER, FrontMatter
from actors.formats.markdown.metadata import fields_of, front_matter_of
from actors.formats.markdown.sql import SqlCell
from actors.formats.python.broken_files import conflict_line
from actors.formats.python.cell_ids import cell_ids
from actors.formats.python.toplevel import DEFAULT_NAME
from actors.notebook import Cell, CellConfig, Notebook, TextStyle
from actors.types import CellId

_DASHES = "---"
_TEXTS = "texts"
"""The key in `Notebook.extra` under which texts are that a cell's code says less exactly."""

_MYST_DIRECTIVE = re.compile(r" {0,3}`{3,}\{marimo(?:-config\}|\}[ \t]+\w)")


# -- reading -----------------------------------------------------------------------


def parse(data: bytes) -> Notebook:
    """Return the notebook; see `actors.formats.parse`."""
    text, style = _decoded(data)
    lines = text.split("\n")
    front_matter, body = _divided(lines)
    fences = fences_of(lines[body:])
    _refuse(lines, body, fences.closed)
    fields = fields_of(front_matter)
    texts: dict[str, str] = {}
    cells = tuple(_cells(lines[body:], body, fences.closed, texts))
    if texts:
        fields["extra"] = (*fields["extra"], (_TEXTS, texts))
    return Notebook(cells, style=style, **fields)


def _decoded(data: bytes) -> tuple[str, TextStyle]:
    """Return the text without blank lines around it, and how it was written down."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("not text in UTF-8", line) from None
    encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    newline = next((end for end in ("\r\n", "\n", "\r") if end in text), "\n")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    stripped = text.rstrip()
    return stripped, TextStyle(newline, encoding, text[len(stripped) :] if stripped else "")


def _divided(lines: list[str]) -> tuple[FrontMatter, int]:
    """Return the front matter and the first line below it."""
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    lines[start] = lines[start].lstrip()
    if lines[start].rstrip() != _DASHES:
        return NO_FRONT_MATTER, start
    ends = (n for n in range(start + 1, len(lines)) if lines[n].rstrip() == _DASHES)
    end = next(ends, None)
    front_matter = None if end is None else _front_matter(lines[start + 1 : end], start + 1)
    if end is None or front_matter is None:  # two rules around a paragraph are no front matter
        return NO_FRONT_MATTER, start
    return front_matter, next((n for n in range(end + 1, len(lines)) if lines[n]), len(lines))


def _front_matter(lines: Sequence[str], above: int) -> FrontMatter | None:
    try:
        return FrontMatter.of("".join(f"{line}\n" for line in lines))
    except FormatError as error:
        line = None if error.line is None else error.line + above
        raise FormatError(error.reason, line) from None


def _refuse(lines: Sequence[str], body: int, fences: Sequence[Fence]) -> None:
    conflict = conflict_line(lines)
    if conflict is not None and not any(
        fence.first < conflict - 1 - body < fence.last and not fence.is_cell for fence in fences
    ):
        raise FormatError("a git conflict is not resolved here", conflict)
    inside = {number for fence in fences for number in range(fence.first + 1, fence.last + 1)}
    for number, line in enumerate(lines[body:]):
        if number not in inside and _MYST_DIRECTIVE.match(line):
            reason = "a directive of MyST, which is another format than `.md` and `.qmd`"
            raise FormatError(reason, body + number + 1)


def _cells(
    lines: Sequence[str], above: int, fences: Sequence[Fence], texts: dict[str, str]
) -> Iterator[Cell]:
    """Yield the cells; `texts` gets those that their code says less exactly."""
    ids = cell_ids()
    for block in _blocks(lines, fences):
        if isinstance(block, Fence):
            yield _code_cell(CellId(next(ids)), block, lines, above)
        else:
            cell = _text_cell(CellId(next(ids)), block)
            if block and block_of(cell) != Text(block) and stays_text(block):
                texts[cell.code] = block
            yield cell


def _blocks(lines: Sequence[str], fences: Sequence[Fence]) -> Iterator[str | Fence]:
    """Yield texts and cells of code, from top to bottom."""
    inside = {n for fence in fences for n in range(fence.first, fence.last + 1)}
    borders = {n for n, line in enumerate(lines) if line.strip() == SEPARATOR and n not in inside}
    below = 0
    for fence in [fence for fence in fences if fence.is_cell]:
        yield from _texts(lines, below, fence.first, borders)
        yield fence
        below = fence.last + 1
    yield from _texts(lines, below, len(lines), borders)


def _texts(lines: Sequence[str], start: int, stop: int, borders: set[int]) -> Iterator[str]:
    """Yield the texts between two cells of code.

    One empty line is what marimo puts there; several are a cell without text.
    """
    for border in [*(n for n in range(start, stop) if n in borders), stop]:
        text = lines[start:border]
        if text and not text[-1].strip():
            text = text[:-1]
        if text:
            yield _without_blank_lines(text)
        start = border + 1


def _without_blank_lines(lines: Sequence[str]) -> str:
    """Return a text without the blank lines around it; its first line keeps its margin."""
    used = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[used[0] : used[-1] + 1]) if used else ""


def _text_cell(cell_id: CellId, markdown: str) -> Cell:
    code = code_of_markdown(markdown.strip())
    return Cell(cell_id, code, DEFAULT_NAME, CellConfig(hide_code=True))


def _code_cell(cell_id: CellId, fence: Fence, lines: Sequence[str], above: int) -> Cell:
    source = "\n".join(fence.content(lines))
    code = Code(source, fence.language, fence.attributes)
    try:
        options = options_of(code)
    except ValueError:
        raise FormatError("`column` must be a number", above + fence.first + 1) from None
    if code.language == "sql":
        source = SqlCell.from_attributes(source, code.attributes).code()
    return Cell(cell_id, source, code.attributes.get("name", DEFAULT_NAME), options)


# -- writing -----------------------------------------------------------------------


def render_md(notebook: Notebook) -> bytes:
    """Return the `.md` file; see `actors.formats.render`."""
    return _render(notebook, is_quarto=False)


def render_qmd(notebook: Notebook) -> bytes:
    """Return the `.qmd` file, whose blocks Quarto's extension for marimo runs."""
    return _render(notebook, is_quarto=True)


def _render(notebook: Notebook, *, is_quarto: bool) -> bytes:
    front_matter = front_matter_of(notebook)
    lines = [_DASHES, front_matter.removesuffix("\n"), _DASHES, ""]
    text = "\n".join([*lines, *_written(notebook, is_quarto=is_quarto)]).strip()
    footer = notebook.style.footer
    return _encoded(text + footer if not footer.strip() else text, notebook.style)


def _written(notebook: Notebook, *, is_quarto: bool) -> Iterator[str]:
    texts = dict(notebook.extra).get(_TEXTS, {})
    is_below_text = False
    for cell in notebook:
        block = _block(cell, texts)
        if isinstance(block, Text):
            if is_below_text:
                yield SEPARATOR
            yield block.markdown
        else:
            if is_below_text:
                yield ""
            yield fenced(block, is_quarto=is_quarto)
        is_below_text = isinstance(block, Text)


def _block(cell: Cell, texts: Mapping[str, str]) -> Text | Code:
    markdown = None if cell.config.column else texts.get(cell.code)
    return block_of(cell) if markdown is None else Text(markdown)


def _encoded(text: str, style: TextStyle) -> bytes:
    text = text.replace("\n", style.newline)
    encoding = "utf-8-sig" if style.encoding == "utf-8-sig" else "utf-8"
    # Half a surrogate pair has no form in UTF-8; in a Python string `\ud800` is the same.
    return text.encode(encoding, "backslashreplace")
