"""The temporary files that local files are written through: their names, their locks.

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
from contextlib import suppress

import attrs

from actors.storage.stamp import Stamp
from actors.storage.system_calls import SystemCalls

EMPTY_GRACE_S = 60.0
"""An unlocked empty file is litter after this time. It may be younger than its
lock: a writer needs some microseconds from making it to locking it."""

_STEM_BYTES = 70
"""With the rest, 140 bytes: fits where names have 255, and the 143 of eCryptfs."""

_NAME = re.compile(
    r"\.(?P<stem>.*)\.\d+-[0-9a-f]{8}(?P<seen>[0-9a-f]{16})(?P<time>[0-9a-f]{16})"
    r"\.notebook-actors\.tmp",
    re.DOTALL,
)


def temporary_name(target: str, seen: Stamp | None = None, time_ns: int = 0) -> str:
    """Return a hidden name that no other file has, for the text of `target`.

    The target's name and the process id are there for the person who finds
    it. A forked process draws the same random numbers: there the id matters.

    Args:
        target: The name of the file that is to be replaced.
        seen: The state of that file when it was looked at.
        time_ns: The time that the new file will have when it is whole.
    """
    marks = f"{_digest(seen)}{time_ns:016x}"
    return f".{_stem(target)}.{os.getpid()}-{random.getrandbits(32):08x}{marks}.notebook-actors.tmp"


def _stem(target: str) -> str:
    if len(target) <= _STEM_BYTES and target.isascii():
        return target
    # Cut between characters: macOS refuses a name that is not UTF-8.
    return os.fsencode(target)[:_STEM_BYTES].decode("utf-8", "ignore")


def _digest(seen: Stamp | None) -> str:
    # Without the device, which may have another number after a restart. A hash of
    # Python's or of `hashlib` would differ between versions, or take longer.
    _, inode, size, time_ns = seen or (0, 0, 0, 0)
    return f"{(inode << 40 ^ size << 20 ^ time_ns) & 0xFFFF_FFFF_FFFF_FFFF:016x}"


@attrs.frozen
class Marks:
    """What the name of a temporary file tells about it.

    When a process dies between the exchange of both names and its look at what came
    out, an old text is under the temporary name; this tells which.
    """

    _stem: str
    _seen: str
    _time_ns: int

    @classmethod
    def of(cls, name: str) -> "Marks | None":
        """Return them; `None` for a file that is not ours."""
        match = _NAME.fullmatch(name)
        return match and cls(match["stem"], match["seen"], int(match["time"], 16))

    def is_for(self, target: str) -> bool:
        """Whether the file with this name may be the one that was to be replaced."""
        return _stem(target) == self._stem

    def is_new(self, status: os.stat_result) -> bool:
        """Whether this is the new file, whole."""
        return status.st_mtime_ns == self._time_ns

    def is_seen(self, stamp: Stamp) -> bool:
        """Whether this is the old file in the state that was looked at."""
        return _digest(stamp) == self._seen


def claim(calls: SystemCalls, fd: int) -> None:
    """Show that a living process writes this temporary file."""
    # Without locks (some network file systems) nobody can take the lock
    # either, and then nobody sweeps.
    with suppress(OSError):
        calls.lock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
