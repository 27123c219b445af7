"""A folder for one probe, which is gone when the probe is over."""

import os
import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from actors.doctor.calls import Calls

PREFIX = ".notebook-actors-doctor-"

_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@attrs.frozen
class Probe:
    """What a probe works with."""

    calls: Calls
    directory: Path
    """The directory that is examined; a probe only looks at it."""

    folder: Path
    """A folder in it, of this probe alone."""

    def write(self, name: str, data: bytes = b"") -> Path:
        """Make a file in the probe's folder, or overwrite it."""
        path = self.folder / name
        flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC
        fd = self.calls.files.open(path, flags, 0o666)
        try:
            if data:  # a full disk takes empty files
                self.calls.files.write(fd, memoryview(data))
        finally:
            self.calls.files.close(fd)
        return path

    @contextmanager
    def opened(self, path: Path, flags: int) -> Iterator[int]:
        """Give a descriptor for the time of the block."""
        fd = self.calls.files.open(path, flags | os.O_CLOEXEC)
        try:
            yield fd
        finally:
            self.calls.files.close(fd)


class LeftBehindError(Exception):
    """A probe folder could not be removed; its path is the only argument."""


@contextmanager
def probe_folder(calls: Calls, directory: Path) -> Iterator[Probe]:
    """Make a folder for a probe, and remove it however the block ends.

    Raises:
        OSError: when it cannot be made.
        LeftBehindError: when it cannot be removed.
    """
    folder = directory / f"{PREFIX}{os.getpid()}-{random.getrandbits(64):016x}"
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        # Private: in a directory like /tmp nobody else is to put links into it.
        calls.mkdir(folder, 0o700)
        try:
            # Between the making and the removal alone may a signal interrupt.
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            yield Probe(calls, directory, folder)
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
            _remove(folder)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise LeftBehindError(folder) from error
