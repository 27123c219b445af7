"""The command line of `python -m benchmarks scale`."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs
from rich.console import Console

from benchmarks.arguments import progress, write_json
from benchmarks.scale import against_marimo, fairness, host, latency, pace, report, threads
from benchmarks.scale.comparison import Findings
from benchmarks.scale.options import add_options, task_of

_DESCRIPTION = """\
Measure many notebooks at once, each figure against something else in the same run.
Without a word, or with `all`: everything, in about three minutes. No time is a promise:
compare the ratios, on the disk that your notebooks are on."""


@attrs.frozen
class Benchmark:
    """One word of the command line."""

    what: str
    measure: Callable[[Any, Path, Callable[[str], object]], list[Findings]]
    quick: Any
    """The task when everything is measured: some 25 seconds."""


BENCHMARKS = MappingProxyType(
    {
        "pace": Benchmark(
            "saves a second, against the disk", pace.measure, pace.Task(rounds=2, raw_s=0.2)
        ),
        "latency": Benchmark(
            "time to durable, idle and loaded",
            latency.measure,
            latency.Task(edits=100, seconds=2, rounds=2),
        ),
        "host": Benchmark(
            "what `submit` costs its caller",
            host.measure,
            host.Task(sessions=(1, 1_000), seconds=1, burst=1_000, rounds=2),
        ),
        "marimo": Benchmark(
            "against marimo's own autosave", against_marimo.measure, against_marimo.Task(rounds=1)
        ),
        "threads": Benchmark(
            "against one thread an actor, texts in memory",
            threads.measure,
            threads.Task(sessions=(1_000,)),
        ),
        "fairness": Benchmark(
            "a large notebook and a slow folder",
            fairness.measure,
            fairness.Task(seconds=3, rounds=1),
        ),
    }
)


def main(arguments: Sequence[str], console: Console) -> None:
    """Measure, print tables, and write JSON where asked to."""
    options = _parser().parse_args(arguments or ["all"])
    names = list(BENCHMARKS) if options.name == "all" else [options.name]
    results = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for name in names:
            place = Path(folder, name).absolute()
            place.mkdir()
            found = BENCHMARKS[name].measure(_task(options, name), place, progress)
            for findings in found:
                report.show(findings, console)
            results[name] = [findings.record() for findings in found]
    write_json(options.json, {"scale": results})


def _task(options: argparse.Namespace, name: str) -> Any:
    quick = BENCHMARKS[name].quick
    return quick if options.name == "all" else task_of(options, type(quick))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks scale", description=_DESCRIPTION)
    words = parser.add_subparsers(dest="name", metavar="WHAT", required=True)
    _add_common(words.add_parser("all", help="everything, each at a small size"))
    for name, benchmark in BENCHMARKS.items():
        word = words.add_parser(name, help=benchmark.what)
        add_options(word, type(benchmark.quick))
        _add_common(word)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, help="on which disk; the temporary one by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
