"""The actor that owns one notebook's document and is the only writer of its file."""

import itertools
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import attrs
from loguru import logger

from actors.codec import decode_transaction
from actors.errors import DecodeError, StorageError, TransactionError
from actors.messages import (
    CloseNotebook,
    Flush,
    Generate,
    Generated,
    GenerateFailed,
    NotebookFinished,
    NotifierMessage,
    Rename,
    SaveDue,
    SaveFailed,
    SaverMessage,
    SaveSucceeded,
    Submit,
    WriteFailed,
    Written,
)
from actors.notebook import Ledger
from actors.receipt import Receipt, Refused, Saved
from actors.runtime import Actor, AtOnce, BlockingWork, Runnable
from actors.storage import Storage
from actors.types import Mailbox, NotebookId
from actors.write import Write

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
    """The save in flight: codegen makes its text, or it is being written."""

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

    blocking: BlockingWork = attrs.field(factory=AtOnce)
    """Where files are read and written; a `Bulkhead`, except in tests."""

    now: Callable[[], float] = time.monotonic
    """The time in seconds, of the clock that `later` goes by."""

    active: Callable[[NotebookId], object] = lambda _: None
    """Told of each message, so that who has none for long can be found."""

    generated_with: str | None = None
    """The release that the host wants written, when it is not each file's own."""


class SaverActor(Actor[SaverMessage]):
    """Applies transactions at once and saves with at most one save in flight.

    Whatever arrives while a save is in flight is in the next one, so no save
    carries an older document than the one before it. Files are touched by
    `SaverParts.blocking` only: a disk that hangs never keeps edits from being applied.

    Receives from the listener `Submit`, `Flush`, `Rename` and
    `CloseNotebook`, each of which settles its receipt; from codegen
    `Generated` or `GenerateFailed`; of its file work `Written` or
    `WriteFailed`; by its timer `SaveDue`. Tells the notifier
    `SaveSucceeded` or `SaveFailed` after each attempt. When it crashes, its
    successor goes on with the same ledger, and saves what is due.
    """

    def __init__(self, parts: SaverParts) -> None:
        super().__init__()
        self._parts = parts
        self._ledger = parts.ledger
        self._attempt: _Attempt | None = None
        self._timer: int | None = None
        self._log = logger.bind(notebook=parts.notebook, actor="saver")

    # -- for subclasses ------------------------------------------------------------

    def after_save(self, saved: Saved) -> None:
        """Run after each durable save; override to add work of your own.

        It may take its time, on a thread for file work: this notebook's messages
        wait for it, so the next save does, and nobody else. What it raises is
        logged and harms nothing.
        """

    # -- messages ------------------------------------------------------------------

    def on_start(self) -> None:
        """Take up what a crashed predecessor left due."""
        self._save_if_due()
        self._finish_if_closing()

    def on_stop(self) -> None:
        """Leave nobody waiting; as a rule nobody does."""
        self._ledger.abandon("its saver was stopped before it could be saved")

    def is_idle(self) -> bool:
        """Whether all is saved and nothing under way; then no memory is kept for it."""
        is_idle = self._attempt is None and self._timer is None and not self._ledger.is_due
        if is_idle:
            self._ledger.passivate()
        return is_idle

    def on_receive(self, message: SaverMessage) -> None:
        """Handle one message."""
        match message:
            case Submit():
                self._on_submit(message)
            case Generated(ticket, data):
                self._on_generated(ticket, data)
            case Written():
                self._on_written(message)
            case GenerateFailed(ticket, reason) | WriteFailed(ticket, reason):
                self._on_failed(ticket, reason)
            case Flush(receipt=receipt, patient=patient):
                self._ledger.flush(receipt, patient=patient)
                self._save_if_due()
            case Rename():
                self._on_rename(message)
            case CloseNotebook():
                self._on_close(message)
            case SaveDue(ticket):
                self._on_save_due(ticket)
            case _:
                assert_never(message)
        self._parts.active(self._parts.notebook)

    def _on_submit(self, message: Submit) -> None:
        try:
            transaction = decode_transaction(message.payload)
            self._ledger.apply(transaction, message.receipt, self._parts.now())
        except (DecodeError, TransactionError) as error:
            self._log.warning("refused a transaction: {}", error)
            self._ledger.refuse(message.receipt, str(error))
            return
        self._log.debug("applied version {}", self._ledger.document.version)
        self._save_if_due()

    def _on_rename(self, message: Rename) -> None:
        if message.path == self._ledger.path:
            self._ledger.flush(message.receipt)
            self._save_if_due()
        else:
            # Comes after the write in flight, if there is one: both are this notebook's.
            rename = lambda: self._rename(message.path, message.receipt)  # noqa: E731 - one use
            self.pause(self._in_bulkhead, rename, over=message)

    def _on_close(self, message: CloseNotebook) -> None:
        # Two threads that close may tell us in the other order.
        self._ledger.closing = max(self._ledger.closing or 0, message.closing)
        self._ledger.flush(message.receipt)
        self._save_if_due()
        self._finish_if_closing()

    def _on_generated(self, ticket: int, data: bytes) -> None:
        attempt, parts = self._attempt, self._parts
        if attempt is not None and attempt.ticket == ticket:
            write = Write(
                ticket=ticket,
                version=attempt.version,
                path=attempt.path,
                data=data,
                storage=parts.storage,
                generated_with=parts.generated_with,
                reply_to=self.mailbox,
            )
            self._in_bulkhead(write)

    def _on_written(self, message: Written) -> None:
        if self._take_attempt(message.ticket) is None:
            return
        saved = message.saved
        self._log.info("saved version {} to {}", saved.version, saved.path)
        self._ledger.durable(saved, written=message.was_replaced)
        self._parts.notifier.tell(
            SaveSucceeded(
                self._parts.notebook, saved.version, saved.path, saved.sha256, message.was_replaced
            )
        )
        if type(self).after_save is SaverActor.after_save:
            self._after_save_ended()
        else:
            self.pause(self._in_bulkhead, lambda: self._run_after_save(saved), over=message)

    def _on_failed(self, ticket: int, reason: str) -> None:
        attempt = self._take_attempt(ticket)
        if attempt is None:
            return
        self._log.warning("could not save version {}: {}", attempt.version, reason)
        self._ledger.failed(attempt.version, reason)
        delay_s = self._parts.backoff.delay_s(self._ledger.failures_in_a_row)
        self._set_timer(delay_s)
        self._parts.notifier.tell(
            SaveFailed(self._parts.notebook, attempt.version, attempt.path, reason, delay_s)
        )

    def _on_save_due(self, ticket: int) -> None:
        if ticket == self._timer:
            self._timer = None
            self._save_if_due()

    # -- saving --------------------------------------------------------------------

    def _save_if_due(self) -> None:
        ledger = self._ledger
        if self._attempt is not None or ledger.path is None:
            return
        wait_s = ledger.save_in_s(self._parts.now())
        if wait_s is None:
            return
        if wait_s > 0:
            if self._timer is None:  # it looks again how long there is still to wait
                self._set_timer(wait_s)
            return
        self._timer = None
        document = ledger.begin_save()
        self._attempt = attempt = _Attempt(next(_tickets), document.version, ledger.path)
        self._parts.codegen.tell(
            Generate(attempt.ticket, document.notebook, attempt.path.suffix, self.mailbox)
        )

    def _set_timer(self, delay_s: float) -> None:
        self._timer = ticket = next(_tickets)
        mailbox = self.mailbox
        self._parts.later(delay_s, lambda: mailbox.tell(SaveDue(ticket)))

    def _take_attempt(self, ticket: int) -> _Attempt | None:
        """Return the save that this ticket is of, unless another came since."""
        attempt = self._attempt
        if attempt is None or attempt.ticket != ticket:
            return None
        self._attempt = None
        return attempt

    def _after_save_ended(self) -> None:
        self._save_if_due()
        self._finish_if_closing()

    def _finish_if_closing(self) -> None:
        closing = self._ledger.closing
        if closing is not None and not self._ledger.is_due:
            self._parts.listener.tell(NotebookFinished(self._parts.notebook, closing))

    # -- what blocks ---------------------------------------------------------------

    def _in_bulkhead(self, work: Runnable) -> None:
        path = self._ledger.path
        # As text: a `Path` is slow to make, and slow to look up by.
        folder = path and os.path.dirname(path)  # noqa: PTH120 - as just said
        self._parts.blocking.run(self._parts.notebook, folder, work)

    def _run_after_save(self, saved: Saved) -> None:
        try:
            self.after_save(saved)
        except Exception:  # noqa: BLE001 - a user's hook; the file is safe already
            self._log.exception("after_save raised")
        self._after_save_ended()

    def _rename(self, path: Path, receipt: Receipt) -> None:
        try:
            moved = self._move_file(path)
        except StorageError as error:
            receipt.settle(Refused(str(error)))
            return
        except Exception as error:  # noqa: BLE001 - a user's own storage may raise anything
            self._log.exception("the storage raised what it should not")
            receipt.settle(Refused(f"the storage raised {error!r}"))
            return
        self._attempt = None  # its text was for a file that is not ours any more
        self._ledger.move_to(path, moved=moved)
        self._ledger.flush(receipt)
        self._save_if_due()

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
