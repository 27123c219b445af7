"""What `notebook-actors replay` shows: a bar while it runs, then a line or JSON a notebook."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from actors.receipt import Saved
from actors.recording import Recording
from actors.replay import Replayed


@contextmanager
def replay_progress(
    sessions: list[Recording], *, quiet: bool
) -> Iterator[Callable[[object], None]]:
    """Show a bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    columns = (
        TextColumn("replaying"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("transactions"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=sum(len(session.transactions) for session in sessions))
        yield lambda _: bar.advance(task)


def print_replayed(results: list[Replayed], *, as_json: bool) -> None:
    """Print what became of each recording."""
    _print_json(results) if as_json else _print_lines(results)


def _print_lines(results: list[Replayed]) -> None:
    for result in results:
        counts = result.statistics
        times = counts.time_to_durable
        typer.echo(
            f"{result.path}: {counts.edits} edits, {counts.saves} saves, "
            f"{counts.coalesced} coalesced, durable in {times.p50_s * 1000:.1f} ms (p50) "
            f"{times.p99_s * 1000:.1f} ms (p99)"
        )
        for problem in result.problems:
            typer.echo(f"notebook-actors: {result.recording}: {problem}", err=True)


def _print_json(results: list[Replayed]) -> None:
    notebooks = [_as_json(result) for result in results]
    ok = not any(result.problems for result in results)
    json.dump({"ok": ok, "notebooks": notebooks}, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _as_json(result: Replayed) -> dict[str, Any]:
    counts = result.statistics
    saved = result.outcome if isinstance(result.outcome, Saved) else None
    return {
        "recording": str(result.recording),
        "path": str(result.path),
        "transactions": result.transactions,
        "edits": counts.edits,
        "saves": counts.saves,
        "coalesced": counts.coalesced,
        "time_to_durable_ms": {
            "p50": counts.time_to_durable.p50_s * 1000,
            "p99": counts.time_to_durable.p99_s * 1000,
            "max": counts.time_to_durable.max_s * 1000,
        },
        "version": counts.version,
        "saved_version": counts.saved_version,
        "sha256": saved.sha256 if saved else None,
        "problems": list(result.problems),
    }
