"""Saves a second of many notebooks, against what the disk allows at its best."""

import gc
import shutil
from collections.abc import Callable
from pathlib import Path

import attrs

from actors import Autosave
from benchmarks.scale import closed_loop
from benchmarks.scale.comparison import NONE, Aim, Findings, Rounds
from benchmarks.scale.options import Setting, amount, option, settings_of
from benchmarks.scale.raw_pool import RawSweep, raw_copy
from benchmarks.scale.sessions import files_wrong, open_sessions, paths_in, save_each, texts

RATE_AIM = Aim("ratio", 0.75, at_least=True)


@attrs.frozen(kw_only=True)
class Task:
    """How much is measured."""

    sessions: int = option(1_000, "open notebooks, all of them edited")
    cells: int = option(10, "of each notebook")
    edits: int = option(3, "of each notebook in each round")
    rounds: int = option(3, "how often")
    raw_s: float = option(0.5, "how long each number of threads is tried, each round", amount)
    seed: int = option(1, "makes cells and edits", int)
    settings: tuple[Setting, ...] = option((), "such as file_threads=8", Setting.read)


def measure(task: Task, folder: Path, progress: Callable[[str], object]) -> list[Findings]:
    """Measure with all notebooks in one folder, and in folders of 100."""
    layouts = {"one folder": None, "folders of 100": 100}
    return [
        _measure(task, paths_in(folder / name, task.sessions, per_folder), name, progress)
        for name, per_folder in layouts.items()
    ]


def _measure(
    task: Task, paths: list[Path], name: str, progress: Callable[[str], object]
) -> Findings:
    rounds, sweep = Rounds(), RawSweep()
    runs, raw_folder = [], paths[0].parents[1] / "raw"
    with Autosave(settings_of(task.settings)) as autosave:
        progress(f"pace, {name}: {task.sessions} sessions are opened and saved once")
        edits = 1 + task.edits * task.rounds
        sessions = open_sessions(
            autosave, paths, cells=task.cells, edits=edits, seed=f"{task.seed} pace"
        )
        save_each(sessions)  # the first rendering of a notebook is no part of its pace
        raw = raw_copy(raw_folder, texts(sessions))
        for number in range(1, task.rounds + 1):
            progress(f"pace, {name}: round {number} of {task.rounds}")
            gc.collect()
            sweep.add(raw, task.raw_s)
            runs.append(closed_loop.run(sessions, task.edits))
        raw.close()
        wrong = files_wrong(sessions)
    for ours, best in zip(runs, sweep.of_best(), strict=True):
        rounds.add("saves", "/s", ours.per_second, best.per_second, RATE_AIM)
        rounds.add("processor time of a save", "us", ours.each.cpu_s, best.each.cpu_s)
        rounds.add("in the system", "us", ours.each.system_s, best.each.system_s)
        rounds.add("in the measuring client", "us", ours.client_cpu_s)
        rounds.add("times a thread had to wait for one", "", ours.each.waits, best.each.waits)
        rounds.add("edits not saved at the first attempt", "", ours.failed, aim=NONE)
    rounds.add("files wrong at the end", "", wrong, aim=NONE)
    bytes_each = sum(map(len, texts(sessions).values())) / len(sessions)
    title = (
        f"Pace: {task.sessions:,} notebooks of {task.cells} cells ({bytes_each / 1024:.1f} KiB), "
        f"{name}, {task.edits} edits each a round"
    )
    shutil.rmtree(raw_folder.parent)
    return Findings(title, f"raw, {sweep.best} threads", rounds.comparisons(), [sweep.describe()])
