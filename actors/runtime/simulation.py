"""A runtime that a test drives: one thread, its own order, its own clock."""

import heapq
import itertools
import random
from collections.abc import Callable

import attrs

from actors.runtime.dispatcher import Runnable


class ManualClock:
    """Time that passes only when told so."""

    def __init__(self, start_s: float = 1_000_000.0) -> None:
        self._now_s = start_s

    def monotonic(self) -> float:
        """Return the virtual time in seconds."""
        return self._now_s

    now = monotonic

    def advance_to(self, time_s: float) -> None:
        """Let time pass; it never goes back."""
        self._now_s = max(self._now_s, time_s)


@attrs.frozen
class SimulatedDispatcher:
    """Puts those who ask for a turn into the line of its runtime."""

    name: str
    line: list[Runnable]
    quantum_messages: int = 1
    """One, so that a test can put something between any two messages."""

    quantum_s: float = float("inf")

    def schedule(self, runnable: Runnable, /) -> None:
        """Put it in the line."""
        self.line.append(runnable)

    hand_over = schedule

    def pass_on(self) -> None:
        """Do nothing: everything is in the line."""

    def close(self, timeout_s: float) -> None:
        """Do nothing: there are no threads."""


class SimulatedRuntime:
    """Runs actors inside the calls of a test, one message at a time.

    Args:
        seed: chooses who runs next among those who are ready; the same seed
            gives the same order. `None` runs them first come, first served.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.clock = ManualClock()
        self._choice = None if seed is None else random.Random(seed)
        self._line: list[Runnable] = []
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()

    # -- what the test does ------------------------------------------------------

    @property
    def ready(self) -> int:
        """How many actors want a turn."""
        return len(self._line)

    def run_next(self, index: int | None = None) -> bool:
        """Give one turn, to the actor at `index` of the line or by the seed.

        Returns:
            `False` when nobody wants one.
        """
        if not self._line:
            return False
        if index is None:
            index = self._choice.randrange(len(self._line)) if self._choice else 0
        self._line.pop(index).run()
        return True

    def run_until_idle(self, limit: int = 1_000_000) -> int:
        """Give turns until nobody wants one; return how many that were.

        Raises:
            RuntimeError: after `limit` turns; the actors keep each other busy.
        """
        for turns in range(limit):
            if not self.run_next():
                return turns
        raise RuntimeError(f"still busy after {limit} turns")

    def next_timer(self) -> float | None:
        """Return in how many seconds the next timer is due; `None` without one."""
        return max(0.0, self._timers[0][0] - self.clock.monotonic()) if self._timers else None

    def advance(self, seconds: float) -> None:
        """Let time pass, firing the timers on the way and running what they start."""
        until_s = self.clock.monotonic() + seconds
        while self._timers and self._timers[0][0] <= until_s:
            due_s, _, action = heapq.heappop(self._timers)
            self.clock.advance_to(due_s)
            action()
            self.run_until_idle()
        self.clock.advance_to(until_s)

    # -- what the actor system does: the `Runtime` protocol ------------------------

    def dispatcher(
        self, name: str, threads: int, *, quantum_messages: int, quantum_s: float
    ) -> SimulatedDispatcher:
        """Make a dispatcher on this runtime's line; sizes do not matter here."""
        del threads, quantum_messages, quantum_s
        return SimulatedDispatcher(name, self._line)

    def later(self, delay_s: float, action: Callable[[], object]) -> None:
        """Run the action when the test has let so much time pass."""
        due_s = self.clock.monotonic() + delay_s
        heapq.heappush(self._timers, (due_s, next(self._order), action))

    def await_condition(self, reached: Callable[[], bool], timeout_s: float | None) -> bool:
        """Give turns until `reached()`; fire timers within the virtual timeout."""
        until_s = self.clock.monotonic() + (float("inf") if timeout_s is None else timeout_s)
        while not reached():
            if self.run_next():
                continue
            wait_s = self.next_timer()
            if wait_s is None and timeout_s is None:
                raise RuntimeError("nothing is left to run, and this would wait for ever")
            if wait_s is None or self.clock.monotonic() + wait_s > until_s:
                self.clock.advance_to(until_s)
                return reached()
            self.advance(wait_s)
        return True

    def notify(self) -> None:
        """Do nothing: `await_condition` looks after every turn."""

    def close(self) -> None:
        """Forget the timers."""
        self._timers.clear()
