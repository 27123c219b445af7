"""A browser's save, without what the browser did not know yet."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from marimo import _loggers

from actors.integrations.marimo.session import PERSON, SessionAutosave, follow_in_document
from actors.integrations.marimo.stale import Superseded
from actors.integrations.marimo.translate import config_for, config_of
from actors.notebook import DEFAULT_CONFIG, Cell, Document, Notebook, Transaction

LOGGER = _loggers.marimo_logger()


class StaleSaves:
    """Puts right what a browser wants saved, before marimo applies it to the document."""

    def __init__(self, manager: Any, autosave: SessionAutosave) -> None:
        """Begin; `install` puts it in place.

        Args:
            manager: marimo's `AppFileManager` of the session.
            autosave: of the same session.
        """
        self._manager = manager
        self._autosave = autosave
        self._superseded = Superseded()
        self._told = ""
        self._save = manager.save

    def install(self) -> None:
        """Take over from marimo."""
        self._manager.save = self.save

    def remove(self) -> None:
        """Give back to marimo what was taken over."""
        self._manager.__dict__.pop("save", None)

    def note(self, before: Document, transaction: Transaction) -> None:
        """Take note of a change of the document, which has it already.

        Where it says that a person meant what the last save held back, that is saved now.
        """
        after = self._autosave.following.document.notebook
        if self._superseded.note(transaction, before.notebook, after):
            self._autosave.hand_in(after.cells, PERSON)

    def save(self, request: Any, **options: Any) -> str:
        """Save what a person at a browser wants saved; see `AppFileManager.save`."""
        document = self._autosave.following.now().notebook
        adjusted = self._superseded.adjust(_shown(request, document), document)
        if adjusted.held_back not in {"", self._told}:
            LOGGER.info("%s: a browser is behind: %s", request.filename, adjusted.held_back)
        self._told = adjusted.held_back
        text: str = self._save(_with(request, adjusted.cells), **options)
        follow_in_document(self._autosave.session)
        return text


def _shown(request: Any, document: Notebook) -> Iterator[Cell]:
    """Give the cells that a browser shows; options that it does not know are kept."""
    known = {cell.id: cell.config for cell in document}
    fields = (request.cell_ids, request.codes, request.names, request.configs)
    for cell_id, code, name, config in zip(*fields, strict=True):
        options = config_of(config, known.get(cell_id, DEFAULT_CONFIG))
        yield Cell(cell_id, code, name, options)


def _with(request: Any, cells: Sequence[Cell]) -> Any:
    return msgspec.structs.replace(
        request,
        cell_ids=[cell.id for cell in cells],
        codes=[cell.code for cell in cells],
        names=[cell.name for cell in cells],
        configs=[config_for(cell.config) for cell in cells],
    )
