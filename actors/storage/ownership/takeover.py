"""Taking a lock file, from nobody or from an owner that died, and giving it back.

To make a lock file is one step; to replace that of a dead owner is
none, so only the holder of a claim may do it. A claim is a lock file too, whose
name has the token of the ownership that it ends, and that comes but once:

    make the claim; look again whether the lock is the one that was judged
    dead; rename the claim over the lock.

A process that dies with a claim leaves one that is taken over in the same way.
An owner whose lease ran out while it was alive comes back like this: set the
lock's time; look that there is no claim; look that the lock is still its own.
Whichever of the two looks second sees what the other did, and gives way.
"""

import errno
import os
import time
from contextlib import suppress

from actors.storage.ownership.lock_file import Held, create, lock_name, read, write_new
from actors.storage.ownership.owner import Lives, Owner
from actors.storage.system_calls import SystemCalls
from actors.storage.temporary import temporary_name

NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""How a file system says that no lock file can be made, changed or replaced here."""

_TRIES = 100
"""Each is spoilt by another process that got further: only a fault spoils so many."""


class HeldError(Exception):
    """A lock file is a living owner's."""

    def __init__(self, held: Held, name: str) -> None:
        super().__init__(held, name)
        self.held = held
        self.name = name


class Locks:
    """Lock files as one owner sees them, by the prefix of their names."""

    def __init__(self, calls: SystemCalls, owner: Owner, lease_s: float, lives: Lives) -> None:
        self._calls = calls
        self._owner = owner
        self._lease_ns = round(lease_s * 1e9)
        self._lives = lives

    def take(self, prefix: str, fence: int = 1, *, key: str = "") -> Held:
        """Make a lock file ours, whether there is none, a dead owner's, or ours already.

        Args:
            prefix: Of the notebook's lock files.
            fence: The fencing number, unless there is a lock to take over.
            key: For the claim to replace this ownership.

        Raises:
            HeldError: when a living owner has it, or is about to.
            OSError: when no lock file can be made.
        """
        name = lock_name(prefix, key)
        ours = Held(self._owner, fence, self._now(), 0, 0)
        for _ in range(_TRIES):
            held = read(self._calls, name)
            taken = self._take_held(prefix, name, held) if held else create(self._calls, name, ours)
            if taken is not None:
                return taken
        raise OSError(errno.EAGAIN, "its lock file changes all the time")

    def is_ours(self, held: Held) -> bool:
        """Whether it is this very owner's."""
        return held.owner is not None and held.owner.token == self._owner.token

    def is_living(self, prefix: str, held: Held) -> bool:
        """Whether its owner lives, or has to be taken for alive because it saved lately."""
        verdict = self._owner.sees(held.owner, self._lives) if held.owner else None
        return not self._has_expired(prefix, held) if verdict is None else verdict

    def release(self, prefix: str) -> None:
        """Remove the lock file if it is ours, and nobody is about to take it over."""
        name = lock_name(prefix)
        held = read(self._calls, name)
        if held is not None and self.is_ours(held) and self._renew(prefix, name, held):
            self._calls.unlink(name)

    def _take_held(self, prefix: str, name: str, held: Held) -> Held | None:
        if self.is_ours(held):
            renewed = self._renew(prefix, name, held)
            if renewed is not None:
                return renewed
        elif self.is_living(prefix, held):
            raise HeldError(held, name)
        return self._take_over(prefix, name, held)

    def _take_over(self, prefix: str, name: str, held: Held) -> Held | None:
        """Replace the lock of a dead owner; `None` when it is another one by now."""
        claimed = self.take(prefix, held.fence + 1, key=held.key)
        claim = lock_name(prefix, held.key)
        try:
            if held.is_still(read(self._calls, name)):
                self._calls.replace(claim, name)
                return claimed
        except BaseException:
            with suppress(OSError):
                self._calls.unlink(claim)
            raise
        with suppress(FileNotFoundError):
            self._calls.unlink(claim)
        return None

    def _renew(self, prefix: str, name: str, held: Held) -> Held | None:
        """Begin our lease again; `None` when it is being taken over, or was."""
        try:
            self._calls.utime(name)
        except FileNotFoundError:
            return None
        # In this order: a claim that is gone by now has become the lock.
        if self._calls.access(lock_name(prefix, held.key), os.F_OK):
            return None
        found = read(self._calls, name)
        return found if found is not None and self.is_ours(found) else None

    def _has_expired(self, prefix: str, held: Held) -> bool:
        """Whether it was not renewed for the time of a lease, by the clock of the file's server.

        That is asked by making a file: clocks of two machines may be hours apart.
        """
        folder, stem = os.path.split(prefix)
        probe = f"{folder}/{temporary_name(stem.removeprefix('.'))}"
        try:
            made = write_new(self._calls, probe, Held(None, 0, "", 0, 0))
        except OSError as error:
            if error.errno in NO_RIGHT:
                return False
            raise
        self._calls.unlink(probe)
        return made.mtime_ns - held.mtime_ns >= self._lease_ns

    def _now(self) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(self._calls.time()))
