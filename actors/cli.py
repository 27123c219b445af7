"""The command `notebook-actors`."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from actors import __version__
from actors.convert import convert
from actors.doctor.command import doctor
from actors.errors import AutosaveError, StorageError
from actors.loadtest import Plan
from actors.loadtest.command import load_test
from actors.logs import show_logs
from actors.receipt import Saved
from actors.recording import Recording, read_recording
from actors.replay import Replayed, replay

BROKEN = 1
"""Exit status: a promise was broken, or work could not be saved."""

WRONG_USE = 2
"""Exit status: an argument or an input file is wrong."""

app = typer.Typer(
    help="Crash-safe autosave for notebooks that agents edit.",
    epilog="Exit status: 0 done; 1 a promise was broken or work could not be saved; 2 wrong use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_PLAN = Plan()
"""The defaults of a load test."""

Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print one log line an event to stderr.")
]


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"notebook-actors {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    verbose: Verbose = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Crash-safe autosave for notebooks that agents edit."""
    del version
    if verbose:
        show_logs()


@app.command("replay")
def replay_command(
    recordings: Annotated[
        list[Path], typer.Argument(metavar="RECORDING.ndjson", help="Recorded agent sessions.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Folder for the notebooks; made when missing. A file that is in the way is "
            "replaced only if this recording left it.",
        ),
    ],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, for programs.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Run recorded agent sessions through the real system.

    Each transaction of a recording is submitted as fast as it is read; what
    the notebook's file holds at the end is compared with the document, and
    with the file that marimo left where the recording has that.

    Example: notebook-actors replay session.ndjson --out notebooks/
    """
    if verbose:
        show_logs()
    with _one_line_errors():
        sessions = [read_recording(path) for path in recordings]
        _make_folder(out)
        with _progress(sessions, quiet=as_json) as on_settled:
            results = replay(sessions, out, on_settled=on_settled)
    _print_json(results) if as_json else _print_lines(results)
    if any(result.problems for result in results):
        raise typer.Exit(BROKEN)


@app.command("convert")
def convert_command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The notebook to read.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT if it exists.")] = False,
) -> None:
    """Convert a notebook from one format to another.

    The suffixes of IN and OUT name the formats. What the format of OUT
    cannot hold is said, a line each, and is no error.

    Example: notebook-actors convert analysis.ipynb analysis.py
    """
    with _one_line_errors():
        losses = convert(source, target, force=force)
    typer.echo(target)
    for loss in losses:
        typer.echo(f"notebook-actors: {target}: {loss}", err=True)


@app.command("loadtest")
def loadtest_command(  # noqa: PLR0913 - an argument for each option
    *,
    sessions: Annotated[
        int, typer.Option(metavar="N", help="Notebooks that are open at the same time.")
    ] = _PLAN.sessions,
    edits: Annotated[
        int, typer.Option(metavar="M", help="Edits to each; 0 opens and checks only.")
    ] = _PLAN.edits,
    cells: Annotated[
        int, typer.Option(metavar="K", help="Cells that each begins with.")
    ] = _PLAN.cells,
    rate: Annotated[
        float | None,
        typer.Option(metavar="R", help="Edits a second in all, whatever becomes of those before."),
    ] = None,
    active: Annotated[
        int | None, typer.Option(metavar="A", help="Notebooks that are edited; all by default.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Makes the edits.")] = _PLAN.seed,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Where the temporary folder is made."),
    ] = None,
    storage: Annotated[
        str, typer.Option(metavar="local|memory", help="Files, or a store in memory.")
    ] = _PLAN.storage,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures; - is stdout.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw latency and throughput.")
    ] = None,
    threads: Annotated[
        int, typer.Option(metavar="T", help="Clients; every second one is an event loop.")
    ] = _PLAN.threads,
    gc_freeze: Annotated[
        bool, typer.Option("--gc-freeze", help="Call gc.freeze() after opening.")
    ] = False,
) -> None:
    """Open many notebooks, edit them, and check every file.

    Ctrl-C stops sending; what was sent is waited for, checked and reported.
    All files are in a temporary folder, which is removed at the end.

    Example: notebook-actors loadtest --sessions 1000 --edits 10 --rate 500
    """
    with _one_line_errors():
        plan = Plan(
            sessions=sessions,
            edits=edits,
            cells=cells,
            rate=rate,
            active=active,
            seed=seed,
            folder=folder,
            storage=storage,
            threads=threads,
            gc_freeze=gc_freeze,
        )
        try:
            report = load_test(plan, json_file, plot)
        except KeyboardInterrupt:
            _fail("interrupted twice; nothing was checked, the files are removed", BROKEN)
    if not report.ok:
        raise typer.Exit(BROKEN)


@app.command("doctor")
def doctor_command(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where notebooks are kept, or will be.")
    ],
    *,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all findings; - is stdout.")
    ] = None,
) -> None:
    """Say what is promised to notebooks in a directory, by trying.

    Each probe has a hidden folder of its own in DIR, which is removed when
    the probe is over, also at Ctrl-C.

    Example: notebook-actors doctor notebooks/
    """
    with _one_line_errors():
        try:
            report = doctor(directory, json_file)
        except KeyboardInterrupt:
            _fail("interrupted; what a probe had made is removed", BROKEN)
    if not report.ok:
        raise typer.Exit(BROKEN)


def main() -> None:
    """Run the command; no traceback reaches the user for what is a user's to mend."""
    app(prog_name="notebook-actors")


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        _fail(str(error), BROKEN)
    except AutosaveError as error:
        _fail(str(error), WRONG_USE)
    except KeyboardInterrupt:
        _fail("interrupted; every edit that was submitted before was saved", BROKEN)


def _fail(message: str, status: int) -> NoReturn:
    typer.echo(f"notebook-actors: {message}", err=True)
    raise typer.Exit(status)


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        _fail(f"--out {out}: there is a file of that name; choose a folder", WRONG_USE)
    except OSError as error:
        _fail(f"--out {out}: cannot make the folder: {error.strerror}", BROKEN)


@contextmanager
def _progress(sessions: list[Recording], *, quiet: bool) -> Iterator[Callable[[object], None]]:
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
