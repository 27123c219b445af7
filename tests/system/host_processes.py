"""Hosts in processes of their own: they say how far they are, and wait to be told to go on."""

import os
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import actors
from actors import CellConfig, CreateCell, SetCode, Transaction
from actors.storage import SqliteArchive
from actors.storage.archive.sqlite import DATABASE

WAIT_S = 30
"""Only a broken build waits so long."""

FIRST = Transaction([CreateCell("a", "x = 0", "_", CellConfig())], "code-mode")


def edit(code):
    return Transaction([SetCode("a", code)], "code-mode")


# -- in the host ---------------------------------------------------------------------


def say(line):
    """Tell the test something; a line is written at once, also from a forked child."""
    os.write(1, f"{line}\n".encode())


def stand_still():
    """Wait for a signal, for as long as a broken build may take; see `end_by` for the pauses."""
    for _ in range(10 * WAIT_S):
        threading.Event().wait(0.1)


def wait_for_word():
    """Wait until the test says something."""
    assert sys.stdin.readline()


def folder():
    """Return the folder that the test has given."""
    return Path(sys.argv[2])


def main(hosts):
    """Run the host that the test has named."""
    hosts[sys.argv[1]]()


# -- in the test ---------------------------------------------------------------------


@contextmanager
def started(script, name, directory):
    """Run a host of a script until the block is left; its state is below the directory."""
    with subprocess.Popen(
        [sys.executable, script, name, directory],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=directory,
        env={
            **os.environ,
            "XDG_STATE_HOME": str(directory / "state"),
            "PYTHONPATH": os.pathsep.join(map(str, _IMPORTED_FROM)),
        },
    ) as process:
        try:
            yield process
        finally:
            process.kill()


_IMPORTED_FROM = (Path(actors.__file__).parents[1], Path(__file__).parents[2])


def expect(process, line):
    """Read the next line, which must be this one."""
    found = process.stdout.readline()
    assert found == f"{line}\n", found + process.stderr.read()


def end_by(process, number):
    """Send a signal, and return the exit status and what was said on stderr.

    Sent again until the process has ended: Python notices one that comes just when its
    main thread is about to wait only after that, and ours take no notice of a second.
    """
    while True:
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(0.2), process.stderr.read()


def tell(process):
    """Let the host go on."""
    process.stdin.write("go on\n")
    process.stdin.flush()


def drafts_in(directory):
    """Return the texts of the drafts that a host has left, by their ids."""
    state = directory / "state" / "notebook-actors"
    assert (state / DATABASE).exists()
    archive = SqliteArchive(state)
    try:
        return {each.id: archive.draft_text(each.id).decode() for each in archive.drafts()}
    finally:
        archive.close()
