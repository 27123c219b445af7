"""This package's autosave: edits handed in from an event loop, and from a plain thread.

In the event loop the host is as marimo's is: its `ConnectionDistributor`
reads the same bytes from the same pipe, and its time includes taking the
transaction out of the message. "On disk" means that a receipt said `Saved`:
file and folder are synced.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
from marimo._utils.distributor import ConnectionDistributor

from actors import Autosave, NotebookHandle, Receipt, Saved
from actors.messages import Payload
from actors.storage import LocalStorage
from actors.storage.protocol import Etag, Replaced
from benchmarks.expected import Expected
from benchmarks.kernel import Arrivals, Kernel
from benchmarks.loop_delay import watched_loop
from benchmarks.measurement import Caller, Measurement, Pace
from benchmarks.workload import Workload, cells_of

TIMEOUT_S = 600


def run(
    files: Mapping[Path, Expected], pace: Pace, caller: Caller, warm_up: int = 0
) -> Measurement:
    """Let `Autosave` save all edits of a workload to each file, from one caller.

    The first `warm_up` edits of each are not measured.
    """
    for path, expected in files.items():
        path.write_text(expected.first_text, "utf-8")
    storage = _CountingStorage()
    with Autosave(storage=storage) as autosave:
        agents = [_Agent(autosave, path, expected.workload) for path, expected in files.items()]
        for agent in agents:
            agent.warm_up(warm_up)
        storage.files = storage.bytes = 0
        if caller == "event loop":
            times = asyncio.run(_run_in_loop(agents, pace))
        else:
            times = _run_in_thread(agents, pace)
    return Measurement(
        side="ours",
        pace=pace,
        caller=caller,
        edits=sum(len(agent.messages) for agent in agents),
        seconds=times.seconds,
        cpu_s=times.cpu_s,
        held_s=tuple(times.held_s),
        submit_s=tuple(times.submit_s),
        submit_cpu_s=tuple(times.submit_cpu_s),
        loop_late_s=tuple(times.loop_late_s),
        files_written=storage.files,
        bytes_written=storage.bytes,
        cells_wrong=sum(expected.cells_wrong(path) for path, expected in files.items()),
        is_expected_text=all(expected.is_text_of(path) for path, expected in files.items()),
    )


class _Agent:
    """One open notebook, and the messages of its kernel."""

    def __init__(self, autosave: Autosave, path: Path, workload: Workload) -> None:
        cells = cells_of(workload)
        self.messages = workload.messages([cell.id for cell in cells])
        self.notebook = autosave.open(path, cells=cells)

    def warm_up(self, edits: int) -> None:
        """Hand in the first edits, each after the one before is saved."""
        for message in self.messages[:edits]:
            self.notebook.submit(_transaction(message)).wait(TIMEOUT_S)
        self.messages = self.messages[edits:]


@attrs.define
class _Times:
    """What is timed while the edits are handed in; as in `Measurement`."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    held_s: list[float] = attrs.field(factory=list)
    submit_s: list[float] = attrs.field(factory=list)
    submit_cpu_s: list[float] = attrs.field(factory=list)
    loop_late_s: list[float] = attrs.field(factory=list)
    receipts: list[Receipt] = attrs.field(factory=list)

    def submit(self, notebook: NotebookHandle, payload: Payload) -> Receipt:
        """Hand in one edit."""
        cpu_before, before = time.thread_time(), time.perf_counter()
        receipt = notebook.submit(payload)
        self.submit_s.append(time.perf_counter() - before)
        self.submit_cpu_s.append(time.thread_time() - cpu_before)
        self.receipts.append(receipt)
        return receipt

    def check_saved(self) -> None:
        """Raise unless each edit ended on disk."""
        missing = [r for r in self.receipts if not isinstance(r.outcome, Saved)]
        if missing:
            raise RuntimeError(f"{len(missing)} edits are not on disk, the first: {missing[0]}")


def _run_in_thread(agents: Sequence[_Agent], pace: Pace) -> _Times:
    payloads = [list(map(_transaction, agent.messages)) for agent in agents]
    times = _Times()
    start, cpu_start = time.perf_counter(), time.process_time()
    for edits in zip(*payloads, strict=True):
        receipts = [
            times.submit(agent.notebook, payload)
            for agent, payload in zip(agents, edits, strict=True)
        ]
        if pace == "one at a time":
            for receipt in receipts:
                receipt.wait(TIMEOUT_S)
    for agent in agents:
        agent.notebook.flush(TIMEOUT_S)
    times.seconds = time.perf_counter() - start
    times.cpu_s = time.process_time() - cpu_start
    times.held_s = times.submit_s
    times.check_saved()
    return times


def _transaction(message: bytes) -> bytes:
    return json.dumps(json.loads(message)["transaction"]).encode()


async def _run_in_loop(agents: Sequence[_Agent], pace: Pace) -> _Times:
    times = _Times()
    kernels = [_Listening(agent, times) for agent in agents]
    try:
        async with watched_loop() as times.loop_late_s:
            start, cpu_start = time.perf_counter(), time.process_time()
            await asyncio.gather(*(kernel.send_all(pace) for kernel in kernels))
            times.seconds = time.perf_counter() - start
            times.cpu_s = time.process_time() - cpu_start
    finally:
        for kernel in kernels:
            kernel.close()
    times.check_saved()
    return times


class _Listening:
    """Hands in what a kernel sends, inside the event loop."""

    def __init__(self, agent: _Agent, times: _Times) -> None:
        self._agent = agent
        self._times = times
        self._kernel = Kernel()
        self._arrivals = Arrivals()
        self._receipts: list[Receipt] = []
        loop = asyncio.get_running_loop()
        self._distributor = ConnectionDistributor(self._kernel.kernel_connection)
        # As marimo's listener has it: a callback of its own for each message.
        self._distributor.add_consumer(
            lambda message: loop.call_soon_threadsafe(self._consume, message)
        )
        self._distributor.start()

    async def send_all(self, pace: Pace) -> None:
        """Send all edits; return when the last is durable."""
        await self._kernel.send(self._agent.messages, pace, self._saved)

    def close(self) -> None:
        """End the distributor and the kernel."""
        self._distributor.stop()
        self._kernel.close()

    def _consume(self, message: bytes) -> None:
        before = time.perf_counter()
        transaction = json.loads(message)["transaction"]
        self._receipts.append(self._times.submit(self._agent.notebook, transaction))
        self._times.held_s.append(time.perf_counter() - before)
        self._arrivals.add()

    async def _saved(self, count: int) -> None:
        await self._arrivals.reach(count)
        await self._receipts[-1]


class _CountingStorage(LocalStorage):
    """Local files, and how much was written to them."""

    def __init__(self) -> None:
        super().__init__()
        self.files = 0
        self.bytes = 0

    def replace(
        self, path: Path, data: bytes, *, expected: tuple[Etag, ...] | None = None
    ) -> Replaced:
        """Replace the file, and count it if it was written."""
        replaced = super().replace(path, data, expected=expected)
        if replaced.written:
            self.files += 1
            self.bytes += len(data)
        return replaced
