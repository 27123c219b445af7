"""Time, as a thing that a test can own."""

import time
from typing import Protocol


class Clock(Protocol):
    """Both kinds of time, in seconds."""

    def monotonic(self) -> float:
        """Return seconds that never go back, to measure durations with."""
        ...

    def now(self) -> float:
        """Return seconds since the epoch, to show to people."""
        ...


class SystemClock:
    """The machine's own clock."""

    monotonic = staticmethod(time.perf_counter)
    now = staticmethod(time.time)
