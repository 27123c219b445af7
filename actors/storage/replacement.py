"""The new file that takes the place of an old one."""

import errno
import os
import sys
from contextlib import suppress

from actors.storage.access import first_mode, keep_access, refuse_read_only
from actors.storage.attributes import ACCESS_LIST, keep_attributes
from actors.storage.expectation import Expectation
from actors.storage.place import Place
from actors.storage.putting import Putting
from actors.storage.stamp import OwnTimes, Stamp, set_time, stamp_of
from actors.storage.system_calls import SystemCalls
from actors.storage.temporary import claim, temporary_name

_CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW

# Opens without any right to the file, and without asking a device or a pipe.
_NOTHING_BUT_HOLD = os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW if sys.platform == "linux" else None


class Replacement:
    """Replaces files by temporary file, fsync and rename.

    The folder is not synced.
    """

    def __init__(self, calls: SystemCalls, times: OwnTimes, *, keeps_all: bool) -> None:
        """Begin.

        Args:
            calls: The operating system.
            times: For the new files.
            keeps_all: Whether owner, group and extended attributes must be
                kept; else they are as far as this process may.
        """
        self._calls = calls
        self._times = times
        self._keeps_all = keeps_all
        self._without_exchange: set[int] = set()

    def write(self, place: Place, data: bytes, expectation: Expectation) -> Stamp | None:
        """Write a temporary file, sync it, and make it the file at `place`.

        Args:
            place: The file.
            data: Its new text.
            expectation: What may be replaced.

        Returns:
            The state that the file is in now, where it is like no other.

        Raises:
            ChangedError: when the file is in another state. It is as it was.
            OSError: when it could not be done. The temporary file is gone if it
                could be removed, and the file is whole.
        """
        seen = expectation.seen(self._calls, place)
        if expectation.etags is not None:
            return self._write(place, data, expectation, seen)
        old = self._hold(place)
        try:
            return self._write(place, data, expectation, seen)
        finally:
            if old is not None:
                _close(self._calls, old)

    def _hold(self, place: Place) -> int | None:
        """Return a descriptor of the file that is replaced, where that helps; it never fails.

        The kernel frees a replaced file when nobody holds it: so not in the rename,
        under the lock of the folder. With 16 threads in one folder of an ext4 that
        tells the disk what is free (`discard`), a rename took 935 us, and now 31.
        """
        if place.found is None or _NOTHING_BUT_HOLD is None:
            return None
        try:
            return self._calls.open(place.name, _NOTHING_BUT_HOLD, dir_fd=place.folder)
        except OSError:
            return None

    def _write(
        self, place: Place, data: bytes, expectation: Expectation, seen: Stamp | None
    ) -> Stamp | None:
        calls = self._calls
        time_ns = self._times.next_ns()
        name = temporary_name(place.name, seen, time_ns)
        fd = calls.open(name, _CREATE, first_mode(place.found), dir_fd=place.folder)
        putting = Putting(calls, place, name, expectation, seen, self._without_exchange)
        try:
            own = self._fill(fd, place, data, time_ns)
            putting.put(own)
        except BaseException:
            putting.clear(fd)
            raise
        finally:
            _close(calls, fd)
        return own if own[-1] == time_ns else None

    def _fill(self, fd: int, place: Place, data: bytes, time_ns: int) -> Stamp:
        calls = self._calls
        claim(calls, fd)
        _write_all(calls, fd, data)
        lost = set() if place.found is None else keep_attributes(calls, fd, place)
        set_time(calls, fd, time_ns)
        status = calls.fstat(fd)
        if status.st_size != len(data):
            what = f"only {status.st_size} of {len(data)} bytes arrived"
            raise OSError(errno.EIO, what)
        self._keep_access(fd, place, status, lost)
        # When this fails the whole file is thrown away, never synced again: the
        # kernel may have marked the lost pages clean, and a second fsync would
        # then succeed without writing them (https://lwn.net/Articles/752063/).
        calls.fsync(fd)
        return stamp_of(status)

    def _keep_access(self, fd: int, place: Place, status: os.stat_result, lost: set[str]) -> None:
        if place.found is None:
            return
        # After the temporary file, whose making says more exactly what is wrong.
        refuse_read_only(self._calls, place, status.st_uid)
        kept = keep_access(self._calls, fd, status, place.found, lost_list=ACCESS_LIST in lost)
        if self._keeps_all and (lost or not kept):
            what = ", ".join(sorted(lost)) or "its owner, group and mode"
            raise PermissionError(errno.EPERM, f"a new file cannot be given {what}")


def _close(calls: SystemCalls, fd: int) -> None:
    # What `close` could report, `fsync` has reported.
    with suppress(OSError):
        calls.close(fd)


def _write_all(calls: SystemCalls, fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        count = calls.write(fd, rest)
        if count == 0:
            raise OSError(errno.EIO, "the disk takes no more bytes and does not say why")
        rest = rest[count:]
