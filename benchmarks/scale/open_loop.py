"""Edits at times that were decided before, whether the ones before them are done or not.

A latency counts from the time at which an edit was meant to be handed in: what
holds up the agent that would have handed it in is a part of it.
"""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from queue import SimpleQueue

import attrs

from actors.notebook import Latency
from actors.receipt import Outcome, Receipt, Saved
from benchmarks.scale.raw_pool import RawFiles
from benchmarks.scale.sessions import TIMEOUT_S


def due_times(rate: float, seconds: float, seed: str) -> list[float]:
    """Return when things that happen independently of each other happen, from 0 on."""
    rng, due, times = random.Random(seed), 0.0, []
    while (due := due + rng.expovariate(rate)) < seconds:
        times.append(due)
    return times


def paced(times: list[float]) -> Iterator[tuple[int, float]]:
    """Give each number at its time, or at once if it is late; with the time that was meant."""
    start = time.perf_counter()
    for number, due in enumerate(times):
        if (wait_s := start + due - time.perf_counter()) > 0:
            time.sleep(wait_s)
        yield number, start + due


@attrs.define
class Latencies:
    """How long each edit took to be durable."""

    samples: list[float] = attrs.field(factory=list)
    failed: int = 0
    """Edits whose receipts did not say `Saved`."""

    _ended: "SimpleQueue[bool]" = attrs.field(factory=SimpleQueue)
    _open: int = 0

    def add(self, receipt: Receipt, due: float) -> None:
        """Take the time until this receipt is settled."""

        def settled(outcome: Outcome) -> None:
            self.samples.append(time.perf_counter() - due)
            self._ended.put(isinstance(outcome, Saved))

        self._open += 1
        receipt.add_done_callback(settled)

    @property
    def latency(self) -> Latency:
        """The percentiles."""
        return Latency.of(self.samples)

    def finish(self) -> None:
        """Wait until all have ended."""
        for _ in range(self._open):
            self.failed += not self._ended.get(timeout=TIMEOUT_S)
        self._open = 0


def drive(submit: Callable[[int], Receipt], times: list[float]) -> Latencies:
    """Hand in edits at these times; return how long they took to be durable."""
    latencies = Latencies()
    for number, due in paced(times):
        latencies.add(submit(number), due)
    latencies.finish()
    return latencies


async def paced_in_loop(times: list[float]) -> AsyncIterator[tuple[int, float]]:
    """As `paced`, without blocking the event loop."""
    start = time.perf_counter()
    for number, due in enumerate(times):
        await asyncio.sleep(max(0.0, start + due - time.perf_counter()))
        yield number, start + due


def drive_raw(files: RawFiles, threads: int, times: list[float]) -> Latency:
    """Replace files at these times, on so many threads."""
    line: SimpleQueue[tuple[int, float] | None] = SimpleQueue()
    samples: list[float] = []
    locks = [threading.Lock() for _ in range(len(files))]

    def work() -> None:
        while (given := line.get()) is not None:
            number, due = given
            with locks[number % len(locks)]:
                files.replace(number)
            samples.append(time.perf_counter() - due)

    working = [threading.Thread(target=work) for _ in range(threads)]
    for thread in working:
        thread.start()
    for given in paced(times):
        line.put(given)
    for _ in working:
        line.put(None)
    for thread in working:
        thread.join()
    return Latency.of(samples)
