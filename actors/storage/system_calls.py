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

import attrs

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
    call, exclusive = _exclusive_call()
    if call(src_dir_fd, os.fsencode(source), dst_dir_fd, os.fsencode(target), exclusive) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@cache
def _exclusive_call() -> tuple[Callable[..., int], int]:
    # `RENAME_NOREPLACE` of linux/fs.h, and `RENAME_EXCL` of macOS's stdio.h.
    name, exclusive = ("renameatx_np", 4) if sys.platform == "darwin" else ("renameat2", 1)
    call: Callable[..., int] | None = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    return call, exclusive


@attrs.frozen(kw_only=True)
class SystemCalls:
    """What `LocalStorage` asks of the operating system, and nothing else.

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
    replace: Callable[..., None] = os.replace
    rename_exclusive: Callable[..., None] = _rename_exclusive
    link: Callable[..., None] = os.link
    unlink: Callable[..., None] = os.unlink
    listdir: Callable[[int], list[str]] = os.listdir
    realpath: Callable[[str | Path], str] = os.path.realpath
    getuid: Callable[[], int] = os.getuid
    time: Callable[[], float] = time.time
