"""The actor that owns one notebook's document and is the only writer of its file."""

import itertools
import os
from pathlib import Path
from typing import assert_never

from loguru import logger

from actors.codec import decode_transaction
from actors.drafting import Drafting
from actors.errors import Cause, DecodeError, TransactionError
from actors.etag import Etag
from actors.foreign import ForeignChanges
from actors.holding import Hold
from actors.looking import Looking
from actors.messages import (
    AttemptMessage,
    CloseNotebook,
    DraftDue,
    DraftFailed,
    DraftKept,
    FileChanged,
    FileSeen,
    Flush,
    Generate,
    Generated,
    GenerateFailed,
    Look,
    NotebookFinished,
    Rename,
    Resolve,
    Restore,
    SaveDue,
    SaveFailed,
    SaveHeld,
    SaverMessage,
    SaveSucceeded,
    Submit,
    WriteFailed,
    WriteHeld,
    Written,
)
from actors.moving import move
from actors.receipt import Receipt, Saved
from actors.restoring import Restoring
from actors.runtime import Actor, Runnable
from actors.saver_parts import Attempt, Backoff, SaverParts
from actors.versions import Versions

__all__ = ["Backoff", "SaverActor", "SaverParts"]

HELD_AGAIN_S = 0.5
"""How long to wait before git is looked for again."""

_NEEDS_PERSON = frozenset({"conflict", "shrink", "locked"})
"""Causes that another attempt does not end, so that a stop does not wait for one."""

_tickets = itertools.count(1)  # unique in the process, so also across a saver's restarts


class SaverActor(Actor[SaverMessage]):
    """Applies transactions at once and saves with at most one save in flight.

    Whatever arrives while a save is in flight is in the next one, so no save
    carries an older document than the one before it. Files are touched by
    `SaverParts.blocking` only: a disk that hangs never keeps edits from being applied.

    Receives from the listener `Submit`, `Flush`, `Rename`, `Resolve`, `Look`,
    `Restore` and `CloseNotebook`, each of which settles its receipt; from codegen
    `Generated` or `GenerateFailed`; of its file work `Written`, `WriteFailed`,
    `WriteHeld` or `FileChanged`, and of a look `FileSeen`; by timers `SaveDue` and
    `DraftDue`; from the archivist `DraftKept` or `DraftFailed`. Tells the notifier how each attempt
    ended. Somebody else's change of the file is merged into the document before
    the file is replaced, or the file is left alone. When it crashes, its
    successor goes on with the same ledger, and saves what is due.
    """

    def __init__(self, parts: SaverParts) -> None:
        super().__init__()
        self._parts = parts
        self._ledger = parts.ledger
        self._attempt: Attempt | None = None
        self._timer: int | None = None
        self._hold = Hold(parts.held_at_most_s, parts.now)
        self._drafts = Drafting(parts, lambda: self.mailbox)
        self._versions = Versions(parts)
        self._foreign = ForeignChanges(parts, self._versions)
        self._looks = Looking(parts, self._foreign, self._in_bulkhead, lambda: self.mailbox)
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
        if (text := self._ledger.file.writing) is not None:
            self._ledger.file.doubt(Etag.of(text))  # whether it arrived, nobody heard
        self._drafts.begin_again()
        self._save_if_due()
        self._finish_if_closing()

    def on_stop(self) -> None:
        """Leave nobody waiting and nothing unkept; as a rule there is neither."""
        self._ledger.abandon("its saver was stopped before it could be saved")
        self._drafts.keep_last()

    def is_idle(self) -> bool:
        """Whether all is saved and nothing under way; then no memory is kept for it."""
        ledger = self._ledger
        is_pending = ledger.is_due or self._drafts.is_due or self._looks.is_under_way
        is_idle = self._attempt is None and self._timer is None and not is_pending
        if is_idle:
            ledger.passivate()
        return is_idle

    def on_receive(self, message: SaverMessage) -> None:
        """Handle one message."""
        match message:
            case Submit():  # what comes with each save is looked for first
                self._on_submit(message)
            case Generated() | Written():
                self._on_attempt(message)
            case Flush() | Rename() | Resolve() | Look() | Restore() | CloseNotebook():
                self._on_host_message(message)
            case DraftDue():
                self._drafts.keep_if_due()
            case DraftKept():
                self._drafts.on_kept(message)
                self._finish_if_closing()
            case DraftFailed():
                self._drafts.on_failed(message)
            case SaveDue(ticket):
                self._on_save_due(ticket)
            case FileSeen():
                self._looks.end(message)
                self._save_or_finish()
            case _:
                self._on_attempt(message)
        self._parts.active(self._parts.notebook)

    def _on_host_message(
        self, message: Flush | Rename | Resolve | Look | Restore | CloseNotebook
    ) -> None:
        match message:
            case Flush(receipt=receipt, patient=patient):
                self._ledger.flush(receipt, patient=patient)
                self._save_if_due()
            case Rename():
                self._on_rename(message)
            case Resolve():
                self._on_resolve(message)
            case Look(receipt=receipt):
                self._looks.begin(receipt)
                self._save_if_due()
            case Restore():
                Restoring(self._parts).restore(message)
                self._after_edit()
            case CloseNotebook():
                self._on_close(message)
            case _:
                assert_never(message)

    def _on_attempt(self, message: AttemptMessage) -> None:
        match message:
            case Generated(ticket, data):
                self._on_generated(ticket, data)
            case Written():
                self._on_written(message)
            case GenerateFailed(ticket, reason):
                self._on_failed(ticket, reason, "codegen")
            case WriteFailed(ticket, reason, cause, doubtful):
                self._on_failed(ticket, reason, cause, doubtful)
            case WriteHeld(ticket, reason):
                self._on_held(ticket, reason)
            case FileChanged(ticket, data):
                self._on_file_changed(ticket, data)
            case _:
                assert_never(message)

    def _on_submit(self, message: Submit) -> None:
        if message.receipt.outcome is not None:
            return  # whoever passed it on has crashed, and the host was told so
        try:
            transaction = decode_transaction(message.payload)
            self._ledger.apply(transaction, message.receipt, self._parts.now())
        except (DecodeError, TransactionError) as error:
            self._log.warning("refused a transaction: {}", error)
            self._ledger.refuse(message.receipt, str(error))
            return
        self._log.debug("applied version {}", self._ledger.document.version)
        self._after_edit()

    def _after_edit(self) -> None:
        self._drafts.note()
        self._save_if_due()

    def _on_rename(self, message: Rename) -> None:
        if message.path == self._ledger.path:
            self._ledger.flush(message.receipt)
            self._save_if_due()
        else:
            # Comes after the write in flight, if there is one: both are this notebook's.
            rename = lambda: self._rename(message.path, message.receipt)  # noqa: E731 - one use
            self.pause(self._in_bulkhead, rename, over=message)

    def _on_resolve(self, message: Resolve) -> None:
        file, ledger = self._ledger.file, self._ledger
        file.choose(message.choice, message.seen)
        if file.disputed is not None and file.choice is not None and not ledger.is_due:
            ledger.saved = None  # a look has found it, where nothing was to be saved
            ledger.want(self._parts.now())
        ledger.flush(message.receipt)
        self._save_if_due()

    def _on_close(self, message: CloseNotebook) -> None:
        # Two threads that close may tell us in the other order.
        self._ledger.closing = max(self._ledger.closing or 0, message.closing)
        self._ledger.flush(message.receipt)
        self._save_if_due()
        self._finish_if_closing()

    def _on_generated(self, ticket: int, data: bytes) -> None:
        attempt = self._attempt
        if attempt is None or attempt.ticket != ticket:
            return
        attempt.data = self._ledger.file.writing = data
        write = self._parts.write(attempt, self.mailbox, asks_git=not self._hold.is_over)
        self._in_bulkhead(write)

    def _on_written(self, message: Written) -> None:
        attempt = self._take_attempt(message.ticket)
        if attempt is None:
            self._ledger.file.doubt(message.etag)  # begun by a predecessor that crashed
            return
        saved, ledger = message.saved, self._ledger
        self._log.info("saved version {} to {}", saved.version, saved.path)
        self._hold.end()
        self._versions.written(attempt.data, attempt.author, message)
        ledger.file.left(attempt.notebook, message.etag)
        ledger.durable(saved, written=message.was_replaced)
        self._drafts.forget(saved.version)
        self._parts.notifier.tell(
            SaveSucceeded(
                self._parts.notebook, saved.version, saved.path, saved.sha256, message.was_replaced
            )
        )
        if type(self).after_save is SaverActor.after_save:
            self._save_or_finish()
        else:
            self.pause(self._in_bulkhead, lambda: self._run_after_save(saved), over=message)

    def _on_failed(
        self, ticket: int, reason: str, cause: Cause, doubtful: Etag | None = None
    ) -> None:
        if doubtful is not None:
            self._ledger.file.doubt(doubtful)
        if (attempt := self._take_attempt(ticket)) is not None:
            self._fail(attempt.version, attempt.path, reason, cause)

    def _on_held(self, ticket: int, reason: str) -> None:
        attempt = self._take_attempt(ticket)
        if attempt is None:
            return
        held_s = self._hold.waited_s()
        self._log.info("version {} waits for {:.1f} s: {}", attempt.version, held_s, reason)
        self._set_timer(HELD_AGAIN_S)
        self._parts.notifier.tell(
            SaveHeld(self._parts.notebook, attempt.version, attempt.path, reason, held_s)
        )

    def _on_file_changed(self, ticket: int, data: bytes | None) -> None:
        attempt = self._take_attempt(ticket)
        if attempt is None:
            return
        if data is None or self._ledger.file.is_expected(data):
            self._set_timer(self._parts.backoff.min_s)  # it was changed back meanwhile
        elif (reason := self._foreign.take_in(attempt.path, data)) is None:
            self._save_if_due()
        else:
            self._fail(attempt.version, attempt.path, reason, "conflict")

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
        if (reason := self._foreign.bring_back(ledger.path)) is not None:
            self._fail(ledger.begin_save().version, ledger.path, reason, "shrink")
            return
        document, ticket, suffix = ledger.begin_save(), next(_tickets), ledger.path.suffix
        self._attempt = Attempt(
            ticket, document.version, ledger.path, suffix, document.notebook, ledger.author
        )
        self._parts.codegen.tell(Generate(ticket, document.notebook, suffix, self.mailbox))

    def _fail(self, version: int, path: Path, reason: str, cause: Cause) -> None:
        """Take note of an attempt that failed; the work goes into a draft, and is tried again."""
        ledger, parts = self._ledger, self._parts
        self._log.warning("could not save version {}: {}", version, reason)
        self._hold.end()
        since_s = parts.now() if ledger.unsaved_since_s is None else ledger.unsaved_since_s
        ledger.failed(version, reason, needs_person=cause in _NEEDS_PERSON)
        delay_s = parts.backoff.delay_s(ledger.failures_in_a_row)
        self._set_timer(delay_s)
        parts.notifier.tell(
            SaveFailed(
                parts.notebook,
                version,
                path,
                reason,
                delay_s,
                cause,
                ledger.failures_in_a_row,
                parts.now() - since_s,
                self._drafts.keep(cause, reason),
            )
        )

    def _set_timer(self, delay_s: float) -> None:
        self._timer = ticket = next(_tickets)
        mailbox = self.mailbox
        self._parts.later(delay_s, lambda: mailbox.tell(SaveDue(ticket)))

    def _take_attempt(self, ticket: int) -> Attempt | None:
        """Return the save that this ticket is of, unless another came since."""
        attempt = self._attempt
        if attempt is None or attempt.ticket != ticket:
            return None
        self._attempt = None
        return attempt

    def _save_or_finish(self) -> None:
        self._save_if_due()
        self._finish_if_closing()

    def _finish_if_closing(self) -> None:
        closing = self._ledger.closing
        if closing is None or self._ledger.is_due or self._looks.is_under_way:
            return  # a look may change the document yet, which its successor is not to hear of
        if self._drafts.is_due:  # of an unnamed notebook, which has no file to be saved to
            self._drafts.keep_if_due()
        else:
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
        self._save_or_finish()

    def _rename(self, path: Path, receipt: Receipt) -> None:
        if (refusal := move(self._parts, path)) is not None:
            receipt.settle(refusal)
            return
        self._attempt = None  # its text was for a file that is not ours any more
        self._ledger.flush(receipt)
        self._save_if_due()

    def on_out_of_service(self, reason: str) -> None:
        """Tell those who wait that nobody will save this notebook any more."""
        self._ledger.out_of_service = reason
        self._ledger.abandon(reason)
        self._drafts.keep_last()  # it may be long until somebody opens it again
