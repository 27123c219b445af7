"""The end of a process that is asked to end: first everything is saved."""

import _thread
import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from loguru import logger

from actors.drain import DrainReport

AGAIN_S = 0.1
"""A signal that comes when Python is about to wait is noticed after that; it is sent again."""


@contextmanager
def like_ctrl_c(number: signal.Signals = signal.SIGTERM) -> Iterator[None]:
    """Let the first of these signals interrupt what is done inside; later ones are ignored."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.signal(number, before)


class SignalHandlers:
    """Lets a method run when a signal comes, and the signal do its work afterwards.

    The method runs on a thread of its own, for a handler may have interrupted
    whoever holds a lock that it needs; the main thread goes on meanwhile. The
    same signal again changes nothing until it is over. A signal that the process
    ignores stays ignored.

    Whose method it is, is not kept alive. When that is gone, or in a forked
    child, the signal does its work at once.

    Args:
        stop: a bound method; what it reports unsaved goes to stderr, a line each.
    """

    def __init__(self, stop: Callable[[], DrainReport]) -> None:
        self._stop = weakref.WeakMethod(stop)
        self._handlers: list[_Handler] = []

    def install(self, signals: Iterable[signal.Signals]) -> None:
        """Handle these signals from now on.

        Raises:
            ValueError: on another thread than the main one, where Python takes no handlers.
        """
        for number in signals:
            handler = _Handler(number, self._stop)
            handler.install()
            self._handlers.append(handler)

    def uninstall(self) -> None:
        """Put back what was there before, as far as that can be done.

        It cannot on another thread than the main one, or when somebody else has
        taken the signal since. Then the handlers stay, and hand the signal on.
        """
        if threading.current_thread() is threading.main_thread():
            for handler in reversed(self._handlers):
                handler.uninstall()


class _Handler:
    def __init__(
        self, number: signal.Signals, stop: weakref.WeakMethod[Callable[[], DrainReport]]
    ) -> None:
        self._number = number
        self._stop = stop
        self._pid = os.getpid()
        self._previous = signal.getsignal(number)
        self._is_begun = False
        self._is_over = False
        self._has_given_way = threading.Event()

    def install(self) -> None:
        if self._previous is not signal.SIG_IGN:
            signal.signal(self._number, self._handle)

    def uninstall(self) -> None:
        if signal.getsignal(self._number) == self._handle:
            self._put_back()

    def _put_back(self) -> None:
        # `None` is a handler that was not made by Python, and cannot be put back by it.
        signal.signal(self._number, self._previous or signal.SIG_DFL)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        del frame
        stop = self._stop()
        if stop is None or self._is_over or os.getpid() != self._pid:
            self._has_given_way.set()
            self._put_back()
            signal.raise_signal(number)
        elif not self._is_begun:
            self._is_begun = True
            # Not by `threading`, whose lock the main thread may hold at this moment.
            with suppress(RuntimeError):  # the interpreter is about to end anyway
                _thread.start_new_thread(self._run, (stop,))

    def _run(self, stop: Callable[[], DrainReport]) -> None:
        logger.info("{} came: saving what is not saved", self._number.name)
        try:
            _tell(stop())
        except Exception:  # noqa: BLE001 - the signal is to do its work whatever happens
            logger.exception("could not stop")
        self._is_over = True
        main = threading.main_thread().ident
        assert main is not None, "it runs since the process began"
        while not self._has_given_way.is_set():
            signal.pthread_kill(main, self._number)  # it alone runs handlers, and may be asleep
            self._has_given_way.wait(AGAIN_S)


def _tell(report: DrainReport) -> None:
    """Say what is in no file: nobody else can, for the process is about to end."""
    lines = [f"notebook-actors: {unsaved}\n" for unsaved in report.unsaved]
    with suppress(OSError, ValueError):  # nobody listens any more
        if lines and sys.stderr is not None:
            sys.stderr.writelines(lines)
            sys.stderr.flush()
