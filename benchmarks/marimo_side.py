"""marimo 0.25.2's own autosave of an agent's edits, driven as its server drives it.

Real: `NotificationListenerExtension` with its `SerialTaskRunner`, the
`ConnectionDistributor` that reads the kernel's pipe, `AppFileManager` with
the `NotebookDocument` that it loaded, the serializer, `FilesystemStorage`,
and an asyncio event loop around them.

Stand-ins: the kernel, which runs no cell (`benchmarks.kernel`), and the
session, whose `notify` sends nothing to browsers. Both leave out work that
marimo's loop has in life, so they are in marimo's favour. Its writes are as
they are in life, without fsync: "on disk" means written, not durable.
"""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from marimo._session.extensions.extensions import NotificationListenerExtension
from marimo._session.model import SessionMode
from marimo._session.notebook.file_manager import AppFileManager
from marimo._session.notebook.storage import FilesystemStorage

from benchmarks.expected import Expected
from benchmarks.kernel import Arrivals, Kernel
from benchmarks.loop_delay import watched_loop
from benchmarks.measurement import Measurement, Pace


def run(files: Mapping[Path, Expected], pace: Pace, warm_up: int = 0) -> Measurement:
    """Let marimo save all edits of a workload to each file, all in one event loop.

    The first `warm_up` edits of each are not measured.
    """
    for path, expected in files.items():
        path.write_text(expected.first_text, "utf-8")
    return asyncio.run(_run(files, pace, warm_up))


async def _run(files: Mapping[Path, Expected], pace: Pace, warm_up: int) -> Measurement:
    storage = _CountingStorage()
    agents = [_Agent(path, expected, storage) for path, expected in files.items()]
    try:
        await asyncio.gather(*(agent.warm_up(warm_up) for agent in agents))
        storage.files = storage.bytes = 0
        async with watched_loop() as late_s:
            start, cpu_start = time.perf_counter(), time.process_time()
            await asyncio.gather(*(agent.send_all(pace) for agent in agents))
            seconds = time.perf_counter() - start
            cpu_s = time.process_time() - cpu_start
    finally:
        for agent in agents:
            agent.close()
    return Measurement(
        side="marimo",
        pace=pace,
        caller="event loop",
        edits=sum(len(agent.messages) for agent in agents),
        seconds=seconds,
        cpu_s=cpu_s,
        held_s=tuple(held_s for agent in agents for held_s in agent.held_s),
        loop_late_s=tuple(late_s),
        files_written=storage.files,
        bytes_written=storage.bytes,
        cells_wrong=sum(expected.cells_wrong(path) for path, expected in files.items()),
        is_expected_text=all(expected.is_text_of(path) for path, expected in files.items()),
    )


class _Agent:
    """One notebook: its session, its listener, and the kernel that sends its edits."""

    def __init__(self, path: Path, expected: Expected, storage: "_CountingStorage") -> None:
        session = _Session(AppFileManager(path, storage=storage))
        self.messages = expected.workload.messages(session.document.cell_ids)
        self._kernel = Kernel(SessionMode.EDIT)
        self._listener = NotificationListenerExtension(self._kernel, self._kernel)
        self.held_s, self._arrivals = _time_messages(self._listener)
        self._warm_up = 0
        self._listener.on_attach(session, None)

    async def warm_up(self, edits: int) -> None:
        """Send the first edits; what is counted begins after them."""
        await self._kernel.send(self.messages[:edits], "one at a time", self._saved)
        self._warm_up, self.messages = edits, self.messages[edits:]
        self.held_s.clear()

    async def send_all(self, pace: Pace) -> None:
        """Send all edits; return when the last is on disk."""
        await self._kernel.send(self.messages, pace, self._saved)

    def close(self) -> None:
        """End the listener and the kernel."""
        self._listener.on_detach()
        self._kernel.close()

    async def _saved(self, count: int) -> None:
        await self._arrivals.reach(self._warm_up + count)
        await self._listener._autosave_runner.drain()


def _time_messages(listener: Any) -> tuple[list[float], Arrivals]:
    """Time the callback that the event loop runs for each message of the kernel."""
    handle, held_s, arrivals = listener._on_kernel_message, list[float](), Arrivals()

    def timed(session: Any, message: bytes) -> None:
        start = time.perf_counter()
        handle(session, message)
        held_s.append(time.perf_counter() - start)
        arrivals.add()

    listener._on_kernel_message = timed
    return held_s, arrivals


@attrs.frozen
class _Session:
    """What the listener asks of a session."""

    app_file_manager: Any

    @property
    def document(self) -> Any:
        """As marimo's own session has it: the document that saving uses too."""
        return self.app_file_manager.app.cell_manager.document

    def notify(self, operation: Any, from_consumer_id: Any) -> None:
        """Tell no browser; there is none."""


class _CountingStorage:
    """marimo's own storage, and how much went through it."""

    def __init__(self) -> None:
        self._storage = FilesystemStorage()
        self.files = 0
        self.bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def write(self, path: Path, content: str) -> None:
        """Write as marimo does, and count."""
        self._storage.write(path, content)
        self.files += 1
        self.bytes += len(content.encode())
