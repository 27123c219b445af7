"""Clearing away the temporary files of processes that are dead."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from actors.storage.stamp import stamp_of
from actors.storage.system_calls import SystemCalls
from actors.storage.temporary import EMPTY_GRACE_S, Marks

# Never waits: not for a symbolic link's target, not for a pipe's writer.
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def sweep(calls: SystemCalls, folder: int) -> int:
    """Remove the abandoned temporary files of an open folder; return how many."""
    names = calls.listdir(folder)
    marked = [(name, marks) for name in names if (marks := Marks.of(name))]
    return sum(_remove_if_abandoned(calls, folder, names, *each) for each in marked)


def _remove_if_abandoned(
    calls: SystemCalls, folder: int, names: list[str], name: str, marks: Marks
) -> bool:
    # Whatever stands in the way (no permission, somebody swept it first), the
    # file stays: litter is harmless.
    with suppress(OSError), _opened(calls, name, folder) as fd:
        status = calls.fstat(fd)
        if not _is_abandoned(calls, fd, status):
            return False
        if not (marks.is_new(status) or marks.is_seen(stamp_of(status))):
            _give_back_what_came_out(calls, folder, names, name, marks)
        calls.unlink(name, dir_fd=folder)
        return True
    return False


def _give_back_what_came_out(
    calls: SystemCalls, folder: int, names: list[str], name: str, marks: Marks
) -> None:
    """Finish what a process died over that had just replaced a text without having seen it.

    Usually it is a new text that was never whole, and there is nothing to do. But
    where the new file has the name of the old one by now, what is here was put
    there by another program within the same microseconds. So it gets its name back.

    Raises:
        OSError: when that process lives, and does it itself; or when it cannot be done.
    """
    for target in filter(marks.is_for, names):
        with _opened(calls, target, folder) as fd:
            if marks.is_new(calls.fstat(fd)):
                calls.lock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
                calls.exchange(name, target, src_dir_fd=folder, dst_dir_fd=folder)


@contextmanager
def _opened(calls: SystemCalls, name: str, folder: int) -> Iterator[int]:
    fd = calls.open(name, _OPEN, dir_fd=folder)
    try:
        yield fd
    finally:
        calls.close(fd)


def _is_abandoned(calls: SystemCalls, fd: int, status: os.stat_result) -> bool:
    if not stat.S_ISREG(status.st_mode):
        return False
    # Looked at before it is locked, so that a sweep never takes the lock
    # that a writer is about to claim.
    if status.st_size == 0 and calls.time() - status.st_mtime < EMPTY_GRACE_S:
        return False
    # A shared lock conflicts with the writer's, and needs no right to write.
    calls.lock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return True
