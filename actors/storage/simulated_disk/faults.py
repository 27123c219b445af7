"""What can go wrong with a system call of a simulated process, and what decides it."""

import errno
import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from actors.storage.simulated_disk.process import Process


class Killed(BaseException):
    """Raised by every system call of a process that is dead.

    No `Exception`, so that nothing that a program does about errors runs on
    after its death; what it does in `finally` has no effect on the disk.
    """


@attrs.frozen
class Call:
    """A system call that is about to happen."""

    process: "Process"

    name: str
    """As in `SystemCalls`."""

    path: str
    """What it is for; for a descriptor, the path that this was opened by."""

    number: int
    """How many came before it on this disk, of all processes."""

    is_folder: bool
    """Whether its descriptor is a folder's."""

    @property
    def is_folder_sync(self) -> bool:
        """Whether it makes names durable, not a text."""
        return self.is_folder and self.name == "fsync"


@attrs.frozen(kw_only=True)
class Fault:
    """What happens instead of a call, or to it."""

    error: int = 0
    """The `errno` that it raises; 0 for none."""

    after: bool = False
    """Whether the call had its effect although it fails, as a rename whose answer is lost."""

    loses: bool = True
    """Whether a sync that fails marks what it could not write as clean, as Linux does: it is
    seen until the next crash, and no later sync writes it (https://lwn.net/Articles/752063/).
    """

    short: int | None = None
    """At most so many bytes are written or read, without an error."""


Before: TypeAlias = Callable[[Call], Fault | None]
"""Called before each system call, on its thread, without a lock held.

It may do anything meanwhile: let time pass (a slow disk), let another program
change files, kill the process or crash the disk.
"""

LIKELY: Mapping[str, tuple[int, ...]] = {
    "open": (errno.EACCES, errno.EMFILE, errno.ENOSPC, errno.EROFS, errno.EIO),
    "read": (errno.EIO,),
    "write": (errno.ENOSPC, errno.EIO, errno.EDQUOT),
    "lock": (errno.ENOLCK, errno.ENOTSUP),
    "stat": (errno.EACCES, errno.EIO),
    "fchmod": (errno.EPERM, errno.EROFS, errno.EIO),
    "fsync": (errno.EIO, errno.ENOSPC, errno.EDQUOT),
    "replace": (errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS),
    "exchange": (errno.EIO, errno.ENOSPC, errno.ENOSYS, errno.EINVAL),
    "pwrite": (errno.EIO, errno.ENOSPC),
    "ftruncate": (errno.EIO,),
    "fallocate": (errno.ENOSPC, errno.EDQUOT, errno.EOPNOTSUPP),
    "utime": (errno.EPERM, errno.EIO),
    "listxattr": (errno.ENOTSUP, errno.EIO),
    "rename_exclusive": (errno.EIO, errno.ENOSPC, errno.ENOSYS, errno.EINVAL),
    "link": (errno.EIO, errno.ENOSPC, errno.EPERM),
    "unlink": (errno.EIO, errno.EROFS),
    "close": (errno.EIO,),
}
"""The errors that a call meets on real disks, for `RandomFaults`."""


class RandomFaults:
    """Lets calls fail by chance: a `Before` that a seed reproduces."""

    def __init__(self, chance: random.Random, rate: float) -> None:
        """Begin.

        Args:
            chance: Decides everything, so that the same seed gives the same faults.
            rate: The part of the calls that fail or are cut short, 0 to 1.
        """
        self.injected: list[tuple[Call, Fault]] = []
        self._chance = chance
        self._rate = rate

    def __call__(self, call: Call) -> Fault | None:
        """Return what happens to this call."""
        if call.name not in LIKELY or self._chance.random() >= self._rate:
            return None
        fault = self._draw(call)
        self.injected.append((call, fault))
        return fault

    def _draw(self, call: Call) -> Fault:
        if call.name in {"write", "pwrite", "read"} and self._chance.random() < 0.5:
            return Fault(short=self._chance.randrange(1, 8))
        error = self._chance.choice(LIKELY[call.name])
        # A system without the call has not made it, and no descriptor comes
        # with an error.
        may_be_done = call.name in {"fsync", "replace", "link", "unlink"} or error == errno.EIO
        after = may_be_done and call.name not in {"open", "read", "write", "pwrite"}
        return Fault(
            error=error,
            after=after and self._chance.random() < 0.3,
            loses=self._chance.random() < 0.7,
        )
