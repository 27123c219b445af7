"""`notebook-actors loadtest`, run as a user runs it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import actors
from actors.cli import app

ENDLESS = ["--sessions", "5", "--edits", "2000", "--cells", "2", "--rate", "50"]


def start(*arguments, program=("-m", "actors")):
    return subprocess.Popen(
        [sys.executable, *program, "loadtest", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(Path(actors.__file__).parents[1])},
    )


def read_until(stream, words):
    """Read a line that a process is known to write; its end comes otherwise."""
    return next(line for line in stream if words in line)


def finish(process):
    """Read the rest; `communicate` would lose what `read_until` has read ahead."""
    with process:
        err, out = process.stderr.read(), process.stdout.read()
    return process.returncode, out, err


def run(*arguments):
    return finish(start(*arguments))


def small(folder):
    return ["--sessions", 4, "--edits", 4, "--cells", 2, "--dir", folder]


def test_the_table_is_on_stdout_and_how_it_goes_on_stderr(tmp_path):
    status, out, err = run(*small(tmp_path))
    assert (status, list(tmp_path.iterdir())) == (0, [])
    assert "16 Saved" in out
    assert "each is what the edits fold to" in out
    assert "notebook-actors: editing: 16, closed loop" in err


def test_json_and_picture_are_written(tmp_path):
    files = ["--json", tmp_path / "a.json", "--plot", tmp_path / "a.svg", "--rate", 100]
    assert run(*small(tmp_path), *files)[0] == 0
    assert json.loads((tmp_path / "a.json").read_text())["edits"]["Saved"] == 16
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.svg"]


def test_json_on_stdout_is_alone_there(tmp_path):
    status, out, _ = run(*small(tmp_path), "--json", "-", "--storage", "memory", "--gc-freeze")
    assert (status, json.loads(out)["ok"]) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sessions", "0"], "sessions must be 1 or more"),
        (["--edits", "-1"], "edits must be 0 or more"),
        (["--rate", "0"], "rate must be more than 0"),
        (["--storage", "cloud"], "local or memory"),
        (["--dir", "/none/there"], "no such folder"),
        (["--json", "/none/there.json"], "cannot be written"),
        (["--plot", "picture.gif"], ".svg or .png"),
        (["--plot", "picture.svg", "--edits", "0"], "nothing to draw"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_one_line_and_nothing_is_begun(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["loadtest", *arguments])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_picture_without_matplotlib_is_wrong_use_that_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["loadtest", "--plot", str(tmp_path / "a.svg")])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "notebook-actors[plot]" in result.stderr


def test_what_cannot_be_made_is_work_that_cannot_be_saved():
    result = CliRunner().invoke(app, ["loadtest", "--dir", "/proc"])
    assert result.exit_code == 1
    assert "cannot make files in /proc" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_and_what_was_sent_is_checked_and_reported(tmp_path, number):
    process = start(*ENDLESS, "--dir", tmp_path, "--json", tmp_path / "a.json")
    read_until(process.stderr, "editing")
    process.send_signal(number)
    assert "once more to end at once" in read_until(process.stderr, "stopping")
    status, out, err = finish(process)
    record = json.loads((tmp_path / "a.json").read_text())
    assert (status, record["problems"], record["checked"]) == (1, [], 5)
    assert record["edits"]["sent"] < 10_000
    assert "interrupted after" in err
    assert "each is what the edits fold to" in out
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_second_signal_ends_it_at_once_and_its_folder_is_gone(tmp_path):
    # Nothing becomes durable, so that the first signal waits for ever.
    process = start(*ENDLESS, "--dir", tmp_path, program=("-c", HANGING))
    read_until(process.stderr, "editing")
    process.send_signal(signal.SIGINT)
    read_until(process.stderr, "stopping")
    process.send_signal(signal.SIGINT)
    status, _, err = finish(process)
    assert status == 1
    assert "interrupted twice" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


HANGING = """
import threading
from actors.storage import LocalStorage
LocalStorage.replace = lambda self, path, data: threading.Event().wait()
from actors.cli import main
main()
"""
