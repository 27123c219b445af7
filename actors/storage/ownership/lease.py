"""One writer a file: a lease is taken before a notebook is saved, and looked at before each."""

from contextlib import suppress
from pathlib import Path

from actors.errors import OwnedError, StorageError
from actors.storage.failure import explained
from actors.storage.ownership.lock_file import SUFFIX, Held, lock_name, prefix_of, read
from actors.storage.ownership.owner import Lives, Owner
from actors.storage.ownership.places import Places
from actors.storage.ownership.takeover import NO_RIGHT, HeldError, Locks
from actors.storage.system_calls import SystemCalls


class Ownership:
    """Files of which one `Autosave` is the only writer, among processes and machines.

    Safe to use from many threads for different files; the calls for one file
    come one after the other.
    """

    def __init__(
        self,
        calls: SystemCalls,
        owner: Owner,
        lease_s: float,
        folder: Path | None = None,
        lives: Lives | None = None,
    ) -> None:
        """Begin; nothing is written yet.

        Args:
            calls: The operating system.
            owner: Who owns what is acquired here.
            lease_s: After so long without a save, an owner that cannot be seen
                from here (another machine, another container) loses a file.
            folder: A folder of this user's for the locks of files that nobody
                else can write, and of those in folders where nothing can be
                made; made when it is needed. `None` locks beside each file.
            lives: Tells whether a process lives; that of `calls` by default.
        """
        self.owner = owner
        self.calls = calls
        self.renew_s = lease_s / 3
        self._lease_s = lease_s
        self._places = Places(calls, owner, folder)
        self._locks = Locks(calls, owner, lease_s, lives or calls.lives)
        self._pid = calls.getpid()

    def acquire(self, path: Path) -> "Lease":
        """Become the only writer of a file, which need not exist.

        Raises:
            OwnedError: when another living process has it.
            StorageError: when no lock can be made, beside the file or elsewhere.
        """
        return Lease(self, path)

    def owner_of(self, path: Path) -> str | None:
        """Return the other living owner of a file, as `user@host pid N`, if there is one."""
        with explained("look for the owner of", path):
            for prefix in self._places.both(self.calls.realpath(path)):
                held = self._of_another(prefix)
                if held is not None and self._locks.is_living(prefix, held):
                    return _name_of(held)
            return None

    @property
    def is_forked(self) -> bool:
        """Whether this is a child of the process that it was made in."""
        return self.calls.getpid() != self._pid

    def hold(self, path: Path, fence: int) -> tuple[str, Held]:
        """Take the lock of a file, or renew it; return the prefix of its name, and what it says."""
        if self.is_forked:
            raise OwnedError(
                f"cannot save {path}: this process was forked from {self.owner.text}, which has it "
                "open; save there",
                self.owner.text,
            )
        try:
            with explained("lock", path):
                return self._hold(self.calls.realpath(path), fence)
        except HeldError as error:
            raise self._refusal(path, error) from None

    def give_back(self, lock: str) -> None:
        """Remove a lock if it is ours, and nobody is about to take it over."""
        if not self.is_forked:
            self._locks.release(lock.removesuffix(SUFFIX))

    def _hold(self, real: str, fence: int) -> tuple[str, Held]:
        taken, *others = self._places.of(real)
        try:
            held = self._take(taken, fence)
        except OSError as error:
            if not others or (taken == prefix_of(real) and error.errno not in NO_RIGHT):
                raise
            with suppress(OSError):
                taken, others = others[0], [taken]
                return self._alone(taken, others, self._take(taken, fence))
            raise
        return self._alone(taken, others, held)

    def _take(self, prefix: str, fence: int) -> Held:
        try:
            return self._locks.take(prefix, fence)
        except FileNotFoundError:
            if self._places.is_missing(prefix):
                return self._locks.take(prefix, fence)
            raise

    def _alone(self, taken: str, others: list[str], held: Held) -> tuple[str, Held]:
        """Give way to one who has the other lock of the file: who looks second sees both."""
        try:
            for other in others:
                self._clear(other)
        except BaseException:
            with suppress(OSError):
                self._locks.release(taken)
            raise
        return taken, held

    def _clear(self, prefix: str) -> None:
        """Remove the lock of a dead owner.

        Raises:
            HeldError: when the owner lives.
        """
        held = self._of_another(prefix)
        if held is None:
            return
        if self._locks.is_living(prefix, held):
            raise HeldError(held, lock_name(prefix))
        with suppress(OSError):  # then it stays; it is nobody's
            self._locks.take(prefix)
            self._locks.release(prefix)

    def _of_another(self, prefix: str) -> Held | None:
        held = read(self.calls, lock_name(prefix))
        is_ours = held is not None and self._locks.is_ours(held) and not self.is_forked
        return None if is_ours else held

    def _refusal(self, path: Path, error: HeldError) -> OwnedError:
        owner = error.held.owner
        if owner is None:
            end = f"remove {error.name} if no other program has it open"
        elif self.owner.sees(owner, lambda *_: True):
            end = "it is taken over when that process ends"
        else:
            end = f"it is taken over when nothing was saved there for {self._lease_s:g} s"
        name = _name_of(error.held)
        return OwnedError(
            f"cannot save {path}: {name} has it open since {error.held.since}; "
            f"close it there: {end}",
            name,
        )


class Lease:
    """The right to save one file, as long as it lasts.

    Looked at before each save, and renewed by that now and then: there is no
    timer. One that was not looked at for `lease_s` may be lost to another
    machine, which the next look tells.
    """

    __slots__ = ("_inode", "_lock", "_mtime_ns", "_ownership", "_path", "_renewed", "fence")

    def __init__(self, ownership: Ownership, path: Path) -> None:
        self._ownership = ownership
        self._path = path
        self._lock = ""
        self.fence = 0
        """Grows with each takeover of the file, also by others."""
        self._obtain()

    def check(self) -> None:
        """Return if the file may be saved now.

        Raises:
            OwnedError: when another has taken it over. A later call takes it
                back when that one is gone.
            StorageError: when that cannot be seen.
        """
        if not self._is_fresh():
            self._obtain()

    def release(self) -> None:
        """Let others have the file; never raises, and does nothing in a forked child."""
        with suppress(OSError, ValueError, StorageError):
            if self._is_fresh():
                self._ownership.calls.unlink(self._lock)
            else:
                self._ownership.give_back(self._lock)

    def _is_fresh(self) -> bool:
        """Whether the lock is as we left it, and so young that nobody may take it."""
        calls = self._ownership.calls
        try:
            found = calls.stat(self._lock)
        except OSError:
            return False
        return (
            found.st_mtime_ns == self._mtime_ns
            and found.st_ino == self._inode
            # A clock that was set back counts as an old lease.
            and 0 <= calls.time() - self._renewed < self._ownership.renew_s
            and not self._ownership.is_forked
        )

    def _obtain(self) -> None:
        # The time before it: the lease must not end before we think so.
        now = self._ownership.calls.time()
        prefix, held = self._ownership.hold(self._path, self.fence + 1)
        before, self._lock = self._lock, lock_name(prefix)
        self._renewed = now
        self._inode, self._mtime_ns = held.inode, held.mtime_ns
        self.fence = held.fence
        if before not in {"", self._lock}:
            with suppress(OSError):
                self._ownership.give_back(before)


def _name_of(held: Held) -> str:
    return held.owner.text if held.owner else "an unknown process"
