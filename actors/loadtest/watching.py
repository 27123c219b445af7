"""What is seen while a load test runs: a sample twice a second, and who is told of it."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import attrs
import psutil

from actors.autosave import Autosave
from actors.loadtest.clients import Client
from actors.loadtest.timings import durable_histogram, percentiles_s

INTERVAL_S = 0.5

COST = 20
"""A sample that took long is followed by a pause this many times as long: what is looked at
must not become slow by the looking."""


@attrs.frozen(kw_only=True)
class Sample:
    """The state of a load test at one time; rates and latencies since the sample before."""

    at_s: float
    """Since the first edit was due."""

    sent: int
    settled: int
    edits_per_s: float
    """Receipts settled."""

    saves: int
    saves_per_s: float
    coalescing: float
    """Edits to a save, from the beginning on."""

    mailbox_depth: int
    waiting: int
    durable: dict[str, float]
    """Seconds to durable of what ended in this interval: p50, p99, p99.9, max."""

    durable_so_far: dict[str, float]
    """The same from the beginning on."""

    memory_bytes: int
    threads: int
    errors: int
    """Saves that failed, and edits that were refused."""


class Watch:
    """Is told how a load test goes; this one does nothing with it."""

    def begin(self, phase: str, total: int) -> None:
        """Hear that a phase begins, and how many steps it has; 0 when nobody knows."""

    def progress(self, done: int) -> None:
        """Hear how many steps are done."""

    def sample(self, sample: Sample) -> None:
        """See a sample; called on a thread of its own while notebooks are edited."""


class Sampler:
    """Takes samples while clients run.

    Args:
        autosave: what is tested.
        clients: who send edits.
        watch: is told of each sample.
        started: when the first edit is due, in seconds of `time.perf_counter`.
    """

    def __init__(
        self, autosave: Autosave, clients: Sequence[Client], watch: Watch, started: float
    ) -> None:
        self.samples: list[Sample] = []
        self._autosave = autosave
        self._clients = clients
        self._watch = watch
        self._started = started
        self._process = psutil.Process()
        self._saves_before = autosave.statistics().saves
        self._so_far = durable_histogram(2)
        self._ended = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take samples inside the block, and one at its end."""
        thread = threading.Thread(target=self._run, name="loadtest-sampler", daemon=True)
        try:
            thread.start()
            yield
        finally:
            self._ended.set()
        thread.join()
        self._take()

    def _run(self) -> None:
        pause_s = INTERVAL_S
        while not self._ended.wait(pause_s):
            before = time.perf_counter()
            self._take()
            pause_s = max(INTERVAL_S, COST * (time.perf_counter() - before))

    def _take(self) -> None:
        now_s = time.perf_counter() - self._started
        last = self.samples[-1] if self.samples else None
        since_s = max(1e-9, now_s - (last.at_s if last else 0.0))
        window = durable_histogram(2)
        for client in self._clients:
            client.timings.take_window(window)
        self._so_far.add(window)
        counts = self._autosave.statistics()
        saves = counts.saves - self._saves_before
        settled = sum(client.timings.settled for client in self._clients)
        sample = Sample(
            at_s=now_s,
            sent=sum(client.timings.sent for client in self._clients),
            settled=settled,
            edits_per_s=(settled - (last.settled if last else 0)) / since_s,
            saves=saves,
            saves_per_s=(saves - (last.saves if last else 0)) / since_s,
            coalescing=settled / saves if saves else 1.0,
            mailbox_depth=counts.mailbox_depth,
            waiting=counts.waiting,
            durable=percentiles_s(window),
            durable_so_far=percentiles_s(self._so_far),
            memory_bytes=self._process.memory_info().rss,
            threads=threading.active_count(),
            errors=counts.failures + counts.refused,
        )
        self.samples.append(sample)
        self._watch.sample(sample)
