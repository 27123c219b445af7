"""What all processes of a simulated disk share: inodes, their numbers, space and the clock."""

import errno
import heapq
import stat
import threading
from typing import TYPE_CHECKING, TypeVar

from actors.storage.simulated_disk.choices import Choice
from actors.storage.simulated_disk.descriptors import Locks, OpenFile
from actors.storage.simulated_disk.entry_log import Entry, EntryLog, visit_reachable
from actors.storage.simulated_disk.inodes import File, Folder, Inode, Symlink
from actors.storage.simulated_disk.lookup import User, failure

if TYPE_CHECKING:
    from actors.storage.simulated_disk.faults import Before

_Made = TypeVar("_Made", File, Folder)

_ROOT = 2

_FIRST_PID = 1000

# 2026-01-01; any, as long as it is the same in each run.
_START_NS = 1_767_225_600 * 10**9


class Volume:
    """A file system without processes. All methods are called with `lock` held."""

    def __init__(self, *, size: int | None, reorders: bool, granularity_ns: int) -> None:
        self.before: Before | None = None
        """Asked before each system call: the seam for faults, delays and crashes."""
        self.read_only = False
        """Whether all that writes fails with `EROFS`."""
        self.size = size
        """Bytes that all files together can have; `None` for no limit."""
        self.used = 0
        """Bytes that they have, with those that have no name and are still open."""
        self.calls_made = 0
        self.device = 1
        self.elapsed_ns = 0
        self.lock = threading.RLock()
        self.locks = Locks()
        self.living: set[int] = set()
        """The ids of the processes."""
        self.log = EntryLog(reorders=reorders)
        self._granularity_ns = granularity_ns
        self._free_numbers: list[int] = []
        self._last_number = _ROOT
        self._last_pid = _FIRST_PID
        self.root = Folder(_ROOT, 0o777, (0, 0), _START_NS)
        self.root.links = 1

    @property
    def now_ns(self) -> int:
        """The time that a change has now."""
        now_ns = _START_NS + self.elapsed_ns
        return now_ns - now_ns % self._granularity_ns

    def born(self) -> int:
        """Return the id of a new process."""
        self._last_pid += 1
        self.living.add(self._last_pid)
        return self._last_pid

    def made(self, kind: type[_Made], mode: int, user: User, within: Folder) -> _Made:
        """Return a new file or folder, which has no name in that folder yet."""
        gid = user.gid
        if within.mode & stat.S_ISGID:
            gid = within.gid
            mode |= stat.S_ISGID if kind is Folder else 0
        return kind(self._new_number(), mode & 0o7777, (user.uid, gid), self.now_ns)

    def made_link(self, target: str, user: User) -> Symlink:
        """Return a new symbolic link, which has no name yet."""
        return Symlink(self._new_number(), target, (user.uid, user.gid), self.now_ns)

    def change(self, *entries: Entry) -> None:
        """Change names in one step, and free what has none afterwards."""
        gone = [folder.entries.get(name) for folder, name, _ in entries]
        self.log.apply(*entries)
        for folder, _, inode in entries:
            folder.mtime_ns = self.now_ns
            if inode is not None:
                inode.links += 1
                if isinstance(inode, Folder):
                    inode.parent = folder
        for old in gone:
            if old is not None:
                old.links -= 1
                self._free_if_unused(old)

    def write(self, file: File, offset: int, data: bytes) -> int:
        """Write as much as there is room for; return how much.

        Raises:
            OSError: `ENOSPC` when there is no room at all.
        """
        before = len(file.text)
        if self.size is not None:
            room = max(0, before + self.size - self.used - offset)
            if data and not room:
                raise failure(errno.ENOSPC)
            data = data[:room]
        if data:
            file.write(offset, data)
            self.used += len(file.text) - before
            file.mtime_ns = self.now_ns
        return len(data)

    def truncate(self, file: File) -> None:
        """Empty a file."""
        self.resize(file, 0)

    def resize(self, file: File, size: int) -> None:
        """Cut a file, or let it end in zeros, which take no room before they are written."""
        before = len(file.text)
        if size < before:
            file.truncate(size)
        elif size > before:
            file.write(before, bytes(size - before))
        self.used += len(file.text) - before
        file.mtime_ns = self.now_ns

    def reserve(self, file: File, size: int) -> None:
        """Make room for so many bytes; a shorter file grows by zeros.

        Raises:
            OSError: `ENOSPC` when there is too little; the file is as it was.
        """
        more = size - len(file.text)
        if self.size is not None and self.used + more > self.size:
            raise failure(errno.ENOSPC)
        self.resize(file, max(size, len(file.text)))

    def closed(self, opened: OpenFile) -> None:
        """Forget an open file, its lock, and what has neither name nor reader any more."""
        self.locks.release(opened)
        opened.inode.openings -= 1
        self._free_if_unused(opened.inode)

    def mount(self, choice: Choice) -> None:
        """See what a crash has left, without what has no name."""
        numbers: set[int] = set()
        self.used = 0

        def find_again(inode: Inode) -> None:
            inode.crash(choice)
            # A removal that is undone brings back a number that was given away.
            if inode.number in numbers:
                self._last_number += 1
                inode.number = self._last_number
            numbers.add(inode.number)
            if isinstance(inode, File):
                self.used += len(inode.text)

        visit_reachable(self.root, find_again)
        self._free_numbers = sorted(set(range(_ROOT + 1, self._last_number + 1)) - numbers)

    def _new_number(self) -> int:
        """Return the lowest that is free: ext4, too, gives them again at once."""
        if self._free_numbers:
            return heapq.heappop(self._free_numbers)
        self._last_number += 1
        return self._last_number

    def _free_if_unused(self, inode: Inode) -> None:
        if inode.links or inode.openings:
            return
        heapq.heappush(self._free_numbers, inode.number)
        if isinstance(inode, File):
            self.used -= len(inode.text)
