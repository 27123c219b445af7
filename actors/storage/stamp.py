"""What only one state of a file has: by it, a file is recognised without being read."""

import os
import random
import threading
from collections.abc import Container
from contextlib import suppress
from typing import TypeAlias

import attrs

from actors.storage.system_calls import SystemCalls

Stamp: TypeAlias = tuple[int, int, int, int]
"""Device, inode, size and time of the last write in nanoseconds: `Etag.stamp` of a local file."""


_COARSEST_TICK_S = 2.0
"""FAT keeps times in steps of two seconds; no file system that is in use has longer ones."""

_FINEST_TICK_NS = 1000
"""Some file systems keep microseconds and no more than that."""

_SAME_CLOCK_NS = 1_000_000_000
"""A clock that is further behind was set back, and is followed."""


def stamp_of(status: os.stat_result) -> Stamp:
    """Return what another state of a file does not have.

    Not the time of the last change of its inode: a backup that makes a hard
    link, or a new mode, is nobody's edit.
    """
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


@attrs.define
class OwnTimes:
    """Times, up to a millisecond ago, that no write of another program has.

    Kernels stamp writes with the time of their last tick, up to 10 ms ago: two
    writes of the same length within one are not told apart by it. No two of these
    times are the same, as the sweep of a broken off save relies on.
    """

    _calls: SystemCalls
    _last_ns: int = attrs.field(default=0, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def next_ns(self) -> int:
        """Return the next one, in nanoseconds."""
        time_ns = int(self._calls.time() * 1e9) - random.getrandbits(20)
        time_ns -= time_ns % _FINEST_TICK_NS
        with self._lock:
            if 0 <= self._last_ns - time_ns < _SAME_CLOCK_NS:
                time_ns = self._last_ns + _FINEST_TICK_NS
            self._last_ns = time_ns
        return time_ns


def set_time(calls: SystemCalls, fd: int, time_ns: int) -> None:
    """Stamp a file with a time of its own, as far as possible.

    A file system that keeps whole seconds rounds it, and some let nobody set it:
    a file with another time has one that it may share.
    """
    with suppress(OSError):
        calls.utime(fd, ns=(time_ns, time_ns))


def settled_stamp(
    calls: SystemCalls, status: os.stat_result, own: Container[object]
) -> Stamp | None:
    """Return the stamp of a file that was read, unless a later write may give it again.

    Args:
        calls: The operating system.
        status: Of the file, before it was read.
        own: Stamps with a time of our own.
    """
    stamp = stamp_of(status)
    is_settled = calls.time() - status.st_mtime > _COARSEST_TICK_S
    return stamp if is_settled or stamp in own else None
