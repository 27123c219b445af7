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


def run(path: Path, expected: Expected, pace: Pace) -> Measurement:
    """Let marimo save all edits of a workload to a new file."""
    path.write_text(expected.first_text, "utf-8")
    return asyncio.run(_run(path, expected, pace))


async def _run(path: Path, expected: Expected, pace: Pace) -> Measurement:
    storage = _CountingStorage()
    session = _Session(AppFileManager(path, storage=storage))
    messages = expected.workload.messages(session.document.cell_ids)
    kernel = Kernel(SessionMode.EDIT)
    listener = NotificationListenerExtension(kernel, kernel)
    held_s, arrivals = _time_messages(listener)

    async def saved(count: int) -> None:
        await arrivals.reach(count)
        await listener._autosave_runner.drain()

    listener.on_attach(session, None)
    try:
        async with watched_loop() as late_s:
            start, cpu_start = time.perf_counter(), time.process_time()
            await kernel.send(messages, pace, saved)
            seconds = time.perf_counter() - start
            cpu_s = time.process_time() - cpu_start
    finally:
        listener.on_detach()
        kernel.close()
    return Measurement(
        side="marimo",
        pace=pace,
        caller="event loop",
        edits=len(messages),
        seconds=seconds,
        cpu_s=cpu_s,
        held_s=tuple(held_s),
        loop_late_s=tuple(late_s),
        files_written=storage.files,
        bytes_written=storage.bytes,
        cells_wrong=expected.cells_wrong(path),
        is_expected_text=expected.is_text_of(path),
    )


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
