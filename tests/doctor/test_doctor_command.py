"""`notebook-actors doctor`, run as a user runs it."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

STRANGER = 54_321
"""A user id that owns nothing."""

AS_STRANGER = f"""
import contextlib, io, os, sys
import actors.cli
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for known in (sys.argv[2], "/nowhere"):  # imports all that is imported late
        with contextlib.suppress(SystemExit):
            actors.cli.app(["doctor", known])
sys.argv = ["notebook-actors", "doctor", sys.argv[1]]
if os.geteuid() != 0:
    actors.cli.main()
os.setegid({STRANGER})
os.seteuid({STRANGER})
try:
    actors.cli.main()
finally:  # coverage writes its own file at the exit
    os.seteuid(0)
    os.setegid(0)
"""


def doctor(*arguments, command=("-m", "actors", "doctor"), **env):
    return subprocess.run(
        [sys.executable, *command, *map(os.fspath, arguments)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **env},
    )


@pytest.fixture
def reachable():
    """Give a folder that a stranger can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_the_verdict_is_the_first_line(tmp_path):
    ended = doctor(tmp_path)
    assert ended.stderr == ""
    assert ended.stdout.startswith("Saves here are atomic")
    assert ended.returncode == ("\nbroken: " in ended.stdout)


def test_json_goes_where_it_is_asked_to(tmp_path):
    doctor(tmp_path, "--json", tmp_path / "report.json")
    in_file = json.loads((tmp_path / "report.json").read_text())
    on_stdout = json.loads(doctor(tmp_path, "--json", "-").stdout)
    assert in_file["directory"] == on_stdout["directory"] == str(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize("name", ["nowhere", "file", "file/below", "line\nend", "\x1b[2J"])
def test_what_is_no_directory_is_wrong_use(tmp_path, name):
    (tmp_path / "file").touch()
    ended = doctor(tmp_path / name)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("notebook-actors: ")
    assert ended.stderr.count("\n") == 1
    assert "\x1b" not in ended.stderr


def test_json_that_cannot_be_written_is_wrong_use_before_anything_is_tried(tmp_path):
    ended = doctor(tmp_path, "--json", tmp_path / "nowhere" / "report.json")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "name a file in a folder of yours" in ended.stderr


def test_nothing_to_examine_is_wrong_use():
    assert doctor().returncode == 2


@pytest.mark.parametrize(
    "name", ["with space", "-dash", "line\nend", "[red]", "caf\u00e9", b"\xff"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_directory_may_have_any_name(tmp_path, name, encoding):
    directory = tmp_path / os.fsdecode(name)
    directory.mkdir()
    ended = doctor("--", directory, PYTHONIOENCODING=encoding)
    assert ended.stderr == ""
    assert ended.stdout.startswith("Saves here are atomic")
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize("mode", [0o555, 0o333])
def test_a_directory_without_rights_exits_with_1(reachable, tmp_path, mode):
    (reachable / "notebooks").mkdir()
    (reachable / "notebooks").chmod(mode)
    ended = doctor(reachable / "notebooks", tmp_path, command=("-c", AS_STRANGER))
    (reachable / "notebooks").chmod(0o755)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.startswith("Notebooks cannot be saved here: ")


def test_a_parent_that_may_not_be_searched_is_one_line(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "closed").chmod(0 if os.geteuid() else 0o700)
    ended = doctor(tmp_path / "closed" / "notebooks", tmp_path, command=("-c", AS_STRANGER))
    (tmp_path / "closed").chmod(0o700)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "Permission denied" in ended.stderr
