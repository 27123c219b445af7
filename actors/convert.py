"""Turns a notebook file of one format into one of another."""

from collections.abc import Iterator
from pathlib import Path

import attrs

from actors.errors import AutosaveError
from actors.formats import for_new_file, parse, render
from actors.formats.python.toplevel import REUSABLE_PREFIX
from actors.notebook import PLAIN_STYLE, Notebook
from actors.storage import LocalStorage, Storage


class ConvertError(AutosaveError):
    """A file was not converted; nothing was written."""


def convert(
    source: Path, target: Path, *, force: bool = False, storage: Storage | None = None
) -> list[str]:
    """Write the notebook in `source` to `target`, each in the format of its suffix.

    Args:
        source: the file to read.
        target: the file to write; refused when it exists, unless `force`.
        force: replace `target`.
        storage: where both are; local files by default.

    Returns:
        What the format of `target` cannot hold, in words; empty when nothing is lost.

    Raises:
        ConvertError: when there is no `source`, or `target` is in the way.
        FormatError: when `source` is no notebook, or a suffix is not known.
        StorageError: when a file cannot be read or written.
    """
    storage = storage or LocalStorage()
    data = storage.read(source)
    if data is None:
        raise ConvertError(f"{source}: there is no such file; check the path")
    if storage.canonical(source) == storage.canonical(target):
        raise ConvertError(f"{target} is the file to convert; choose another name for the result")
    if not force and storage.read(target) is not None:
        raise ConvertError(f"{target} is there already; --force replaces it")
    notebook = parse(data, source.suffix)
    converted = notebook
    if source.suffix != target.suffix:
        style = attrs.evolve(PLAIN_STYLE, newline=notebook.style.newline)
        converted = for_new_file(attrs.evolve(notebook, style=style), target.name)
    text = render(converted, target.suffix)
    storage.replace(target, text)
    return list(_losses(notebook, parse(text, target.suffix)))


def _losses(before: Notebook, after: Notebook) -> Iterator[str]:
    if len(before) != len(after):
        yield f"{len(before)} cells became {len(after)}"
        return
    pairs = list(zip(before, after, strict=True))
    for what, differs in (
        ("code", [a.code != b.code for a, b in pairs]),
        ("name", [_name(a.name) != _name(b.name) for a, b in pairs]),
        ("config", [a.config != b.config for a, b in pairs]),
    ):
        places = [str(number) for number, lost in enumerate(differs, 1) if lost]
        if places:
            yield f"the {what} of {_cells(places)} is not kept as it was"
    if before.header.strip() != after.header.strip():
        yield "the text above the notebook (its header) is not kept"
    if not dict(before.app_config).items() <= dict(after.app_config).items():
        yield "the options of the app are not kept"
    if before.style.footer and not after.style.footer:
        yield "the text below the notebook (its footer) is not kept"
    for key, what in _ONLY_IN.items():
        if key in dict(before.extra) and key not in dict(after.extra):
            yield f"{what} is not kept"


_ONLY_IN = {
    "front_matter": "front matter that is not marimo's",
    "ipynb": "what only an .ipynb holds (outputs, attachments, metadata)",
    "py": "text between the cells",
}
"""What the formats keep in `Notebook.extra`, in words."""


def _name(name: str) -> str:
    """Return a name without the mark of a function or class of its own, a `.py` matter."""
    return "_" if name in {"", "__"} else name.removeprefix(REUSABLE_PREFIX)


def _cells(places: list[str]) -> str:
    return f"cell {places[0]}" if len(places) == 1 else f"cells {', '.join(places)}"
