"""The temporary files that local files are written through, and their litter.

A temporary file is locked by the process that writes it, before its first
byte and until it has become the target. The kernel takes the lock away when
that process dies, however it dies. So a file that has bytes and no lock is
litter: no process id, start time or host name has to be trusted, all of
which repeat themselves in containers that share a folder.
"""

import fcntl
import os
import random
import re
import stat
from contextlib import suppress

from actors.storage.system_calls import SystemCalls

EMPTY_GRACE_S = 60.0
"""An unlocked empty file is litter after this time. It may be younger than its
lock: a writer needs some microseconds from making it to locking it."""

_STEM_BYTES = 90
"""With the rest, 136 bytes: fits where names have 255, and the 143 of eCryptfs."""

_NAME = re.compile(r"\..*\.\d+-[0-9a-f]{16}\.notebook-actors\.tmp", re.DOTALL)


def temporary_name(target: str) -> str:
    """Return a hidden name that no other file has, for the text of `target`.

    The target's name and the process id are there for the person who finds
    it. A forked process draws the same random numbers: there the id matters.
    """
    # Cut between characters: macOS refuses a name that is not UTF-8.
    stem = os.fsencode(target)[:_STEM_BYTES].decode("utf-8", "ignore")
    return f".{stem}.{os.getpid()}-{random.getrandbits(64):016x}.notebook-actors.tmp"


def claim(calls: SystemCalls, fd: int) -> None:
    """Show that a living process writes this temporary file."""
    # Without locks (some network file systems) nobody can take the lock
    # either, and then nobody sweeps.
    with suppress(OSError):
        calls.lock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sweep(calls: SystemCalls, folder: int) -> int:
    """Remove the abandoned temporary files of an open folder; return how many."""
    names = [name for name in calls.listdir(folder) if _NAME.fullmatch(name)]
    return sum(_remove_if_abandoned(calls, folder, name) for name in names)


def _remove_if_abandoned(calls: SystemCalls, folder: int, name: str) -> bool:
    # Whatever stands in the way (no permission, somebody swept it first), the
    # file stays: litter is harmless.
    with suppress(OSError):
        # Never waits: not for a symbolic link's target, not for a pipe's writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        fd = calls.open(name, flags, dir_fd=folder)
        try:
            if _is_abandoned(calls, fd):
                calls.unlink(name, dir_fd=folder)
                return True
        finally:
            calls.close(fd)
    return False


def _is_abandoned(calls: SystemCalls, fd: int) -> bool:
    status = calls.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        return False
    # Looked at before it is locked, so that a sweep never takes the lock
    # that a writer is about to claim.
    if status.st_size == 0 and calls.time() - status.st_mtime < EMPTY_GRACE_S:
        return False
    # A shared lock conflicts with the writer's, and needs no right to write.
    calls.lock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return True
