"""The changes, and the transaction that carries them.

The seven that are about cells have the names and fields of marimo 0.25.2's wire
messages; `actors.codec` turns the one into the other. Two are our own: marimo has
no message for what a notebook is besides its cells.
"""

from collections.abc import Iterable
from typing import ClassVar, TypeAlias, cast

import attrs

from actors.notebook.cells import CellConfig, Extra, as_cell_id, as_extra
from actors.types import CellId


def _as_anchor(text: str | None) -> CellId | None:
    return None if text is None else as_cell_id(text)


def _as_ids(ids: Iterable[str]) -> tuple[CellId, ...]:
    texts = tuple(ids)
    if set(map(type, texts)) <= {str}:  # all at once: there may be thousands
        return cast("tuple[CellId, ...]", texts)
    return tuple(map(as_cell_id, texts))


@attrs.frozen(kw_only=True)
class _Change:
    type: ClassVar[str]
    """The tag of the wire message."""

    extra: Extra = attrs.field(default=(), converter=as_extra, repr=False, hash=False)
    """Fields of the wire message that this version does not know."""


@attrs.frozen
class CreateCell(_Change):
    """Insert a new cell before or after another one, or at the end."""

    type: ClassVar[str] = "create-cell"
    cell_id: CellId = attrs.field(converter=as_cell_id)
    code: str
    name: str
    config: CellConfig
    before: CellId | None = attrs.field(default=None, converter=_as_anchor)
    after: CellId | None = attrs.field(default=None, converter=_as_anchor)


@attrs.frozen
class DeleteCell(_Change):
    """Remove a cell."""

    type: ClassVar[str] = "delete-cell"
    cell_id: CellId = attrs.field(converter=as_cell_id)


@attrs.frozen
class MoveCell(_Change):
    """Put a cell before or after another one."""

    type: ClassVar[str] = "move-cell"
    cell_id: CellId = attrs.field(converter=as_cell_id)
    before: CellId | None = attrs.field(default=None, converter=_as_anchor)
    after: CellId | None = attrs.field(default=None, converter=_as_anchor)


@attrs.frozen
class ReorderCells(_Change):
    """Give the order of all cells.

    Ids that the document does not have are ignored; cells that are not named
    keep their order, behind those that are.
    """

    type: ClassVar[str] = "reorder-cells"
    cell_ids: tuple[CellId, ...] = attrs.field(converter=_as_ids)


@attrs.frozen
class SetCode(_Change):
    """Replace a cell's code."""

    type: ClassVar[str] = "set-code"
    cell_id: CellId = attrs.field(converter=as_cell_id)
    code: str


@attrs.frozen
class SetName(_Change):
    """Replace a cell's name."""

    type: ClassVar[str] = "set-name"
    cell_id: CellId = attrs.field(converter=as_cell_id)
    name: str


@attrs.frozen
class SetConfig(_Change):
    """Replace a cell's config, all of it."""

    type: ClassVar[str] = "set-config"
    cell_id: CellId = attrs.field(converter=as_cell_id)
    config: CellConfig


@attrs.frozen
class SetAppConfig(_Change):
    """Replace the options of the app, all of them. Not a change of marimo's."""

    type: ClassVar[str] = "set-app-config"
    config: Extra = attrs.field(converter=as_extra, hash=False)
    """As `Notebook.app_config`; a mapping is taken too."""


@attrs.frozen
class SetHeader(_Change):
    """Replace the header of the file. Not a change of marimo's."""

    type: ClassVar[str] = "set-header"
    header: str | None
    """As `Notebook.header`; `None` for none."""


Change: TypeAlias = (
    CreateCell
    | DeleteCell
    | MoveCell
    | ReorderCells
    | SetCode
    | SetName
    | SetConfig
    | SetAppConfig
    | SetHeader
)


def _as_changes(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(changes)


@attrs.frozen
class Transaction:
    """Changes that are applied together or not at all."""

    changes: tuple[Change, ...] = attrs.field(converter=_as_changes)
    """In the order of their application; each sees what those before it did."""

    source: str = "host"
    """Who made them: `frontend`, `kernel`, `code-mode`, `file-watch`,
    `cell-manager`, `host`, or another word that a host chooses. It decides
    whether they are saved (`Settings.persist_sources`)."""

    version: int | None = None
    """The sender's document version; carried, not used: the saver counts its own."""

    extra: Extra = attrs.field(default=(), converter=as_extra, repr=False, hash=False)
    """Fields of the wire message that this version does not know."""

    @property
    def label(self) -> str:
        """The agent or session that sent it, where the sender says so; else empty.

        The first text among the unknown fields `label`, `agent` and `session`.
        """
        if not self.extra:
            return ""
        extra = dict(self.extra)
        named = (extra.get(key) for key in ("label", "agent", "session"))
        return next((text for text in named if isinstance(text, str)), "")
