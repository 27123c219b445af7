"""What the processes do that are killed: each a function of a folder that says how far it came."""

import os
from functools import partial
from pathlib import Path

from actors import (
    Autosave,
    Cell,
    Notebook,
    NotebookHandle,
    Outcome,
    Saved,
    SetCode,
    Settings,
    Transaction,
)
from actors.formats import parse, render

WAIT_S = 30
"""Only a broken build waits so long."""

OLD, NEW = 99, 100
"""The steps before and after the one edit of most jobs; the file gets longer by it."""

NOTEBOOKS = [f"nb{number}.py" for number in range(4)]
CELLS = 5
AT_A_TIME = 3
"""Edits that a busy process sends to each notebook before it waits."""


def text_of(step: int) -> bytes:
    """Return the file after so many edits, each of which set one cell to its number."""
    last = range(max(1, step - CELLS + 1), step + 1)
    codes = {number % CELLS: f"v{number % CELLS} = {number}" for number in last}
    cells = [Cell(f"c{cell}", codes.get(cell, f"v{cell} = 0")) for cell in range(CELLS)]
    return render(Notebook(cells), ".py")


def step_of(text: bytes) -> int:
    """Return how many edits a file holds; it must be that very state, whole."""
    cells = parse(text, ".py").cells
    step = max((int(cell.code.rsplit(" ", 1)[1]) for cell in cells), default=0)
    assert text == text_of(step), f"torn: {text!r}"
    return step


def next_edit(notebook: NotebookHandle, step: int) -> Transaction:
    """Return the edit that brings a notebook to its next step."""
    number = step % CELLS
    cell = notebook.document.notebook.cells[number].id
    return Transaction([SetCode(cell, f"v{number} = {step}")], "code-mode")


def settings(folder: Path) -> Settings:
    """Return the settings of a host whose state is in the folder too."""
    return Settings(state_dir=folder / "state", drain_timeout_s=WAIT_S)


def say(line: str) -> None:
    """Tell the test, in one write: what was said cannot be lost by a kill."""
    try:
        os.write(1, f"{line}\n".encode())
    except BrokenPipeError:  # the test is over
        os._exit(1)


def save_once(folder: Path) -> None:
    """Make one edit of a notebook."""
    with Autosave(settings(folder)) as autosave:
        notebook = autosave.open(folder / "nb.py")
        receipt = notebook.submit(next_edit(notebook, NEW))
        say(type(receipt.wait(WAIT_S)).__name__)


def save_new(folder: Path) -> None:
    """Make the file of a notebook by an edit."""
    with Autosave(settings(folder)) as autosave:
        notebook = autosave.open(folder / "nb.py", cells=parse(text_of(OLD), ".py").cells)
        receipt = notebook.submit(next_edit(notebook, NEW))
        say(type(receipt.wait(WAIT_S)).__name__)


def rename_once(folder: Path) -> None:
    """Give a notebook another name."""
    with Autosave(settings(folder)) as autosave:
        receipt = autosave.open(folder / "nb.py").rename(folder / "renamed.py")
        say(type(receipt.wait(WAIT_S)).__name__)


def edit_many(folder: Path) -> None:
    """Edit notebooks without an end, and say each edit that is safe."""
    with Autosave(settings(folder)) as autosave:
        busy = [_Busy(autosave, name, folder / name) for name in NOTEBOOKS]
        busy.append(_Busy(autosave, "no name", None))
        busy.append(_Busy(autosave, "no folder", folder / "gone" / "nb.py"))
        while True:
            for each in busy:
                each.edit(AT_A_TIME)
            for each in busy:
                each.flush()


class _Busy:
    """A notebook that goes on where the process before was killed."""

    def __init__(self, autosave: Autosave, name: str, path: Path | None) -> None:
        text = path.read_bytes() if path is not None and path.exists() else None
        self._step = 0 if text is None else step_of(text)
        self._name = name
        cells = None if text is not None else parse(text_of(0), ".py").cells
        self._notebook = autosave.open(path, cells=cells)

    def edit(self, times: int) -> None:
        for _ in range(times):
            self._step += 1
            edit = next_edit(self._notebook, self._step)
            self._notebook.submit(edit).add_done_callback(partial(self._tell, self._step))

    def flush(self) -> None:
        self._notebook.flush(WAIT_S)

    def _tell(self, step: int, outcome: Outcome) -> None:
        if isinstance(outcome, Saved):
            say(f"{self._name} {step}")
