"""How late an event loop is: what everybody else on it has to bear."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

TICK_S = 0.001


@asynccontextmanager
async def watched_loop() -> AsyncIterator[list[float]]:
    """Set a timer again and again during the block; give how late each was, in seconds."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(TICK_S)
            late.append(time.perf_counter() - start - TICK_S)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)  # the first timer is set before the block begins
    try:
        yield late
        await asyncio.sleep(2 * TICK_S)  # so that one that is late now is counted
    finally:
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
