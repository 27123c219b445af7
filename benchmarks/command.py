"""The command line of `python -m benchmarks`."""

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from actors import __version__
from benchmarks import render, render_plot, render_report, report
from benchmarks.rounds import Results, Task, measure

WIDTH_OF_PLAIN_TEXT = 110
"""Columns of the tables in a file or a pipe; rich would take 80 and wrap."""

_DESCRIPTION = """\
Measure how fast an agent's edits become durable, against marimo 0.25.2's own
autosave in the same run. 100 cells and 3 rounds take about two minutes, nearly
all of it marimo's; `--cells 500 --edits 40` keeps the largest size short.

`render` as the first word measures the text of a file alone: `render --help`;
the word `both` alone measures both."""

_RENDER_DESCRIPTION = """\
Measure how long the text of a notebook takes to make, the first time and after an
edit of one cell, on both sides in turn, each time in a process of its own. marimo
takes most of a minute for 10,000 cells, twice."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print tables, and write JSON where asked to."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_OF_PLAIN_TEXT
    if arguments == ["both"]:
        _autosave(_parser().parse_args([]), console)
        _render(_render_parser().parse_args([]), console)
    elif arguments[:1] == ["render"]:
        _render(_render_parser().parse_args(arguments[1:]), console)
    else:
        _autosave(_parser().parse_args(arguments), console)


def _autosave(options: argparse.Namespace, console: Console) -> None:
    all_results = [_measure(options, cells) for cells in options.cells]
    for results in all_results:
        report.show(results, console)
    _write_json(options.json, [results.record() for results in all_results])


def _render(options: argparse.Namespace, console: Console) -> None:
    sizes = [
        render.measure(cells, options.edits, options.rounds, options.seed, _progress)
        for cells in options.cells
    ]
    render_report.show(sizes, console)
    if options.plot is not None:
        options.plot.write_text(render_plot.svg(sizes), "utf-8")
    _write_json(options.json, [size.record() for size in sizes])


def _write_json(path: Path | None, sizes: list[dict[str, Any]]) -> None:
    if path is not None:
        document = _machine() | {"sizes": sizes}
        path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


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


def _render_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks render", description=_RENDER_DESCRIPTION
    )
    sizes = [1, 10, 100, 1_000, 10_000]
    parser.add_argument(
        "--cells", type=_positive, nargs="+", default=sizes, help="sizes (1 to 10000)"
    )
    parser.add_argument("--edits", type=_positive, default=20, help="edits of one cell (20)")
    parser.add_argument("--rounds", type=_positive, default=3, help="how often (3)")
    parser.add_argument("--seed", type=int, default=1, help="makes cells and edits (1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write a picture (SVG) there")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number
