"""Notebooks as files: pure functions between `Notebook` values and bytes."""

from collections.abc import Callable
from pathlib import Path

import attrs

from actors.errors import FormatError
from actors.formats import ipynb, markdown
from actors.formats.markdown.metadata import titled
from actors.formats.python import reading, writing
from actors.notebook import Notebook

__all__ = ["for_new_file", "parse", "render"]


@attrs.frozen
class _Format:
    parse: Callable[[bytes], Notebook]
    render: Callable[[Notebook], bytes]


_FORMATS = {
    ".ipynb": _Format(ipynb.parse, ipynb.render),
    ".md": _Format(markdown.parse, markdown.render_md),
    ".py": _Format(reading.parse, writing.render),
    ".qmd": _Format(markdown.parse, markdown.render_qmd),
}
"""By the suffix of the file name, in lower case."""


def parse(data: bytes, suffix: str) -> Notebook:
    """Return the notebook that a file holds.

    Cells get the ids that marimo's loader would give them (those of an `.ipynb`
    keep their own), and version 0.

    Args:
        data: The file, whole.
        suffix: The end of its name, such as `.py`.

    Raises:
        FormatError: when it holds no notebook, with the line that shows it; or
            when there is no such format.
    """
    return _format(suffix).parse(data)


def render(notebook: Notebook, suffix: str) -> bytes:
    """Return the file for a notebook; the same notebook gives the same bytes.

    A cell that Python cannot read is written as a string, with all its text.

    Args:
        notebook: What to write; its `generated_with` is kept.
        suffix: The end of the file's name, such as `.py`.

    Raises:
        FormatError: when there is no such format, or it needs an extra that is
            not installed.
    """
    return _format(suffix).render(notebook)


def for_new_file(notebook: Notebook, name: str) -> Notebook:
    """Return a notebook with what its format takes from the name of a new file.

    A markdown notebook without a title is called after its file, as in marimo:
    `my-report.md` is `My Report`. In the other formats nothing is.
    """
    is_markdown = Path(name).suffix.lower() in {".md", ".qmd"}
    return titled(notebook, name) if is_markdown else notebook


def _format(suffix: str) -> _Format:
    try:
        return _FORMATS[suffix.lower()]
    except KeyError:
        known = ", ".join(sorted(_FORMATS))
        raise FormatError(f"no format for {suffix!r} files; there are: {known}") from None
