"""The command `notebook-actors`."""

from pathlib import Path
from typing import Annotated

import typer

from actors import __version__
from actors.commands import diff_command, drafts, history_command, restore_command
from actors.commands.ending import BROKEN, WRONG_USE, fail, one_line_errors
from actors.commands.history import NEGATIVE_NUMBERS
from actors.commands.replaying import print_replayed, replay_progress
from actors.convert import convert
from actors.doctor.command import doctor
from actors.loadtest import Plan
from actors.loadtest.command import load_test
from actors.logs import show_logs
from actors.recording import read_recording
from actors.replay import replay
from actors.signals import like_ctrl_c

app = typer.Typer(
    help="Crash-safe autosave for notebooks that agents edit.",
    epilog="Exit status: 0 done; 1 a promise was broken or work could not be saved; 2 wrong use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_INTERRUPTED = "interrupted; every edit that was submitted before was saved"

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
    with one_line_errors(_INTERRUPTED), like_ctrl_c():
        sessions = [read_recording(path) for path in recordings]
        _make_folder(out)
        with replay_progress(sessions, quiet=as_json) as on_settled:
            results = replay(sessions, out, on_settled=on_settled)
    print_replayed(results, as_json=as_json)
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
    with one_line_errors():
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
    with one_line_errors():
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
            fail("interrupted twice; nothing was checked, the files are removed", BROKEN)
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
    with one_line_errors():
        try:
            report = doctor(directory, json_file)
        except KeyboardInterrupt:
            fail("interrupted; what a probe had made is removed", BROKEN)
    if not report.ok:
        raise typer.Exit(BROKEN)


app.add_typer(drafts, name="drafts")
app.command("history")(history_command)
app.command("diff", context_settings=NEGATIVE_NUMBERS)(diff_command)
app.command("restore", context_settings=NEGATIVE_NUMBERS)(restore_command)


def main() -> None:
    """Run the command; no traceback reaches the user for what is a user's to mend."""
    app(prog_name="notebook-actors")


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        fail(f"--out {out}: there is a file of that name; choose a folder", WRONG_USE)
    except OSError as error:
        fail(f"--out {out}: cannot make the folder: {error.strerror}", BROKEN)
