"""From a path to an inode, as the kernel goes there, and who may do what with it."""

import errno
import os
import stat
from typing import NamedTuple

import attrs

from actors.storage.simulated_disk.inodes import File, Folder, Inode, Symlink

_MAX_LINKS = 40
_MAX_NAME = 255
_MAX_PATH = 4096


class Found(NamedTuple):
    """Where a path leads."""

    folder: Folder
    name: str
    """The last part of the path; empty for the root, `.` and `..`."""

    inode: Inode | None
    """`None` when nothing has that name."""

    slash: bool
    """Whether the path ended in a slash: only a folder will do."""


@attrs.frozen
class User:
    """Whose rights a process has."""

    uid: int
    gid: int

    def may(self, inode: Inode, wanted: int) -> bool:
        """Whether the mode allows what `os.R_OK`, `os.W_OK` and `os.X_OK` stand for."""
        if self.uid == 0:
            executable = inode.mode & 0o111 or isinstance(inode, Folder)
            return not wanted & os.X_OK or bool(executable)
        shift = 6 if inode.uid == self.uid else 3 if inode.gid == self.gid else 0
        return inode.mode >> shift & wanted == wanted

    def owns(self, inode: Inode) -> bool:
        """Whether this user may change its mode."""
        return self.uid in {0, inode.uid}

    def check(self, inode: Inode, wanted: int) -> None:
        """Raise `PermissionError` unless it is allowed."""
        if not self.may(inode, wanted):
            raise failure(errno.EACCES)

    def check_removal(self, folder: Folder, inode: Inode) -> None:
        """Raise `PermissionError` unless a name may be taken out of a folder."""
        self.check(folder, os.W_OK | os.X_OK)
        if folder.mode & stat.S_ISVTX and not (self.owns(folder) or self.owns(inode)):
            raise failure(errno.EPERM)


def failure(number: int) -> OSError:
    """Return the exception that the real call would raise."""
    return OSError(number, os.strerror(number))


def text_of(path: str | bytes | os.PathLike[str]) -> str:
    """Return a path as text.

    Raises:
        ValueError: where the real calls do: a NUL, half a surrogate pair.
        OSError: for one that is empty or too long.
    """
    text = os.fsdecode(path)
    length = len(text) if text.isascii() else len(os.fsencode(text))
    if "\0" in text:
        raise ValueError("embedded null byte")
    if not text:
        raise failure(errno.ENOENT)
    if length >= _MAX_PATH:
        raise failure(errno.ENAMETOOLONG)
    return text


def find(start: Folder, path: str, user: User, *, follow: bool) -> Found:
    """Go from a folder along a path, whose last part need not exist.

    Args:
        start: The folder where it begins.
        path: Its parts, as `text_of` returns it.
        user: Who goes there.
        follow: Whether a symbolic link at the end is followed. Calls that make
            or remove a name never do, even if the path ends in a slash.
    """
    rest = _parts(path)
    slash = path.endswith("/")
    folder, name, inode = start, "", None
    links = 0
    while rest:
        part = rest.pop()
        user.check(folder, os.X_OK)
        if part in {".", ".."}:
            folder, name = (folder if part == "." else folder.parent), ""
            continue
        inode = _entry(folder, part)
        name = part
        if isinstance(inode, Symlink) and (rest or follow):
            links += 1
            if links > _MAX_LINKS:
                raise failure(errno.ELOOP)
            slash = slash or (not rest and inode.target.endswith("/"))
            rest += _parts(inode.target)
            folder, name = (root_of(folder) if inode.target.startswith("/") else folder), ""
        elif isinstance(inode, Folder) and rest:
            folder, name = inode, ""
        elif rest:
            raise failure(errno.ENOENT if inode is None else errno.ENOTDIR)
    return Found(folder, name, inode if name else folder, slash)


def _parts(path: str) -> list[str]:
    """Return the parts of a path, the first one last."""
    if "/" not in path:
        return [path]
    return [part for part in reversed(path.split("/")) if part]


def _entry(folder: Folder, name: str) -> Inode | None:
    if len(name) > _MAX_NAME // 4 and len(os.fsencode(name)) > _MAX_NAME:
        raise failure(errno.ENAMETOOLONG)
    return folder.entries.get(name)


def root_of(folder: Folder) -> Folder:
    """Return the folder above all others."""
    while folder.parent is not folder:
        folder = folder.parent
    return folder


def real_path(start: Folder, path: str, folder_path: str) -> str:
    """Return a path without links and dots, as `os.path.realpath` does.

    What does not exist is kept as it is, and so is a link that leads back to itself.

    Args:
        start: The root.
        path: Any path.
        folder_path: The working folder, for a path that is not absolute.
    """
    rest = _parts(path if path.startswith("/") else f"{folder_path}/{path}")
    done: list[str] = []
    folder: Folder | None = start
    seen: set[Symlink] = set()
    while rest:
        part = rest.pop()
        if part in {".", ".."}:
            done = done[:-1] if part == ".." else done
            folder = _at(start, done)
            continue
        inode = folder.entries.get(part) if folder else None
        if isinstance(inode, Symlink) and inode not in seen:
            seen.add(inode)
            if inode.target.startswith("/"):
                done, folder = [], start
            rest += _parts(inode.target)
        else:
            done.append(part)
            folder = inode if isinstance(inode, Folder) else None
    return "/" + "/".join(done)


def _at(folder: Folder, names: list[str]) -> Folder | None:
    for name in names:
        inode = folder.entries.get(name)
        if not isinstance(inode, Folder):
            return None
        folder = inode
    return folder


def status_of(inode: Inode, device: int) -> os.stat_result:
    """Return what `stat` says."""
    if isinstance(inode, File):
        size = len(inode.text)
    else:
        size = len(os.fsencode(inode.target)) if isinstance(inode, Symlink) else 4096
    links = inode.links
    if isinstance(inode, Folder):
        links = 2 + sum(isinstance(entry, Folder) for entry in inode.entries.values())
    seconds, time_ns = inode.mtime_ns // 10**9, inode.mtime_ns
    first = (inode.mode, inode.number, device, links, inode.uid, inode.gid, size, *[seconds] * 3)
    times = (time_ns / 1e9,) * 3 + (time_ns,) * 3
    return os.stat_result((*first, *times))
