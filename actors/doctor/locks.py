"""A probe of flock between two processes, one of which is killed."""

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actors.doctor.finding import Finding, Level, unknown
from actors.doctor.probe_folder import Probe

_NO_WAITING = fcntl.LOCK_EX | fcntl.LOCK_NB
_TRIES = 20
_PAUSE_S = 0.05
"""A lock server may hear late of a dead process."""

_HOLD = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError as error:
    print(error.strerror, flush=True)
else:
    print("locked", flush=True)
sys.stdin.read()
"""

_LITTER = "What a crash leaves beside a notebook is not cleared away; it is hidden and harmless."


def locks(probe: Probe) -> Iterator[Finding]:
    """Lock a file in another process, try to lock it here, kill that one, try again."""
    path = probe.write("locked.py")
    with probe.opened(path, os.O_RDWR) as fd:
        try:
            probe.calls.files.lock(fd, _NO_WAITING)
            probe.calls.files.lock(fd, fcntl.LOCK_UN)
        except OSError as error:
            yield _unsupported(str(error.strerror))
            return
        with _held_elsewhere(path) as answer:
            if answer != "locked":
                yield _unsupported(answer)
                return
            if _lock(probe, fd):
                yield _NO_EXCLUSION
                return
        yield _RELEASED if _locked_in_the_end(probe, fd) else _NOT_RELEASED


@contextmanager
def _held_elsewhere(path: Path) -> Iterator[str]:
    """Give what another process says that takes the lock; it is killed at the end."""
    command = [sys.executable, "-I", "-S", "-c", _HOLD, os.fspath(path)]
    # Its own session: a Ctrl-C is for us, and we end it.
    with subprocess.Popen(  # noqa: S603 - this Python, with a script of ours
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as holder:
        try:
            assert holder.stdout is not None
            yield holder.stdout.readline().strip()
        finally:
            holder.kill()


def _lock(probe: Probe, fd: int) -> bool:
    try:
        probe.calls.files.lock(fd, _NO_WAITING)
    except OSError as error:
        if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
            raise
        return False
    return True


def _locked_in_the_end(probe: Probe, fd: int) -> bool:
    for _ in range(_TRIES):
        if _lock(probe, fd):
            return True
        probe.calls.sleep(_PAUSE_S)
    return False


def _unsupported(answer: str) -> Finding:
    if not answer:
        return unknown("locks", "the process that was to hold a lock did not start")
    return Finding("locks", Level.WARNING, f"files cannot be locked: {answer}", _LITTER)


_RELEASED = Finding(
    "locks",
    Level.OK,
    "a lock holds between processes, and ends when its process is killed",
    "What a crash leaves beside a notebook is cleared away, and nothing that is in use.",
)

_NOT_RELEASED = Finding(
    "locks", Level.WARNING, "a lock does not end when its process is killed", _LITTER
)

_NO_EXCLUSION = Finding(
    "locks",
    Level.WARNING,
    "two processes got the same lock",
    "Opening a notebook in one process may make a save of another fail, which is then tried again.",
    "let one process alone save into this directory",
)
