"""Counts of a whole system, which thousands of notebooks add to without a lock."""

import threading
from typing import Final

import attrs

from actors.notebook.latency import Histogram, Latency

_FOLD_ABOVE: Final = 64
"""Shards from which on those of ended threads are looked for."""


_COUNTED: Final = (
    "edits",
    "deferred",
    "refused",
    "overflowed",
    "saves",
    "unchanged",
    "failures",
    "coalesced",
)


@attrs.define(eq=False)
class Shard:
    """What one thread has counted; only that thread writes to it."""

    edits: int = 0
    deferred: int = 0
    refused: int = 0
    overflowed: int = 0
    saves: int = 0
    unchanged: int = 0
    failures: int = 0
    coalesced: int = 0

    opened: int = 0
    """Receipts that began to wait."""

    settled: int = 0
    """Receipts among them, maybe opened by another thread, whose wait has ended."""

    time_to_durable: Histogram = attrs.field(factory=Histogram)
    thread: threading.Thread = attrs.field(factory=threading.current_thread)

    def add(self, other: "Shard") -> None:
        """Count all that another shard has counted."""
        for name in (*_COUNTED, "opened", "settled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.time_to_durable.merge(other.time_to_durable)


class _Local(threading.local):
    shard: Shard | None = None


class Meter:
    """Sums what all notebooks of a system do, since its start.

    Each thread counts in a shard of its own, which is right without a lock
    and without Python's global one. Whoever reads sums the shards: the cost
    depends on the number of threads that ever saved something at once, not
    on the number of notebooks. While threads run, a reading may lack what they
    do in that moment, one count may have it and another not yet; when
    nothing moves, all counts are exact.
    """

    def __init__(self) -> None:
        self._local = _Local()
        self._lock = threading.Lock()  # for new threads and for readers, never to count
        self._ended = Shard()
        self._shards: list[Shard] = []
        self._fold_at = _FOLD_ABOVE

    def shard(self) -> Shard:
        """Return the calling thread's shard."""
        return self._local.shard or self._new_shard()

    def counts(self) -> dict[str, int]:
        """Return the counts by name, `waiting` among them: receipts that are open."""
        with self._lock:
            shards = [self._ended, *self._shards]
            # Settled ones first: a receipt that moves meanwhile is then counted
            # as open, and never as settled before it was opened.
            settled = sum(shard.settled for shard in shards)
            waiting = sum(shard.opened for shard in shards) - settled
            counts = {name: sum(getattr(each, name) for each in shards) for name in _COUNTED}
        return counts | {"waiting": waiting}

    def time_to_durable(self) -> Latency:
        """Return the percentiles of all edits that a save has made durable."""
        total = Histogram()
        with self._lock:
            for shard in (self._ended, *self._shards):
                total.merge(shard.time_to_durable)
        return total.latency()

    def _new_shard(self) -> Shard:
        shard = self._local.shard = Shard()
        with self._lock:
            if len(self._shards) >= self._fold_at:
                self._fold()
            self._shards.append(shard)
        return shard

    def _fold(self) -> None:
        """Take over what ended threads have counted: actors may have a thread each."""
        shards, self._shards = self._shards, []
        for shard in shards:
            if shard.thread.is_alive():
                self._shards.append(shard)
            else:
                self._ended.add(shard)
        self._fold_at = 2 * len(self._shards) + _FOLD_ABOVE
