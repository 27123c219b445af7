"""One life of the host's process: from its start to its stop, its death or a power cut."""

import atexit
import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import attrs

from actors import guards
from actors.autosave import Autosave
from actors.errors import AutosaveError
from actors.events import Event
from actors.notifier import NotifierActor
from actors.runtime import ManualClock, SimulatedRuntime
from actors.saver import SaverActor
from actors.settings import Settings
from actors.simulation.mortal_archive import MortalArchive
from actors.simulation.saboteurs import (
    CRASHING_CODEGEN,
    CRASHING_LISTENER,
    Saboteur,
    crashing,
)
from actors.simulation.work import Work
from actors.storage import Archive, LocalStorage, Storage
from actors.storage.ownership import Owner, Ownership
from actors.storage.ownership.owner import Lives
from actors.storage.simulated_disk import Killed, Process, SimulatedDisk
from actors.storage.system_calls import SystemCalls

if TYPE_CHECKING:
    from actors.drain import DrainReport

MAX_TURNS = 5_000
"""In one step; the busiest of them need some hundred."""

USER = 1000
"""Whose process it is: one for whom permissions count."""


@attrs.frozen
class System:
    """The parts that a run can have of another make: the mutants of the tests, another host."""

    storage: Callable[[SystemCalls], Storage] = LocalStorage
    saver: type[SaverActor] = SaverActor
    notifier: type[NotifierActor] = NotifierActor
    settings: Mapping[str, Any] = attrs.field(factory=dict)
    """What differs from the settings that a run has anyway."""

    watches: bool = False
    """Whether its host has a file watcher, and looks whenever another program was at work."""


class DiskClock(ManualClock):
    """The time of a runtime, which is that of the disk."""

    def __init__(self, disk: SimulatedDisk, start_s: float) -> None:
        super().__init__(start_s)
        self._disk = disk

    def advance_to(self, time_s: float) -> None:
        """Let time pass, for both."""
        passed_s = time_s - self._now_s
        if passed_s > 0:
            self._now_s = time_s
            self._disk.pass_time(passed_s)


class NeverIdleError(BaseException):
    """Actors keep each other busy for ever. No `Exception`, so that they do not handle it."""


class WatchedRuntime(SimulatedRuntime):
    """Tells somebody after each turn, and ends what does not end by itself."""

    def __init__(self, seed: int, clock: ManualClock, after_turn: Callable[[], object]) -> None:
        super().__init__(seed)
        self.clock = clock
        self.turns = 0
        self.turns_left = MAX_TURNS
        """Until somebody says that this is enough."""
        self._after_turn = after_turn

    def run_next(self, index: int | None = None) -> bool:
        """Give one turn; the death of the process may end it."""
        try:
            has_run = super().run_next(index)
        except Killed:
            has_run = True
        if has_run:
            self.turns += 1
            self.turns_left -= 1
            if self.turns_left < 0:
                raise NeverIdleError
            self._after_turn()
        return has_run


@contextmanager
def seen_as(number: int, lives: Lives) -> Iterator[None]:
    """Let what is made meanwhile take this for another process than the real one."""
    owner = Owner(
        user="user",
        host="host",
        pid=number,
        token=f"{number:016x}",
        machine="machine",
        boot="boot",
        pids="1",
        started=str(number),
    )
    swapped = {
        "Owner": SimpleNamespace(this_process=lambda: owner),
        "Ownership": functools.partial(Ownership, lives=lives),
    }
    real = {name: vars(guards)[name] for name in swapped}
    vars(guards).update(swapped)
    try:
        yield
    finally:
        vars(guards).update(real)


@attrs.frozen(kw_only=True)
class Machine:
    """What processes find where they run, and who watches them."""

    disk: SimulatedDisk
    archive: Archive
    """Outlives them, as the disk does."""

    system: System
    settings: Settings
    after_turn: Callable[[], object]
    """Called after each message."""

    on_event: Callable[[Event], object]
    """Called with what a host is told."""


class Life:
    """A process that saves notebooks.

    Args:
        machine: where it runs.
        seed: of the order of its messages.
        number: its process id.
        now_s: the time.
    """

    def __init__(self, machine: Machine, seed: int, number: int, now_s: float) -> None:
        disk = machine.disk
        self.process: Process = disk.process(uid=USER, gid=USER, cwd="/")
        self.runtime = WatchedRuntime(seed, DiskClock(disk, now_s), machine.after_turn)
        self.saboteur = Saboteur()
        self.report: DrainReport | None = None
        """What it told when it was stopped."""
        self._disk = disk

        def made(actor: Callable[..., Any]) -> Callable[..., Any]:
            return functools.partial(actor, self.saboteur)

        self.autosave = Autosave(
            machine.settings,
            archive=MortalArchive(machine.archive, self.process, disk),
            storage=machine.system.storage(self.process.calls),
            listener=made(CRASHING_LISTENER),
            saver=made(crashing(machine.system.saver, "saver")),
            codegen=made(CRASHING_CODEGEN),
            notifier=made(crashing(machine.system.notifier, "notifier")),
            runtime=self.runtime,
        )
        with seen_as(number, lambda pid, _: pid == number and self.is_alive):
            self.autosave.start()
        # Thousands of lives would be drained at the exit of the real process.
        atexit.unregister(self.autosave.stop)
        self.autosave.subscribe(machine.on_event)

    @property
    def is_alive(self) -> bool:
        """Whether the process was not killed."""
        return self.process.alive

    def open(self, work: Work, path: Path | None) -> AutosaveError | None:
        """Open a notebook; return why that was refused."""
        try:
            handle = self.autosave.open(path, mode=work.mode)
        except AutosaveError as error:
            return error
        if self.is_alive:
            work.opened(handle, self.runtime.clock.monotonic())
        return None

    def stop(self) -> None:
        """End the process in order."""
        report = self.autosave.stop()
        if self.is_alive:
            self.report = report
        self.kill()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._disk.kill(self.process)
        atexit.unregister(self.autosave.stop)


def survives(call: Callable[[], object]) -> BaseException | None:
    """Do what a host does; return what it should not have raised.

    The death of the process is raised in the host's call too, and is none of it.
    """
    try:
        call()
    except (Killed, TimeoutError):
        return None
    except NeverIdleError:
        raise
    except BaseException as error:  # noqa: BLE001 - it is what is looked for
        return error
    return None
