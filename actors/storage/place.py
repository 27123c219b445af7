"""Where a file is: its folder, held open, and what has its name there."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from actors.storage.system_calls import SystemCalls

READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
"""To open for reading: a pipe without a writer must not hold the reader for ever."""

# Below the 128 KiB from which an allocation is a system call of its own.
_CHUNK = 64 * 1024

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@attrs.frozen
class Place:
    """A name in an open folder, and what is there.

    All calls go through the folder's descriptor: the file that was looked at,
    the one that is replaced and the folder that is synced belong together
    even if a parent is renamed meanwhile.
    """

    folder: int
    """Descriptor of the folder."""

    name: str
    found: os.stat_result | None
    """`None` when nothing has that name."""

    @contextmanager
    def opened(self, calls: SystemCalls) -> Iterator[int]:
        """Give a descriptor to read the file by, for the time of the block."""
        fd = calls.open(self.name, READ | os.O_NOFOLLOW, dir_fd=self.folder)
        try:
            yield fd
        finally:
            calls.close(fd)


def locate(calls: SystemCalls, path: Path) -> Place:
    """Return the place of a file, symbolic links followed; the caller closes its folder."""
    place = _look_up(calls, path)
    if place.found is not None and stat.S_ISLNK(place.found.st_mode):
        calls.close(place.folder)
        place = _look_up(calls, calls.realpath(path))
    return place


def read_all(calls: SystemCalls, fd: int) -> bytes:
    """Return the text of an open file, from where it is to be read next."""
    chunks = []
    while chunk := calls.read(fd, _CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)


def open_folder(calls: SystemCalls, folder: str | Path) -> int:
    """Return a descriptor of a folder, by which it can be used and synced."""
    try:
        return calls.open(folder, _FOLDER)
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, "its folder does not exist") from None


def refuse_irregular(status: os.stat_result) -> None:
    """Raise `OSError` unless this is a regular file, which alone can be replaced."""
    if stat.S_ISREG(status.st_mode):
        return
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    raise OSError(errno.EINVAL, "it is a pipe, socket or device, not a regular file")


def _look_up(calls: SystemCalls, path: str | Path) -> Place:
    parent, name = os.path.split(path)
    if not name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    folder = open_folder(calls, parent or ".")
    try:
        found = calls.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        found = None
    except BaseException:
        calls.close(folder)
        raise
    return Place(folder, name, found)
