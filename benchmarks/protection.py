"""What it costs that nothing is lost: saving with everything on, and with parts of it off.

The same edits in one process, one variant after the other, again and again. What is
timed ends with the stop of the `Autosave`, so that all of its archivist's work counts.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
from rich.console import Console
from rich.table import Table

from actors import Autosave, NotebookHandle, Saved, Settings
from benchmarks.workload import cells_of, make_workload

TIMEOUT_S = 600

VARIANTS = {
    "nothing (drafts, history, own_files off)": Settings(
        drafts=False, history=False, own_files=False
    ),
    "own_files": Settings(drafts=False, history=False),
    "own_files and drafts": Settings(history=False),
    "everything": Settings(),
}
"""What is on; the first is what the others are compared with."""


@attrs.frozen
class Task:
    """What each variant has to do."""

    cells: int
    edits: int
    """Of each notebook, and each is saved before the next."""

    notebooks: int
    every_s: float
    """How long from one edit of a notebook to the next; 0 for no wait."""

    seed: int


@attrs.frozen
class Cost:
    """One round of one variant."""

    cpu_s: float
    """Processor time of the whole process for a save."""

    durable_s: float
    """From handing in an edit of each notebook until all are durable, for each of them."""


Costs = dict[str, list[Cost]]


def measure(
    task: Task, rounds: int, folder: Path | None, progress: Callable[[str], object]
) -> Costs:
    """Measure all variants, as often as there are rounds."""
    costs: Costs = {name: [] for name in VARIANTS}
    variants = list(VARIANTS.items())
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        _run(
            attrs.evolve(task, edits=3, every_s=0.0), Path(scratch), Settings(), "first"
        )  # imports
    for number in range(1, rounds + 1):
        variants.append(variants.pop(0))  # nobody is always behind the same one
        for name, settings in variants:
            progress(f"{task.notebooks} x {task.cells} cells, round {number} of {rounds}: {name}")
            gc.collect()  # the garbage of one variant must not be the other's work
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                costs[name].append(_run(task, Path(scratch), settings, f"{task.seed} {number}"))
    return costs


def record(costs: Costs) -> dict[str, Any]:
    """Return the figures as JSON has them."""
    return {name: [attrs.asdict(cost) for cost in found] for name, found in costs.items()}


def show(task: Task, costs: Costs, console: Console) -> None:
    """Print medians and ratios."""
    table = Table(
        title=f"{task.notebooks} notebooks of {task.cells} cells, {task.edits} edits of each",
        title_justify="left",
    )
    table.add_column("on", no_wrap=True)
    for heading in ("CPU of a save, us", "ratio", "until durable, us", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    (_, bare), *_ = costs.items()
    for name, found in costs.items():
        table.add_row(
            name,
            *_compared([c.cpu_s for c in found], [c.cpu_s for c in bare]),
            *_compared([c.durable_s for c in found], [c.durable_s for c in bare]),
        )
    console.print(table)


def _compared(times_s: list[float], bare_s: list[float]) -> tuple[str, str]:
    """Return the median in microseconds, and that of the ratios of each round."""
    ratios = (time_s / other_s for time_s, other_s in zip(times_s, bare_s, strict=True))
    return f"{statistics.median(times_s) * 1e6:,.0f}", f"{statistics.median(ratios):.2f}"


def _run(task: Task, folder: Path, settings: Settings, seed: str) -> Cost:
    with Autosave(attrs.evolve(settings, state_dir=folder / "state")) as autosave:
        agents = [
            _agent(autosave, folder / f"notebook-{number}.py", task, f"{seed} {number}")
            for number in range(task.notebooks)
        ]
        _edit_all([(notebook, edits[0]) for notebook, edits in agents])  # not measured
        cpu_s, durable_s = time.process_time(), 0.0
        for turn in range(1, task.edits + 1):
            start = time.perf_counter()
            _edit_all([(notebook, edits[turn]) for notebook, edits in agents])
            took_s = time.perf_counter() - start
            durable_s += took_s
            time.sleep(max(0.0, task.every_s - took_s))
    saves = task.edits * task.notebooks
    return Cost((time.process_time() - cpu_s) / saves, durable_s / saves)


def _agent(
    autosave: Autosave, path: Path, task: Task, seed: str
) -> tuple[NotebookHandle, list[bytes]]:
    """Open one notebook, and return it with its edits; one more, to begin with."""
    workload = make_workload(task.cells, task.edits + 1, seed)
    cells = cells_of(workload)
    edits = workload.transactions([cell.id for cell in cells])
    return autosave.open(path, cells=cells), edits


def _edit_all(edits: list[tuple[NotebookHandle, bytes]]) -> None:
    receipts = [notebook.submit(edit) for notebook, edit in edits]
    for receipt in receipts:
        receipt.wait(TIMEOUT_S)
    if not all(isinstance(receipt.outcome, Saved) for receipt in receipts):
        raise RuntimeError("an edit is not on disk")
