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


_FILE = "notebook.py"


@attrs.frozen
class Task:
    """How much both sides have to do."""

    cells: int
    edits: int
    seed: int

    def expected(self, run: str, folder: Path) -> Expected:
        """Return a notebook that no other run has, and what is to become of it."""
        workload = make_workload(self.cells, self.edits, f"{self.seed} {run}")
        # In another folder: what lies beside the file is part of its folder's sync.
        elsewhere = folder / "expected"
        elsewhere.mkdir(exist_ok=True)
        return Expected(workload, elsewhere)


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
            progress(f"{task.cells} cells, round {number} of {rounds}: {what}")
            gc.collect()  # the garbage of one side must not be the other's work
            results.measurements.append(run())
        data = (folder / _FILE).read_bytes()
        results.file_bytes = len(data)
        results.raw_s += raw_limit.seconds_for_each(folder, data, RAW_REPEATS)
    return results


def _runs(task: Task, number: int, folder: Path) -> Iterator[tuple[str, Callable[[], Measurement]]]:
    path = folder / _FILE
    for pace in PACES:
        for caller in CALLERS:
            expected = task.expected(f"{number} {pace} {caller}", folder)
            if caller == "event loop":
                yield f"marimo, {pace}", partial(marimo_side.run, path, expected, pace)
            yield f"ours, {pace}, {caller}", partial(our_side.run, path, expected, pace, caller)
