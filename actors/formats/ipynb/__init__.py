"""Jupyter notebooks, nbformat 4: read, and written with no more changed than must be.

What the file has besides is carried in `Notebook.extra`, by the id of the cell
that it belongs to: outputs, attachments, other programs' metadata, and the JSON
itself as it stands in the file.
"""

import functools
from collections.abc import Sequence

import attrs

from actors.errors import FormatError
from actors.formats.ipynb import schema
from actors.formats.ipynb.app import metadata_of, told_of
from actors.formats.ipynb.cell_text import LEVEL, changed_members, changed_text, new_text
from actors.formats.ipynb.cells import FileCell
from actors.formats.ipynb.file import NotebookFile, read
from actors.formats.ipynb.ids import assigned, positional
from actors.formats.ipynb.schema import NEWEST_MINOR
from actors.formats.ipynb.text import Layout, decoded, encoded, last_member, loaded
from actors.notebook import PLAIN_STYLE, Notebook
from actors.types import CellId

_KEY = "ipynb"
"""Of what `Notebook.extra` carries: a `NotebookFile`."""


def parse(data: bytes) -> Notebook:
    """Return the notebook; see `actors.formats.parse`."""
    text, style = decoded(data)
    if not text.strip():
        return Notebook()
    try:
        file = read(text, style)
    except RecursionError:
        raise FormatError("nested too deeply to be read") from None
    cells = [cell.cell for cell in file.cells.values()]
    return attrs.evolve(file.notebook, cells=cells, extra={_KEY: file})


def render(notebook: Notebook) -> bytes:
    """Return the file; see `actors.formats.render`.

    Raises:
        FormatError: when nbformat is missing, or for an option that is nested
            too deeply or a number too long for JSON.
    """
    file = dict(notebook.extra).get(_KEY) or _new_file()
    try:
        return encoded(_text(file, notebook), notebook.style)
    except RecursionError:
        raise FormatError("nested too deeply to be written") from None
    except ValueError as error:  # Python writes no number of more than 4,300 digits
        raise FormatError(f"an option cannot be written as JSON: {error}") from None


@functools.cache
def _new_file() -> NotebookFile:
    return read(schema.blank(), PLAIN_STYLE)


def _text(file: NotebookFile, notebook: Notebook) -> str:
    layout = file.layout
    olds = _old_cells(file, notebook)
    file_ids = _file_ids(file, notebook, olds)
    texts = [
        new_text(cell, file_id, layout) if old is None else changed_text(old, cell, file_id, layout)
        for cell, old, file_id in zip(notebook.cells, olds, file_ids, strict=True)
    ]
    changes = _notebook_changes(file, notebook, layout)
    has_new_ids = any(
        file_id is not None and (old is None or old.file_id is None)
        for file_id, old in zip(file_ids, olds, strict=True)
    )
    if has_new_ids and file.minor < NEWEST_MINOR:
        changes["nbformat_minor"] = layout.dump(NEWEST_MINOR, 1)
    skeleton = layout.changed(file.skeleton, changes, 0)
    place = last_member(skeleton, "cells")
    assert place is not None
    return skeleton[: place.value] + _array(file, notebook, texts, layout) + skeleton[place.end :]


def _array(file: NotebookFile, notebook: Notebook, texts: list[str], layout: Layout) -> str:
    if [cell.id for cell in notebook.cells] != list(file.cells):
        return layout.joined(texts, "[]", LEVEL - 1)
    pairs = zip(file.gaps, [*texts, ""], strict=True)
    return "".join(piece for pair in pairs for piece in pair)


def _old_cells(file: NotebookFile, notebook: Notebook) -> list[FileCell | None]:
    """Return each cell as the file has it, unless it is new."""
    left = dict(file.cells)
    return [left.pop(cell.id, None) for cell in notebook.cells]


def _file_ids(
    file: NotebookFile, notebook: Notebook, olds: Sequence[FileCell | None]
) -> Sequence[str | None]:
    """Return the id of each cell in the file; a file without ids gets them when it must.

    That is when cells have come, gone or moved, so that their positions do not
    tell any more which is which.
    """
    ids = [cell.id for cell in notebook.cells]
    file_ids = [None if old is None else old.file_id for old in olds]
    may_lack = file.minor < NEWEST_MINOR or None not in olds
    if may_lack and _agree(positional(file_ids), ids, file_ids):
        return file_ids
    return assigned(ids, file_ids)


def _agree(names: Sequence[str], ids: Sequence[CellId], file_ids: Sequence[str | None]) -> bool:
    return all(
        name == cell_id
        for name, cell_id, file_id in zip(names, ids, file_ids, strict=True)
        if file_id is None
    )


def _notebook_changes(
    file: NotebookFile, notebook: Notebook, layout: Layout
) -> dict[str, str | None]:
    if told_of(file.notebook) == told_of(notebook):
        return {}
    place = last_member(file.skeleton, "metadata")
    text = "{}" if place is None else file.skeleton[place.value : place.end]
    metadata = loaded(text)
    wanted = metadata_of(metadata, notebook)
    changes = changed_members(metadata, wanted, layout, 2)
    return {"metadata": layout.changed(text, changes, 1)}
