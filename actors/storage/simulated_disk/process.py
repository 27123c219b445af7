"""A simulated process: its system calls, its user, its open files."""

# ruff: noqa: D102 - the public methods are the system calls, documented in man 2

import errno
import os
import stat

from actors.storage.simulated_disk.calling import system_calls
from actors.storage.simulated_disk.descriptors import Descriptors, OpenFile
from actors.storage.simulated_disk.inodes import File, Folder, Inode, Symlink
from actors.storage.simulated_disk.lookup import (
    Found,
    User,
    failure,
    real_path,
    status_of,
    text_of,
)
from actors.storage.simulated_disk.names import Names
from actors.storage.simulated_disk.volume import Volume

_HANDLE = getattr(os, "O_PATH", 0)
_READ_AND_WRITE = {os.O_RDONLY: os.R_OK, os.O_WRONLY: os.W_OK, os.O_RDWR: os.R_OK | os.W_OK}


class Process(Names):
    """Sees a `SimulatedDisk` through system calls, until it is killed.

    Its methods are the system calls, with the parameters of those of `os` and
    the results and errors of Linux.
    """

    def __init__(
        self, disk: Volume, user: User, *, umask: int, max_files: int, cwd: str | None
    ) -> None:
        super().__init__(disk, user, Descriptors(max_files), umask, cwd)
        self.alive = True
        self.pid = disk.born()
        self.calls = system_calls(self, disk)
        """For `LocalStorage`; each asks `SimulatedDisk.before` first."""

    # -- descriptors ---------------------------------------------------------------

    def open(
        self,
        path: str | os.PathLike[str],
        flags: int,
        mode: int = 0o777,
        *,
        dir_fd: int | None = None,
    ) -> int:
        text = text_of(path)
        self._descriptors.check_limit()
        inode = self._opened(text, flags, mode, dir_fd)
        if flags & os.O_TRUNC and isinstance(inode, File) and not _is_handle(flags):
            self._disk.truncate(inode)
        inode.openings += 1
        return self._descriptors.add(OpenFile(inode, self.path_of(text, dir_fd), flags))

    def _opened(self, path: str, flags: int, mode: int, dir_fd: int | None) -> Inode:
        creates = flags & os.O_CREAT and not _is_handle(flags)
        exclusive = bool(creates and flags & os.O_EXCL)
        if creates and path.endswith("/"):
            self._find(path, dir_fd, follow=False)
            raise failure(errno.EISDIR)
        follow = path.endswith("/") or not (flags & os.O_NOFOLLOW or exclusive)
        found = self._find(path, dir_fd, follow=follow)
        if found.inode is None:
            if not creates:
                raise failure(errno.ENOENT)
            return self._create(found, mode)
        if exclusive:
            raise failure(errno.EEXIST)
        self._check_kind(found, flags, creates=bool(creates))
        if not _is_handle(flags):
            self._check_open(found.inode, flags)
        return found.inode

    def _check_kind(self, found: Found, flags: int, *, creates: bool) -> None:
        is_folder = isinstance(found.inode, Folder)
        if creates and (is_folder or found.slash):
            raise failure(errno.EISDIR)
        if (flags & os.O_DIRECTORY or found.slash) and not is_folder:
            raise failure(errno.ENOTDIR)
        if isinstance(found.inode, Symlink) and not _is_handle(flags):
            raise failure(errno.ELOOP)

    def _check_open(self, inode: Inode, flags: int) -> None:
        wanted = _READ_AND_WRITE[flags & os.O_ACCMODE]
        writes = bool(wanted & os.W_OK or flags & os.O_TRUNC)
        if writes and isinstance(inode, Folder):
            raise failure(errno.EISDIR)
        self.user.check(inode, wanted | (os.W_OK if flags & os.O_TRUNC else 0))
        if writes:
            self._check_writable()

    def close(self, fd: int) -> None:
        self._disk.closed(self._descriptors.remove(fd))

    def read(self, fd: int, size: int) -> bytes:
        opened = self._descriptors[fd]
        inode = opened.for_reading()
        if not isinstance(inode, File):
            raise failure(errno.EISDIR)
        data = bytes(inode.text[opened.position : opened.position + size])
        opened.position += len(data)
        return data

    def write(self, fd: int, data: bytes | memoryview) -> int:
        opened = self._descriptors[fd]
        file = opened.for_writing()
        if opened.flags & os.O_APPEND:
            opened.position = len(file.text)
        written = self._disk.write(file, opened.position, bytes(data))
        opened.position += written
        return written

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        opened = self._descriptors[fd]
        file = opened.for_writing()
        # Linux appends then, whatever the offset: man 2 pwrite, BUGS.
        at = len(file.text) if opened.flags & os.O_APPEND else offset
        return self._disk.write(file, at, bytes(data))

    def ftruncate(self, fd: int, size: int) -> None:
        opened = self._descriptors[fd]
        if opened.is_handle:
            raise failure(errno.EBADF)
        if not opened.is_writable or not isinstance(opened.inode, File):
            raise failure(errno.EINVAL)
        self._disk.resize(opened.inode, size)

    def fallocate(self, fd: int, size: int) -> None:
        opened = self._descriptors[fd]
        if size <= 0 and not opened.is_handle:
            raise failure(errno.EINVAL)
        self._disk.reserve(opened.for_writing(), size)

    def lock(self, fd: int, operation: int) -> None:
        self._disk.locks.change(self._descriptors[fd], operation)

    def fstat(self, fd: int) -> os.stat_result:
        return status_of(self._descriptors[fd].inode, self._disk.device)

    def fchmod(self, fd: int, mode: int) -> None:
        self._chmod(self._descriptors[fd].for_changes(), mode)

    def fchown(self, fd: int, uid: int, gid: int) -> None:
        inode = self._descriptors[fd].for_changes()
        self._check_writable()
        if self.user.uid != 0:
            keeps_owner = uid in {-1, inode.uid}
            keeps_group = gid in {-1, inode.gid, self.user.gid}
            if self.user.uid != inode.uid or not (keeps_owner and keeps_group):
                raise failure(errno.EPERM)
        inode.uid = inode.uid if uid == -1 else uid
        inode.gid = inode.gid if gid == -1 else gid
        if isinstance(inode, File):
            inode.mode &= ~stat.S_ISUID
            if inode.mode & stat.S_IXGRP:
                inode.mode &= ~stat.S_ISGID

    def fsync(self, fd: int) -> None:
        inode = self._descriptors[fd].for_changes()
        inode.sync()
        if isinstance(inode, Folder):
            self._disk.log.sync(inode)

    def listdir(self, fd: int) -> list[str]:
        self._descriptors.folder(fd)  # asked first, even of what is only held
        inode = self._descriptors[fd].for_changes()
        assert isinstance(inode, Folder)
        return list(inode.entries)

    # -- questions -----------------------------------------------------------------

    def stat(
        self,
        path: str | os.PathLike[str],
        *,
        dir_fd: int | None = None,
        follow_symlinks: bool = True,
    ) -> os.stat_result:
        text = text_of(path)
        found = self._existing(text, dir_fd, follow=follow_symlinks or text.endswith("/"))
        assert found.inode is not None
        return status_of(found.inode, self._disk.device)

    def access(self, path: str | os.PathLike[str], mode: int, *, dir_fd: int | None = None) -> bool:
        try:
            inode = self._existing(text_of(path), dir_fd, follow=True).inode
        except OSError:
            return False
        assert inode is not None
        return self.user.may(inode, mode) and not (mode & os.W_OK and self._disk.read_only)

    def listxattr(self, file: int | str, *, dir_fd: int | None = None) -> list[str]:
        if isinstance(file, int):
            self._descriptors[file].for_changes()
        else:
            self._existing(text_of(file), dir_fd, follow=False)
        return []

    def getxattr(self, fd: int, name: str) -> bytes:
        del name
        self._descriptors[fd].for_changes()
        raise failure(errno.ENODATA)

    def setxattr(self, fd: int, name: str, value: bytes) -> None:
        del name, value
        self._descriptors[fd].for_changes()
        raise failure(errno.ENOTSUP)

    def removexattr(self, fd: int, name: str) -> None:
        del name
        self._descriptors[fd].for_changes()
        raise failure(errno.ENOTSUP)

    def realpath(self, path: str | os.PathLike[str]) -> str:
        text = os.fspath(path)
        return real_path(self._disk.root, text_of(text) if text else ".", self.cwd)

    def time(self) -> float:
        return self._disk.now_ns / 1e9

    def disk_type(self, folder: str) -> str:
        del folder
        return "ext4"

    def geteuid(self) -> int:
        return self.user.uid

    def own_group(self) -> int | None:
        return None

    def getpid(self) -> int:
        return self.pid

    def lives(self, pid: int, started: str) -> bool | None:
        del started  # no id is given twice
        return pid in self._disk.living

    def die(self) -> None:
        """Close all and never run again; what was written stays in the page cache."""
        self.alive = False
        self._disk.living.discard(self.pid)
        for opened in self._descriptors.remove_all():
            self._disk.closed(opened)

    def lose(self, fd: int) -> None:
        """Let a sync fail as on Linux: what it was to write is marked clean."""
        inode = self._descriptors[fd].for_changes()
        if isinstance(inode, File):
            inode.lose()
        elif isinstance(inode, Folder):
            self._disk.log.lose(inode)

    def opened(self, fd: int) -> OpenFile | None:
        """Return what a descriptor stands for."""
        return self._descriptors.get(fd)


def _is_handle(flags: int) -> bool:
    return bool(flags & _HANDLE)
