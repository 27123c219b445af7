"""What must hold when a process was killed, and what a person does next."""

import os
from pathlib import Path

from actors import Autosave, Saved
from tests.crashes.jobs import WAIT_S, next_edit, settings, step_of

RUNS = int(os.environ.get("CRASH_RUNS", "0"))
"""How many processes a test kills at least; without it, as few as tell something."""


def go_on(folder: Path, path: Path) -> int:
    """Open a notebook again and edit it; return the step that it was found at."""
    with Autosave(settings(folder)) as autosave:
        notebook = autosave.open(path)
        found = step_of(path.read_bytes())
        outcome = notebook.submit(next_edit(notebook, found + 1)).wait(WAIT_S)
        assert isinstance(outcome, Saved), outcome
    assert step_of(path.read_bytes()) == found + 1
    return found


def names_in(folder: Path) -> list[str]:
    """Return what a person sees there and what is hidden, but for the state."""
    return sorted(path.name for path in folder.iterdir() if path.name != "state")


def much_later(folder: Path) -> None:
    """Make temporary files old: an empty one is litter only after a minute."""
    for litter in folder.glob(".*.tmp"):
        os.utime(litter, (0, 0))
