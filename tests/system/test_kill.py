"""A process that dies in the middle of saving leaves the old text or the new one."""

import json
import signal
import subprocess
import sys

import pytest

from actors import Cell, Notebook, SetCode, Transaction
from actors.codec import cells_to_wire, transaction_to_wire
from actors.formats import parse, render

EDITS = 2000
CELLS = tuple(Cell(f"c{number}", f"v{number} = 0") for number in range(20))


def code(step):
    return f"v{step % len(CELLS)} = {step}"


def recording(path):
    """Write a session that takes a while."""
    text = render(Notebook(CELLS), ".py").decode()
    entries: list[dict[str, object]] = [
        {"op": "open", "filename": "nb.py", "text": text, "cells": cells_to_wire(CELLS)}
    ]
    for step in range(1, EDITS + 1):
        transaction = Transaction([SetCode(f"c{step % len(CELLS)}", code(step))], "code-mode")
        entries.append({"op": "transaction", "transaction": transaction_to_wire(transaction)})
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def version_of(text):
    """Return how many edits a text holds; checks that it is exactly that state."""
    notebook = parse(text, ".py")
    version = max(int(cell.code.rsplit(" ", 1)[1]) for cell in notebook)
    expected = list(CELLS)
    for step in range(max(1, version - len(CELLS) + 1), version + 1):
        expected[step % len(CELLS)] = Cell(f"c{step % len(CELLS)}", code(step))
    assert text == render(Notebook(expected), ".py")
    return version


@pytest.mark.parametrize("states", [1, 2, 5])
def test_a_killed_replay_leaves_one_whole_state(tmp_path, states):
    """Kill it after the file was seen to change so often."""
    recording(tmp_path / "long.ndjson")
    path = tmp_path / "out" / "nb.py"
    command = [sys.executable, "-m", "actors", "replay", tmp_path / "long.ndjson"]
    with subprocess.Popen(
        [*command, "--out", path.parent], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        versions = watch(path, process, states)
        process.send_signal(signal.SIGKILL)
    assert versions == sorted(versions), "a version never goes back"
    left = version_of(path.read_bytes())
    assert left >= versions[-1]
    repeated = subprocess.run([*command, "--out", path.parent], capture_output=True, check=False)
    assert repeated.returncode == 0, repeated.stderr
    assert version_of(path.read_bytes()) == EDITS
    # A temporary file that was not even locked yet is empty, and stays for a minute: it
    # could be one that a living process has made this moment.
    kept = [each.name for each in path.parent.iterdir() if each.stat().st_size]
    assert kept == ["nb.py"], "no litter stays"


def watch(path, process, states):
    """Read the file without a pause until it has changed so often, or the process ended."""
    versions = [0]
    while len(versions) <= states and process.poll() is None:
        try:
            version = version_of(path.read_bytes())
        except FileNotFoundError:
            continue
        if version != versions[-1]:
            versions.append(version)
    return versions
