"""How long one edit takes to be durable: on an idle system, and among 1,000 others."""

import asyncio
import gc
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import attrs

from actors import Autosave
from actors.notebook import Latency
from benchmarks.scale import closed_loop
from benchmarks.scale.comparison import NONE, Aim, Findings, Rounds
from benchmarks.scale.open_loop import drive, drive_raw, due_times
from benchmarks.scale.options import Setting, amount, option, settings_of
from benchmarks.scale.raw_pool import RawFiles, RawSweep, raw_copy
from benchmarks.scale.sessions import (
    Session,
    check_saved,
    files_wrong,
    open_sessions,
    paths_in,
    save_each,
    texts,
)

IDLE_AIM = Aim("ratio", 1.5)
LOADED_AIM = Aim("ours", 0.050)

PAUSE_S = 0.003
"""Before each edit on the idle system, so that all its threads have gone to sleep."""


@attrs.frozen(kw_only=True)
class Task:
    """How much is measured."""

    edits: int = option(200, "each way on the idle system, in each round")
    sessions: int = option(1_000, "that are edited at half the saturation rate")
    cells: int = option(10, "of each notebook")
    seconds: float = option(4.0, "of edits at that rate, in each round", amount)
    rounds: int = option(3, "how often")
    raw_s: float = option(0.3, "how long each number of threads is tried", amount)
    seed: int = option(1, "makes cells and edits", int)
    settings: tuple[Setting, ...] = option((), "such as file_threads=8", Setting.read)


def measure(task: Task, folder: Path, progress: Callable[[str], object]) -> list[Findings]:
    """Measure the idle system, then the loaded one."""
    return [_idle(task, folder / "idle", progress), _loaded(task, folder / "loaded", progress)]


def _idle(task: Task, folder: Path, progress: Callable[[str], object]) -> Findings:
    rounds = Rounds()
    with Autosave(settings_of(task.settings)) as autosave:
        sessions = open_sessions(
            autosave, paths_in(folder, 1), cells=task.cells, edits=1_000, seed=f"{task.seed} idle"
        )
        save_each(sessions)
        raw = raw_copy(folder / "raw", texts(sessions))
        for number in range(1, task.rounds + 1):
            progress(f"latency, idle: round {number} of {task.rounds}")
            gc.collect()
            found = asyncio.run(_one_by_one(sessions[0], raw, task.edits))
            raw_s, waited, awaited = map(Latency.of, found)
            rounds.add("wait in a thread, p50", "ms", waited.p50_s, raw_s.p50_s, IDLE_AIM)
            rounds.add("wait in a thread, p99", "ms", waited.p99_s, raw_s.p99_s)
            rounds.add("await in asyncio, p50", "ms", awaited.p50_s, raw_s.p50_s, IDLE_AIM)
            rounds.add("await in asyncio, p99", "ms", awaited.p99_s, raw_s.p99_s)
        raw.close()
        rounds.add("files wrong at the end", "", files_wrong(sessions), aim=NONE)
    shutil.rmtree(folder)
    title = f"Latency on an idle system: {task.edits} edits of {task.cells} cells each way a round"
    return Findings(title, "raw, one by one", rounds.comparisons())


async def _one_by_one(
    session: Session, raw: RawFiles, edits: int
) -> tuple[list[float], list[float], list[float]]:
    """Do all three in turn. Nothing else is in the event loop, so it may be blocked."""
    raw_s, waited_s, awaited_s = list[float](), list[float](), list[float]()
    for _ in range(edits):
        time.sleep(PAUSE_S)  # noqa: ASYNC251 - nothing is to run meanwhile
        start = time.perf_counter()
        raw.replace(0)
        raw_s.append(time.perf_counter() - start)
        time.sleep(PAUSE_S)  # noqa: ASYNC251 - as above
        start = time.perf_counter()
        outcome = session.submit().wait()
        waited_s.append(time.perf_counter() - start)
        check_saved(outcome)
        await asyncio.sleep(PAUSE_S)
        start = time.perf_counter()
        outcome = await session.submit()
        awaited_s.append(time.perf_counter() - start)
        check_saved(outcome)
    return raw_s, waited_s, awaited_s


def _loaded(task: Task, folder: Path, progress: Callable[[str], object]) -> Findings:
    rounds, sweep, rates = Rounds(), RawSweep(), []
    with Autosave(settings_of(task.settings)) as autosave:
        progress(f"latency, loaded: {task.sessions} sessions are opened and saved once")
        paths = paths_in(folder, task.sessions)
        sessions = open_sessions(
            autosave, paths, cells=task.cells, edits=20, seed=f"{task.seed} loaded"
        )
        save_each(sessions)
        raw = raw_copy(folder / "raw", texts(sessions))
        sweep.add(raw, task.raw_s)
        for number in range(1, task.rounds + 1):
            progress(f"latency, loaded: round {number} of {task.rounds}")
            gc.collect()
            rates.append(closed_loop.run(sessions, 2).per_second / 2)
            times = due_times(rates[-1], task.seconds, f"{task.seed} {number}")
            disk = drive_raw(raw, sweep.best, times)
            driven = drive(lambda n: sessions[n % len(sessions)].submit(), times)
            ours = driven.latency
            rounds.add("p50", "ms", ours.p50_s, disk.p50_s)
            rounds.add("p99", "ms", ours.p99_s, disk.p99_s, LOADED_AIM)
            rounds.add("p99.9", "ms", ours.p999_s, disk.p999_s)
            rounds.add("longest", "ms", ours.max_s, disk.max_s)
            rounds.add("edits not saved at the first attempt", "", driven.failed, aim=NONE)
        raw.close()
        rounds.add("files wrong at the end", "", files_wrong(sessions), aim=NONE)
    shutil.rmtree(folder)
    shown = ", ".join(f"{rate:,.0f}" for rate in rates)
    return Findings(
        f"Latency of {task.sessions:,} active sessions at half the saturation rate",
        f"raw, {sweep.best} threads, same rate",
        rounds.comparisons(),
        [f"Edits a second: {shown}. Latencies count from the time that each was meant for."],
    )
