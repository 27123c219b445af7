"""The actor that owns one notebook's document and is the only writer of its file."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import attrs
from loguru import logger

from actors.codec import decode_transaction
from actors.errors import DecodeError, FormatError, StorageError, TransactionError
from actors.formats import parse, render
from actors.messages import (
    CloseNotebook,
    Flush,
    Generate,
    Generated,
    GenerateFailed,
    NotebookFinished,
    NotifierMessage,
    Rename,
    Retry,
    SaveFailed,
    SaverMessage,
    SaveSucceeded,
    Submit,
)
from actors.notebook import Ledger
from actors.receipt import Receipt, Refused, Saved
from actors.runtime import Actor
from actors.storage import Replaced, Storage
from actors.types import Mailbox, NotebookId

_tickets = itertools.count(1)  # unique in the process, so also across a saver's restarts


@attrs.frozen
class Backoff:
    """How long to wait before the next attempt: doubling, with jitter.

    Without jitter, a thousand notebooks that a full disk failed together
    would all come back in the same moment.
    """

    min_s: float
    max_s: float
    jitter: Callable[[], float] = random.random
    """Returns a number from 0 to 1."""

    def delay_s(self, failures: int) -> float:
        """Return the delay after so many failures in a row, counted from 1."""
        full_s = min(self.max_s, self.min_s * 2.0 ** min(failures - 1, 60))
        return max(self.min_s, full_s * (1 - self.jitter() / 4))


@attrs.frozen
class _Attempt:
    """A save that codegen is making the text for."""

    ticket: int
    version: int
    path: Path


@attrs.frozen(kw_only=True)
class SaverParts:
    """What a saver works with; one value, so that subclasses need not list it."""

    notebook: NotebookId
    ledger: Ledger
    storage: Storage
    codegen: Mailbox[Generate]
    notifier: Mailbox[NotifierMessage]
    listener: Mailbox[NotebookFinished]
    backoff: Backoff
    later: Callable[[float, Callable[[], object]], object]
    """Runs an action after so many seconds."""

    generated_with: str | None = None
    """The release that the host wants written, when it is not each file's own."""


class SaverActor(Actor[SaverMessage]):
    """Applies transactions at once and saves with at most one save in flight.

    Whatever arrives while a save is in flight is in the next one, so no save
    carries an older document than the one before it.

    Receives from the listener `Submit`, `Flush`, `Rename` and
    `CloseNotebook`, each of which settles its receipt; from codegen
    `Generated` or `GenerateFailed`; from itself `Retry`. Tells the notifier
    `SaveSucceeded` or `SaveFailed` after each attempt. When it crashes, its
    successor goes on with the same ledger, and saves what is due.
    """

    def __init__(self, parts: SaverParts) -> None:
        super().__init__()
        self._parts = parts
        self._ledger = parts.ledger
        self._attempt: _Attempt | None = None
        self._retry: int | None = None

    # -- for subclasses ------------------------------------------------------------

    def after_save(self, saved: Saved) -> None:
        """Run after each durable save; override to add work of your own.

        It runs in this notebook's turn: the next save waits for it. What it
        raises is logged and harms nothing.
        """

    # -- messages ------------------------------------------------------------------

    def on_start(self) -> None:
        """Take up what a crashed predecessor left due."""
        self._save_if_due()
        self._finish_if_closing()

    def on_stop(self) -> None:
        """Leave nobody waiting; as a rule nobody does."""
        self._ledger.abandon("its saver was stopped before it could be saved")

    def on_receive(self, message: SaverMessage) -> None:
        """Handle one message."""
        with logger.contextualize(notebook=self._parts.notebook, actor="saver"):
            self._dispatch(message)

    def _dispatch(self, message: SaverMessage) -> None:
        match message:
            case Submit():
                self._on_submit(message)
            case Flush(receipt=receipt, patient=patient):
                self._ledger.flush(receipt, patient=patient)
                self._save_if_due()
            case Rename(receipt=receipt, path=path):
                self._on_rename(path, receipt)
            case CloseNotebook():
                self._on_close(message)
            case Generated():
                self._on_generated(message)
            case GenerateFailed():
                self._on_generate_failed(message)
            case Retry(ticket):
                if ticket == self._retry:
                    self._save_if_due()
            case _:
                assert_never(message)

    def _on_submit(self, message: Submit) -> None:
        try:
            transaction = decode_transaction(message.payload)
            self._ledger.apply(transaction, message.receipt)
        except (DecodeError, TransactionError) as error:
            logger.warning("refused a transaction: {}", error)
            self._ledger.refuse(message.receipt, str(error))
            return
        logger.debug("applied version {}", self._ledger.document.version)
        self._save_if_due()

    def _on_rename(self, path: Path, receipt: Receipt) -> None:
        if path != self._ledger.path:
            try:
                moved = self._move_file(path)
            except StorageError as error:
                receipt.settle(Refused(str(error)))
                return
            except Exception as error:  # noqa: BLE001 - a user's own storage may raise anything
                logger.exception("the storage raised what it should not")
                receipt.settle(Refused(f"the storage raised {error!r}"))
                return
            self._attempt = None  # its text is on its way to a file that is not ours any more
            self._ledger.move_to(path, moved=moved)
        self._ledger.flush(receipt)
        self._save_if_due()

    def _on_close(self, message: CloseNotebook) -> None:
        # Two threads that close may tell us in the other order.
        self._ledger.closing = max(self._ledger.closing or 0, message.closing)
        self._ledger.flush(message.receipt)
        self._save_if_due()
        self._finish_if_closing()

    def _on_generated(self, message: Generated) -> None:
        if (attempt := self._take_attempt(message.ticket)) is None:
            return
        try:
            replaced = self._replace(attempt.path, message.data)
        except StorageError as error:
            self._fail(attempt, str(error))
            return
        except Exception as error:  # noqa: BLE001 - a user's own storage may raise anything
            logger.exception("the storage raised what it should not")
            self._fail(attempt, f"the storage raised {error!r}")
            return
        saved = Saved(attempt.version, replaced.sha256, attempt.path)
        self._succeed(saved, written=replaced.written)

    def _on_generate_failed(self, message: GenerateFailed) -> None:
        if (attempt := self._take_attempt(message.ticket)) is not None:
            self._fail(attempt, message.reason)

    # -- saving --------------------------------------------------------------------

    def _replace(self, path: Path, data: bytes) -> Replaced:
        storage, release = self._parts.storage, self._parts.generated_with
        if release is not None:
            present = storage.read(path)
            if present is not None and _is_same_but_release(present, data, path.suffix, release):
                data = present
        return storage.replace(path, data)

    def _save_if_due(self) -> None:
        ledger = self._ledger
        if self._attempt is not None or not ledger.is_due or ledger.path is None:
            return
        self._retry = None
        document = ledger.begin_save()
        attempt = _Attempt(next(_tickets), document.version, ledger.path)
        self._attempt = attempt
        self._parts.codegen.tell(
            Generate(attempt.ticket, document.notebook, attempt.path.suffix, self.mailbox)
        )

    def _take_attempt(self, ticket: int) -> _Attempt | None:
        """Return the save that this ticket is of, unless another came since."""
        attempt = self._attempt
        if attempt is None or attempt.ticket != ticket:
            return None
        self._attempt = None
        return attempt

    def _succeed(self, saved: Saved, *, written: bool) -> None:
        logger.info("saved version {} to {}", saved.version, saved.path)
        self._ledger.durable(saved, written=written)
        self._parts.notifier.tell(
            SaveSucceeded(self._parts.notebook, saved.version, saved.path, saved.sha256, written)
        )
        try:
            self.after_save(saved)
        except Exception:  # noqa: BLE001 - a user's hook; the file is safe already
            logger.exception("after_save raised")
        self._save_if_due()
        self._finish_if_closing()

    def _fail(self, attempt: _Attempt, reason: str) -> None:
        logger.warning("could not save version {}: {}", attempt.version, reason)
        self._ledger.failed(attempt.version, reason)
        delay_s = self._parts.backoff.delay_s(self._ledger.failures_in_a_row)
        self._retry = attempt.ticket
        mailbox, retry = self.mailbox, Retry(attempt.ticket)
        self._parts.later(delay_s, lambda: mailbox.tell(retry))
        self._parts.notifier.tell(
            SaveFailed(self._parts.notebook, attempt.version, attempt.path, reason, delay_s)
        )

    def _finish_if_closing(self) -> None:
        closing = self._ledger.closing
        if closing is not None and not self._ledger.is_due:
            self._parts.listener.tell(NotebookFinished(self._parts.notebook, closing))

    def _move_file(self, path: Path) -> bool:
        """Move the notebook's file, if it has one; return whether it holds the right text."""
        if self._ledger.mode == "run":
            raise StorageError("a notebook in run mode is never saved, so it cannot be renamed")
        old, storage = self._ledger.path, self._parts.storage
        if old is not None and storage.read(old) is not None:
            storage.rename(old, path)
            return old.suffix == path.suffix  # another suffix is another format
        if storage.read(path) is not None:
            raise StorageError(f"{path} exists already; choose another name")
        return False

    def on_out_of_service(self, reason: str) -> None:
        """Tell those who wait that nobody will save this notebook any more."""
        self._ledger.out_of_service = reason
        self._ledger.abandon(reason)


def _is_same_but_release(old: bytes, new: bytes, suffix: str, release: str) -> bool:
    """Return whether the old text, written by this release, would be the new one."""
    try:
        notebook = parse(old, suffix)
    except FormatError:
        return False
    return render(attrs.evolve(notebook, generated_with=release), suffix) == new
