"""The marks by which every edit of a run is known again, wherever its text went."""

import functools
import itertools
import re

from actors.notebook import Notebook

_MARK = re.compile(r"t\d{5}x")
_ASSIGNED = re.compile(r"t\d{5}x(?= = |, t)")


class Marks:
    """Gives each edit a name that nothing else in the run has, all of one length."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        """Return the next one, such as `t00012x`: a Python name."""
        return f"t{next(self._numbers):05d}x"


@functools.lru_cache(maxsize=8192)
def marks_of(text: bytes) -> frozenset[str]:
    """Return the marks in a file's text."""
    return frozenset(_MARK.findall(text.decode("utf-8", "replace")))


def marks_of_code(text: bytes) -> list[str]:
    """Return those that stand for code; the others are names, which go with their cells."""
    return sorted(set(_ASSIGNED.findall(text.decode("utf-8", "replace"))))


def marks_in(notebook: Notebook) -> frozenset[str]:
    """Return the marks that the file of a notebook would have."""
    texts = [cell.code for cell in notebook.cells]
    texts += [cell.name for cell in notebook.cells]
    texts += [notebook.header, notebook.style.footer, str(notebook.app_config)]
    return frozenset(_MARK.findall("\n".join(texts)))


def replaced(text: bytes, old: str, new: str) -> bytes:
    """Return a text of the same size in which one mark became another."""
    return text.replace(old.encode(), new.encode())
