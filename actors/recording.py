"""Recordings of agent sessions: NDJSON files that can be replayed.

One `{"op":"open","filename","text","cells":[…]}` line, then any number of
`{"op":"transaction","transaction":{…}}` lines, then an optional
`{"op":"final","text"}`: the file that marimo itself left after the same edits.
Blank lines are passed over, and so are fields that are not known here.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeVar

import attrs

from actors.codec import decode_cells, decode_json, decode_transaction, encode_json
from actors.errors import AutosaveError, DecodeError
from actors.notebook import Cell

_T = TypeVar("_T")


class RecordingError(AutosaveError):
    """A recording cannot be read, so nothing of it was replayed.

    The file's fault, or that of whoever named it; its text is one line that
    says where, what and what to do.
    """

    path: Path
    """The recording."""

    line: int | None
    """The line, counted from 1; `None` when it is about the whole file."""

    what: str
    """What is wrong and what to do about it, in words."""

    def __init__(self, path: Path, line: int | None, what: str) -> None:
        super().__init__(path, line, what)
        self.path = path
        self.line = line
        self.what = what

    def __str__(self) -> str:
        place = f"{self.path}" if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.what}"


@attrs.frozen
class Recording:
    """One recorded session with one notebook."""

    path: Path
    """The file that this was read from."""

    filename: str
    """The notebook's file, relative; it does not lead out of the folder it is put in."""

    text: str
    """What that file held when the session began."""

    cells: tuple[Cell, ...]
    """The cells of that text, with the ids that the session knows them by."""

    transactions: tuple[bytes, ...]
    """Each as JSON, known to decode. A host has them so: to replay one is to decode it, too."""

    final: str | None
    """The file that marimo left after the session, where that was recorded."""


def read_recording(path: str | os.PathLike[str]) -> Recording:
    """Return the recording that a file holds.

    Raises:
        RecordingError: when there is no such file, it cannot be read, or it is
            not a recording; says which line and why.
    """
    path = Path(path)
    session = _Session()
    for number, line in _lines(path):
        try:
            session.add(decode_json(line))
        except DecodeError as error:
            what = f"{error}; mend this line or record the session again"
            raise RecordingError(path, number, what) from None
    if session.opened is None:
        raise RecordingError(path, None, "is empty; a recording starts with an 'open' line")
    filename, text, cells = session.opened
    return Recording(path, filename, text, cells, tuple(session.transactions), session.final)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise RecordingError(path, None, "there is no such file; check the path") from None
    except IsADirectoryError:
        raise RecordingError(path, None, "is a folder; name a recording in it") from None
    except (OSError, ValueError) as error:  # ValueError: the path holds a null character
        reason = getattr(error, "strerror", None) or error
        raise RecordingError(path, None, f"cannot be read ({reason}); check the file") from None
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, line


class _Session:
    """What the lines so far have told; each is checked when it is added."""

    def __init__(self) -> None:
        self.opened: tuple[str, str, tuple[Cell, ...]] | None = None
        self.transactions: list[bytes] = []
        self.final: str | None = None

    def add(self, entry: Any) -> None:
        """Take the value of the next line.

        Raises:
            DecodeError: when this line cannot come here, or never.
        """
        if type(entry) is not dict:
            raise DecodeError("$", "must be an object with an 'op'")
        op = _text(entry, "op")
        if op not in {"open", "transaction", "final"}:
            raise DecodeError("op", f"{op[:60]!a} is not 'open', 'transaction' or 'final'")
        if self.final is not None:
            raise DecodeError("op", f"{op!r} comes after 'final', which must be the last line")
        if (op == "open") is not (self.opened is None):
            order = "comes a second time" if op == "open" else "comes before 'open'"
            raise DecodeError("op", f"{op!r} {order}; a recording starts with one 'open' line")
        self._take(op, entry)

    def _take(self, op: str, entry: dict[str, Any]) -> None:
        if op == "open":
            self.opened = (_filename(entry), _text(entry, "text"), _cells(entry))
        elif op == "transaction":
            self.transactions.append(_transaction(entry))
        else:
            self.final = _text(entry, "text")


def _field(entry: dict[str, Any], name: str) -> Any:
    if name not in entry:
        raise DecodeError(name, "is missing")
    return entry[name]


def _text(entry: dict[str, Any], name: str) -> str:
    value = _field(entry, name)
    if type(value) is not str:
        raise DecodeError(name, "must be text")
    return value


def _filename(entry: dict[str, Any]) -> str:
    """Return the filename, if it stays in a folder and is one on any system."""
    name = _text(entry, "filename")
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    if not name.isprintable() or posix.name == "" or str(posix) != name:
        raise DecodeError("filename", f"{name[:60]!a} is not the name of a file")
    if windows.anchor or ".." in windows.parts or "\\" in name:
        raise DecodeError(
            "filename", f"{name[:60]!a} leads out of the output folder; give a relative path"
        )
    return name


def _cells(entry: dict[str, Any]) -> tuple[Cell, ...]:
    cells = _decoded(entry, "cells", decode_cells)
    twice = [cell_id for cell_id, count in Counter(cell.id for cell in cells).items() if count > 1]
    if twice:
        raise DecodeError("cells", f"more than one has the id {twice[0][:60]!a}")
    return cells


def _transaction(entry: dict[str, Any]) -> bytes:
    value = _field(entry, "transaction")
    if type(value) is not dict:  # a text would be taken for the transaction's JSON
        raise DecodeError("transaction", "must be an object")
    _decoded(entry, "transaction", decode_transaction)
    return encode_json(value)


def _decoded(entry: dict[str, Any], name: str, decode: Callable[[Any], _T]) -> _T:
    value = _field(entry, name)
    try:
        return decode(value)
    except DecodeError as error:
        inside = "" if error.where == "$" else error.where
        dot = "." if inside and not inside.startswith("[") else ""
        raise DecodeError(f"{name}{dot}{inside}", error.what) from None
