"""Who waits for a notebook's next saves."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from actors.notebook.meter import Meter
from actors.receipt import Receipt


class Flush(NamedTuple):
    """Somebody who waits until all before is durable."""

    version: int
    """The save that it waits for."""

    receipt: Receipt
    asked: int
    """The version that it wants to be durable; later for a flush behind a
    change that asked for no save."""

    patient: bool
    """Whether it waits on when an attempt fails, until nothing is due."""


class _Edit(NamedTuple):
    version: int
    receipt: Receipt


class Waiting:
    """The receipts of one notebook that are open; an idle notebook has none of this.

    Args:
        meter: counts who begins and ends to wait.
    """

    __slots__ = ("_edits", "_flushes", "_meter")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._edits: deque[_Edit] = deque()  # by version, oldest first
        self._flushes: list[Flush] = []

    def __len__(self) -> int:
        return len(self._edits) + len(self._flushes)

    @property
    def edits(self) -> int:
        """How many edits wait."""
        return len(self._edits)

    @property
    def flushes(self) -> int:
        """How many flushes wait, or renames or closes, which end with one."""
        return len(self._flushes)

    def add_edit(self, version: int, receipt: Receipt) -> None:
        """Let the receipt of an edit wait; its version is that of no edit before."""
        receipt.accepted = True
        self._edits.append(_Edit(version, receipt))
        self._meter.shard().opened += 1

    def add_flush(self, flush: Flush) -> None:
        """Let a flush wait, maybe again."""
        flush.receipt.accepted = True
        self._flushes.append(flush)
        self._meter.shard().opened += 1

    def take_edits(self, version: int) -> list[Receipt]:
        """End the wait for this version and older ones; return by whom, oldest first."""
        taken = []
        while self._edits and self._edits[0].version <= version:
            taken.append(self._edits.popleft().receipt)
        self._meter.shard().settled += len(taken)
        return taken

    def take_flushes(self, version: int, *, patient_too: bool) -> Iterable[Flush]:
        """End the wait of those who wait for this version or an older one."""
        taken: list[Flush] = []
        kept: list[Flush] = []
        for flush in self._flushes:
            ends = flush.version <= version and (patient_too or not flush.patient)
            (taken if ends else kept).append(flush)
        self._flushes = kept
        self._meter.shard().settled += len(taken)
        return taken
