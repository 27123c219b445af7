"""Counts, depths and latencies of a whole `Autosave`."""

from collections import deque
from collections.abc import Sequence

import attrs

from actors.notebook import Latency, Ledger
from actors.runtime import SystemStatistics

CLOSED_SAMPLES_KEPT = 4096
"""Newest times to durable that are remembered of notebooks closed since."""


@attrs.frozen(kw_only=True)
class Statistics:
    """What an `Autosave` has done since it was started."""

    notebooks: int
    """Notebooks that are open now."""

    edits: int
    """Transactions applied that ask for a save."""

    deferred: int
    """Transactions applied that do not: source not persisted, run mode, unnamed."""

    refused: int
    """Transactions that were not applied."""

    saves: int
    """Saves that ended durable."""

    unchanged: int
    """Saves among them that found the text on disk already."""

    failures: int
    """Attempts to save that failed."""

    coalesced: int
    """Edits that reached the disk in the save of another one."""

    waiting: int
    """Receipts that are open now."""

    time_to_durable: Latency
    """From `submit` to the settling of the receipt, the newest samples."""

    actors: int
    """Actors that live now; a notebook has one from its first transaction on."""

    mailbox_depth: int
    """Messages that wait now, in all mailboxes together."""

    dead_letters: int
    """Messages that nobody handled, because their actor had stopped."""

    crashes: int
    restarts: int


_SUMMED = (
    "edits",
    "deferred",
    "refused",
    "saves",
    "unchanged",
    "failures",
    "coalesced",
    "waiting",
)


class Totals:
    """Remembers what closed notebooks have done."""

    def __init__(self) -> None:
        self._closed = dict.fromkeys(_SUMMED, 0)
        self._samples: deque[float] = deque(maxlen=CLOSED_SAMPLES_KEPT)

    def add(self, ledger: Ledger) -> None:
        """Take over the counts of a notebook that is closed for good."""
        self._closed = self._plus([ledger])
        self._samples.extend(ledger.latencies())

    def with_open(self, ledgers: Sequence[Ledger], system: SystemStatistics) -> Statistics:
        """Return the counts of these open notebooks and of all closed ones."""
        samples = [sample for ledger in ledgers for sample in ledger.latencies()]
        return Statistics(
            notebooks=len(ledgers),
            time_to_durable=Latency.of([*samples, *self._samples]),
            actors=system.actors,
            mailbox_depth=system.mailbox_depth,
            dead_letters=system.dead_letters,
            crashes=system.crashes,
            restarts=system.restarts,
            **self._plus(ledgers),
        )

    def _plus(self, ledgers: Sequence[Ledger]) -> dict[str, int]:
        every = [ledger.statistics() for ledger in ledgers]
        return {
            name: closed + sum(getattr(each, name) for each in every)
            for name, closed in self._closed.items()
        }
