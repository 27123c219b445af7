"""Counts, depths and latencies of a whole `Autosave`."""

import attrs

from actors.notebook import Latency, Meter
from actors.runtime import SystemStatistics


@attrs.frozen(kw_only=True)
class Statistics:
    """What an `Autosave` has done since it was started, in notebooks closed since too.

    Asking for it stops nobody. So while notebooks are saved, each number is
    right for some moment of the call, but not all for the same one: an edit may be
    counted whose save is not yet. When nothing moves, all are exact.
    """

    notebooks: int
    """Notebooks that are open now."""

    edits: int
    """Transactions applied that ask for a save."""

    deferred: int
    """Transactions applied that do not: source not persisted, run mode, unnamed."""

    refused: int
    """Transactions that were not applied."""

    overflowed: int
    """Edits that came when `Settings.max_open_receipts` of their notebook waited:
    they are saved, but their receipts say `Deferred`."""

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
    """From `submit` to the settling of the receipt, of all edits that a save has
    settled since the start; percentiles are at most 1.6 % off."""

    actors: int
    """Actors that live now; a notebook has one from its first transaction on."""

    mailbox_depth: int
    """Messages that wait now, in all mailboxes together."""

    dead_letters: int
    """Messages that nobody handled: their actor had stopped, or its mailbox was full."""

    crashes: int
    restarts: int

    @classmethod
    def of(cls, notebooks: int, meter: Meter, system: SystemStatistics) -> "Statistics":
        """Put together what the notebooks and the actors have counted."""
        return cls(
            notebooks=notebooks,
            time_to_durable=meter.time_to_durable(),
            actors=system.actors,
            mailbox_depth=system.mailbox_depth,
            dead_letters=system.dead_letters,
            crashes=system.crashes,
            restarts=system.restarts,
            **meter.counts(),
        )
