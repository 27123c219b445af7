"""The command, run as a user runs it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import actors

RECORDINGS = Path(__file__).parent.parent / "data" / "recordings"
OPEN = json.dumps({"op": "open", "filename": "nb.py", "text": "", "cells": []})


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "actors", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
    )


def without_release(text):
    return re.sub(r'__generated_with = ".*"', "", text)


@pytest.mark.parametrize("name", ["eda", "rapid", "weather"])
def test_a_replay_leaves_the_file_that_marimo_left(tmp_path, name):
    result = run("replay", RECORDINGS / f"{name}.ndjson", "--out", tmp_path / "notebooks")
    assert (result.returncode, result.stderr) == (0, "")
    last_line = (RECORDINGS / f"{name}.ndjson").read_text().splitlines()[-1]
    left = (tmp_path / "notebooks" / "nb.py").read_text()
    assert without_release(left) == without_release(json.loads(last_line)["text"])
    assert re.fullmatch(
        r".*/nb\.py: \d+ edits, \d+ saves, \d+ coalesced, "
        r"durable in \d+\.\d ms \(p50\) \d+\.\d ms \(p99\)\n",
        result.stdout,
    )
    assert [path.name for path in (tmp_path / "notebooks").iterdir()] == ["nb.py"]


def test_recordings_of_one_file_name_get_a_folder_each(tmp_path):
    result = run("replay", *sorted(RECORDINGS.glob("*.ndjson")), "--out", tmp_path, "--json")
    report = json.loads(result.stdout)
    assert (result.returncode, report["ok"]) == (0, True)
    paths = [Path(notebook["path"]) for notebook in report["notebooks"]]
    assert paths == [tmp_path / name / "nb.py" for name in ("eda", "rapid", "weather")]
    assert all(notebook["saved_version"] > 0 for notebook in report["notebooks"])
    assert all(path.exists() for path in paths)


def test_a_replay_can_be_repeated(tmp_path):
    for _ in range(2):
        assert run("replay", RECORDINGS / "eda.ndjson", "--out", tmp_path).returncode == 0


def test_a_file_that_is_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "nb.py").write_text("mine = 1\n")
    result = run("replay", RECORDINGS / "eda.ndjson", "--out", tmp_path)
    assert result.returncode == 2
    assert "nb.py is there already" in result.stderr
    assert (tmp_path / "nb.py").read_text() == "mine = 1\n"


def test_a_recording_whose_final_text_differs_is_a_broken_promise(tmp_path):
    lines = (RECORDINGS / "rapid.ndjson").read_text().splitlines()
    lines[-1] = json.dumps({"op": "final", "text": "something else\n"})
    (tmp_path / "other.ndjson").write_text("\n".join(lines))
    result = run("replay", tmp_path / "other.ndjson", "--out", tmp_path / "out")
    assert result.returncode == 1
    assert "differs from the one that was recorded, from line 1 on" in result.stderr


def test_a_transaction_that_does_not_fit_is_named(tmp_path):
    change = {"type": "delete-cell", "cellId": "nope"}
    transaction = {"changes": [change], "source": "code-mode"}
    line = json.dumps({"op": "transaction", "transaction": transaction})
    (tmp_path / "r.ndjson").write_text(f"{OPEN}\n{line}\n")
    result = run("replay", tmp_path / "r.ndjson", "--out", tmp_path / "out")
    assert result.returncode == 1
    assert "transaction 1 was refused" in result.stderr
    assert "nope" in result.stderr


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ([OPEN, "", "", "", "", "", "{oops"], ":7:"),
        ([json.dumps({"op": "transaction", "transaction": {}})], ":1:"),
        ([], "r.ndjson"),
        ([OPEN.replace("nb.py", "../nb.py")], ":1:"),
        ([OPEN.replace("nb.py", "nb.txt")], ".txt"),
    ],
)
def test_a_bad_recording_is_one_clear_line(tmp_path, lines, where):
    (tmp_path / "r.ndjson").write_text("\n".join(lines))
    result = run("replay", tmp_path / "r.ndjson", "--out", tmp_path / "out")
    assert result.returncode == 2
    assert result.stdout == ""
    assert where in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_a_missing_recording_is_one_clear_line(tmp_path):
    result = run("replay", tmp_path / "none.ndjson", "--out", tmp_path)
    assert result.returncode == 2
    assert "none.ndjson" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_out_that_is_a_file_is_wrong_use(tmp_path):
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        result = run("replay", RECORDINGS / "eda.ndjson", "--out", out)
        assert result.returncode == 2
        assert "choose a folder" in result.stderr
        assert result.stderr.count("\n") == 1


def test_an_out_that_cannot_be_written_is_work_that_cannot_be_saved():
    result = run("replay", RECORDINGS / "eda.ndjson", "--out", "/proc/notebooks")
    assert result.returncode == 1
    assert "/proc/notebooks" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["--help"], ["replay", "--help"], ["-h"], ["replay", "-h"], ["loadtest", "-h"]],
)
def test_help_is_given(arguments):
    result = run(*arguments)
    assert result.returncode in (0, 2)
    assert "Usage" in result.stdout + result.stderr
    if arguments == ["--help"]:
        assert "Exit status: 0 done" in result.stdout
        assert "replay" in result.stdout
        assert "loadtest" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["replay"], ["replay", "x", "--rate"], ["loadtest", "--sessions", "many"]],
)
def test_wrong_use_is_told_without_a_traceback(arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_the_version_is_told():
    assert run("--version").stdout == f"notebook-actors {actors.__version__}\n"


@pytest.mark.parametrize("place", ["before", "after"])
def test_verbose_prints_one_line_an_event(tmp_path, place):
    replay = ["replay", RECORDINGS / "rapid.ndjson", "--out", tmp_path]
    result = run(*(["-v", *replay] if place == "before" else [*replay, "-v"]))
    lines = result.stderr.splitlines()
    pattern = r"\d\d:\d\d:\d\d\.\d{3} (DEBUG|INFO|WARNING) .*"
    assert [line for line in lines if not re.fullmatch(pattern, line)] == []
    assert any("saver" in line and "nb.py" in line and "saved version" in line for line in lines)
    assert any("pykka" in line for line in lines), "Pykka's own records are in the stream"


def test_the_installed_command_is_the_same():
    command = shutil.which("notebook-actors", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("the package is not installed in this environment")
    result = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert actors.__version__ in result.stdout
