"""What handing in an edit costs its caller, and how late it makes the caller's event loop."""

import asyncio
import gc
import shutil
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal, TypeAlias, get_args

import attrs

from actors import Autosave
from actors.notebook import Latency
from benchmarks.loop_delay import watched_loop
from benchmarks.scale import closed_loop
from benchmarks.scale.comparison import NONE, Aim, Findings, Rounds
from benchmarks.scale.open_loop import due_times, paced, paced_in_loop
from benchmarks.scale.options import Setting, amount, option, settings_of
from benchmarks.scale.sessions import (
    TIMEOUT_S,
    Session,
    files_wrong,
    open_idle,
    open_sessions,
    paths_in,
    save_each,
)

SUBMIT_AIM = Aim("ours", 30e-6)
LOOP_AIM = Aim("ours", 0.005)

EDITS_AT_FULL_PACE = 3
"""Of each session, in each round."""

Caller: TypeAlias = Literal["thread", "event loop"]
Rhythm: TypeAlias = Literal["moderate", "burst"]


@attrs.frozen(kw_only=True)
class Task:
    """How much is measured."""

    sessions: tuple[int, ...] = option((1, 1_000, 10_000), "numbers of open notebooks")
    active: int = option(1_000, "at most so many of them are edited")
    cells: int = option(10, "of each notebook")
    rate: float = option(300, "edits a second of the moderate rhythm", amount)
    seconds: float = option(3.0, "of the moderate rhythm, in each round", amount)
    burst: int = option(3_000, "edits as fast as they can be handed in, in each round")
    rounds: int = option(2, "how often")
    seed: int = option(1, "makes cells and edits", int)
    settings: tuple[Setting, ...] = option((), "such as file_threads=8", Setting.read)


def measure(task: Task, folder: Path, progress: Callable[[str], object]) -> list[Findings]:
    """Measure `submit` for each number of sessions, then the delay of an event loop."""
    found = [_submit(task, count, folder / str(count), progress) for count in task.sessions]
    return [*found, _loop_delay(task, folder / "loop", progress)]


def _submit(task: Task, count: int, folder: Path, progress: Callable[[str], object]) -> Findings:
    rounds = Rounds()
    with Autosave(settings_of(task.settings)) as autosave:
        progress(f"host: {count} sessions are opened")
        paths, seed = paths_in(folder, count, 100), f"{task.seed} {count}"
        edited, idle = paths[: task.active], paths[task.active :]
        active = open_sessions(autosave, edited, cells=task.cells, edits=20, seed=seed)
        open_idle(autosave, idle, cells=task.cells, seed=seed)
        save_each(active)
        for number in range(1, task.rounds + 1):
            progress(f"host, {count} sessions: round {number} of {task.rounds}")
            for caller in get_args(Caller):
                for rhythm in get_args(Rhythm):
                    gc.collect()
                    _add(rounds, task, active, caller, rhythm)
        rounds.add("files wrong at the end", "", files_wrong(active), aim=NONE)
    shutil.rmtree(folder)
    return Findings(
        f"`submit` with {count:,} open notebooks, {len(active):,} of them edited",
        "SimpleQueue.put",
        rounds.comparisons(),
    )


def _add(
    rounds: Rounds, task: Task, sessions: list[Session], caller: Caller, rhythm: Rhythm
) -> None:
    times = [0.0] * task.burst
    if rhythm == "moderate":
        times = due_times(task.rate, task.seconds, f"{task.seed}")
    with _discarding() as put:
        floor = Latency.of(_timed(caller, times, lambda n: put((n, b""))))
    ours = Latency.of(_timed(caller, times, lambda n: sessions[n % len(sessions)].submit()))
    for session in sessions:
        session.handle.request_flush(patient=True).wait(TIMEOUT_S)
    name = f"{caller}, {rhythm}"
    rounds.add(f"{name}: p50", "us", ours.p50_s, floor.p50_s)
    rounds.add(f"{name}: p99", "us", ours.p99_s, floor.p99_s, SUBMIT_AIM)
    rounds.add(f"{name}: p99.9", "us", ours.p999_s, floor.p999_s)
    rounds.add(f"{name}: longest", "us", ours.max_s, floor.max_s)


def _timed(caller: Caller, times: list[float], call: Callable[[int], object]) -> list[float]:
    if caller == "event loop":
        return asyncio.run(_timed_in_loop(times, call))
    took_s = []
    for number, _ in paced(times):
        start = time.perf_counter()
        call(number)
        took_s.append(time.perf_counter() - start)
    return took_s


async def _timed_in_loop(times: list[float], call: Callable[[int], object]) -> list[float]:
    took_s = []
    async for number, _ in paced_in_loop(times):
        start = time.perf_counter()
        call(number)
        took_s.append(time.perf_counter() - start)
    return took_s


@contextmanager
def _discarding() -> Iterator[Callable[[Any], object]]:
    """Give what puts things into a queue that a thread empties: the least that `submit` can be."""
    queue: SimpleQueue[Any] = SimpleQueue()

    def work() -> None:
        while queue.get() is not None:
            pass

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield queue.put
    finally:
        queue.put(None)
        thread.join()


def _loop_delay(task: Task, folder: Path, progress: Callable[[str], object]) -> Findings:
    rounds = Rounds()
    with Autosave(settings_of(task.settings)) as autosave:
        progress(f"host, event loop: {task.active} sessions are opened and saved once")
        sessions = open_sessions(
            autosave,
            paths_in(folder, task.active, 100),
            cells=task.cells,
            edits=20,
            seed=f"{task.seed}",
        )
        save_each(sessions)
        times = due_times(task.rate, task.seconds, f"{task.seed}")
        for number in range(1, task.rounds + 1):
            progress(f"host, event loop: round {number} of {task.rounds}")
            gc.collect()
            idle = _delay(lambda: asyncio.sleep(task.seconds))
            saturated = _delay(lambda: _all_edit(sessions))
            moderate = _delay(lambda: _edit_at(sessions, times))
            save_each(sessions)
            _add_delay(rounds, f"{task.rate:g} edits a second from this loop", moderate, idle)
            _add_delay(rounds, "all save as fast as they can", saturated, idle)
        rounds.add("files wrong at the end", "", files_wrong(sessions), aim=NONE)
    shutil.rmtree(folder)
    return Findings(
        f"How late an event loop is for a timer while {task.active:,} notebooks are saved",
        "nothing is saved",
        rounds.comparisons(),
    )


def _add_delay(rounds: Rounds, name: str, ours: Latency, idle: Latency) -> None:
    rounds.add(f"{name}: p50", "ms", ours.p50_s, idle.p50_s)
    rounds.add(f"{name}: p99", "ms", ours.p99_s, idle.p99_s, LOOP_AIM)
    rounds.add(f"{name}: longest", "ms", ours.max_s, idle.max_s, LOOP_AIM)


def _delay(work: Callable[[], Awaitable[object]]) -> Latency:
    """Return how late an event loop is while this goes on."""

    async def watched() -> list[float]:
        async with watched_loop() as late_s:
            await work()
        return late_s

    return Latency.of(asyncio.run(watched()))


async def _all_edit(sessions: list[Session]) -> None:
    await asyncio.to_thread(closed_loop.run, sessions, EDITS_AT_FULL_PACE)


async def _edit_at(sessions: list[Session], times: list[float]) -> None:
    async for number, _ in paced_in_loop(times):
        sessions[number % len(sessions)].submit()
