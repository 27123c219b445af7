"""What the commands for drafts and history print to terminals, pipes and full disks."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import actors
from tests.system.archive_scene import archive_in, keep_draft, keep_versions, text

# An output without a buffer would hide what is lost in one.
ENVIRONMENT = os.environ | {
    "PYTHONPATH": str(Path(actors.__file__).parents[1]),
    "PYTHONUNBUFFERED": "",
}
ONE, TWO = text("x = 1"), text("x = 2", "# \x1b[2J clears the screen")

STRANGER = 54_321
"""A user id that owns nothing."""

AS_STRANGER = f"""
import contextlib, io, os
import actors.cli
with contextlib.suppress(SystemExit), contextlib.redirect_stderr(io.StringIO()):
    actors.cli.app(["drafts", "--state-dir", "/nowhere"])  # imports all that is imported late
if os.geteuid() == 0:
    os.setegid({STRANGER})
    os.seteuid({STRANGER})
try:
    actors.cli.main()
finally:  # coverage writes its own file at the exit
    if os.getuid() == 0:
        os.seteuid(0)
        os.setegid(0)
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "nb.py").write_bytes(TWO)
    keep_versions(tmp_path / "state", tmp_path / "nb.py", ONE, TWO)
    keep_draft(
        tmp_path / "state", "3f9c1a20", ONE, tmp_path / "nb.py", TWO, reason="disk full " * 9
    )
    return tmp_path / "nb.py"


def command(file, *arguments, program=("-m", "actors")):
    words = [*arguments, "--state-dir", file.parent / "state"]
    return [sys.executable, *program, *map(os.fspath, words)]


def run(file, *arguments, stdout=subprocess.PIPE, env=ENVIRONMENT):
    return subprocess.run(
        command(file, *arguments),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=file.parent,
        env=env,
    )


def numbers(file):
    with archive_in(file.parent / "state") as archive:
        return [version.number for version in archive.versions(file)]


PRINTING = [["drafts"], ["drafts", "show", "3f"], ["history", "nb.py"], ["diff", "nb.py", "1"]]


# -- pipes and files ---------------------------------------------------------------------


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_reader_may_leave_before_the_end(file, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    ended = run(file, *arguments, stdout=writer)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("arguments", PRINTING[1:3], ids=" ".join)
def test_what_cannot_be_printed_whole_is_an_error(file, arguments):
    with Path("/dev/full").open("wb") as full:
        ended = run(file, *arguments, stdout=full)
    assert ended.returncode == 1
    assert ended.stderr.startswith(b"notebook-actors: the output is not whole: ")
    assert ended.stderr.count(b"\n") == 1


def test_a_restore_is_done_and_noted_even_if_nobody_hears_of_it(file):
    reader, writer = os.pipe()
    os.close(reader)
    assert run(file, "restore", file, "1", stdout=writer).returncode == 0
    os.close(writer)
    assert (file.read_bytes(), numbers(file)) == (ONE, [3, 2, 1])


def test_names_that_an_output_has_no_letters_for_are_escaped(file):
    keep_draft(file.parent / "state", "aaaa0000", ONE, file.with_name("\u2603\udcff.py"))
    ended = run(file, "drafts", env={**ENVIRONMENT, "PYTHONIOENCODING": "latin-1"})
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert rb"\u2603\udcff.py" in ended.stdout


# -- terminals ---------------------------------------------------------------------------


@contextmanager
def terminal(file, *arguments):
    """Start a command on a terminal of 80 columns; give it and the terminal's other end."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = {key: value for key, value in ENVIRONMENT.items() if key not in {"COLUMNS", "NO_COLOR"}}
    process = subprocess.Popen(
        command(file, *arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env | {"TERM": "xterm-256color"},
    )
    os.close(theirs)
    with process, os.fdopen(ours, "r+b", buffering=0) as screen:
        yield process, screen


def seen(screen, until=None):
    """Return what is on a screen, up to some words or to the end."""
    shown = b""
    with suppress(OSError):  # EIO is what Linux says of a terminal that nobody has open
        while until is None or until not in shown:
            shown += screen.read(4096)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("arguments", [["drafts"], ["history"]])
def test_a_table_fits_a_terminal_of_80_columns(file, arguments):
    with terminal(file, *arguments, *([file] if arguments == ["history"] else [])) as (_, screen):
        lines = re.sub(r"\x1b\[[\d;]*m", "", seen(screen)).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("─" in line for line in lines)


def test_a_difference_has_colours_and_no_commands_for_the_terminal(file):
    with terminal(file, "diff", file, "1", "2") as (_, screen):
        shown = seen(screen)
    assert "\x1b[32m+" in shown
    assert "\x1b[2J" not in shown
    assert r"\x1b[2J clears" in shown


@pytest.mark.parametrize(("answer", "left"), [(b"y\n", 0), (b"n\n", 1), (b"\n", 1)])
def test_a_person_is_asked_before_a_draft_is_deleted(file, answer, left):
    with terminal(file, "drafts", "delete", "3f") as (process, screen):
        assert "nb.py" in seen(screen, until=b"[y/N]: ")
        screen.write(answer)
        assert ("nothing was deleted" in seen(screen)) == bool(left)
    assert process.returncode == 0
    assert len(drafts(file)) == left


def drafts(file):
    with archive_in(file.parent / "state") as archive:
        return archive.drafts()


def test_who_leaves_the_question_deletes_nothing(file):
    with terminal(file, "drafts", "delete", "3f") as (process, screen):
        seen(screen, until=b"[y/N]: ")
        screen.write(b"\x04")  # Ctrl-D; Ctrl-C may come before the process listens for it
        assert seen(screen).strip() == "notebook-actors: interrupted; nothing was deleted"
    assert (process.returncode, len(drafts(file))) == (1, 1)


# -- state directories -------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["drafts"], ["history", "nb.py"], ["restore", "nb.py", "1"]])
def test_a_state_directory_of_somebody_else_is_one_line(arguments):
    with tempfile.TemporaryDirectory() as folder:  # a stranger cannot reach pytest's own
        Path(folder).chmod(0o711)
        file = Path(folder, "nb.py")
        keep_versions(file.parent / "state", file, ONE)
        (file.parent / "state").chmod(0o700 if os.geteuid() == 0 else 0)
        words = command(file, *arguments, program=("-c", AS_STRANGER))
        ended = subprocess.run(
            words, check=False, capture_output=True, text=True, cwd=folder, env=ENVIRONMENT
        )
        (file.parent / "state").chmod(0o700)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "cannot look into" in ended.stderr
    assert ended.stderr.count("\n") == 1
