"""All that is measured for one size of notebook: both sides in turn, again and again."""

import gc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

import attrs

from benchmarks import marimo_side, our_side, raw_limit
from benchmarks.expected import Expected
from benchmarks.measurement import Caller, Measurement, Pace, percentiles
from benchmarks.workload import make_workload

RAW_REPEATS = 50

PACES: tuple[Pace, ...] = get_args(Pace)
CALLERS: tuple[Caller, ...] = get_args(Caller)


@attrs.frozen
class Task:
    """How much both sides have to do."""

    cells: int
    edits: int
    """Of each notebook."""

    seed: int
    notebooks: int = 1
    callers: tuple[Caller, ...] = CALLERS
    warm_up: int = 0
    """Edits of each that are not measured, beside the others."""

    def files(self, run: str, folder: Path) -> dict[Path, Expected]:
        """Return files of notebooks that no other run has, and what is to become of them."""
        # In another folder: what lies beside the file is part of its folder's sync.
        elsewhere = folder / "expected"
        elsewhere.mkdir(exist_ok=True)
        seeds = (f"{self.seed} {run} {number}" for number in range(self.notebooks))
        return {
            folder / f"notebook-{number:04d}.py": Expected(
                make_workload(self.cells, self.warm_up + self.edits, seed), elsewhere
            )
            for number, seed in enumerate(seeds)
        }


@attrs.define
class Results:
    """What was measured for one size of notebook."""

    task: Task
    rounds: int
    file_bytes: int = 0
    measurements: list[Measurement] = attrs.field(factory=list)
    raw_s: list[float] = attrs.field(factory=list)
    """Times of single durable writes of the same bytes."""

    def of(self, **wanted: str) -> list[Measurement]:
        """Return the measurements of this side, pace and caller, one a round."""
        return [
            found
            for found in self.measurements
            if all(getattr(found, name) == value for name, value in wanted.items())
        ]

    def record(self) -> dict[str, Any]:
        """Return this as JSON has it."""
        return {
            **attrs.asdict(self.task),
            "rounds": self.rounds,
            "file_bytes": self.file_bytes,
            "raw_limit": percentiles(self.raw_s),
            "measurements": [measurement.record() for measurement in self.measurements],
        }


def measure(task: Task, folder: Path, rounds: int, progress: Callable[[str], object]) -> Results:
    """Measure both sides in turn.

    Args:
        task: what both sides have to do.
        folder: where the files are; its disk is part of what is measured.
        rounds: how often.
        progress: told what is being measured.
    """
    results = Results(task, rounds)
    for number in range(1, rounds + 1):
        for what, run in _runs(task, number, folder):
            progress(f"{task.notebooks} x {task.cells} cells, round {number} of {rounds}: {what}")
            gc.collect()  # the garbage of one side must not be the other's work
            results.measurements.append(run())
        data = next(folder.glob("notebook-*.py")).read_bytes()
        results.file_bytes = len(data)
        results.raw_s += raw_limit.seconds_for_each(folder, data, RAW_REPEATS)
    return results


def _runs(task: Task, number: int, folder: Path) -> Iterator[tuple[str, Callable[[], Measurement]]]:
    for pace in PACES:
        for caller in task.callers:
            files = task.files(f"{number} {pace} {caller}", folder)
            if caller == "event loop":
                yield f"marimo, {pace}", partial(marimo_side.run, files, pace, task.warm_up)
            yield (
                f"ours, {pace}, {caller}",
                partial(our_side.run, files, pace, caller, task.warm_up),
            )
