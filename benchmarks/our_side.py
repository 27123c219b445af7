"""This package's autosave: edits handed in from an event loop, and from a plain thread.

In the event loop the host is as marimo's is: its `ConnectionDistributor`
reads the same bytes from the same pipe, and its time includes taking the
transaction out of the message. "On disk" means that a receipt said `Saved`:
file and folder are synced.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import attrs
from marimo._utils.distributor import ConnectionDistributor

from actors import Autosave, Cell, CellConfig, NotebookHandle, Receipt, Saved
from actors.messages import Payload
from actors.storage import LocalStorage
from actors.storage.protocol import Replaced
from actors.types import CellId
from benchmarks.expected import Expected
from benchmarks.kernel import Arrivals, Kernel
from benchmarks.loop_delay import watched_loop
from benchmarks.measurement import Caller, Measurement, Pace
from benchmarks.workload import Workload

TIMEOUT_S = 600


def run(path: Path, expected: Expected, pace: Pace, caller: Caller) -> Measurement:
    """Let `Autosave` save all edits of a workload to a new file."""
    path.write_text(expected.first_text, "utf-8")
    cells = _cells(expected.workload)
    messages = expected.workload.messages([cell.id for cell in cells])
    storage = _CountingStorage()
    with Autosave(storage=storage) as autosave:
        notebook = autosave.open(path, cells=cells)
        if caller == "event loop":
            times = asyncio.run(_run_in_loop(notebook, messages, pace))
        else:
            times = _run_in_thread(notebook, messages, pace)
    return Measurement(
        side="ours",
        pace=pace,
        caller=caller,
        edits=len(messages),
        seconds=times.seconds,
        cpu_s=times.cpu_s,
        held_s=tuple(times.held_s),
        submit_s=tuple(times.submit_s),
        submit_cpu_s=tuple(times.submit_cpu_s),
        loop_late_s=tuple(times.loop_late_s),
        files_written=storage.files,
        bytes_written=storage.bytes,
        cells_wrong=expected.cells_wrong(path),
        is_expected_text=expected.is_text_of(path),
    )


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

    def submit(self, notebook: NotebookHandle, payload: Payload) -> None:
        """Hand in one edit."""
        cpu_before, before = time.thread_time(), time.perf_counter()
        receipt = notebook.submit(payload)
        self.submit_s.append(time.perf_counter() - before)
        self.submit_cpu_s.append(time.thread_time() - cpu_before)
        self.receipts.append(receipt)

    def check_saved(self) -> None:
        """Raise unless each edit ended on disk."""
        missing = [r for r in self.receipts if not isinstance(r.outcome, Saved)]
        if missing:
            raise RuntimeError(f"{len(missing)} edits are not on disk, the first: {missing[0]}")


def _run_in_thread(notebook: NotebookHandle, messages: Sequence[bytes], pace: Pace) -> _Times:
    payloads = [json.dumps(json.loads(message)["transaction"]).encode() for message in messages]
    times = _Times()
    start, cpu_start = time.perf_counter(), time.process_time()
    for payload in payloads:
        times.submit(notebook, payload)
        if pace == "one at a time":
            times.receipts[-1].wait(TIMEOUT_S)
    notebook.flush(TIMEOUT_S)
    times.seconds = time.perf_counter() - start
    times.cpu_s = time.process_time() - cpu_start
    times.held_s = times.submit_s
    times.check_saved()
    return times


async def _run_in_loop(notebook: NotebookHandle, messages: Sequence[bytes], pace: Pace) -> _Times:
    loop, kernel, arrivals, times = asyncio.get_running_loop(), Kernel(), Arrivals(), _Times()

    def consume(message: bytes) -> None:
        before = time.perf_counter()
        times.submit(notebook, json.loads(message)["transaction"])
        times.held_s.append(time.perf_counter() - before)
        arrivals.add()

    async def saved(count: int) -> None:
        await arrivals.reach(count)
        await times.receipts[-1]

    distributor = ConnectionDistributor(kernel.kernel_connection)
    # As marimo's listener has it: a callback of its own for each message.
    distributor.add_consumer(lambda message: loop.call_soon_threadsafe(consume, message))
    distributor.start()
    try:
        async with watched_loop() as times.loop_late_s:
            start, cpu_start = time.perf_counter(), time.process_time()
            await kernel.send(messages, pace, saved)
            times.seconds = time.perf_counter() - start
            times.cpu_s = time.process_time() - cpu_start
    finally:
        distributor.stop()
        kernel.close()
    times.check_saved()
    return times


def _cells(workload: Workload) -> tuple[Cell, ...]:
    return tuple(
        Cell(CellId(f"c{number:03d}"), cell.code, config=CellConfig(hide_code=cell.hide_code))
        for number, cell in enumerate(workload.cells)
    )


class _CountingStorage(LocalStorage):
    """Local files, and how much was written to them."""

    def __init__(self) -> None:
        super().__init__()
        self.files = 0
        self.bytes = 0

    def replace(self, path: Path, data: bytes) -> Replaced:
        """Replace the file, and count it if it was written."""
        replaced = super().replace(path, data)
        if replaced.written:
            self.files += 1
            self.bytes += len(data)
        return replaced
