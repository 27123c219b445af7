"""What one notebook has accepted, what of it is durable, and who waits for it.

This is the thinking of a saver, without its actor: no threads, no I/O. One
saver writes to a ledger; others may read `document`, `path` and `statistics`,
each of which is replaced in one step. It outlives a crash of its saver.
"""

import time
from collections import deque
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import attrs

from actors.notebook.changes import Transaction
from actors.notebook.document import Document
from actors.notebook.latency import Latency, LatencyRing
from actors.receipt import Deferred, Outcome, Receipt, Refused, Saved

Mode: TypeAlias = Literal["edit", "run"]


@attrs.frozen
class NotebookStatistics:
    """What happened to one notebook since it was opened."""

    version: int
    """Version of the document."""

    saved_version: int
    """Version that the file holds; -1 when it holds none of them."""

    edits: int
    """Transactions applied that ask for a save."""

    deferred: int
    """Transactions applied that do not."""

    refused: int
    saves: int
    """Saves that ended durable."""

    coalesced: int
    """Edits that reached the disk in the save of another one."""

    unchanged: int
    """Saves among them that found the text on disk already."""

    failures: int
    waiting: int
    """Receipts that are open."""

    time_to_durable: Latency
    """From `submit` to the settling of the receipt."""


class Ledger:
    """The state of one notebook between its saver's messages.

    Args:
        document: the notebook as it was opened.
        path: its file; `None` for an unnamed notebook.
        mode: a notebook in `"run"` mode is never saved.
        persist_sources: transactions from these sources ask for a save.
        saved: what its file holds already, when it was opened from one.
    """

    __slots__ = (
        "_counts",
        "_edits_begun",
        "_edits_saved",
        "_latencies",
        "_patient",
        "_waiting",
        "_wanted",
        "closing",
        "document",
        "failures_in_a_row",
        "last_failure",
        "mode",
        "out_of_service",
        "path",
        "persist_sources",
        "saved",
    )

    def __init__(
        self,
        document: Document,
        path: Path | None,
        *,
        mode: Mode = "edit",
        persist_sources: AbstractSet[str] = frozenset({"code-mode"}),
        saved: Saved | None = None,
    ) -> None:
        self.document = document
        self.path = path
        self.mode: Mode = mode
        self.persist_sources = persist_sources
        self.saved = saved
        self.failures_in_a_row = 0
        self.last_failure: str | None = None
        self.closing: int | None = None  # the number of the last `CloseNotebook`
        self.out_of_service: str | None = None  # why, once its saver has crashed too often
        self._wanted = -1  # the version that has to reach the file, or an older one
        self._waiting: deque[_Waiting] | None = None  # by version, oldest first
        self._patient: list[_Waiting] | None = None  # who waits until it works
        self._edits_begun = 0  # edits up to the save that was begun last
        self._edits_saved = 0  # edits up to the last that is durable
        self._latencies = LatencyRing()
        self._counts = _Counts()

    # -- transactions ------------------------------------------------------------

    def apply(self, transaction: Transaction, receipt: Receipt) -> None:
        """Apply a transaction and promise what becomes of it.

        Raises:
            TransactionError: when it does not fit; nothing has changed then.
        """
        self.document = self.document.apply(transaction)
        reason = self._why_not_saved(transaction.source)
        if reason is not None:
            self._counts.deferred += 1
            receipt.settle(Deferred(reason))
            return
        self._counts.edits += 1
        self._wanted = self.document.version
        receipt.accepted = True
        self._wait(_Waiting(self._wanted, receipt, self._wanted, is_edit=True))

    def refuse(self, receipt: Receipt, reason: str) -> None:
        """Say that a transaction was not applied."""
        self._counts.refused += 1
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

    def begin_save(self) -> Document:
        """Return the document to save now; `durable` or `failed` is to follow."""
        self._edits_begun = self._counts.edits
        return self.document

    def durable(self, saved: Saved, *, written: bool) -> None:
        """Record a save and settle everybody whom it serves.

        A save older than the last one is a mistake of the caller.
        """
        assert saved.version >= self.saved_version, "a version never goes back"
        self.saved = saved
        self.failures_in_a_row = 0
        self.last_failure = None
        self._counts.saves += 1
        self._counts.unchanged += not written
        self._counts.coalesced += max(0, self._edits_begun - self._edits_saved - 1)
        self._edits_saved = self._edits_begun
        now = time.perf_counter()
        for waiting in self._take_waiting(saved.version):
            if waiting.is_edit:
                self._latencies.add(now - waiting.receipt.created)
            self._settle(waiting, saved)
        if not self.is_due:
            patient, self._patient = self._patient or (), None
            for waiting in patient:
                self._settle(waiting, saved)

    def failed(self, version: int, reason: str) -> None:
        """Record that `version` could not be saved; the work stays due."""
        self.failures_in_a_row += 1
        self.last_failure = reason
        self._counts.failures += 1
        for waiting in self._take_waiting(version):
            waiting.receipt.settle(Deferred(reason))

    def flush(self, receipt: Receipt, *, patient: bool = False) -> None:
        """Settle when all before is durable, or with the reason why it is not.

        Args:
            receipt: what to settle.
            patient: a failed attempt does not settle it.
        """
        if not self.is_due:
            receipt.settle(self.standing())
            return
        receipt.accepted = True
        waiting = _Waiting(self._wanted, receipt, self.document.version)
        if patient:
            self._patient = [*(self._patient or ()), waiting]
        else:
            self._wait(waiting)

    def standing(self) -> Outcome:
        """Say whether the file holds the whole document, or why it does not."""
        if self.saved is not None and self.saved.version == self.document.version:
            return self.saved
        if (reason := self._why_never_saved()) is not None:
            return Deferred(reason)
        if self.is_due:
            return Deferred(f"version {self.document.version} is not saved yet")
        sources = ", ".join(sorted(self.persist_sources))
        since = "" if self.saved is None else f" since version {self.saved.version}"
        return Deferred(f"nothing{since} asked for a save (only these sources do: {sources})")

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
        for waiting in self._take_waiting(self.document.version):
            waiting.receipt.settle(Deferred(reason))
        for waiting in self._patient or ():
            waiting.receipt.settle(Deferred(reason))
        self._patient = None

    def statistics(self) -> NotebookStatistics:
        """Return what happened so far; any thread may ask."""
        counts = self._counts
        return NotebookStatistics(
            version=self.document.version,
            saved_version=self.saved_version,
            edits=counts.edits,
            deferred=counts.deferred,
            refused=counts.refused,
            saves=counts.saves,
            coalesced=counts.coalesced,
            unchanged=counts.unchanged,
            failures=counts.failures,
            waiting=len(self._waiting or ()) + len(self._patient or ()),
            time_to_durable=Latency.of(self._latencies.samples()),
        )

    def latencies(self) -> list[float]:
        """Return the newest times to durable, in seconds."""
        return self._latencies.samples()

    # -- inside ------------------------------------------------------------------

    def _why_never_saved(self) -> str | None:
        if self.mode == "run":
            return "run mode: the notebook is applied but never saved"
        if self.path is None:
            return "unnamed: the notebook has no file; rename() gives it one"
        return None

    def _why_not_saved(self, source: str) -> str | None:
        if (reason := self._why_never_saved()) is not None:
            return reason
        if source not in self.persist_sources:
            return f"source {source!r} does not ask for a save; the next save has it"
        return None

    def _wait(self, waiting: "_Waiting") -> None:
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(waiting)

    def _settle(self, waiting: "_Waiting", saved: Saved) -> None:
        """Settle with this save, or wait on if it is not the one that was asked for."""
        if saved.version >= waiting.asked:
            waiting.receipt.settle(saved)
        elif self.is_due:
            self._wait(waiting._replace(version=self._wanted))
        else:
            waiting.receipt.settle(self.standing())

    def _take_waiting(self, version: int) -> list["_Waiting"]:
        taken = []
        while self._waiting and self._waiting[0].version <= version:
            taken.append(self._waiting.popleft())
        if not self._waiting:
            self._waiting = None  # an idle notebook keeps no queue
        return taken


class _Waiting(NamedTuple):
    """Somebody who waits for a version to be durable."""

    version: int
    """The save that it waits for."""

    receipt: Receipt
    asked: int
    """The version that it wants to be durable; later for a flush behind a
    change that asked for no save."""

    is_edit: bool = False
    """Whether it is a transaction's, whose time to durable is measured."""


class _Counts:
    """Plain counters; only the saver writes them."""

    __slots__ = ("coalesced", "deferred", "edits", "failures", "refused", "saves", "unchanged")

    def __init__(self) -> None:
        self.edits = self.deferred = self.refused = 0
        self.saves = self.coalesced = self.unchanged = self.failures = 0
