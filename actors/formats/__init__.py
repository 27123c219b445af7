"""Notebooks as files: pure functions between `Notebook` values and bytes."""

from collections.abc import Callable

import attrs

from actors.errors import FormatError
from actors.formats import ipynb, markdown_notebook, python_parse, python_text
from actors.notebook import Notebook

__all__ = ["parse", "render"]


@attrs.frozen
class _Format:
    parse: Callable[[bytes], Notebook]
    render: Callable[[Notebook], bytes]


_FORMATS = {
    ".ipynb": _Format(ipynb.parse, ipynb.render),
    ".md": _Format(markdown_notebook.parse, markdown_notebook.render_md),
    ".py": _Format(python_parse.parse, python_text.render),
    ".qmd": _Format(markdown_notebook.parse, markdown_notebook.render_qmd),
}
"""By the suffix of the file name, in lower case."""


def parse(data: bytes, suffix: str) -> Notebook:
    """Return the notebook that a file holds.

    Cells get the ids that marimo's loader would give them, and version 0.

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
        FormatError: when there is no such format.
    """
    return _format(suffix).render(notebook)


def _format(suffix: str) -> _Format:
    try:
        return _FORMATS[suffix.lower()]
    except KeyError:
        known = ", ".join(sorted(_FORMATS))
        raise FormatError(f"no format for {suffix!r} files; there are: {known}") from None
