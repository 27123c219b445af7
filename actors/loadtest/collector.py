"""Pauses of Python's cyclic garbage collector, seen from inside.

They are measured as processor time of the thread that collects: Python may turn to another
thread right after it has called back, and that time is no pause.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

import attrs


@attrs.define
class Pauses:
    """How often and how long the collector stopped the process."""

    count: int = 0
    longest_s: float = 0.0
    total_s: float = 0.0

    def add(self, seconds: float) -> None:
        """Record one pause."""
        self.count += 1
        self.longest_s = max(self.longest_s, seconds)
        self.total_s += seconds


@contextmanager
def watched_collector() -> Iterator[Pauses]:
    """Record every pause inside the block."""
    pauses, started = Pauses(), time.thread_time()

    def note(phase: str, info: dict[str, int]) -> None:
        nonlocal started
        del info
        if phase == "start":
            started = time.thread_time()
        else:
            pauses.add(time.thread_time() - started)

    gc.callbacks.append(note)
    try:
        yield pauses
    finally:
        gc.callbacks.remove(note)
