"""Who runs actors, and when: shared threads, and the timers beside them."""

import heapq
import itertools
import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Protocol

from loguru import logger

from actors.clock import Clock, SystemClock


class Runnable(Protocol):
    """Something that wants one turn on a thread."""

    def run(self) -> None:
        """Do a bounded amount of work; ask for another turn if more is left."""
        ...


class Dispatcher(Protocol):
    """Gives turns to whoever asks, first come, first served."""

    @property
    def quantum_messages(self) -> int:
        """Messages that an actor may handle in one turn."""
        ...

    @property
    def quantum_s(self) -> float:
        """Seconds after which a turn ends, even if fewer were handled."""
        ...

    def schedule(self, runnable: Runnable, /) -> None:
        """Run it once, on some thread, behind those that wait already."""
        ...

    def hand_over(self, runnable: Runnable, /) -> None:
        """Run it once; if this is one of its threads, as soon as the present turn is over.

        Nobody has to be woken for what goes on on this thread. A turn that
        hands over and does not come to its end should `pass_on`.
        """
        ...

    def pass_on(self) -> None:
        """Let any other thread have what the present turn has handed over."""
        ...

    def close(self, timeout_s: float) -> None:
        """End its threads after their present turns; wait up to so long for that."""
        ...


class Runtime(Protocol):
    """Where and when actors run: on threads, or in a test's own order."""

    @property
    def clock(self) -> Clock:
        """The time that goes with it."""
        ...

    def dispatcher(
        self, name: str, threads: int, *, quantum_messages: int, quantum_s: float
    ) -> Dispatcher:
        """Make a dispatcher whose turns hold up nobody else's."""
        ...

    def later(self, delay_s: float, action: Callable[[], object]) -> None:
        """Run a quick action after a delay, unless the runtime is closed before."""
        ...

    def await_condition(self, reached: Callable[[], bool], timeout_s: float | None) -> bool:
        """Wait until `reached()`, which `notify` says may have changed."""
        ...

    def notify(self) -> None:
        """Wake those in `await_condition` to look again."""
        ...

    def close(self) -> None:
        """End the threads. What waits for a turn gets none any more."""
        ...


MOST_HANDED_OVER = 8
"""Turns in a row that come from each other; then it is the turn of those in the line.
A save is six: saver, codegen, saver, file work, saver, notifier."""


class ThreadDispatcher:
    """Turns on a fixed set of threads that share one line.

    Args:
        name: names the threads, for debuggers.
        threads: as many turns run at once. A handler that blocks holds one.
        quantum_messages: see `Dispatcher`.
        quantum_s: see `Dispatcher`.
    """

    def __init__(
        self, name: str, threads: int, *, quantum_messages: int = 64, quantum_s: float = 0.005
    ) -> None:
        self.quantum_messages = quantum_messages
        self.quantum_s = quantum_s
        self._line: SimpleQueue[Runnable | None] = SimpleQueue()
        # Daemons: leaving the `with` block drains for a bounded time, and a disk
        # that hangs for ever must not keep the host's process alive after that.
        self._threads = [
            threading.Thread(
                target=self._work, args=(number,), name=f"{name}-{number}", daemon=True
            )
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def schedule(self, runnable: Runnable, /) -> None:
        """Put it at the end of the line; never blocks."""
        self._line.put(runnable)

    def hand_over(self, runnable: Runnable, /) -> None:
        """Run it on this thread after the present turn, or else put it in the line."""
        if _here.dispatcher is not self:
            self._line.put(runnable)
            return
        if _here.handed_over is not None:
            self._line.put(_here.handed_over)
        _here.handed_over = runnable

    def pass_on(self) -> None:
        """Put what the present turn has handed over into the line."""
        if _here.dispatcher is self and _here.handed_over is not None:
            self._line.put(_here.handed_over)
            _here.handed_over = None

    def close(self, timeout_s: float) -> None:
        """End each thread after its present turn; waits up to `timeout_s` for that."""
        deadline = SystemClock.monotonic() + timeout_s
        for _ in self._threads:
            self._line.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - SystemClock.monotonic()))

    def _work(self, number: int) -> None:
        _here.dispatcher, _here.number = self, number
        while (runnable := self._line.get()) is not None:
            self._run(runnable)
            del runnable  # an idle thread must not keep the last actor alive

    def _run(self, runnable: Runnable | None) -> None:
        """Give a turn, and then to those that come from it."""
        for _ in range(MOST_HANDED_OVER):
            assert runnable is not None
            try:
                runnable.run()
            except BaseException:  # noqa: BLE001 - a thread of many actors must outlive them
                logger.exception("a turn ended with an error of the runtime itself")
            runnable, _here.handed_over = _here.handed_over, None
            if runnable is None:
                return
        assert runnable is not None
        self._line.put(runnable)


class _Here(threading.local):
    """What each thread knows of itself; only that thread sees it."""

    dispatcher: ThreadDispatcher | None = None
    """The one that this is a thread of."""

    number: int | None = None
    """Its number there."""

    handed_over: Runnable | None = None
    """Runs here after the present turn."""


_here = _Here()


def worker_number() -> int | None:
    """Return which of its dispatcher's threads this is; `None` for any other thread."""
    return _here.number


class ThreadRuntime:
    """Real threads and real time."""

    def __init__(self) -> None:
        self.clock: Clock = SystemClock()
        # Weak: one that was closed is kept alive by nothing, its threads have ended.
        self._dispatchers: weakref.WeakSet[ThreadDispatcher] = weakref.WeakSet()
        self._timers = Timers()
        self._changed = threading.Condition()

    def dispatcher(
        self, name: str, threads: int, *, quantum_messages: int, quantum_s: float
    ) -> ThreadDispatcher:
        """Make a dispatcher with threads of its own."""
        made = ThreadDispatcher(
            name, threads, quantum_messages=quantum_messages, quantum_s=quantum_s
        )
        self._dispatchers.add(made)
        return made

    def later(self, delay_s: float, action: Callable[[], object]) -> None:
        """Run a quick action after a delay, on the one timer thread."""
        self._timers.add(delay_s, action)

    def await_condition(self, reached: Callable[[], bool], timeout_s: float | None) -> bool:
        """Block this thread until `reached()` or the timeout; return which."""
        with self._changed:
            return self._changed.wait_for(reached, timeout_s)

    def notify(self) -> None:
        """Wake those in `await_condition` to look again."""
        with self._changed:
            self._changed.notify_all()

    def close(self, timeout_s: float = 1.0) -> None:
        """End all threads that come back within `timeout_s`; leave the others behind."""
        until_s = self.clock.monotonic() + timeout_s
        self._timers.close()
        for dispatcher in list(self._dispatchers):
            dispatcher.close(max(0.0, until_s - self.clock.monotonic()))


class Timers:
    """Delayed actions on one thread, which starts with the first of them."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, delay_s: float, action: Callable[[], object]) -> None:
        """Run `action()` after `delay_s` seconds, unless closed before."""
        due = SystemClock.monotonic() + delay_s
        with self._changed:
            if self._closed:
                return
            heapq.heappush(self._heap, (due, next(self._order), action))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="timers", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Forget all that is not due yet and end the thread."""
        with self._changed:
            self._closed = True
            self._heap.clear()
            self._changed.notify()

    def _work(self) -> None:
        while (action := self._next()) is not None:
            try:
                action()
            except BaseException:  # noqa: BLE001 - one action must not end all timers
                logger.exception("a delayed action raised")
            del action

    def _next(self) -> Callable[[], object] | None:
        with self._changed:
            while not self._closed:
                wait_s = self._heap[0][0] - SystemClock.monotonic() if self._heap else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(wait_s)
        return None
