"""Blocking work apart from everything else, so that what hangs sinks one folder only."""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Protocol

import attrs

from actors.runtime.dispatcher import Dispatcher, Runnable

KEPT_FREE = 2
"""Threads that blocking work never takes, for the turns of actors. With fewer than
three threads in all it may take one nevertheless, or nothing would ever be done."""


class BlockingWork(Protocol):
    """Where an actor's blocking work is done, outside of its turns."""

    def run(self, owner: Hashable, place: Hashable, runnable: Runnable, /) -> None:
        """Run a job, after those that this owner gave before. See `Bulkhead`."""
        ...


class AtOnce:
    """Blocking work that is done where it is ordered, for tests."""

    def run(self, owner: Hashable, place: Hashable, runnable: Runnable, /) -> None:
        """Run it."""
        del owner, place
        runnable.run()


class Bulkhead:
    """Admits blocking jobs to the threads of a dispatcher.

    Jobs of one owner run one after another, in the order they came. Jobs of
    one place, such as a folder, hold at most as many threads as they leave free
    for the other places: a place that hangs takes half, the next one that hangs
    half of the rest, and so on; of 24 threads, five such places take all that there
    are. (The dynamic thresholds of Choudhury and Hahne, known from network switches.)

    Args:
        dispatcher: its threads do the work.
        threads: how many it has.
        on_last: called when the last job has ended, after `close`.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        threads: int,
        on_last: Callable[[], object] = lambda: None,
    ) -> None:
        self._on_last = on_last
        self._dispatcher = dispatcher
        self._free = max(1, threads - KEPT_FREE)
        self._lock = threading.Lock()  # never held while anything runs or waits
        self._owners: dict[Hashable, deque[_Job] | None] = {}
        self._places: dict[Hashable, _Place] = {}
        self._line: deque[_Place] = deque()  # those with jobs that wait
        self._is_closing = False

    @property
    def owners(self) -> list[Hashable]:
        """Those that have a job here, running or waiting."""
        with self._lock:
            return list(self._owners)

    def run(self, owner: Hashable, place: Hashable, runnable: Runnable, /) -> None:
        """Run a job as soon as its turn has come; returns at once."""
        job = _Job(self, owner, place, runnable)
        with self._lock:
            if owner in self._owners:
                self._owners[owner] = waiting = self._owners[owner] or deque()
                waiting.append(job)
                return
            self._owners[owner] = None
            is_admitted = self._admit(job)
        if is_admitted:
            self._dispatcher.hand_over(job)

    def close(self) -> None:
        """Admit everything from now on: the time that is left is to be used."""
        with self._lock:
            self._is_closing = True
            admitted = [job for place in self._line for job in place.waiting]
            for place in self._line:
                place.running += len(place.waiting)
                place.waiting.clear()
            self._line.clear()
        for job in admitted:
            self._dispatcher.schedule(job)

    def done(self, job: "_Job") -> None:
        """Take note that a job has ended, and admit those that waited for it."""
        with self._lock:
            place = self._places[job.place]
            place.running -= 1
            self._free += 1
            if not place.running and not place.waiting:
                del self._places[job.place]
            waiting = self._owners.pop(job.owner)
            admitted = self._admit_waiting()  # first, or a busy owner would keep its thread
            if waiting:
                following = waiting.popleft()
                self._owners[job.owner] = waiting or None
                if self._admit(following):
                    admitted.append(following)
            is_last = self._is_closing and not self._owners
        for each in admitted:
            self._dispatcher.schedule(each)
        if is_last:
            self._on_last()

    def _admit(self, job: "_Job") -> bool:
        """Give a job a thread, or a place in the line of those that wait for one."""
        place = self._places.setdefault(job.place, _Place())
        if self._has_room(place) and not place.waiting:
            place.running += 1
            self._free -= 1
            return True
        if not place.waiting:
            self._line.append(place)
        place.waiting.append(job)
        return False

    def _has_room(self, place: "_Place") -> bool:
        return self._is_closing or place.running < self._free

    def _admit_waiting(self) -> "list[_Job]":
        """Admit what has room now, one job of each place in turn."""
        admitted = []
        for _ in range(len(self._line)):
            if self._free <= 0:
                break
            place = self._line.popleft()
            if self._has_room(place):
                place.running += 1
                self._free -= 1
                admitted.append(place.waiting.popleft())
            if place.waiting:
                self._line.append(place)
        return admitted


@attrs.define
class _Place:
    """What is going on in one place, for as long as anything is."""

    running: int = 0
    waiting: "deque[_Job]" = attrs.field(factory=deque)


@attrs.frozen(eq=False)
class _Job:
    """A job in a bulkhead; what a dispatcher runs."""

    bulkhead: Bulkhead
    owner: Hashable
    place: Hashable
    runnable: Runnable

    def run(self) -> None:
        """Do the work."""
        try:
            self.runnable.run()
        finally:
            self.bulkhead.done(self)
