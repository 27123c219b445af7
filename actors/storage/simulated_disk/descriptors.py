"""What a process has open, and the locks that go with it."""

import errno
import fcntl
import heapq
import os
from typing import Literal

import attrs

from actors.storage.simulated_disk.inodes import File, Folder, Inode
from actors.storage.simulated_disk.lookup import failure

_FIRST = 1000
"""Above those that a test has really open, which a mistake must not close."""


@attrs.define(eq=False)
class OpenFile:
    """An open file description: the position and the lock belong to it."""

    inode: Inode
    path: str
    flags: int
    position: int = 0

    def for_reading(self) -> Inode:
        """Return what may be read here.

        Raises:
            OSError: `EBADF` as the kernel.
        """
        if self.is_handle or self.flags & os.O_ACCMODE == os.O_WRONLY:
            raise failure(errno.EBADF)
        return self.inode

    def for_writing(self) -> File:
        """Return the file that may be written here."""
        if self.is_handle or not self.is_writable or not isinstance(self.inode, File):
            raise failure(errno.EBADF)
        return self.inode

    def for_changes(self) -> Inode:
        """Return what may be synced, locked or given away here: not what is only held."""
        if self.is_handle:
            raise failure(errno.EBADF)
        return self.inode

    @property
    def is_writable(self) -> bool:
        """Whether it was opened for writing."""
        return self.flags & os.O_ACCMODE != os.O_RDONLY

    @property
    def is_handle(self) -> bool:
        """Whether it was opened with `O_PATH`."""
        return bool(self.flags & getattr(os, "O_PATH", 0))


class Descriptors:
    """The numbers of one process, the lowest free one first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: dict[int, OpenFile] = {}
        self._free: list[int] = []

    def check_limit(self) -> None:
        """Raise `OSError` (`EMFILE`) when there is no number left."""
        if len(self._open) >= self._limit:
            raise failure(errno.EMFILE)

    def add(self, opened: OpenFile) -> int:
        """Return the number of what was opened."""
        fd = heapq.heappop(self._free) if self._free else _FIRST + len(self._open)
        self._open[fd] = opened
        return fd

    def __getitem__(self, fd: int) -> OpenFile:
        try:
            return self._open[fd]
        except KeyError:
            raise failure(errno.EBADF) from None

    def get(self, fd: int) -> OpenFile | None:
        """Return what has this number, if anything has."""
        return self._open.get(fd)

    def folder(self, fd: int) -> Folder:
        """Return the folder that a path begins at."""
        inode = self[fd].inode
        if not isinstance(inode, Folder):
            raise failure(errno.ENOTDIR)
        return inode

    def remove(self, fd: int) -> OpenFile:
        """Return what had this number, which is free again."""
        opened = self[fd]
        del self._open[fd]
        heapq.heappush(self._free, fd)
        return opened

    def remove_all(self) -> list[OpenFile]:
        """Return all that was open."""
        return [self.remove(fd) for fd in sorted(self._open)]


class Locks:
    """The locks of `flock`, which belong to open file descriptions."""

    def __init__(self) -> None:
        self._held: dict[Inode, dict[OpenFile, Literal["shared", "exclusive"]]] = {}

    def change(self, opened: OpenFile, operation: int) -> None:
        """Take, convert or release a lock.

        Raises:
            BlockingIOError: when another has it and `LOCK_NB` is given. As with
                the kernel, the lock that was to be converted is lost then.
            RuntimeError: when it would wait: nothing happens in a simulation
                while a process waits.
        """
        inode = opened.for_changes()
        self.release(opened)
        if operation & fcntl.LOCK_UN:
            return
        kind: Literal["shared", "exclusive"]
        kind = "exclusive" if operation & fcntl.LOCK_EX else "shared"
        others = self._held.get(inode, {})
        if others and "exclusive" in {kind, *others.values()}:
            if operation & fcntl.LOCK_NB:
                raise failure(errno.EWOULDBLOCK)
            raise RuntimeError("this lock would wait for ever: use LOCK_NB")
        self._held.setdefault(inode, {})[opened] = kind

    def release(self, opened: OpenFile) -> None:
        """Give up the lock of an open file, if it has one."""
        held = self._held.get(opened.inode)
        if held is not None:
            held.pop(opened, None)
            if not held:
                del self._held[opened.inode]

    def clear(self) -> None:
        """Release all, as when the power goes."""
        self._held.clear()
