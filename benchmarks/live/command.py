"""The command line of `python -m benchmarks marimo`."""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import attrs
from rich.console import Console

from actors.notebook import Latency
from benchmarks.arguments import progress, write_json
from benchmarks.expected import Expected
from benchmarks.live.run import LAST_WORDS, Run, measured
from benchmarks.live.server import running
from benchmarks.scale import report
from benchmarks.scale.against_marimo import Size
from benchmarks.scale.comparison import Findings, Rounds, Unit
from benchmarks.scale.options import add_options, option, task_of
from benchmarks.workload import Edit, Workload, make_workload

_DESCRIPTION = """\
Let an agent edit notebooks in two real marimo servers in turn, one with the plug-in and one
without it, as fast as it can. Needs Linux. Takes a little less than three minutes of processor
time, most of it marimo's."""


@attrs.frozen(kw_only=True)
class Task:
    """How much is measured."""

    sizes: tuple[Size, ...] = option(
        (Size(1, 10, 200), Size(1, 100, 200), Size(1, 500, 10), Size(4, 100, 10)),
        "notebooks x cells x edits of each",
        Size.read,
    )
    rounds: int = option(3, "how often")
    seed: int = option(1, "makes cells and edits", int)


def main(arguments: Sequence[str], console: Console) -> None:
    """Measure, print tables, and write JSON where asked to."""
    options = _parser().parse_args(arguments)
    task = task_of(options, Task)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = []
        for findings in measure(task, Path(folder), progress):
            report.show(findings, console)
            found.append(findings.record())
    write_json(options.json, {"marimo": found})


def measure(task: Task, folder: Path, tell: Callable[[str], object]) -> Iterator[Findings]:
    """Measure each size, in two servers for all."""
    elsewhere = folder / "expected"
    elsewhere.mkdir()
    with (
        running(folder / "ours", has_plug_in=True) as ours,
        running(folder / "other", has_plug_in=False) as other,
    ):
        for size in task.sizes:
            found = Rounds()
            for number in range(1, task.rounds + 1):
                tell(f"live: {size}, round {number} of {task.rounds}")
                notebooks = _notebooks(size, f"{task.seed} {number}", elsewhere)
                # Nobody is always behind the same one.
                servers = (ours, other) if number % 2 else (other, ours)
                runs = {server.has_plug_in: measured(server, notebooks) for server in servers}
                _add(found, runs[True], runs[False])
            yield _findings(size, found)


def _notebooks(size: Size, seed: str, folder: Path) -> dict[str, Expected]:
    return {
        f"notebook_{seed.replace(' ', '_')}_{size}_{number}.py": Expected(
            _with_last_words(make_workload(size.cells, size.edits, f"{seed} {size} {number}")),
            folder,
        )
        for number in range(size.notebooks)
    }


def _with_last_words(workload: Workload) -> Workload:
    # In the cell with the imports: in a text cell, marimo's files have no room for a comment.
    code = attrs.evolve(workload, edits=workload.edits[:-1]).final_codes()[0]
    return attrs.evolve(workload, edits=(*workload.edits[:-1], Edit(0, f"{LAST_WORDS}\n{code}")))


def _add(found: Rounds, ours: Run, other: Run) -> None:
    def add(what: str, unit: Unit, figure: Callable[[Run], float]) -> None:
        found.add(what, unit, figure(ours), figure(other))

    add("edits until the last is saved", "/s", lambda run: run.edits / run.saved_s)
    add("edits that the agents make", "/s", lambda run: run.edits / run.made_s)
    add("the last edit waits for its save", "ms", lambda run: run.saved_s - run.made_s)
    add("others wait, p50", "ms", lambda run: Latency.of(run.waits_s).p50_s)
    add("others wait, p99", "ms", lambda run: Latency.of(run.waits_s).p99_s)
    add("others wait, longest", "ms", lambda run: Latency.of(run.waits_s).max_s)
    add("the server's processor time of an edit", "ms", lambda run: run.cpu_s / run.edits)
    add("times that a file was written", "", lambda run: run.files_written)
    add("bytes written by the server", "KB", lambda run: run.bytes_written)
    add("cells wrong", "", lambda run: run.cells_wrong)


def _findings(size: Size, found: Rounds) -> Findings:
    return Findings(
        f"live: {size.notebooks} x {size.cells} cells, {size.edits} edits each",
        f"marimo {version('marimo')}",
        found.comparisons(),
        [
            "Saved: durable with the plug-in; without it written, not synced.",
            "Where marimo has lost the last edit, the time of its last write counts.",
            "Others ask for /health every 10 ms.",
        ],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks marimo", description=_DESCRIPTION)
    add_options(parser, Task)
    parser.add_argument("--folder", type=Path, help="on which disk; the temporary one by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser
