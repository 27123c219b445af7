"""Finds the actors that were idle for long, with one timer for all of them."""

import threading
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

T = TypeVar("T")


class IdleSweep(Generic[T]):
    """Calls back for whoever was not noted for one to two periods.

    There is a timer as long as anybody was noted lately, and none when all
    are idle. `note` is cheap and takes no lock: single operations on a set
    are atomic, on free-threaded Python too.

    Args:
        period_s: between two looks, in seconds.
        later: runs an action after so many seconds.
        on_sweep: told after each look who was idle; called without them, too.
    """

    def __init__(
        self,
        period_s: float,
        later: Callable[[float, Callable[[], object]], object],
        on_sweep: Callable[[AbstractSet[T]], object],
    ) -> None:
        self._period_s = period_s
        self._later = later
        self._on_sweep = on_sweep
        self._recent: set[T] = set()
        self._previous: set[T] = set()
        self._arming = threading.Lock()
        self._is_armed = False

    def note(self, active: T) -> None:
        """Take note that somebody is active now."""
        self._recent.add(active)
        # First the note, then the look; the sweep does it the other way round.
        if not self._is_armed:
            self._arm()

    def _arm(self) -> None:
        with self._arming:
            if self._is_armed:
                return
            self._is_armed = True
        self._later(self._period_s, self._sweep)

    def _sweep(self) -> None:
        self._is_armed = False
        recent, self._recent = self._recent, set()
        idle, self._previous = self._previous - recent, recent
        if recent:
            self._arm()
        self._on_sweep(idle)
