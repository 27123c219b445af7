"""Clients that send edits: threads with callbacks, and event loops with `await`."""

import asyncio
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, MutableSequence, Sequence
from functools import partial

import attrs

from actors.handle import NotebookHandle
from actors.loadtest.plan import Plan
from actors.loadtest.schedule import Burst, bursts
from actors.loadtest.scripts import Scripts
from actors.loadtest.timings import Timings
from actors.receipt import Outcome, Receipt

Clock = Callable[[], float]


@attrs.frozen
class Work:
    """What all clients share."""

    plan: Plan
    scripts: Scripts
    handles: MutableSequence[NotebookHandle]
    """By the number of the session; to be filled before clients run."""

    sent: MutableSequence[int]
    """How many edits each session was sent; its own client alone writes to a place."""

    stopped: threading.Event
    """Set to stop sending; what was sent is waited for all the same."""

    clock: Clock = time.perf_counter

    def sessions_of(self, client: int) -> range:
        """Return the notebooks that one client edits."""
        return range(client, self.plan.active_sessions, self.plan.threads)

    def rate_of(self, client: int) -> float | None:
        """Return a client's part of the rate: that of its notebooks."""
        if self.plan.rate is None:
            return None
        return self.plan.rate * len(self.sessions_of(client)) / self.plan.active_sessions


class Client:
    """A thread that sends the edits of some notebooks and waits for their receipts.

    Args:
        work: what is to be done by all.
        number: this client's, from 0 on.
    """

    def __init__(self, work: Work, number: int) -> None:
        self.timings = Timings()
        self.stalled = False
        """It gave up waiting."""

        self._work = work
        self._number = number
        self._rng = random.Random(f"{work.plan.seed} client {number}")
        self._started = 0.0
        self._in_flight = max(1, work.plan.in_flight // work.plan.threads)

    def run(self, started: float) -> None:
        """Send everything and wait for it; `started` is when the schedule begins."""
        raise NotImplementedError

    def _bursts(self, sessions: Sequence[int]) -> Iterator[Burst]:
        rate = self._work.rate_of(self._number)
        return bursts(sessions, self._work.plan.edits, rate, self._rng)

    def _submit(self, burst: Burst) -> Iterator[tuple[int, float, Receipt]]:
        """Submit a burst; yield the number of each edit, its intended time and its receipt."""
        work = self._work
        handle = work.handles[burst.session]
        for number in range(burst.first, burst.first + burst.size):
            payload = work.scripts.edit(burst.session, number)
            before = work.clock()
            receipt = handle.submit(payload)
            self.timings.submitted(work.clock() - before)
            work.sent[burst.session] += 1
            intended = before if work.plan.rate is None else self._started + burst.due_s
            yield number, intended, receipt

    def _until_due_s(self, burst: Burst) -> float:
        return self._started + burst.due_s - self._work.clock()


class ThreadClient(Client):
    """Is called back when a receipt ends, on the thread that settles it."""

    def __init__(self, work: Work, number: int) -> None:
        super().__init__(work, number)
        self._settled: queue.SimpleQueue[tuple[int, int, float, Outcome]] = queue.SimpleQueue()
        self._busy: Counter[int] = Counter()  # edits under way, by the number of the session

    def run(self, started: float) -> None:
        """Send everything and wait for it."""
        self._started = started
        plan = self._work.plan
        for burst in self._bursts(self._work.sessions_of(self._number)):
            if plan.rate is None:
                self._collect(partial(self._has_room, burst))
            else:
                self._collect_until_due(burst)
            if self.stalled or self._work.stopped.is_set():
                break
            self._send(burst)
        self._collect(lambda: self._open == 0)

    @property
    def _open(self) -> int:
        return self.timings.sent - self.timings.settled

    def _has_room(self, burst: Burst) -> bool:
        """Whether fewer are under way than may be, and this notebook's last burst is durable."""
        return len(self._busy) < self._in_flight and not self._busy[burst.session]

    def _send(self, burst: Burst) -> None:
        for number, intended, receipt in self._submit(burst):
            self._busy[burst.session] += 1
            receipt.add_done_callback(self._noting(burst.session, number, intended))

    def _noting(self, session: int, number: int, intended: float) -> Callable[[Outcome], None]:
        settled, clock = self._settled, self._work.clock
        return lambda outcome: settled.put((session, number, clock() - intended, outcome))

    def _collect(self, is_enough: Callable[[], bool]) -> None:
        """Record what was settled until that is enough."""
        while not self.stalled and not is_enough():
            try:
                self._note(self._settled.get(timeout=self._work.plan.stall_s))
            except queue.Empty:
                self.stalled = self._open > 0

    def _collect_until_due(self, burst: Burst) -> None:
        while (left_s := self._until_due_s(burst)) > 0 and not self._work.stopped.is_set():
            try:
                # Short, to see a stop; waiting for a receipt is also waiting for the time.
                self._note(self._settled.get(timeout=min(left_s, 0.1)))
            except queue.Empty:
                continue
        while not self._settled.empty():
            self._note(self._settled.get())

    def _note(self, settled: tuple[int, int, float, Outcome]) -> None:
        session = settled[0]
        self._busy[session] -= 1
        if not self._busy[session]:
            del self._busy[session]
        self.timings.ended(*settled)


class LoopClient(Client):
    """Awaits each receipt in an event loop of its own; so the loop's delay counts, too."""

    def run(self, started: float) -> None:
        """Send everything and wait for it."""
        self._started = started
        sessions = self._work.sessions_of(self._number)
        send = self._send_freely if self._work.plan.rate is None else self._send_in_time
        asyncio.run(send(sessions))

    async def _send_freely(self, sessions: Sequence[int]) -> None:
        """Let some agents take turns with their own notebooks, each waiting for its bursts."""
        agents = min(len(sessions), self._in_flight)
        await self._all(self._agent(sessions[number::agents]) for number in range(agents))

    async def _agent(self, sessions: Sequence[int]) -> None:
        for burst in self._bursts(sessions):
            if self.stalled or self._work.stopped.is_set():
                return
            await self._settle(burst, list(self._submit(burst)))

    async def _send_in_time(self, sessions: Sequence[int]) -> None:
        waiting: set[asyncio.Task[None]] = set()
        for burst in self._bursts(sessions):
            await self._sleep_until_due(burst)
            if self._work.stopped.is_set():
                break
            task = asyncio.create_task(self._settle(burst, list(self._submit(burst))))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
        await self._all(waiting)

    async def _sleep_until_due(self, burst: Burst) -> None:
        await asyncio.sleep(0)  # late or not, the loop has others to run
        # An event could wake it, but `stopped` is set in another thread, and it is for threads.
        while (left_s := self._until_due_s(burst)) > 0 and not self._work.stopped.is_set():  # noqa: ASYNC110
            await asyncio.sleep(min(left_s, 0.1))

    async def _settle(self, burst: Burst, sent: list[tuple[int, float, Receipt]]) -> None:
        for number, intended, receipt in sent:
            outcome = await receipt
            seconds = self._work.clock() - intended
            self.timings.ended(burst.session, number, seconds, outcome)

    async def _all(
        self, agents: Iterable[Coroutine[object, object, None] | asyncio.Task[None]]
    ) -> None:
        """Wait for all, as long as anything moves."""
        tasks = [asyncio.ensure_future(agent) for agent in agents]
        while tasks and not self.stalled:
            settled = self.timings.settled
            done, _ = await asyncio.wait(tasks, timeout=self._work.plan.stall_s)
            self.stalled = not done and self.timings.settled == settled
            tasks = [task for task in tasks if task not in done]
            for task in done:
                task.result()
        for task in tasks:
            task.cancel()
