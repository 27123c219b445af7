"""A session's document as it goes, in values of our own."""

from typing import Any

import attrs
from loguru import logger

from actors.codec import decode_json, decode_transaction
from actors.errors import AutosaveError
from actors.integrations.marimo.translate import cells_of
from actors.notebook import Document, Notebook, Transaction
from actors.notebook.merge import transaction_between

TRANSACTION = b'"notebook-document-transaction"'
"""What the messages with a change of the document have in their first bytes."""

_OP_BYTES = 64


class Following:
    """Follows one session's document by what the session tells its browsers.

    Each change costs what it changes, however many cells there are. What was
    changed without a word is noticed by the version that marimo counts, and
    then all cells are read again.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self.document = Document(Notebook(cells_of(session.document.cells)))
        self._version: int = session.document.version

    def hear(self, message: bytes) -> tuple[Document, Transaction] | None:
        """Take in a message to the browsers.

        Returns:
            The document before it, and the change that it tells of; `None` for a
            message of another kind.
        """
        if TRANSACTION not in message[:_OP_BYTES]:
            return None
        if (wire := decode_json(message).get("transaction")) is None:
            return None
        before = self.document
        if (transaction := self._follow(wire)) is None:
            self._read()
            read = transaction_between(before.notebook, self.document.notebook)
            transaction = attrs.evolve(read, source=wire["source"])
        return before, transaction

    def _follow(self, wire: Any) -> Transaction | None:
        """Apply a transaction as it was sent; return `None` where that would not do."""
        if self._session.document.version != self._version + 1:
            return None
        try:
            transaction = decode_transaction(wire)
            self.document = self.document.apply(transaction)
        except AutosaveError as error:  # until 0.24 a `set-config` is not whole
            logger.debug("the cells are read again: {}", error)
            return None
        self._version += 1
        return transaction

    def now(self) -> Document:
        """Return the document as it is at this moment."""
        if self._session.document.version != self._version:
            self._read()
        return self.document

    def _read(self) -> None:
        known = self.document.notebook
        notebook = known.with_cells(cells_of(self._session.document.cells, known))
        self.document = Document(notebook, self.document.version + 1)
        self._version = self._session.document.version
