"""The folder that the database is in: made, closed to others, and locked for a moment."""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from actors.errors import StorageError
from actors.storage.state_folder import LOCKS, make_private
from actors.storage.system_calls import SystemCalls

SUFFIXES = ("", "-journal", "-wal", "-shm")
"""What SQLite adds to the name of a database for the files beside it."""

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})


def make_folder(folder: Path, database: str) -> None:
    """Make the folder of a database if need be, and close it to others.

    Raises:
        StorageError: when there is no home to make it in.
        OSError: when it cannot be done. A folder that others may look into is
            closed when nothing but the database and locks is in it, and refused otherwise: it
            is somebody's for another purpose, and must not change its mode.
    """
    if not folder.is_absolute():
        raise StorageError(
            f"cannot keep work in {folder}: this user has no home; set XDG_STATE_HOME or state_dir",
            "gone",
        )
    make_private(SystemCalls(), os.fspath(folder))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is not a folder")
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & 0o077:
        return
    if not all(
        entry.name == LOCKS or entry.name.startswith(database) for entry in folder.iterdir()
    ):
        raise PermissionError(errno.EPERM, f"others may look into it (mode {mode:03o})")
    folder.chmod(0o700)


def make_file(database: Path) -> None:
    """Make the empty file of a database if there is none, and close all its files to others.

    Raises:
        OSError: when that cannot be done.
    """
    for suffix in SUFFIXES:
        with suppress(FileNotFoundError):
            _close_to_others(Path(f"{database}{suffix}"))
    with suppress(FileExistsError):
        # Only ever opened when it is new: closing any descriptor of a file takes
        # away the locks that SQLite has on it in this process.
        fd = os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(fd, 0o600)  # whatever the umask is
        finally:
            os.close(fd)
        _sync(database.parent)


@contextmanager
def locked(folder: Path, timeout_s: float) -> Iterator[None]:
    """Let no two processes, or threads, open or set aside a database at the same time.

    Raises:
        StorageError: when another does so for longer than `timeout_s` seconds.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(fd, folder, time.monotonic() + timeout_s)
        yield
    finally:
        with suppress(OSError):
            # A child that was forked in between has the descriptor too, and would keep the lock.
            fcntl.flock(fd, fcntl.LOCK_UN)
        os.close(fd)


def _lock(fd: int, folder: Path, until_s: float) -> None:
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until_s:
                raise StorageError(
                    f"another process holds {folder}; end it, or choose another state_dir", "locked"
                ) from None
            time.sleep(0.01)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return  # then there is no way to keep two apart, and it is rare
            raise


def _close_to_others(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise PermissionError(errno.EPERM, "it is not a regular file")
    if status.st_mode & 0o077:
        path.chmod(0o600)


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
