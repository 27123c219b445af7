"""Other programs at work on the files of a run: editors, git, people at a shell."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import attrs

from actors.errors import FormatError
from actors.formats import parse, render
from actors.notebook import Notebook
from actors.notebook.cells import Cell
from actors.simulation.marks import Marks, marks_of_code, replaced
from actors.storage.simulated_disk import Process

_CONFLICT = b"<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> branch\n"


class Outsider:
    """Changes texts; its edits have marks of their own.

    Args:
        marks: names its edits.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._edits: dict[str, Callable[[bytes, str, random.Random], bytes]] = {
            "a cell": self._edit_cell,
            "a cell, longer": self._lengthen_cell,
            "a new cell": self._add_cell,
            "a cell removed": _without_cell,
            "the header": self._edit_header,
            "a whole rewrite": lambda _, suffix, chance: self.new_text(suffix, chance),
            "conflict markers": lambda text, _suffix, _chance: text + _CONFLICT,
            "cut off": lambda text, _, chance: text[: chance.randrange(len(text) + 1)],
            "emptied": lambda _text, _suffix, _chance: b"",
            "nothing": lambda text, _suffix, _chance: text,
        }

    def new_text(self, suffix: str, chance: random.Random) -> bytes:
        """Return the text of a notebook that nobody knows yet."""
        names = [self._marks.new() for _ in range(chance.randrange(1, 4))]
        return render(Notebook(cells=[Cell(name, f"{name} = 3") for name in names]), suffix)

    def edited(self, text: bytes | None, suffix: str, chance: random.Random) -> tuple[str, bytes]:
        """Return what was done, and the text after it."""
        if text is None:
            return "a whole rewrite", self.new_text(suffix, chance)
        kind = chance.choice(("a cell",) * 4 + tuple(self._edits))
        return kind, self._edits[kind](text, suffix, chance)

    def _edit_cell(self, text: bytes, suffix: str, chance: random.Random) -> bytes:
        marks = marks_of_code(text)
        if not marks:
            return self._add_cell(text, suffix, chance)
        return replaced(text, chance.choice(marks), self._marks.new())

    def _lengthen_cell(self, text: bytes, suffix: str, chance: random.Random) -> bytes:
        marks = marks_of_code(text)
        if not marks:
            return self._add_cell(text, suffix, chance)
        return replaced(text, chance.choice(marks), f"{self._marks.new()}, {self._marks.new()}")

    def _add_cell(self, text: bytes, suffix: str, chance: random.Random) -> bytes:
        mark = self._marks.new()

        def added(notebook: Notebook) -> Notebook:
            cells = list(notebook.cells)
            cells.insert(chance.randrange(len(cells) + 1), Cell(mark, f"{mark} = 2"))
            return attrs.evolve(notebook, cells=cells)

        return _changed(text, suffix, added)

    def _edit_header(self, text: bytes, suffix: str, chance: random.Random) -> bytes:
        if suffix != ".py":
            return self._edit_cell(text, suffix, chance)
        header = f"# {self._marks.new()}\n"
        return _changed(text, suffix, lambda notebook: attrs.evolve(notebook, header=header))


def _without_cell(text: bytes, suffix: str, chance: random.Random) -> bytes:
    def removed(notebook: Notebook) -> Notebook:
        cells = list(notebook.cells)
        if cells:
            cells.pop(chance.randrange(len(cells)))
        return attrs.evolve(notebook, cells=cells)

    return _changed(text, suffix, removed)


def _changed(text: bytes, suffix: str, change: Callable[[Notebook], Notebook]) -> bytes:
    try:
        return render(change(parse(text, suffix)), suffix)
    except FormatError:
        return text


def write_in_place(process: Process, path: Path, text: bytes) -> list[Callable[[], object]]:
    """Return the steps of an editor that keeps the file open: truncate, then write."""
    opened: list[int] = []

    def truncate() -> None:
        opened.append(process.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666))

    def fill() -> None:
        for fd in opened:
            process.write(fd, text)
            process.close(fd)

    return [truncate, fill]
