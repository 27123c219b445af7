"""What the sender of a transaction gets back, and how it ends."""

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeAlias

import attrs
from loguru import logger


@attrs.frozen(weakref_slot=False)
class Saved:
    """The transaction is durable: a power cut does not undo it."""

    version: int
    """Document version of the file that first holds the transaction."""

    sha256: str
    """SHA-256 of that file's bytes, in hexadecimal."""

    path: Path
    """Where the file is."""


@attrs.frozen
class Deferred:
    """The transaction was applied, but is not in a file now.

    The document has it. Where a save failed, it is tried again and events
    tell how that ends.
    """

    reason: str


@attrs.frozen
class Refused:
    """The transaction was not applied; nothing has changed."""

    reason: str


Outcome: TypeAlias = Saved | Deferred | Refused


class _Callback:
    """One addition of a callback; an object, to tell two of the same one apart."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[Outcome], object]) -> None:
        self.call = call


class Receipt:
    """A promise of one `Outcome`; wait for it in a thread or await it in asyncio.

    Settled once, by whoever comes first; later attempts change nothing. Holds
    no thread, no lock and no event until somebody waits.
    """

    # Whoever adds a callback or settles appends to one list, and its order
    # decides: the first end (a tuple with the outcome) counts. Callbacks before
    # it are called by whoever settled, those behind it by whoever added them. That
    # takes no more than that `append`, `copy` and `remove` of a list are one step
    # each, as they are with Python's global lock and, by the list's own, without.
    # A lock of the receipt's own would be 90 bytes more, and one for all receipts
    # could be held by the very thread that a signal handler interrupts.

    __slots__ = ("_log", "_outcome", "accepted", "created")

    accepted: bool
    """A ledger holds it, and will settle it whatever becomes of its message."""

    created: float
    """When the transaction was handed in, in seconds of `time.perf_counter`."""

    def __init__(self) -> None:
        self.accepted = False
        self.created = time.perf_counter()
        self._outcome: Outcome | None = None
        self._log: list[_Callback | tuple[Outcome]] | None = []  # `None` once settled

    def __repr__(self) -> str:
        return f"<Receipt {self._outcome or 'pending'}>"

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; `None` while that is open."""
        return self._outcome

    def settle(self, outcome: Outcome) -> bool:
        """End the promise; return `False` if it had ended before."""
        if (log := self._log) is None:
            return False
        end = (outcome,)
        log.append(end)
        before: list[_Callback] = []
        for entry in log.copy():
            if isinstance(entry, _Callback):
                before.append(entry)
            elif entry is end:
                break
            else:
                return False
        self._outcome = outcome
        self._log = None
        for callback in before:
            _call(callback, outcome)
        return True

    def add_done_callback(self, callback: Callable[[Outcome], object]) -> None:
        """Call `callback(outcome)` once: at the end, or now if that has come.

        It runs on the thread that settles the receipt, as a rule an actor's:
        it must be quick; what it raises is logged.
        """
        self._add(_Callback(callback))

    def wait(self, timeout: float | None = None) -> Outcome:
        """Return the outcome, blocking this thread up to `timeout` seconds.

        Raises:
            TimeoutError: when it is still open then. The transaction goes on.
        """
        if self._outcome is None:
            settled = threading.Event()

            def wake(outcome: Outcome) -> None:
                del outcome
                settled.set()

            self._add(callback := _Callback(wake))
            settled.wait(timeout)
            if (log := self._log) is not None:
                log.remove(callback)
        if self._outcome is None:
            raise TimeoutError(f"not settled within {timeout} s; the transaction goes on")
        return self._outcome

    def __await__(self) -> Generator[object, None, Outcome]:
        """Return the outcome without blocking the event loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()

        def settle_in_loop(outcome: Outcome) -> None:
            try:
                loop.call_soon_threadsafe(_settle_future, future, outcome)
            except RuntimeError:  # the loop was closed: nobody waits any more
                return

        self.add_done_callback(settle_in_loop)
        return future.__await__()

    def _add(self, callback: _Callback) -> None:
        if (log := self._log) is not None:
            log.append(callback)
            for entry in log.copy():
                if entry is callback:
                    return
                if isinstance(entry, tuple):
                    self._outcome = entry[0]  # whoever settles may not have come to that
                    break
        assert self._outcome is not None, "it is set before the log is dropped"
        _call(callback, self._outcome)


def _call(callback: _Callback, outcome: Outcome) -> None:
    try:
        callback.call(outcome)
    except BaseException:  # noqa: BLE001 - a stranger's callback; others wait behind it
        logger.exception("a receipt's callback raised")


def _settle_future(future: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)
