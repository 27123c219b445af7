"""marimo's own listener and saver, one notebook and many, against ours in the same run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import attrs

from benchmarks import rounds
from benchmarks.arguments import positive
from benchmarks.scale.comparison import NONE, Aim, Findings, Rounds
from benchmarks.scale.options import option

AIM = Aim("ratio", 100, at_least=True)
HELD_AIM = Aim("ratio", 1 / 100)

IDLE_LATE_S = 0.001
"""An event loop with nothing to do is hardly ever later than that."""


@attrs.frozen
class Size:
    """Notebooks, cells of each, and edits of each."""

    notebooks: int
    cells: int
    edits: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Make one of `100x10x5`."""
        return cls(*map(positive, text.split("x")))

    def __str__(self) -> str:
        return f"{self.notebooks}x{self.cells}x{self.edits}"


@attrs.frozen(kw_only=True)
class Task:
    """How much is measured."""

    sizes: tuple[Size, ...] = option(
        (Size(1, 100, 40), Size(1, 1_000, 4), Size(100, 10, 5)),
        "notebooks x cells x edits of each",
        Size.read,
    )
    rounds: int = option(2, "how often")
    seed: int = option(1, "makes cells and edits", int)


def measure(task: Task, folder: Path, progress: Callable[[str], object]) -> list[Findings]:
    """Measure each size."""
    return [_measure(task, size, folder, progress) for size in task.sizes]


def _measure(task: Task, size: Size, folder: Path, progress: Callable[[str], object]) -> Findings:
    place = folder / f"{size.notebooks}x{size.cells}"
    place.mkdir()
    work = rounds.Task(
        size.cells, size.edits, task.seed, size.notebooks, callers=("event loop",), warm_up=1
    )
    results = rounds.measure(work, place, task.rounds, progress)
    found = Rounds()
    for pace in rounds.PACES:
        ours = results.of(side="ours", pace=pace, caller="event loop")
        theirs = results.of(side="marimo", pace=pace)
        for mine, marimos in zip(ours, theirs, strict=True):
            found.add(f"{pace}: transactions", "/s", mine.per_second, marimos.per_second, AIM)
            found.add(
                f"{pace}: loop held for one", "us", mine.held_mean_s, marimos.held_mean_s, HELD_AIM
            )
            found.add(f"{pace}: processor time of one", "us", mine.cpu_each_s, marimos.cpu_each_s)
            late, others = (_late_s(run.loop_late_s) / run.edits for run in (mine, marimos))
            found.add(f"{pace}: loop late for others, for one", "us", late, others, HELD_AIM)
            late, others = (max(run.loop_late_s) for run in (mine, marimos))
            found.add(f"{pace}: loop late for others, longest", "ms", late, others)
            found.add(f"{pace}: cells wrong", "", mine.cells_wrong, marimos.cells_wrong, NONE)
    return Findings(
        f"{size.notebooks} x {size.cells} cells, {size.edits} edits each",
        "marimo",
        found.comparisons(),
        ["marimo's writes are not synced, ours are. One edit of each was made before."],
    )


def _late_s(samples_s: Sequence[float]) -> float:
    """Return how late a loop was in all, but for what an idle one is late, too."""
    return sum(late_s for late_s in samples_s if late_s > IDLE_LATE_S)
