"""What one notebook, or one folder, does to the others."""

import gc
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import attrs

from actors import Autosave, Saved
from actors.notebook import Latency
from actors.storage import LocalStorage
from actors.storage.protocol import Etag, Replaced
from benchmarks.scale.comparison import NONE, Aim, Findings, Rounds
from benchmarks.scale.open_loop import drive, due_times
from benchmarks.scale.options import Setting, amount, option, settings_of
from benchmarks.scale.sessions import (
    TIMEOUT_S,
    Session,
    check_saved,
    files_wrong,
    open_session,
    open_sessions,
    paths_in,
    save_each,
)
from benchmarks.workload import make_workload

AIM = Aim("ratio", 3)

SLOW_WRITE_S = 2.0
FOLDERS = 4


@attrs.frozen(kw_only=True)
class Task:
    """How much is measured."""

    sessions: int = option(200, "notebooks beside the large one")
    cells: int = option(10, "of each of them")
    large_cells: int = option(5_000, "of the large one")
    window: int = option(16, "edits of the large one that are on their way at any time")
    in_folder: int = option(30, "notebooks in each of four folders, one of them slow")
    rate: float = option(150, "edits a second of the other notebooks together", amount)
    seconds: float = option(4.0, "each way, in each round", amount)
    rounds: int = option(2, "how often")
    seed: int = option(1, "makes cells and edits", int)
    settings: tuple[Setting, ...] = option((), "such as file_threads=8", Setting.read)


def measure(task: Task, folder: Path, progress: Callable[[str], object]) -> list[Findings]:
    """Measure beside a large notebook, then beside a slow folder."""
    return [
        _large_notebook(task, folder / "large", progress),
        _slow_folder(task, folder / "slow", progress),
    ]


def _large_notebook(task: Task, folder: Path, progress: Callable[[str], object]) -> Findings:
    rounds, written = Rounds(), []
    with Autosave(settings_of(task.settings)) as autosave:
        progress(f"fairness: {task.sessions} sessions are opened and saved once")
        paths = paths_in(folder, task.sessions, 10)
        sessions = open_sessions(
            autosave, paths, cells=task.cells, edits=20, seed=f"{task.seed} others"
        )
        workload = make_workload(task.large_cells, 100, f"{task.seed} large")
        large = open_session(autosave, folder / "large.py", workload)
        save_each([*sessions, large])
        for number in range(1, task.rounds + 1):
            progress(f"fairness, large notebook: round {number} of {task.rounds}")
            gc.collect()
            alone = _latency(task, sessions, number)
            before = large.handle.statistics().saves
            with _Stream(large, task.window) as edits:
                beside = _latency(task, sessions, number)
            written.append(large.handle.statistics().saves - before)
            rounds.add("p50 of the others", "ms", beside.p50_s, alone.p50_s)
            rounds.add("p99 of the others", "ms", beside.p99_s, alone.p99_s, AIM)
            rounds.add("longest of the others", "ms", beside.max_s, alone.max_s)
            rounds.add("edits of the large notebook", "/s", edits.count / task.seconds)
            rounds.add("its saves", "/s", written[-1] / task.seconds)
        wrong = files_wrong([*sessions, large])
        rounds.add("files wrong at the end", "", wrong, aim=NONE)
    shutil.rmtree(folder)
    return Findings(
        f"Fairness: {task.sessions} notebooks, {task.rate:g} edits a second, beside one of "
        f"{task.large_cells:,} cells",
        "without it",
        rounds.comparisons(),
    )


def _latency(task: Task, sessions: list[Session], number: int) -> Latency:
    times = due_times(task.rate, task.seconds, f"{task.seed} {number}")
    driven = drive(lambda n: sessions[n % len(sessions)].submit(), times)
    if driven.failed:
        raise RuntimeError(f"{driven.failed} edits were not saved at the first attempt")
    return driven.latency


class _Stream:
    """Hands in edits of one notebook, so many always on their way, on a thread of its own."""

    def __init__(self, session: Session, window: int) -> None:
        self.count = 0
        self._session = session
        self._room = threading.Semaphore(window)
        self._is_ending = False
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_ending = True
        self._thread.join()
        check_saved(self._session.handle.request_flush(patient=True).wait(TIMEOUT_S))

    def _work(self) -> None:
        while not self._is_ending:
            self._room.acquire()
            self._session.submit().add_done_callback(lambda _: self._room.release())
            self.count += 1


class _SlowFolder(LocalStorage):
    """Local files, of which those in one folder take long to write."""

    slow: str | None = None
    """The folder's name; `None` while none is slow."""

    def replace(
        self, path: Path, data: bytes, *, expected: tuple[Etag, ...] | None = None
    ) -> Replaced:
        """Replace a file as ever, some of them late."""
        if path.parent.name == self.slow:
            time.sleep(SLOW_WRITE_S)
        return super().replace(path, data, expected=expected)


def _slow_folder(task: Task, folder: Path, progress: Callable[[str], object]) -> Findings:
    rounds, storage, count = Rounds(), _SlowFolder(), task.in_folder * FOLDERS
    with Autosave(settings_of(task.settings), storage=storage) as autosave:
        progress(f"fairness: {count} sessions in {FOLDERS} folders are opened and saved once")
        paths = paths_in(folder, count, task.in_folder)
        sessions = open_sessions(
            autosave, paths, cells=task.cells, edits=20, seed=f"{task.seed} folders"
        )
        slow, others = sessions[: task.in_folder], sessions[task.in_folder :]
        save_each(sessions)
        for number in range(1, task.rounds + 1):
            progress(f"fairness, slow folder: round {number} of {task.rounds}")
            gc.collect()
            alone = _latency(task, others, number)
            storage.slow = slow[0].path.parent.name
            start = time.perf_counter()
            receipts = [session.submit() for session in slow]
            beside = _latency(task, others, number)
            saved = [isinstance(receipt.wait(TIMEOUT_S), Saved) for receipt in receipts]
            slow_s = time.perf_counter() - start
            storage.slow = None
            rounds.add("p50 of the other folders", "ms", beside.p50_s, alone.p50_s)
            rounds.add("p99 of the other folders", "ms", beside.p99_s, alone.p99_s, AIM)
            rounds.add("longest of the other folders", "ms", beside.max_s, alone.max_s)
            rounds.add("slow notebooks not saved", "", saved.count(False), aim=NONE)
            rounds.add("until all slow notebooks are saved", "s", slow_s)
        rounds.add("files wrong at the end", "", files_wrong(sessions), aim=NONE)
    shutil.rmtree(folder)
    return Findings(
        f"Fairness: {FOLDERS} folders of {task.in_folder} notebooks, one where a write takes "
        f"{SLOW_WRITE_S:g} s",
        "without it",
        rounds.comparisons(),
    )
