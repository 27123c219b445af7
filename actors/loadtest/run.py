"""A load test from the first file to the last check."""

import gc
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias

import psutil

from actors.autosave import Autosave
from actors.loadtest.checking import Checker, flush_all
from actors.loadtest.clients import Work
from actors.loadtest.collector import watched_collector
from actors.loadtest.driving import POLL_S, drive, make_clients
from actors.loadtest.places import LocalFiles, Place, StoredTexts
from actors.loadtest.plan import Plan
from actors.loadtest.report import Report
from actors.loadtest.scripts import Scripts
from actors.loadtest.summary import Findings
from actors.loadtest.watching import Sampler, Watch
from actors.receipt import Outcome
from actors.settings import Settings
from actors.statistics import Statistics
from actors.storage import LocalStorage, MemoryArchive, MemoryStorage, Storage

AutosaveFactory: TypeAlias = Callable[[Storage], Autosave]

STEP = 1_000
"""After so many files progress is told."""

QUIET_S = 10.0
"""How long mailboxes may take to become empty after the last flush."""


def run_load_test(
    plan: Plan,
    *,
    storage: Storage | None = None,
    autosave: AutosaveFactory | None = None,
    watch: Watch | None = None,
    stopped: threading.Event | None = None,
) -> Report:
    """Open many notebooks, edit them, check every one, and report.

    Args:
        plan: how many, how fast, where.
        storage: what is tested; `LocalStorage` or `MemoryStorage` by default, as the plan
            says. With a `"local"` plan the files themselves are checked, whatever the
            storage says of them.
        autosave: makes the `Autosave` from the storage; give it to test your own settings
            and actors. Say `Settings.state_dir` there, or the versions of all these notebooks
            go to your own. By default they go to the temporary folder, or stay in memory.
        watch: is told how it goes.
        stopped: set it, from any thread, to stop sending; what was sent is waited for,
            checked and reported.

    Raises:
        StorageError: when the temporary folder cannot be made or filled, or a notebook
            cannot be opened.
    """
    if storage is None:
        storage = LocalStorage() if plan.storage == "local" else MemoryStorage(keep_history=False)
    place = LocalFiles(plan.folder) if plan.storage == "local" else StoredTexts(storage)
    watch = watch or Watch()
    try:
        run = _Run(plan, place, watch, stopped or threading.Event())
        return run.run(partial(autosave or partial(_autosave, place), storage))
    finally:
        watch.begin("remove", plan.sessions)
        place.remove()


def _autosave(place: Place, storage: Storage) -> Autosave:
    """Make one that keeps drafts and versions where its notebooks are."""
    if isinstance(place, LocalFiles):
        return Autosave(Settings(state_dir=place.state), storage=storage)
    return Autosave(storage=storage, archive=MemoryArchive())


class _Run:
    """One load test while it goes on."""

    def __init__(self, plan: Plan, place: Place, watch: Watch, stopped: threading.Event) -> None:
        self._plan = plan
        self._place = place
        self._watch = watch
        self._stopped = stopped
        self._scripts = Scripts(plan)
        self._found = Findings(plan, self._scripts)
        sent = array("L", [0]) * plan.sessions
        self._steps_done = 0
        self._work = Work(plan, self._scripts, [], sent, stopped)

    def run(self, make_autosave: Callable[[], Autosave]) -> Report:
        """Go through all phases."""
        found, plan = self._found, self._plan
        with self._phase("make", plan.sessions):
            made = self._make()
        with watched_collector() as found.pauses, self._living(make_autosave()) as autosave:
            self._note_memory()
            with self._phase("open", plan.sessions):
                self._open(autosave, made)
            self._note_memory()
            with self._phase("edit", plan.edits_in_all):
                self._edit(autosave)
            edited = [session for session, sent in enumerate(self._work.sent) if sent]
            with self._phase("flush", len(edited)):
                flushed = self._flush(edited)
                found.statistics = self._settled_statistics(autosave)
            self._note_memory()
            with self._phase("check", found.opened):
                self._check(flushed)
        for path in self._place.strangers():
            found.problems.add(f"{path}: was left behind")
        return found.report(self._place)

    # -- phases ------------------------------------------------------------------

    def _make(self) -> int:
        for session in self._steps(range(self._plan.sessions)):
            self._place.put(session, self._scripts.first_text(session))
        return self._steps_done

    def _open(self, autosave: Autosave, made: int) -> None:
        for session in self._steps(range(made)):
            self._work.handles.append(autosave.open(self._place.path(session)))
        self._found.opened = self._steps_done
        if self._plan.gc_freeze:
            gc.collect()
            gc.freeze()

    def _edit(self, autosave: Autosave) -> None:
        """Let the clients send, unless the notebooks are not all open."""
        if self._found.opened < self._plan.sessions or not self._plan.edits_in_all:
            return
        clients = self._found.clients = make_clients(self._work)
        started = time.perf_counter()
        sampler = Sampler(autosave, clients, self._watch, started)
        self._found.samples = sampler.samples
        with sampler.running():
            drive(clients, started, self._stopped, self._watch.progress)
        self._found.sent = sum(self._work.sent)

    def _flush(self, edited: list[int]) -> dict[int, Outcome | None]:
        stalled = any(client.stalled for client in self._found.clients)
        timeout_s = min(1.0, self._plan.stall_s) if stalled else self._plan.stall_s
        return flush_all(self._work.handles, edited, timeout_s, self._watch.progress)

    def _settled_statistics(self, autosave: Autosave) -> Statistics:
        """Return the counts when nothing waits any more, or after `QUIET_S`."""
        deadline = time.perf_counter() + min(QUIET_S, self._plan.stall_s)
        counts = autosave.statistics()
        while (counts.mailbox_depth or counts.waiting) and time.perf_counter() < deadline:
            time.sleep(POLL_S)
            counts = autosave.statistics()
        return counts

    def _check(self, flushed: dict[int, Outcome | None]) -> None:
        checker = Checker(self._scripts, self._place, self._found.problems)
        for session in self._steps(range(self._found.opened), stoppable=False):
            version = self._work.handles[session].document.version
            checker.check(session, self._work.sent[session], version, flushed.get(session))
        self._found.checked = self._steps_done

    # -- what phases share -----------------------------------------------------------

    @contextmanager
    def _phase(self, name: str, total: int) -> Iterator[None]:
        self._watch.begin(name, total)
        started = time.perf_counter()
        yield
        self._found.phases[name] = time.perf_counter() - started

    def _steps(self, sessions: range, *, stoppable: bool = True) -> Iterator[int]:
        """Yield sessions and tell of progress, until it is to stop."""
        self._steps_done = 0
        for session in sessions:
            if stoppable and self._stopped.is_set():
                return
            yield session
            self._steps_done = session + 1
            if self._steps_done % STEP == 0:
                self._watch.progress(self._steps_done)

    @contextmanager
    def _living(self, autosave: Autosave) -> Iterator[Autosave]:
        """Start the system, and stop it; at once when this is ended by force."""
        autosave.start()
        timeout_s: float | None = 0.0
        try:
            yield autosave
            timeout_s = None
        finally:
            self._found.interrupted = self._stopped.is_set()
            self._stopped.set()  # the clients, if any still run
            with self._phase("stop", self._found.opened):
                left = autosave.stop(timeout_s)
            if self._plan.gc_freeze:
                gc.unfreeze()
        self._found.left_at_stop(left)

    def _note_memory(self) -> None:
        self._found.memory.append(psutil.Process().memory_info().rss)
