"""Ctrl-C: once to stop and report, twice to end at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_by_signals(on_first: Callable[[], object]) -> Iterator[threading.Event]:
    """Yield an event that the first signal sets; the second raises `KeyboardInterrupt`.

    Args:
        on_first: called on a thread of its own after the first.
    """
    stopped = threading.Event()
    received = 0

    def receive(number: int, frame: FrameType | None) -> None:
        nonlocal received
        del number, frame
        received += 1
        if received > 1:
            raise KeyboardInterrupt
        stopped.set()

    def tell() -> None:
        stopped.wait()
        if received:
            on_first()

    # Not by the handler: it may interrupt the main thread in the middle of a write.
    teller = threading.Thread(target=tell, name="loadtest-signals", daemon=True)
    teller.start()
    before = {number: signal.signal(number, receive) for number in SIGNALS}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        stopped.set()
        teller.join()
