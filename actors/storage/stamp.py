"""What only one state of a file has: by it, a file is recognised without being read."""

import os
import random
import threading
from collections import deque
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

_RECENT = 32
"""So many of our own times are remembered, of the thousand in a millisecond."""


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
    writes of the same length within one are not told apart by it. None of these times
    comes again soon, as the sweep of a save that was broken off relies on.
    """

    _calls: SystemCalls
    _recent: deque[int] = attrs.field(factory=lambda: deque(maxlen=_RECENT), init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def next_ns(self) -> int:
        """Return the next one, in nanoseconds."""
        now_ns = int(self._calls.time() * 1e9)
        with self._lock:
            while (time_ns := _just_before(now_ns)) in self._recent:
                pass
            self._recent.append(time_ns)
        return time_ns


def _just_before(now_ns: int) -> int:
    # Never now: a write of another program may have that.
    time_ns = now_ns - _FINEST_TICK_NS - random.getrandbits(20)
    return time_ns - time_ns % _FINEST_TICK_NS


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
