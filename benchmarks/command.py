"""The command line of `python -m benchmarks`."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import attrs
from rich.console import Console

from benchmarks import protection, render, render_plot, render_report, report
from benchmarks.arguments import positive, progress, write_json
from benchmarks.live import command as live
from benchmarks.rounds import Results, Task, measure
from benchmarks.scale import command as scale

WIDTH_OF_PLAIN_TEXT = 120
"""Columns of the tables in a file or a pipe; rich would take 80 and wrap."""

_DESCRIPTION = """\
Measure how fast an agent's edits become durable, against marimo 0.25.2's own
autosave in the same run. 100 cells and 3 rounds take about two minutes, nearly
all of it marimo's; `--cells 500 --edits 40` keeps the largest size short.

`render` as the first word measures the text of a file alone, and `scale` many
notebooks at once, `protection` what it costs that nothing is lost, `marimo` an agent in a real
server with the plug-in and without it: see `render --help` and so on. The word `both` alone
measures saving and rendering, `all` alone everything."""

_PROTECTION_DESCRIPTION = """\
Measure the same saves with everything on that keeps work from being lost, and with
parts of it off, in turn. `--every 1` edits each notebook once a second, as an agent
does: then no version shares its way into the history with another."""

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
    if arguments in (["both"], ["all"]):
        _autosave(_parser().parse_args([]), console)
        _render(_render_parser().parse_args([]), console)
        if arguments == ["all"]:
            _protection(_protection_parser().parse_args([]), console)
            scale.main([], console)
            live.main(["--rounds", "1"], console)
    elif arguments[:1] == ["marimo"]:
        live.main(arguments[1:], console)
    elif arguments[:1] == ["scale"]:
        scale.main(arguments[1:], console)
    elif arguments[:1] == ["render"]:
        _render(_render_parser().parse_args(arguments[1:]), console)
    elif arguments[:1] == ["protection"]:
        _protection(_protection_parser().parse_args(arguments[1:]), console)
    else:
        _autosave(_parser().parse_args(arguments), console)


def _autosave(options: argparse.Namespace, console: Console) -> None:
    all_results = [_measure(options, cells) for cells in options.cells]
    for results in all_results:
        report.show(results, console)
    write_json(options.json, {"sizes": [results.record() for results in all_results]})


def _render(options: argparse.Namespace, console: Console) -> None:
    sizes = [
        render.measure(cells, options.edits, options.rounds, options.seed, progress)
        for cells in options.cells
    ]
    render_report.show(sizes, console)
    if options.plot is not None:
        options.plot.write_text(render_plot.svg(sizes), "utf-8")
    write_json(options.json, {"sizes": [size.record() for size in sizes]})


def _protection(options: argparse.Namespace, console: Console) -> None:
    task = protection.Task(
        options.cells, options.edits, options.notebooks, options.every, options.seed
    )
    costs = protection.measure(task, options.rounds, options.folder, progress)
    protection.show(task, costs, console)
    write_json(options.json, {"protection": attrs.asdict(task) | protection.record(costs)})


def _measure(options: argparse.Namespace, cells: int) -> Results:
    task = Task(cells, options.edits, options.seed)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        return measure(task, Path(folder), options.rounds, progress)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=_DESCRIPTION)
    parser.add_argument(
        "--cells", type=positive, nargs="+", default=[100], help="sizes of notebook (100)"
    )
    parser.add_argument("--edits", type=positive, default=200, help="edits of one cell (200)")
    parser.add_argument("--rounds", type=positive, default=3, help="how often (3)")
    parser.add_argument("--seed", type=int, default=1, help="makes cells and edits (1)")
    parser.add_argument("--folder", type=Path, help="on which disk; the temporary one by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser


def _protection_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks protection", description=_PROTECTION_DESCRIPTION
    )
    parser.add_argument("--cells", type=positive, default=10, help="of each notebook (10)")
    parser.add_argument("--notebooks", type=positive, default=8, help="at once (8)")
    parser.add_argument("--edits", type=positive, default=100, help="of each notebook (100)")
    parser.add_argument("--every", type=float, default=0.0, help="seconds from edit to edit (0)")
    parser.add_argument("--rounds", type=positive, default=5, help="how often (5)")
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
        "--cells", type=positive, nargs="+", default=sizes, help="sizes (1 to 10000)"
    )
    parser.add_argument("--edits", type=positive, default=20, help="edits of one cell (20)")
    parser.add_argument("--rounds", type=positive, default=3, help="how often (3)")
    parser.add_argument("--seed", type=int, default=1, help="makes cells and edits (1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write a picture (SVG) there")
    return parser
