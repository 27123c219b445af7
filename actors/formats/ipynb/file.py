"""An `.ipynb` file taken apart: its cells, and the JSON around them."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from loguru import logger

from actors.errors import FormatError
from actors.formats.ipynb import schema
from actors.formats.ipynb.app import notebook_of
from actors.formats.ipynb.cells import FileCell, cell_of, noted_id, trouble_with
from actors.formats.ipynb.ids import positional, read_as
from actors.formats.ipynb.text import Layout, Span, elements, last_member, loaded
from actors.notebook import Notebook, TextStyle
from actors.types import CellId


@attrs.frozen
class NotebookFile:
    """What `Notebook.extra` carries."""

    skeleton: str
    """The JSON of the file but for its cells."""

    gaps: tuple[str, ...]
    """What stands before, between and behind the cells."""

    cells: Mapping[CellId, FileCell]
    """By the id that each was read with, in order."""

    layout: Layout
    minor: int
    notebook: Notebook
    """What the file was read as, but for its cells."""


def read(text: str, style: TextStyle) -> NotebookFile:
    """Take a file apart.

    Raises:
        FormatError: when it is no notebook of nbformat 4, or nbformat is missing.
        RecursionError: when it is nested too deeply.
    """
    fields = loaded(text)
    _check(fields)
    place = last_member(text, "cells")
    assert place is not None
    spans = list(elements(text, place.value))
    cells = _file_cells(text, spans, fields["cells"])
    if (complaint := schema.complaint(fields)) is not None:
        logger.warning("read as it is, though nbformat says: {}", complaint)
    starts, ends = [span.start for span in spans], [span.end for span in spans]
    edges = zip([place.value, *ends], [*starts, place.end], strict=True)
    return NotebookFile(
        f"{text[: place.value]}[]{text[place.end :]}",
        tuple(sys.intern(text[start:end]) for start, end in edges),
        {cell.cell.id: cell for cell in cells},
        Layout.of(text),
        fields["nbformat_minor"],
        notebook_of(fields.get("metadata", {}), style),
    )


def _check(fields: Any) -> None:
    """Refuse what cannot be read; what can be kept as it is does no harm."""
    if not isinstance(fields, dict) or "nbformat" not in fields:
        raise FormatError("JSON, but no notebook: it has no `nbformat`")
    version, minor = fields["nbformat"], fields.get("nbformat_minor")
    if type(version) is not int or version != 4:
        raise FormatError(
            f"nbformat {version!r} is not supported, only 4: save it as that with Jupyter first"
        )
    if type(minor) is not int or minor < 0:
        raise FormatError(f"not a notebook: nbformat_minor is {minor!r}")
    if not isinstance(fields.get("cells"), list):
        raise FormatError("not a notebook: `cells` is no list")
    if not isinstance(fields.get("metadata", {}), dict):
        raise FormatError("not a notebook: `metadata` is no JSON object")


def _file_cells(text: str, spans: Sequence[Span], cells: Sequence[Any]) -> list[FileCell]:
    def line(position: int) -> int:
        return text.count("\n", 0, spans[position].start) + 1

    for position, fields in enumerate(cells):
        if (trouble := trouble_with(fields)) is not None:
            raise FormatError(f"not a notebook: {trouble}", line(position))
    file_ids = [fields.get("id") for fields in cells]
    names = positional(file_ids)
    ids = read_as(names, [noted_id(fields) for fields in cells])
    for some in (names, ids):
        if (again := _repeated(some)) is not None:
            raise FormatError(f"two cells have the id {some[again]!r}", line(again))
    return [
        FileCell(
            text[span.start : span.end],
            fields["cell_type"],
            file_id,
            cell_of(fields, fields["cell_type"], cell_id),
        )
        for span, fields, file_id, cell_id in zip(spans, cells, file_ids, ids, strict=True)
    ]


def _repeated(ids: Sequence[str]) -> int | None:
    seen: set[str] = set()
    for position, name in enumerate(ids):
        if name in seen:
            return position
        seen.add(name)
    return None
