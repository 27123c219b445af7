"""A type checker rejects a message that the actor cannot read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import actors

SNIPPET = """\
from actors.runtime import Actor, ActorSystem, Dispatcher, Router
from actors.testing import Probe
from actors.types import Mailbox

class Counter(Actor[int]):
    def remind(self) -> None:
        self.mailbox.tell(1)
        self.mailbox.tell("one")  # wrong

def of_the_system(system: ActorSystem, dispatcher: Dispatcher) -> None:
    counter = system.start(Counter, name="counter", dispatcher=dispatcher)
    counter.tell(1)
    counter.tell("one")  # wrong
    Router([counter]).tell(1)
    Router([counter]).tell(None)  # wrong

def takes_more_than_asked(mailbox: Mailbox[int | str]) -> Mailbox[int]:
    return mailbox

def takes_less_than_asked(mailbox: Mailbox[int]) -> Mailbox[int | str]:
    return mailbox  # wrong

probe: Probe[int] = Probe()
numbers: Mailbox[int] = probe
words: Mailbox[str] = probe  # wrong
"""


def test_mypy_rejects_each_wrong_message_and_no_right_one(tmp_path):
    pytest.importorskip("mypy", reason="mypy is not installed: group `types`")
    (tmp_path / "snippet.py").write_text(SNIPPET)
    lines = enumerate(SNIPPET.splitlines(), 1)
    assert lines_mypy_rejects(tmp_path) == [at for at, line in lines if "# wrong" in line]


def lines_mypy_rejects(folder: Path) -> list[int]:
    source = Path(actors.__file__).parents[1]
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent"]
    command += ["--config-file=", "--hide-error-context", "--no-error-summary", "snippet.py"]
    # mypy finds an installed package by itself, and refuses to have it on its path as well.
    path = {} if source.name == "site-packages" else {"MYPYPATH": str(source)}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | path, capture_output=True, text=True, check=False
    )
    assert not done.stderr, done.stderr
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert all(error.startswith("snippet.py:") for error in errors), done.stdout
    return sorted({int(error.split(":")[1]) for error in errors})
