"""Owners on a simulated disk, and programs that run there one system call at a time."""

import errno
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from actors.errors import OwnedError
from actors.storage import LocalStorage
from actors.storage.ownership import Lease, Owner, Ownership
from actors.storage.simulated_disk import Call, Choice, Killed, Process
from actors.storage.temporary import EMPTY_GRACE_S
from actors.testing import SimulatedDisk

NOTEBOOK = Path("/d/nb.py")
LOCK = "/d/.nb.py.notebook-actors.lock"
STATE = Path("/state")
LEASE_S = 300.0

MACHINE = "4026531836"
"""The namespace of processes that are in no container."""

CONTAINER = "1"

Program: TypeAlias = Callable[[], object]


class Scene:
    """A disk, and who lives."""

    def __init__(self, *, is_nfs: bool = False) -> None:
        self.is_nfs = is_nfs
        self.disk = SimulatedDisk()
        self.disk.external.make_folder("/d")
        self.disk.external.make_folder("/state")
        self.living: set[int] = set()

    def ownership(  # noqa: PLR0913 - each is a way in which two processes may differ
        self,
        pid: int,
        *,
        host: str = "here",
        process: Process | None = None,
        clock_ahead_s: float = 0,
        folder: Path | None = STATE,
        pids: str = CONTAINER,
        **calls: Any,
    ) -> Ownership:
        """Return what a new process owns; those of one host see each other.

        Args:
            pid: Its id.
            host: The machine.
            process: Of the disk; by default one of the user that tests run as.
            clock_ahead_s: How far its clock is from the disk's.
            folder: Of the user's own locks.
            pids: The namespace of its id. Containers see each other's disks, so
                locks are beside the files.
            calls: System calls that are other than those of the process.
        """
        self.living.add(pid)
        owner = Owner(
            user="ana", host=host, pid=pid, token=f"{pid:016x}", boot=host, pids=pids, started="7"
        )
        own = (process or self.disk.process()).calls
        calls.setdefault("time", lambda: own.time() + clock_ahead_s)
        if self.is_nfs:
            calls.setdefault("rename_exclusive", _no_exclusive_rename)
        return Ownership(attrs.evolve(own, **calls), owner, LEASE_S, folder, self.lives)

    def lives(self, pid: int, started: str) -> bool:
        return pid in self.living

    def dead_owners_lock(self) -> Lease:
        """Make the lock of a process that died with it."""
        lease = self.ownership(1).acquire(NOTEBOOK)
        self.living.remove(1)
        return lease

    def expired_lease(self) -> Lease:
        """Make the lock of a process on another machine that did not save for long."""
        lease = self.ownership(1, host="elsewhere").acquire(NOTEBOOK)
        self.disk.pass_time(LEASE_S + 1)
        return lease

    def owner(self) -> str:
        """Return the token that the lock file names."""
        text = (self.disk.external.read(LOCK) or b"").decode()
        return text.partition("token ")[2][:16]

    def sweep(self) -> None:
        """Clear away what dead processes left, as the next opening does."""
        self.disk.pass_time(EMPTY_GRACE_S)
        LocalStorage(self.disk.calls()).sweep(NOTEBOOK)

    def names(self) -> list[str]:
        return self.disk.external.names("/d")


def _no_exclusive_rename(*args: object, **folders: object) -> None:
    raise OSError(errno.EINVAL, "there is no exclusive rename on NFS")


def outcome(act: Callable[[], object]) -> object:
    """Return what it returns, or `None` when another has the file."""
    try:
        return act() or True
    except (OwnedError, Killed):
        return None


@attrs.define(eq=False)
class _Running:
    turn: threading.Semaphore = attrs.field(factory=lambda: threading.Semaphore(0))
    result: object = None
    ended: bool = False


class Steps:
    """Runs programs side by side; after each system call it is chosen whose is next."""

    def __init__(self, disk: SimulatedDisk) -> None:
        self._disk = disk
        self._stopped = threading.Semaphore(0)
        self._running: dict[int, _Running] = {}

    def run(self, programs: Sequence[Program], choose: Callable[[list[int]], int]) -> list[object]:
        """Run all to their ends.

        Args:
            programs: Each raises nothing.
            choose: Is given the numbers of those that have not ended, and returns one.

        Returns:
            What they returned.
        """
        states = [_Running() for _ in programs]
        threads = [
            threading.Thread(target=self._run, args=(state, program), daemon=True)
            for state, program in zip(states, programs, strict=True)
        ]
        for thread in threads:
            thread.start()
        self._disk.before = self._wait
        while left := [number for number, state in enumerate(states) if not state.ended]:
            states[choose(left)].turn.release()
            self._stopped.acquire()
        self._disk.before = None
        for thread in threads:
            thread.join()
        return [state.result for state in states]

    def _run(self, state: _Running, program: Program) -> None:
        self._running[threading.get_ident()] = state
        state.turn.acquire()
        try:
            state.result = program()
        finally:
            state.ended = True
            self._stopped.release()

    def _wait(self, call: Call) -> None:
        state = self._running.get(threading.get_ident())
        if state is not None:
            self._stopped.release()
            state.turn.acquire()


class FewSwitches:
    """Lets each program run on, but for so many switches, at points that a `Choice` decides.

    Most races need two: CHESS (Musuvathi and Qadeer, PLDI 2007) found all of its bugs so.
    """

    def __init__(self, choice: Choice, switches: int) -> None:
        self._choice = choice
        self._left = switches
        self._last: int | None = None

    def __call__(self, runnable: list[int]) -> int:
        if self._last not in runnable:
            self._last = runnable[self._choice.randrange(len(runnable))]
        elif self._left and len(runnable) > 1:
            others = [number for number in runnable if number != self._last]
            chosen = self._choice.randrange(len(others) + 1)
            if chosen:
                self._left -= 1
                self._last = others[chosen - 1]
        return self._last
