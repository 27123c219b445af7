"""What the steps of a schedule act upon: a disk, the process on it, and who watches both."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from actors.events import Event
from actors.settings import Settings
from actors.simulation.counts import Counts
from actors.simulation.life import USER, Life, Machine, System
from actors.simulation.marks import Marks
from actors.simulation.oracle import Oracle
from actors.simulation.outsiders import Outsider
from actors.simulation.promises import Verdict
from actors.simulation.trouble import CALL_S, Trouble
from actors.simulation.work import Work
from actors.storage.archive import MemoryArchive
from actors.storage.simulated_disk import Call, Fault, Process, SimulatedDisk
from actors.storage.simulated_disk.external import OtherPrograms

FOLDERS = (Path("/n"), Path("/m"))
"""Where files are. Where misfortune is confined, it is to the last."""

STATE_DIR = Path("/state")

_BEGIN_S = 1_000_000.0
_MAX_DEPTH = 2

_TICK_S = 0.005
"""Between two edits from outside: those of one size within one tick of a file system's clock
cannot be told apart without reading, as git knows too (its documentation, racy-git)."""

_ASKED_AGAIN_S = 2.0
"""How long after a failure of the archive a draft is kept at the latest."""

_READING = frozenset(
    {
        "access",
        "close",
        "fstat",
        "fsync",
        "getxattr",
        "listdir",
        "listxattr",
        "lock",
        "read",
        "stat",
    }
)
"""Calls after which no file is another one."""

_SETTINGS: Mapping[str, Any] = MappingProxyType(
    {
        "retry_max_s": 4.0,
        "drain_timeout_s": 5.0,
        "git_wait_s": 5.0,
        "lease_s": 20.0,
        "codegen_actors": 2,
        "state_dir": STATE_DIR,
    }
)
"""Short times, so that all of them pass in a run."""

Act: TypeAlias = Callable[[random.Random], object]


class Scene:
    """One run's world, and what may be done to it at any time.

    Args:
        seed: decides what chance decides.
        system: what the process is made of.
        trace: called with a line about each thing that happens; `None` for nobody.
    """

    def __init__(
        self, seed: int, system: System, trace: Callable[[str], object] | None = None
    ) -> None:
        self.chance = chance = random.Random(seed)
        self._trace = trace
        self.counts = Counts()
        self.verdict = Verdict()
        self.marks = Marks()
        self.outsider = Outsider(self.marks)
        self.trouble = Trouble(self.counts)
        self.disk = SimulatedDisk(
            reorders=chance.random() < 0.5, granularity_ns=chance.choice((1, 4_000_000))
        )
        self.disk.before = self._before
        quiet_s = chance.choice((0.0, 0.0, 0.0, 0.5))
        self.settings = Settings(**{**_SETTINGS, "save_quiet_s": quiet_s, **system.settings})
        self.archive = MemoryArchive(now=lambda: self.now_s)
        self.oracle = Oracle(self.disk, self.archive, self.counts, self.verdict)
        self.life: Life | None = None
        self.depth = 0
        """How many system calls are being waited for while something else goes on."""
        self.away: set[Path] = set()
        """Folders that were taken away."""
        self.is_confined = chance.random() < 0.25
        """Whether misfortune keeps to one folder, so that the other must not notice it."""
        self.watches = system.watches
        """Whether the host hears of what other programs do to files."""
        self.oracle.spared = FOLDERS[0] if self.is_confined else None
        self._machine = Machine(
            disk=self.disk,
            archive=self.archive,
            system=system,
            settings=self.settings,
            after_turn=self.look,
            on_event=self._hear,
        )
        self._seed = seed
        self._lives = 0
        self._died_s = _BEGIN_S
        self._last_call = ""
        self._archive_failed_s = 0.0
        self._user: Process | None = None

    @property
    def now_s(self) -> float:
        """The time."""
        return self._died_s if self.life is None else self.life.runtime.clock.monotonic()

    def trace(self, *parts: object) -> None:
        """Tell what happens, in parts that are made a text only if somebody listens."""
        if self._trace is not None:
            self._trace("".join(map(str, parts)))

    # -- the process ---------------------------------------------------------------

    def live(self) -> bool:
        """Start the process, unless it runs; return whether it was started."""
        if self.life is not None:
            return False
        self._lives += 1
        self.life = Life(self._machine, self._seed + self._lives, self._lives, self._died_s)
        return True

    @property
    def living(self) -> Life | None:
        """The process, if it was not killed."""
        return self.life if self.life is not None and self.life.is_alive else None

    def run(self, turns: int) -> None:
        """Let actors handle so many messages, if there are any."""
        for _ in range(turns):
            life = self.living
            if life is None or self.verdict.broken or not life.runtime.run_next():
                return

    def kill(self) -> None:
        """End the process as `kill -9` does."""
        if (life := self.living) is not None:
            self.oracle.look()
            self.counts.note("kill")
            life.kill()
            self.after_end()

    def after_end(self) -> None:
        """Cut the power too, where only the process that ended knew what the disk has lost."""
        self.oracle.moves.clear()
        if self.trouble.has_lost:
            self.cut(self.chance)

    def cut(self, chance: random.Random) -> None:
        """Cut the power."""
        self.oracle.look()
        self.counts.note("power cut")
        self.oracle.spared = None  # the power is everybody's
        self.disk.crash(chance)
        self.oracle.look_at_wreck()
        self.trouble.has_lost = False
        self.trouble.lift()

    def bury(self) -> None:
        """Forget a process that has ended."""
        life = self.life
        if life is not None and not life.is_alive:
            self.counts.turns += life.runtime.turns
            self._died_s = self.now_s
            self.life = None
            self.oracle.end_life()

    # -- looking -------------------------------------------------------------------

    def look(self) -> None:
        """See what the process has done since the last look."""
        if self.living is not None:
            self.oracle.now_s = self.now_s
            self.oracle.look()
            self.oracle.look_at_documents()
            if not self.depth:
                self.oracle.settle()

    def look_at_rest(self) -> None:
        """If nothing is to be done now, see that all is where it should be."""
        life = self.living
        if life is not None and not life.runtime.ready and life.runtime.next_timer() != 0:
            self.oracle.look_at_rest(self.settings, archive_works=self.archive_works)

    @property
    def archive_works(self) -> bool:
        """Whether nothing is to go wrong with the archive, and nothing went wrong lately."""
        is_to_fail = any(plan.name.startswith("archive") for plan in self.trouble.plans)
        return not is_to_fail and self.now_s - self._archive_failed_s > _ASKED_AGAIN_S

    # -- others ----------------------------------------------------------------------

    def user(self) -> Process:
        """Return another program of the same user; a new one after a power cut."""
        if self._user is None or not self._user.alive:
            self._user = self.disk.process(uid=USER, gid=USER, cwd="/")
        return self._user

    @property
    def others(self) -> OtherPrograms:
        """Other programs of the same user."""
        return OtherPrograms(self.user())

    def outside(self, what: str, act: Callable[[], object], *, in_part: bool = False) -> None:
        """Let another program do something, as far as it can, or begin to do it."""
        self.oracle.look()
        self.pass_time(_TICK_S)
        try:
            act()
        except OSError as error:
            self.trace("    outside: ", what, ": ", error)
        else:
            self.counts.note(f"outside: {what.partition(' (')[0]}")
            self.trace("    outside: ", what)
        self.oracle.look_at_others(in_part=in_part)

    # -- in the midst of a call --------------------------------------------------------

    def later(self, chance: random.Random, act: Act) -> None:
        """Do something in the midst of the process's work, before one of its next calls."""

        def acted(call: Call) -> None:
            # Between the last look at a file and its replacement nobody can notice anything.
            if call.name == "replace":
                self.trouble.trap(1, acted)
                return
            self.trace("    before ", call.name, " ", call.path, ":")
            self._within(lambda: act(chance))

        self.trouble.trap(chance.randrange(1, 40), acted)

    def meanwhile(self, chance: random.Random) -> None:
        """Let other actors run while one waits for the disk: there are many threads."""

        def run(call: Call) -> None:
            # Whoever syncs a folder is waited for by others, who would wait for ever here.
            if not call.is_folder_sync and self.depth < _MAX_DEPTH:
                self._within(lambda: self.run(chance.randrange(1, 30)))

        self.trouble.trap(chance.randrange(1, 40), run)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, in the midst of a call."""
        if self.life is not None:
            self.life.runtime.clock.advance_to(self.now_s + seconds)

    def _within(self, act: Callable[[], object]) -> None:
        self.depth += 1
        try:
            act()
        finally:
            self.depth -= 1

    # -- what the process's parts call ---------------------------------------------------

    def _before(self, call: Call) -> Fault | None:
        life = self.life
        if life is None or call.process is not life.process:
            return None
        self.counts.calls += 1
        if self._last_call not in _READING:
            self.oracle.look()
        self._last_call = call.name
        self.pass_time(CALL_S)
        fault = self.trouble.meet(call)
        if fault is not None and call.name.startswith("archive"):
            self._archive_failed_s = self.now_s
        return fault

    def _hear(self, event: Event) -> None:
        if self.living is not None:
            self.trace("    ", event)
            self.oracle.hear(event)

    # -- notebooks -----------------------------------------------------------------------

    def some_work(self, chance: random.Random) -> Work | None:
        """Return one of the open notebooks."""
        works = [work for work in self.oracle.works if work.handle and not work.handle.closed]
        return chance.choice(works) if works else None

    def some_path(self, chance: random.Random, *, there: bool = False) -> Path | None:
        """Return one of the files that misfortune may meet; one that is there if asked."""
        reach = self.reach - self.away
        paths = [
            path
            for path, record in self.oracle.records.items()
            if path.parent in reach
            and not (there and record.now.text is None)
            # While it is written in place nobody can tell whose text is there.
            and not self.oracle.is_overwritten(path)
        ]
        return chance.choice(paths) if paths else None

    @property
    def reach(self) -> set[Path]:
        """The folders that misfortune may meet."""
        return {FOLDERS[-1]} if self.is_confined else set(FOLDERS)
