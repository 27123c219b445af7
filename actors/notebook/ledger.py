"""What one notebook has accepted, what of it is durable, and who waits for it.

This is the thinking of a saver, without its actor: no threads, no I/O. One
saver writes to a ledger; others may read `document`, `path` and `statistics`,
each of which is replaced in one step. It outlives a crash of its saver.
"""

import time
from pathlib import Path
from typing import Literal, TypeAlias

import attrs

from actors.notebook.cells import Notebook
from actors.notebook.changes import Transaction
from actors.notebook.document import Document
from actors.notebook.known_file import KeptDraft, KnownFile
from actors.notebook.latency import Latency, LatencyRing
from actors.notebook.meter import Meter
from actors.notebook.policy import RESTORE, SavePolicy
from actors.notebook.statistics import NotebookStatistics
from actors.notebook.waiting import Flush, Waiting
from actors.receipt import Deferred, Outcome, Receipt, Refused, Saved

Mode: TypeAlias = Literal["edit", "run"]

_DEFAULT_POLICY = SavePolicy()

_TIMER_ERROR_S = 1e-6
"""A timer may come early by the rounding of its time; that is not a time to wait again."""


class Ledger:
    """The state of one notebook between its saver's messages.

    Args:
        document: the notebook as it was opened.
        path: its file; `None` for an unnamed notebook.
        mode: a notebook in `"run"` mode is never saved.
        policy: what asks for a save, and when that is to begin.
        saved: what its file holds already, when it was opened from one.
        file: what is known of its file.
        meter: sums the counts of all notebooks.
    """

    __slots__ = (
        "_coalesced",
        "_deferred",
        "_edits",
        "_edits_begun",
        "_edits_saved",
        "_failures",
        "_first_edit_s",
        "_last_edit_s",
        "_meter",
        "_overflowed",
        "_refused",
        "_ring",
        "_saves",
        "_unchanged",
        "_waiting",
        "_wanted",
        "author",
        "closing",
        "document",
        "draft",
        "failures_in_a_row",
        "file",
        "last_failure",
        "mode",
        "out_of_service",
        "path",
        "policy",
        "saved",
        "unsaved_since_s",
    )

    def __init__(  # noqa: PLR0913 - what a notebook starts with, each by name
        self,
        document: Document,
        path: Path | None,
        *,
        mode: Mode = "edit",
        policy: SavePolicy = _DEFAULT_POLICY,
        saved: Saved | None = None,
        file: KnownFile | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.document = document
        self.path = path
        self.mode: Mode = mode
        self.policy = policy
        self.saved = saved
        self.file = file or KnownFile()
        self.draft: KeptDraft | None = None
        self.author = ("", "")  # source and label of the last edit that asked for a save
        self.unsaved_since_s: float | None = None  # the oldest change that is in no file
        self.failures_in_a_row = 0
        self.last_failure: str | None = None
        self.closing: int | None = None  # the number of the last `CloseNotebook`
        self.out_of_service: str | None = None  # why, once its saver has crashed too often
        self._meter = meter or Meter()
        self._wanted = -1  # the version that has to reach the file, or an older one
        self._waiting: Waiting | None = None  # an idle notebook keeps no queue
        self._first_edit_s: float | None = None  # of those that no save was begun for
        self._last_edit_s: float | None = None
        self._edits_begun = 0  # edits up to the save that was begun last
        self._edits_saved = 0  # edits up to the last that is durable
        self._ring: LatencyRing | None = None
        self._edits = self._deferred = self._refused = self._overflowed = 0
        self._saves = self._coalesced = self._unchanged = self._failures = 0

    # -- transactions ------------------------------------------------------------

    def apply(self, transaction: Transaction, receipt: Receipt, now_s: float = 0.0) -> None:
        """Apply a transaction and promise what becomes of it.

        Args:
            transaction: what to apply.
            receipt: what to settle.
            now_s: the time, of the same clock as that of `save_in_s`.

        Raises:
            TransactionError: when it does not fit; nothing has changed then.
        """
        before = self.document.notebook
        self.document = self.document.apply(transaction)
        reason = self._why_not_saved(transaction.source)
        if reason is not None:
            if self.is_unnamed and _is_work(before, self.document.notebook):
                self._note_unsaved(now_s)
            self._deferred += 1
            self._meter.shard().deferred += 1
            receipt.settle(Deferred(reason))
            return
        self._edits += 1
        self._meter.shard().edits += 1
        self.author = (transaction.source, transaction.label)
        self.want(now_s)
        self._promise(receipt)

    def take_in(self, notebook: Notebook) -> None:
        """Go on with what a merge made of the document and somebody else's file."""
        self.document = Document(notebook, self.document.version + 1)

    def want(self, now_s: float) -> None:
        """Have the document of now saved."""
        self._wanted = self.document.version
        self._last_edit_s = now_s
        if self._first_edit_s is None:
            self._first_edit_s = now_s
        self._note_unsaved(now_s)

    def refuse(self, receipt: Receipt, reason: str) -> None:
        """Say that a transaction was not applied."""
        self._refused += 1
        self._meter.shard().refused += 1
        receipt.settle(Refused(reason))

    # -- saves -------------------------------------------------------------------

    @property
    def is_due(self) -> bool:
        """Whether the file has to be brought up to date."""
        return self._wanted > self.saved_version

    @property
    def saved_version(self) -> int:
        """The version that the file holds; -1 when it holds none."""
        return -1 if self.saved is None else self.saved.version

    def save_in_s(self, now_s: float) -> float | None:
        """Return the seconds until a save is to begin; 0 is now, `None` never.

        It is now where somebody waits for it by name (a flush, a rename, a
        close), where an attempt has failed (how long to wait then is the
        saver's to say), and where a save was begun that its saver forgot in a crash.
        """
        if not self.is_due:
            return None
        first_s, last_s = self._first_edit_s, self._last_edit_s
        if first_s is None or last_s is None or self._is_urgent():
            return 0.0
        left_s = self.policy.due_at_s(first_s, last_s) - now_s
        return left_s if left_s > _TIMER_ERROR_S else 0.0

    @property
    def is_unnamed(self) -> bool:
        """Whether its work has nowhere to go but into a draft."""
        return self.path is None and self.mode == "edit"

    @property
    def is_unprotected(self) -> bool:
        """Whether there is work that is neither in its file nor in a draft."""
        if not (self.is_due or (self.is_unnamed and self.unsaved_since_s is not None)):
            return False
        return self.draft is None or self.document.version > self.draft.kept

    def begin_save(self) -> Document:
        """Return the document to save now; `durable` or `failed` is to follow."""
        self._edits_begun = self._edits
        self._first_edit_s = self._last_edit_s = None
        return self.document

    def durable(self, saved: Saved, *, written: bool) -> None:
        """Record a save and settle everybody whom it serves.

        A save older than the last one is a mistake of the caller.
        """
        assert saved.version >= self.saved_version, "a version never goes back"
        self.saved = saved
        self.failures_in_a_row = 0
        self.last_failure = None
        self.unsaved_since_s = self._first_edit_s if self.is_due else None
        self._count_save(written=written)
        if (waiting := self._waiting) is not None:
            self._settle_edits(waiting, saved)
            self._settle_flushes(waiting, saved)
            self._drop_empty_queue()

    def failed(self, version: int, reason: str, *, needs_person: bool = False) -> None:
        """Record that `version` could not be saved; the work stays due.

        Args:
            version: what was to be saved.
            reason: why it was not, in words.
            needs_person: another attempt will not help, so nobody is to wait for one.
        """
        self.failures_in_a_row += 1
        self.last_failure = reason
        self._failures += 1
        self._meter.shard().failures += 1
        self._give_up(version, reason, patient_too=needs_person)

    def flush(self, receipt: Receipt, *, patient: bool = False) -> None:
        """Settle when all before is durable, or with the reason why it is not.

        Args:
            receipt: what to settle.
            patient: a failed attempt does not settle it.
        """
        if not self.is_due:
            receipt.settle(self.standing())
            return
        flush = Flush(self._wanted, receipt, self.document.version, patient)
        self._queue().add_flush(flush)

    def standing(self) -> Outcome:
        """Say whether the file holds the whole document, or why it does not."""
        if self.saved is not None and self.saved.version == self.document.version:
            return self.saved
        if (reason := self.why_never_saved()) is not None:
            return Deferred(reason)
        if self.is_due:
            return Deferred(f"version {self.document.version} is not saved yet")
        sources = ", ".join(sorted(self.policy.persist_sources))
        since = "" if self.saved is None else f" since version {self.saved.version}"
        return Deferred(f"nothing{since} asked for a save (only these sources do: {sources})")

    def why_never_saved(self) -> str | None:
        """Return the reason, for a notebook that is not saved whatever asks for it."""
        if self.mode == "run":
            return "run mode: the notebook is applied but never saved"
        if self.path is None:
            return "unnamed: the notebook has no file; rename() gives it one"
        return None

    def move_to(self, path: Path, *, moved: bool) -> None:
        """Give the notebook another file.

        Args:
            path: the new file.
            moved: whether the old file went there, so that it needs no save.
        """
        self.path = path
        if moved and self.saved is not None:
            self.saved = attrs.evolve(self.saved, path=path)
        else:
            self.saved = None
            self._wanted = self.document.version

    def abandon(self, reason: str) -> None:
        """Settle everybody who waits; nobody will save this any more."""
        self._give_up(self.document.version, reason, patient_too=True)

    def passivate(self) -> None:
        """Let go of what an idle notebook can do without."""
        self._ring = None

    def statistics(self) -> NotebookStatistics:
        """Return what happened so far; any thread may ask.

        While its saver works, one number may be a moment older than the next.
        """
        waiting, ring = self._waiting, self._ring
        return NotebookStatistics(
            version=self.document.version,
            saved_version=self.saved_version,
            edits=self._edits,
            deferred=self._deferred,
            refused=self._refused,
            overflowed=self._overflowed,
            saves=self._saves,
            coalesced=self._coalesced,
            unchanged=self._unchanged,
            failures=self._failures,
            waiting=0 if waiting is None else len(waiting),
            time_to_durable=Latency.of(() if ring is None else ring.samples()),
        )

    # -- inside ------------------------------------------------------------------

    def _why_not_saved(self, source: str) -> str | None:
        if (reason := self.why_never_saved()) is not None:
            return reason
        if source != RESTORE and source not in self.policy.persist_sources:
            return f"source {source!r} does not ask for a save; the next save has it"
        return None

    def _note_unsaved(self, now_s: float) -> None:
        if self.unsaved_since_s is None:
            self.unsaved_since_s = now_s

    def _is_urgent(self) -> bool:
        # Not `closing`: a close flushes, and stays noted when the notebook is opened again.
        is_waited_for = self._waiting is not None and self._waiting.flushes > 0
        return is_waited_for or self.failures_in_a_row > 0

    def _promise(self, receipt: Receipt) -> None:
        """Let an edit's receipt wait for its save, unless too many do."""
        waiting = self._queue()
        if waiting.edits < self.policy.max_open_receipts:
            waiting.add_edit(self._wanted, receipt)
            return
        self._overflowed += 1
        self._meter.shard().overflowed += 1
        reason = f"{waiting.edits} edits wait already; this one is applied, the next save has it"
        receipt.settle(Deferred(reason))

    def _queue(self) -> Waiting:
        if self._waiting is None:
            self._waiting = Waiting(self._meter)
        return self._waiting

    def _drop_empty_queue(self) -> None:
        if not self._waiting:
            self._waiting = None

    def _count_save(self, *, written: bool) -> None:
        shard = self._meter.shard()
        coalesced = max(0, self._edits_begun - self._edits_saved - 1)
        self._edits_saved = self._edits_begun
        self._saves += 1
        shard.saves += 1
        self._unchanged += not written
        shard.unchanged += not written
        self._coalesced += coalesced
        shard.coalesced += coalesced

    def _settle_edits(self, waiting: Waiting, saved: Saved) -> None:
        now = time.perf_counter()
        times = self._meter.shard().time_to_durable
        for receipt in waiting.take_edits(saved.version):
            took_s = now - receipt.created
            times.add(took_s)
            if self._ring is None:
                self._ring = LatencyRing()
            self._ring.add(took_s)
            receipt.settle(saved)

    def _settle_flushes(self, waiting: Waiting, saved: Saved) -> None:
        for flush in waiting.take_flushes(saved.version, patient_too=not self.is_due):
            if saved.version >= flush.asked:
                flush.receipt.settle(saved)
            elif self.is_due:
                waiting.add_flush(flush._replace(version=self._wanted))
            else:
                flush.receipt.settle(self.standing())

    def _give_up(self, version: int, reason: str, *, patient_too: bool) -> None:
        """Tell those who wait for this version, or an older one, that they wait in vain."""
        if (waiting := self._waiting) is None:
            return
        for receipt in waiting.take_edits(version):
            receipt.settle(Deferred(reason))
        for flush in waiting.take_flushes(version, patient_too=patient_too):
            flush.receipt.settle(Deferred(reason))
        self._drop_empty_queue()


def _is_work(before: Notebook, after: Notebook) -> bool:
    """Whether somebody would miss it: opening a notebook sends transactions, too."""
    return before != after and any(cell.code.strip() for cell in after)
