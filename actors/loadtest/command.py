"""`notebook-actors loadtest`: runs a plan, shows it, writes what was asked for."""

import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from actors.loadtest.live import LiveWatch, PlainWatch
from actors.loadtest.plan import Plan, PlanError
from actors.loadtest.report import Report
from actors.loadtest.run import run_load_test
from actors.loadtest.signals import stopped_by_signals
from actors.loadtest.tables import show

STDOUT = Path("-")

PLAIN_COLUMNS = 110
"""Width of the table where there is no terminal; rich would take 80 and wrap."""


def load_test(plan: Plan, json_file: Path | None, plot_file: Path | None) -> Report:
    """Run a load test, show how it goes on stderr and its result on stdout.

    Args:
        plan: what to do.
        json_file: where all figures go; `-` is stdout, which then has nothing else.
        plot_file: where the picture goes, an `.svg` or `.png` file.

    Raises:
        PlanError: before the run, when a file cannot be written or needs an extra.
        KeyboardInterrupt: at the second Ctrl-C; the temporary folder is gone then.
    """
    _check_files(plan, json_file, plot_file)
    with _watch(plan) as watch, stopped_by_signals(lambda: watch.note(_STOPPING)) as stopped:
        report = run_load_test(plan, watch=watch, stopped=stopped)
    _say_what_is_wrong(report)
    if json_file != STDOUT:
        console = Console()
        show(report, Console(width=PLAIN_COLUMNS) if not console.is_terminal else console)
    if json_file is not None:
        _write_json(report, json_file)
    if plot_file is not None and report.samples:
        from actors.loadtest.plot import draw  # noqa: PLC0415 - matplotlib is an extra

        draw(report, plot_file)
    sys.stdout.flush()  # now: a process that had many notebooks takes its time to end
    return report


_STOPPING = "stopping: what was sent is waited for and checked; once more to end at once"


def _check_files(plan: Plan, json_file: Path | None, plot_file: Path | None) -> None:
    """Find out before a long run what would stand in the way after it."""
    for option, path in (("--json", json_file), ("--plot", plot_file)):
        if path is not None and path != STDOUT and not _can_write(path):
            raise PlanError(f"{option} {path}: cannot be written; name a file in a folder of yours")
    if plot_file is None:
        return
    if not plan.edits_in_all:
        raise PlanError("--plot: without edits there is nothing to draw")
    if plot_file.suffix.lower() not in {".svg", ".png"}:
        raise PlanError(f"--plot {plot_file}: name an .svg or .png file")
    if importlib.util.find_spec("matplotlib") is None:
        raise PlanError("--plot needs matplotlib; install notebook-actors[plot]")


def _can_write(path: Path) -> bool:
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    return path.parent.is_dir() and os.access(path.parent, os.W_OK)


@contextmanager
def _watch(plan: Plan) -> Iterator["LiveWatch | PlainWatch"]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainWatch(plan, sys.stderr)
        return
    with LiveWatch(plan, console) as watch:
        yield watch


def _say_what_is_wrong(report: Report) -> None:
    lines = list(report.problems)
    if report.problem_count > len(lines):
        lines.append(f"and {report.problem_count - len(lines):,} problems more")
    if report.interrupted:
        lines.append(f"interrupted after {report.sent:,} of {report.plan.edits_in_all:,} edits")
    for line in lines:
        sys.stderr.write(f"notebook-actors: {line}\n")


def _write_json(report: Report, path: Path) -> None:
    text = json.dumps(report.record(), indent=1) + "\n"
    if path == STDOUT:
        sys.stdout.write(text)
    else:
        path.write_text(text, "utf-8")
