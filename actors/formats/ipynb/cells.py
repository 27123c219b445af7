"""Reading one cell of an `.ipynb` file."""

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from actors.formats.ipynb.markdown import DEFAULT_PREFIX, PREFIXES, code_of, markdown_of
from actors.formats.ipynb.metadata import OWN, config_of, marimo_part, part
from actors.notebook import Cell, CellConfig
from actors.types import CellId

Kind = Literal["code", "markdown", "raw"]

_KINDS: tuple[Kind, ...] = ("code", "markdown", "raw")


@attrs.frozen
class FileCell:
    """A cell as its file has it."""

    text: str
    """Its JSON object."""

    kind: Kind
    file_id: str | None
    """`None` in files older than 4.5."""

    cell: Cell
    """What it was read as."""

    def holds(self, cell: Cell) -> bool:
        """Return whether its JSON needs no change to be this cell."""
        mine = self.cell
        return (mine.code, mine.name, mine.config) == (cell.code, cell.name, cell.config)


def trouble_with(fields: Any) -> str | None:
    """Return why this cannot be read as a cell.

    An id that nbformat does not allow is none, nor is a field that is missing
    or unknown: these stay as they are.
    """
    match fields:
        case {"cell_type": kind} if kind in _KINDS:
            source = fields.get("source", "")
            lines = source if isinstance(source, list) else [source]
            if not all(isinstance(line, str) for line in lines):
                return "a cell whose `source` is no text"
            if not isinstance(fields.get("metadata", {}), dict):
                return "a cell whose `metadata` is no JSON object"
            if not isinstance(fields.get("id", ""), str):
                return "a cell whose `id` is no text"
            return None
        case {"cell_type": kind}:
            return f"a cell of an unknown type: {kind!r:.80}"
        case _:
            return "a cell without a `cell_type`"


def cell_of(fields: Mapping[str, Any], kind: Kind, cell_id: str) -> Cell:
    """Return the cell that sound fields are read as."""
    metadata = fields.get("metadata", {})
    name = marimo_part(metadata).get("name")
    return Cell(
        CellId(cell_id),
        _code(fields, kind, metadata),
        name if isinstance(name, str) else "_",
        _config(kind, metadata),
    )


def noted_id(fields: Mapping[str, Any]) -> str | None:
    """Return the id that the cell has here, where nbformat cannot hold it."""
    # A copy that Jupyter made has another id there, for which nothing is noted.
    file_id = fields.get("id")
    notes = part(part(fields.get("metadata", {}), OWN), "ids")
    noted = None if file_id is None else notes.get(file_id)
    return noted if isinstance(noted, str) else None


def source_of(fields: Mapping[str, Any]) -> str:
    """Return a cell's source, be it one text in the file or a list of lines."""
    return "".join(fields.get("source", ""))


def _code(fields: Mapping[str, Any], kind: Kind, metadata: Mapping[str, Any]) -> str:
    source = source_of(fields)
    if kind != "markdown":
        return source
    noted = part(metadata, OWN).get("code")
    if isinstance(noted, str) and markdown_of(noted) == source:
        return noted
    return code_of(source, md_prefix_of(metadata))


def md_prefix_of(metadata: Mapping[str, Any]) -> str:
    """Return what stands before the quotes of a markdown cell's call."""
    prefix = marimo_part(metadata).get("md_prefix")
    return prefix if isinstance(prefix, str) and prefix in PREFIXES else DEFAULT_PREFIX


def _config(kind: Kind, metadata: Mapping[str, Any]) -> CellConfig:
    config = config_of(metadata, is_markdown=kind == "markdown")
    # What Jupyter does not run must not run elsewhere because it happens to be Python.
    return attrs.evolve(config, disabled=True) if kind == "raw" else config
