"""Writing one cell of an `.ipynb` file, changed as little as can be."""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from actors.formats.ipynb.cells import FileCell, Kind, cell_of, md_prefix_of, noted_id, source_of
from actors.formats.ipynb.markdown import code_of, markdown_of, prefix_of
from actors.formats.ipynb.metadata import (
    OWN,
    config_options,
    marimo_part,
    part,
    with_parts,
    with_visibility,
)
from actors.formats.ipynb.text import Layout, last_member
from actors.notebook import Cell

LEVEL = 2
"""How deep a cell is nested in its file."""

_CODE_FIELDS: dict[str, Any] = {"execution_count": None, "outputs": []}
"""What only code cells have, as it is before they run."""


@attrs.frozen
class _Content:
    """What a file says about a cell's code."""

    kind: Kind
    source: str
    md_prefix: str | None = None
    noted_code: str | None = None
    """The code, where its markdown alone would be read as another call."""


def new_text(cell: Cell, file_id: str | None, layout: Layout) -> str:
    """Return the JSON of a cell that the file does not have yet."""
    content = _content_of(cell)
    is_code = content.kind == "code"
    base = with_visibility({}, hidden=is_code and cell.config.hide_code)
    fields: dict[str, Any] = {
        "cell_type": content.kind,
        "metadata": dict(sorted(_metadata(base, content, cell, file_id).items())),
        "source": content.source.splitlines(keepends=True),
    }
    fields |= {} if file_id is None else {"id": file_id}
    fields |= _CODE_FIELDS if is_code else {}
    return layout.dump(dict(sorted(fields.items())), LEVEL)


def changed_text(old: FileCell, cell: Cell, file_id: str | None, layout: Layout) -> str:
    """Return the JSON of a cell that the file has already.

    Its outputs stay even if the code is another one: they are the user's. A
    cell of another kind loses the fields that its new kind may not have.
    """
    if old.holds(cell) and file_id == old.file_id:
        return old.text
    fields = json.loads(old.text)
    content = _content_beside(old, fields, cell)
    changes: dict[str, str | None] = {}
    if content.kind != old.kind:
        changes |= _kind_changes(content.kind, layout)
    if file_id != old.file_id:
        changes["id"] = layout.dump(file_id, LEVEL + 1)
    if content.source != source_of(fields):
        is_text = isinstance(fields.get("source"), str)
        source = content.source if is_text else content.source.splitlines(keepends=True)
        changes["source"] = layout.dump(source, LEVEL + 1)
    metadata = fields.get("metadata", {})
    if not _says(metadata, content, cell, file_id):
        wanted = _changed_metadata(metadata, old, content, cell, file_id)
        changes["metadata"] = _metadata_text(old.text, metadata, wanted, layout)
    return layout.changed(old.text, changes, LEVEL)


# -- content -----------------------------------------------------------------------


def _content_of(cell: Cell) -> _Content:
    markdown = markdown_of(cell.code)
    if markdown is None:
        return _Content("code", cell.code)
    prefix = prefix_of(cell.code)
    is_usual = code_of(markdown, prefix) == cell.code
    return _Content("markdown", markdown, prefix, None if is_usual else cell.code)


def _content_beside(old: FileCell, fields: Mapping[str, Any], cell: Cell) -> _Content:
    """Return a cell's content where the file has it in some form already."""
    if old.kind == "raw" and cell.config.disabled:  # until somebody wants it to run
        return _Content("raw", cell.code)
    if old.kind == "raw" or cell.code != old.cell.code:
        return _content_of(cell)
    if old.kind == "code":
        return _Content("code", cell.code)
    metadata = fields.get("metadata", {})
    noted = part(metadata, OWN).get("code")
    return _Content("markdown", source_of(fields), md_prefix_of(metadata), noted)


def _kind_changes(kind: Kind, layout: Layout) -> dict[str, str | None]:
    changes: dict[str, str | None] = {"cell_type": layout.dump(kind, LEVEL + 1)}
    if kind == "code":
        changes["attachments"] = None
    for key, value in _CODE_FIELDS.items():
        changes[key] = layout.dump(value, LEVEL + 1) if kind == "code" else None
    return changes


# -- metadata ----------------------------------------------------------------------


def _says(metadata: Mapping[str, Any], content: _Content, cell: Cell, file_id: str | None) -> bool:
    """Return whether a cell with this metadata and content is read as this one."""
    said = {"metadata": metadata, "source": content.source, "id": file_id}
    noted = noted_id(said)
    is_named = file_id is None or (file_id if noted is None else noted) == cell.id
    return is_named and cell_of(said, content.kind, cell.id) == attrs.evolve(cell, version=0)


def _changed_metadata(
    metadata: Mapping[str, Any], old: FileCell, content: _Content, cell: Cell, file_id: str | None
) -> dict[str, Any]:
    is_changed = old.cell.config.hide_code != cell.config.hide_code
    if not cell.config.hide_code or (is_changed and content.kind == "code"):
        metadata = with_visibility(metadata, hidden=cell.config.hide_code)
    return _metadata(metadata, content, cell, file_id)


def _metadata(
    metadata: Mapping[str, Any], content: _Content, cell: Cell, file_id: str | None
) -> dict[str, Any]:
    options = config_options(cell.config)
    if content.kind == "raw":
        options.pop("disabled", None)  # being raw says it
    said = {
        "config": options or None,
        "md_prefix": content.md_prefix,
        "name": None if cell.name == "_" else cell.name,
    }
    kept = {key: value for key, value in marimo_part(metadata).items() if key not in said}
    marimo = kept | {key: value for key, value in said.items() if value is not None}
    ids = None if file_id in {None, cell.id} else {file_id: cell.id}
    own = {"code": content.noted_code, "ids": ids}
    return with_parts(metadata, dict(sorted(marimo.items())), own)


def _metadata_text(
    cell_text: str, before: Mapping[str, Any], after: Mapping[str, Any], layout: Layout
) -> str:
    place = last_member(cell_text, "metadata")
    text = "{}" if place is None else cell_text[place.value : place.end]
    return layout.changed(text, changed_members(before, after, layout, LEVEL + 2), LEVEL + 1)


def changed_members(
    before: Mapping[str, Any], after: Mapping[str, Any], layout: Layout, level: int
) -> dict[str, str | None]:
    """Return the members that differ between two objects, as `Layout.changed` takes them."""
    return {
        key: layout.dump(after[key], level) if key in after else None
        for key in [*before, *(key for key in after if key not in before)]
        if key not in after or key not in before or after[key] != before[key]
    }
