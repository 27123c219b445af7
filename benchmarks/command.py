"""The command line of `python -m benchmarks`."""

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from actors import __version__
from benchmarks import report
from benchmarks.rounds import Results, Task, measure

WIDTH_OF_PLAIN_TEXT = 110
"""Columns of the tables in a file or a pipe; rich would take 80 and wrap."""

_DESCRIPTION = """\
Measure how fast an agent's edits become durable, against marimo 0.25.2's own
autosave in the same run. 100 cells and 3 rounds take about two minutes, nearly
all of it marimo's; `--cells 500 --edits 40` keeps the largest size short."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print tables, and write JSON where asked to."""
    options = _parser().parse_args(arguments)
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_OF_PLAIN_TEXT
    all_results = [_measure(options, cells) for cells in options.cells]
    for results in all_results:
        report.show(results, console)
    if options.json is not None:
        document = _machine() | {
            "sizes": [results.record() for results in all_results],
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def _measure(options: argparse.Namespace, cells: int) -> Results:
    task = Task(cells, options.edits, options.seed)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        return measure(task, Path(folder), options.rounds, _progress)


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _machine() -> dict[str, object]:
    return {
        "notebook-actors": __version__,
        "marimo": version("marimo"),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=_DESCRIPTION)
    parser.add_argument(
        "--cells", type=_positive, nargs="+", default=[100], help="sizes of notebook (100)"
    )
    parser.add_argument("--edits", type=_positive, default=200, help="edits of one cell (200)")
    parser.add_argument("--rounds", type=_positive, default=3, help="how often (3)")
    parser.add_argument("--seed", type=int, default=1, help="makes cells and edits (1)")
    parser.add_argument("--folder", type=Path, help="on which disk; the temporary one by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number
