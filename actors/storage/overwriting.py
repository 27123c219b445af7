"""Texts that are written into a file itself, because another file in its place would not do."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from actors.errors import ChangedError, StorageError
from actors.storage.access import refuse_read_only
from actors.storage.expectation import Expectation
from actors.storage.failure import shown
from actors.storage.place import Place, read_all, refuse_irregular
from actors.storage.spill import Spill
from actors.storage.stamp import OwnTimes, Stamp, set_time, stamp_of
from actors.storage.system_calls import UNSUPPORTED, SystemCalls

IN_PLACE_ONLY = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})
"""How a folder says that no file in it can be replaced, or by none that is like the old one."""

_OPEN = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class Overwriting:
    """Writes texts into files in place: the same inodes, with all their names and rights.

    The old text and the new one are in the spill before the first byte is changed,
    so that a crash in the middle is repaired afterwards. Meanwhile a reader may see
    neither. What another program writes between the last look at the file and the
    first byte is lost.
    """

    def __init__(self, calls: SystemCalls, times: OwnTimes, spill: Spill) -> None:
        self._calls = calls
        self._times = times
        self._spill = spill
        # Only to let go of what is in the spill too long.
        self._spilled: set[Path] = set()

    def write(
        self, path: Path, place: Place, data: bytes, expectation: Expectation
    ) -> Stamp | None:
        """Make `data` the durable text of a file; its folder is not synced.

        Args:
            path: The one name by which the spill knows the file.
            place: Where it is.
            data: Its new text.
            expectation: What may be overwritten.

        Returns:
            The state that the file is in now, where it is like no other.

        Raises:
            ChangedError: when the file is in another state. It is as it was.
            StorageError: when the spill keeps nothing. The file is as it was.
            OSError: when the text could not be written. The file has the old one,
                or else the spill has both.
        """
        with self._opened(place.name, dir_fd=place.folder) as fd:
            refuse_read_only(self._calls, place)
            seen = stamp_of(self._calls.fstat(fd))
            old = read_all(self._calls, fd)
            expectation.check_text(old)
            self._spilled.add(path)
            self._spill.begin_overwrite(path, data, old)
            try:
                self._check(place, seen, expectation)
            except BaseException:
                self.forget(path)
                raise
            stamp = self._change(path, fd, data, old)
        self.forget(path)
        self._check_name(place, seen, expectation)
        return stamp

    def repair(self, path: Path) -> bool:
        """Write the text anew that a crash may have kept from reaching a file whole.

        Returns:
            Whether the file was torn.

        Raises:
            ChangedError: when the file is whole, or gone, without that text: not a
                byte had been written, or somebody has edited it since. It is left
                alone, and the spill keeps the text.
            OSError: when it could not be written. The spill keeps the text.
        """
        kept = self._spill.overwrite_of(path)
        if kept is None:
            return False
        data, old = kept
        try:
            with self._opened(path) as fd:
                found = read_all(self._calls, fd)
                if found != data and not is_torn(found, data, old):
                    raise _not_in_the_file(path)
                # Even if it is there: it may be in the cache only.
                self._fill(fd, data)
        except FileNotFoundError:
            raise _not_in_the_file(path) from None
        self.forget(path)
        return found != data

    def forget(self, path: Path) -> None:
        """Let go of what the spill keeps for a file that is whole; it never fails."""
        self._spilled.add(path)
        with suppress(StorageError):
            self._spill.end_overwrite(path)
            self._spilled.discard(path)

    @property
    def has_spilled(self) -> bool:
        """Whether this process has left anything in the spill."""
        return bool(self._spilled)

    def is_spilled(self, path: Path) -> bool:
        """Whether this process has left something in the spill for a file."""
        return path in self._spilled

    @contextmanager
    def _opened(self, file: Path | str, **folder: int) -> Iterator[int]:
        fd = self._calls.open(file, _OPEN, **folder)
        try:
            refuse_irregular(self._calls.fstat(fd))
            yield fd
        finally:
            # What `close` could report, `fsync` has reported.
            with suppress(OSError):
                self._calls.close(fd)

    def _check(self, place: Place, seen: Stamp, expectation: Expectation) -> None:
        status = self._calls.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
        if stamp_of(status) != seen:
            expectation.seen_by_text(self._calls, place)
            self._check_name(place, seen, expectation)

    def _check_name(self, place: Place, seen: Stamp, expectation: Expectation) -> None:
        """Raise `ChangedError` when another file has the name by now."""
        status = self._calls.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
        if stamp_of(status)[:2] != seen[:2]:
            raise expectation.changed()

    def _change(self, path: Path, fd: int, data: bytes, old: bytes) -> Stamp | None:
        try:
            self._reserve(fd, len(data))
        except BaseException:
            with suppress(OSError):
                self._calls.ftruncate(fd, len(old))
                self.forget(path)
            raise
        try:
            return self._fill(fd, data)
        except BaseException:
            with suppress(OSError):
                self._fill(fd, old)
                self.forget(path)
            raise

    def _reserve(self, fd: int, size: int) -> None:
        """Take the room for a text, so that no disk is full in the middle of it."""
        try:
            if size:
                self._calls.fallocate(fd, size)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise

    def _fill(self, fd: int, data: bytes) -> Stamp | None:
        self._write_all(fd, data)
        self._calls.ftruncate(fd, len(data))
        time_ns = self._times.next_ns()
        set_time(self._calls, fd, time_ns)
        self._calls.fsync(fd)
        status = self._calls.fstat(fd)
        if status.st_size != len(data):
            raise OSError(errno.EIO, f"{status.st_size} bytes are there instead of {len(data)}")
        return stamp_of(status) if status.st_mtime_ns == time_ns else None

    def _write_all(self, fd: int, data: bytes) -> None:
        rest, offset = memoryview(data), 0
        while offset < len(data):
            count = self._calls.pwrite(fd, rest[offset:], offset)
            if count == 0:
                raise OSError(errno.EIO, "the disk takes no more bytes and does not say why")
            offset += count


def is_torn(text: bytes, data: bytes, old: bytes) -> bool:
    """Whether a write of `data` over `old` that was broken off has left this text.

    It has bytes of the one and of the other, or zeros where room was reserved, and
    is neither. Whatever else is there, somebody has written since.
    """
    if text in {data, old}:
        return False
    size = min(len(data), len(old)), max(len(data), len(old))
    if not size[0] <= len(text) <= size[1]:
        return False
    reserved = bytes(len(text))
    longer = old + reserved[len(old) :]
    return all(
        byte in {new, before}
        for byte, new, before in zip(text, data + longer[len(data) :], longer, strict=False)
    )


def _not_in_the_file(path: Path) -> ChangedError:
    return ChangedError(
        f"cannot repair {shown(path)}: the text of a save that was broken off is not in it; "
        "the file was left alone, and that text is kept"
    )
