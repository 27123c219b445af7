"""The system calls that local files need, so that a test can make each one fail."""

import ctypes
import errno
import fcntl
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from actors.storage.mounts import disk_type
from actors.storage.processes import Lives, own_group, process_lives

# How a file system says that it knows no such call.
UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})


def _fsync(fd: int) -> None:
    """Return when the disk, not only its cache, holds the file."""
    if sys.platform == "darwin":
        # On macOS `fsync` stops at the disk's own cache: see its fsync(2).
        try:
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
            return
        except OSError as error:
            if error.errno not in {errno.ENOTSUP, errno.EINVAL, errno.ENOTTY}:
                raise
    os.fsync(fd)


def _rename_exclusive(source: str, target: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
    """Rename unless there is a `target`, in one step; Python has no call for it.

    Raises:
        FileExistsError: when there is a `target`.
        OSError: with `ENOSYS`, `EINVAL` or `ENOTSUP` where the system or this
            file system (NFS is one) cannot do it.
    """
    _rename_with(_flags().exclusive, source, target, src_dir_fd, dst_dir_fd)


def _exchange(source: str, target: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
    """Let two files have each other's name, in one step.

    Raises:
        FileNotFoundError: when one of both is not there.
        OSError: as `_rename_exclusive`.
    """
    _rename_with(_flags().exchange, source, target, src_dir_fd, dst_dir_fd)


@attrs.frozen
class _Flags:
    exclusive: int
    exchange: int


def _flags() -> _Flags:
    # `RENAME_NOREPLACE` and `RENAME_EXCHANGE` of linux/fs.h; `RENAME_EXCL` and
    # `RENAME_SWAP` of macOS's stdio.h.
    return _MACOS if sys.platform == "darwin" else _LINUX


_LINUX, _MACOS = _Flags(exclusive=1, exchange=2), _Flags(exclusive=4, exchange=2)


def _rename_with(flag: int, source: str, target: str, source_fd: int, target_fd: int) -> None:
    call = _rename_call()
    if call(source_fd, os.fsencode(source), target_fd, os.fsencode(target), flag) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@cache
def _rename_call() -> Callable[..., int]:
    name = "renameatx_np" if sys.platform == "darwin" else "renameat2"
    call: Callable[..., int] | None = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    return call


def _listxattr(file: int | str, *, dir_fd: int | None = None) -> list[str]:
    """Return the names of the extended attributes of an open file, or of one in a folder."""
    if dir_fd is None or not isinstance(file, str):
        return _LISTXATTR(file)
    try:
        # Python's has no `dir_fd`. Two calls fewer than to open the file.
        return _LISTXATTR(f"/proc/self/fd/{dir_fd}/{file}", follow_symlinks=False)
    except FileNotFoundError:  # no `/proc` here, or no file any more
        fd = os.open(
            file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=dir_fd
        )
        try:
            return _LISTXATTR(fd)
        finally:
            os.close(fd)


# macOS has extended attributes, but Python has no calls for them there.
def _no_attributes(*_: object, **__: object) -> Any:
    raise OSError(errno.ENOTSUP, "Python cannot ask for them on this system")


_LISTXATTR: Callable[..., list[str]] = getattr(os, "listxattr", _no_attributes)
_GETXATTR: Callable[[int, str], bytes] = getattr(os, "getxattr", _no_attributes)
_SETXATTR: Callable[[int, str, bytes], None] = getattr(os, "setxattr", _no_attributes)
_REMOVEXATTR: Callable[[int, str], None] = getattr(os, "removexattr", _no_attributes)


def _fallocate(fd: int, size: int) -> None:
    """Give an open file room for `size` bytes from its beginning; it is as long at least."""
    allocate: Callable[..., None] | None = getattr(os, "posix_fallocate", None)
    if allocate is None:  # macOS
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    allocate(fd, 0, size)


@attrs.frozen(kw_only=True)
class SystemCalls:
    """What local files and their locks ask of the operating system, and nothing else.

    A test replaces one call: `SystemCalls(fsync=failing)`. The parameters are
    those of the functions of `os` that stand here.
    """

    open: Callable[..., int] = os.open
    close: Callable[[int], None] = os.close
    read: Callable[[int, int], bytes] = os.read
    write: Callable[[int, memoryview], int] = os.write
    lock: Callable[[int, int], None] = fcntl.flock
    stat: Callable[..., os.stat_result] = os.stat
    access: Callable[..., bool] = os.access
    fstat: Callable[[int], os.stat_result] = os.fstat
    fchmod: Callable[[int, int], None] = os.fchmod
    fchown: Callable[[int, int, int], None] = os.fchown
    fsync: Callable[[int], None] = _fsync
    pwrite: Callable[[int, memoryview, int], int] = os.pwrite
    ftruncate: Callable[[int, int], None] = os.ftruncate
    fallocate: Callable[[int, int], None] = _fallocate
    utime: Callable[..., None] = os.utime
    listxattr: Callable[..., list[str]] = _listxattr
    getxattr: Callable[[int, str], bytes] = _GETXATTR
    setxattr: Callable[[int, str, bytes], None] = _SETXATTR
    removexattr: Callable[[int, str], None] = _REMOVEXATTR
    replace: Callable[..., None] = os.replace
    rename_exclusive: Callable[..., None] = _rename_exclusive
    exchange: Callable[..., None] = _exchange
    link: Callable[..., None] = os.link
    unlink: Callable[..., None] = os.unlink
    listdir: Callable[[int], list[str]] = os.listdir
    realpath: Callable[[str | Path], str] = os.path.realpath
    time: Callable[[], float] = time.time
    mkdir: Callable[..., None] = os.mkdir
    chmod: Callable[..., None] = os.chmod
    disk_type: Callable[[str], str] = disk_type
    geteuid: Callable[[], int] = os.geteuid
    own_group: Callable[[], int | None] = own_group
    getpid: Callable[[], int] = os.getpid
    lives: Lives = process_lives
