"""How long a server keeps everybody else waiting, seen from another process."""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator

import attrs

from benchmarks.live.server import WAIT_S, Server

EVERY_S = 0.01


@attrs.frozen
class Wait:
    """How long somebody waited for an answer, and since when, by the clock of all processes."""

    since_s: float
    took_s: float


@contextlib.contextmanager
def pinged(server: Server) -> Iterator[list[Wait]]:
    """Ask again and again for `/health` during the block."""
    waits: list[Wait] = []
    is_over = threading.Event()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT_S)
    _ping(connection)  # connects
    thread = threading.Thread(target=_ping_on, args=(connection, is_over, waits))
    thread.start()
    try:
        yield waits
    finally:
        is_over.set()
        thread.join()
        connection.close()


def waits_between(since_s: float, answered_s: float) -> Iterator[Wait]:
    """Yield the wait for an answer, and those of whoever would have asked meanwhile.

    Without these, one long wait would hide behind the many short ones of an idle second.
    """
    while since_s < answered_s:
        yield Wait(since_s, answered_s - since_s)
        since_s += EVERY_S


def _ping_on(
    connection: http.client.HTTPConnection, is_over: threading.Event, waits: list[Wait]
) -> None:
    while not is_over.wait(EVERY_S):
        since_s = time.monotonic()
        _ping(connection)
        waits.extend(waits_between(since_s, time.monotonic()))


def _ping(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/health")
    connection.getresponse().read()
