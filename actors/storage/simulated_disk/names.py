"""The system calls of a simulated process that make, move and remove names."""

# ruff: noqa: D102 - the public methods are the system calls, documented in man 2

import errno
import os
import stat
from typing import TypeAlias

from actors.storage.simulated_disk.descriptors import Descriptors
from actors.storage.simulated_disk.inodes import File, Folder, Inode
from actors.storage.simulated_disk.lookup import Found, User, failure, find, text_of
from actors.storage.simulated_disk.volume import Volume

_StrPath: TypeAlias = str | os.PathLike[str]


class Names:
    """The half of `Process` that changes folders."""

    def __init__(
        self, disk: Volume, user: User, descriptors: Descriptors, umask: int, cwd: str | None
    ) -> None:
        self.user = user
        self._disk = disk
        self._descriptors = descriptors
        self._umask = umask
        self._cwd = cwd

    @property
    def cwd(self) -> str:
        """The folder that relative paths begin at; by default that of the real process."""
        return self._cwd or os.getcwd()  # noqa: PTH109 - paths are texts here

    def path_of(self, path: str, dir_fd: int | None) -> str:
        """Return a path in full, for people and plans; links are not followed."""
        opened = self._descriptors.get(dir_fd) if dir_fd is not None else None
        return os.path.join(opened.path if opened else self.cwd, path)  # noqa: PTH118 - as above

    # -- calls -----------------------------------------------------------------------

    def replace(
        self,
        src: _StrPath,
        dst: _StrPath,
        *,
        src_dir_fd: int | None = None,
        dst_dir_fd: int | None = None,
    ) -> None:
        self._rename(text_of(src), text_of(dst), src_dir_fd, dst_dir_fd, exclusive=False)

    def rename_exclusive(
        self, source: _StrPath, target: _StrPath, *, src_dir_fd: int, dst_dir_fd: int
    ) -> None:
        self._rename(text_of(source), text_of(target), src_dir_fd, dst_dir_fd, exclusive=True)

    def exchange(
        self, source: _StrPath, target: _StrPath, *, src_dir_fd: int, dst_dir_fd: int
    ) -> None:
        old = self._find(text_of(source), src_dir_fd, follow=False)
        new = self._find(text_of(target), dst_dir_fd, follow=False)
        if not (old.name and new.name):
            raise failure(errno.EBUSY)
        self._check_writable()
        if old.inode is None or new.inode is None:
            raise failure(errno.ENOENT)
        for found in (old, new):
            if found.slash and not isinstance(found.inode, Folder):
                raise failure(errno.ENOTDIR)
        _check_above(old.inode, new)
        _check_above(new.inode, old)
        if old.inode is not new.inode:
            self.user.check_removal(old.folder, old.inode)
            self.user.check_removal(new.folder, new.inode)
            self._disk.change(self._added(old, new.inode), self._added(new, old.inode))

    def link(
        self,
        src: _StrPath,
        dst: _StrPath,
        *,
        src_dir_fd: int | None = None,
        dst_dir_fd: int | None = None,
        follow_symlinks: bool = True,
    ) -> None:
        text = text_of(src)
        follow = follow_symlinks or text.endswith("/")
        inode = self._existing(text, src_dir_fd, follow=follow).inode
        target = self._find(text_of(dst), dst_dir_fd, follow=False)
        self._check_new(target)
        if isinstance(inode, Folder):
            raise failure(errno.EPERM)
        assert inode is not None
        if inode.links == 0:
            raise failure(errno.ENOENT)
        self._disk.change(self._added(target, inode))

    def unlink(self, path: _StrPath, *, dir_fd: int | None = None) -> None:
        found = self._existing(text_of(path), dir_fd, follow=False)
        self._check_writable()
        assert found.inode is not None
        if not found.name or isinstance(found.inode, Folder):
            raise failure(errno.EISDIR)
        if found.slash:
            raise failure(errno.ENOTDIR)
        self.user.check_removal(found.folder, found.inode)
        self._disk.change((found.folder, found.name, None))

    def mkdir(self, path: _StrPath, mode: int = 0o777) -> None:
        found = self._find(text_of(path), None, follow=False)
        self._check_new(found, folder=True)
        mode &= 0o1777 & ~self._umask
        made = self._disk.made(Folder, mode, self.user, found.folder)
        self._disk.change(self._added(found, made))

    def rmdir(self, path: _StrPath) -> None:
        found = self._existing(text_of(path), None, follow=False)
        self._check_writable()
        if not isinstance(found.inode, Folder):
            raise failure(errno.ENOTDIR)
        if not found.name:
            last = os.fspath(path).rstrip("/").rpartition("/")[2]
            raise failure({"..": errno.ENOTEMPTY, ".": errno.EINVAL}.get(last, errno.EBUSY))
        self.user.check_removal(found.folder, found.inode)
        if found.inode.entries:
            raise failure(errno.ENOTEMPTY)
        self._disk.change((found.folder, found.name, None))

    def symlink(self, target: str, path: _StrPath) -> None:
        found = self._find(text_of(path), None, follow=False)
        self._check_new(found)
        self._disk.change(self._added(found, self._disk.made_link(target, self.user)))

    def chmod(self, path: _StrPath, mode: int) -> None:
        inode = self._existing(text_of(path), None, follow=True).inode
        assert inode is not None
        self._chmod(inode, mode)

    def utime(self, path: _StrPath | int, *, ns: tuple[int, int] | None = None) -> None:
        if isinstance(path, int):
            inode = self._descriptors[path].for_changes()
        else:
            inode = self._existing(text_of(path), None, follow=True).inode or self._disk.root
        self._check_writable()
        if not self.user.owns(inode):
            if ns is not None:
                raise failure(errno.EPERM)
            self.user.check(inode, os.W_OK)
        inode.mtime_ns = self._disk.now_ns if ns is None else ns[1]

    # -- their parts -------------------------------------------------------------------

    def _find(self, path: str, dir_fd: int | None, *, follow: bool) -> Found:
        if path.startswith("/"):
            start = self._disk.root
        elif dir_fd is not None:
            start = self._descriptors.folder(dir_fd)
        else:
            start, path = self._disk.root, f"{self.cwd}/{path}"
        return find(start, path, self.user, follow=follow)

    def _existing(self, path: str, dir_fd: int | None, *, follow: bool) -> Found:
        found = self._find(path, dir_fd, follow=follow)
        if found.inode is None:
            raise failure(errno.ENOENT)
        if found.slash and not isinstance(found.inode, Folder):
            raise failure(errno.ENOTDIR)
        return found

    def _check_writable(self) -> None:
        if self._disk.read_only:
            raise failure(errno.EROFS)

    def _check_new(self, found: Found, *, folder: bool = False) -> None:
        if found.inode is not None:
            raise failure(errno.EEXIST)
        if found.slash and not folder:
            raise failure(errno.ENOENT)
        self._check_writable()
        if found.folder.links == 0:
            raise failure(errno.ENOENT)
        self.user.check(found.folder, os.W_OK | os.X_OK)

    def _added(self, found: Found, inode: Inode) -> tuple[Folder, str, Inode]:
        return found.folder, found.name, inode

    def _create(self, found: Found, mode: int) -> File:
        if found.slash:
            raise failure(errno.EISDIR)
        self._check_new(found)
        file = self._disk.made(File, mode & ~self._umask, self.user, found.folder)
        self._disk.change(self._added(found, file))
        return file

    def _chmod(self, inode: Inode, mode: int) -> None:
        self._check_writable()
        if not self.user.owns(inode):
            raise failure(errno.EPERM)
        inode.mode = stat.S_IFMT(inode.mode) | mode & 0o7777
        if self.user.uid != 0 and self.user.gid != inode.gid:
            inode.mode &= ~stat.S_ISGID

    def _rename(
        self, src: str, dst: str, src_dir_fd: int | None, dst_dir_fd: int | None, *, exclusive: bool
    ) -> None:
        old = self._find(src, src_dir_fd, follow=False)
        new = self._find(dst, dst_dir_fd, follow=False)
        if not (old.name and new.name):
            raise failure(errno.EEXIST if exclusive and old.name else errno.EBUSY)
        self._check_writable()
        if old.inode is None:
            raise failure(errno.ENOENT)
        if exclusive and new.inode is not None:
            raise failure(errno.EEXIST)
        if not isinstance(old.inode, Folder) and (old.slash or new.slash):
            raise failure(errno.ENOTDIR)
        _check_above(old.inode, new)
        if old.inode is new.inode:
            return
        self._check_replaceable(old, new)
        self._disk.change((old.folder, old.name, None), self._added(new, old.inode))

    def _check_replaceable(self, old: Found, new: Found) -> None:
        assert old.inode is not None
        self.user.check_removal(old.folder, old.inode)
        if new.inode is None:
            if new.folder.links == 0:
                raise failure(errno.ENOENT)
            self.user.check(new.folder, os.W_OK | os.X_OK)
            return
        self.user.check_removal(new.folder, new.inode)
        if isinstance(old.inode, Folder):
            if not isinstance(new.inode, Folder):
                raise failure(errno.ENOTDIR)
            if new.inode.entries:
                raise failure(errno.ENOTEMPTY)
        elif isinstance(new.inode, Folder):
            raise failure(errno.EISDIR)


def _check_above(inode: Inode, new: Found) -> None:
    """Raise `OSError` when a folder would be moved into itself."""
    folder = new.folder
    while True:
        if folder is inode:
            raise failure(errno.EINVAL)
        if folder.parent is folder:
            return
        folder = folder.parent
