"""A stand-in for marimo's kernel: only the pipe that its messages come through.

In marimo the other end is another process; here it is a thread, which does
nothing but send. The receiving end is marimo's own `ConnectionDistributor`
on both sides, so both are handed the same bytes in the same way.
"""

import asyncio
import multiprocessing
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.measurement import Pace

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class Kernel:
    """What marimo's listener asks of its kernel and queue managers.

    Args:
        mode: marimo's `SessionMode`; it saves in edit mode only.
    """

    stream_queue = None
    """`None` as in edit mode without a sandbox: messages come by the pipe."""

    def __init__(self, mode: Any = None) -> None:
        self.mode = mode
        self.kernel_connection: Connection[bytes, bytes]
        self._sending: Connection[bytes, bytes]
        self.kernel_connection, self._sending = multiprocessing.Pipe()

    async def send(
        self, messages: Sequence[bytes], pace: Pace, saved: Callable[[int], Awaitable[object]]
    ) -> None:
        """Send all messages; return when the last is saved.

        Args:
            messages: what to send.
            pace: whether to wait after each, or after the last only.
            saved: waits until the first so many are on disk.
        """
        if pace == "one at a time":
            for number, message in enumerate(messages, start=1):
                self._sending.send(message)
                await saved(number)
        else:
            sender = threading.Thread(target=self._send_all, args=(messages,))
            sender.start()
            await saved(len(messages))
            sender.join()

    def close(self) -> None:
        """Close both ends."""
        self._sending.close()
        self.kernel_connection.close()

    def _send_all(self, messages: Sequence[bytes]) -> None:
        for message in messages:
            self._sending.send(message)


class Arrivals:
    """Counts the messages that were handled, for whoever waits for the n-th."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = asyncio.Event()

    def add(self) -> None:
        """Count one more."""
        self._count += 1
        self._changed.set()

    async def reach(self, count: int) -> None:
        """Wait until so many were handled."""
        while self._count < count:
            self._changed.clear()
            await self._changed.wait()
