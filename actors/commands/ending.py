"""How a command ends: its exit status, and one line for what went wrong."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TextIO, cast

import typer

from actors.doctor.printable import printable
from actors.errors import AutosaveError, StorageError

BROKEN = 1
"""Exit status: a promise was broken, or work could not be saved."""

WRONG_USE = 2
"""Exit status: an argument or an input file is wrong."""


class WrongUseError(AutosaveError):
    """What a command was told to do makes no sense, or is not safe; nothing was done."""


@contextmanager
def one_line_errors(interrupted: str = "interrupted") -> Iterator[None]:
    """Turn an error into one line on stderr, and an exit status."""
    try:
        yield
    except StorageError as error:
        fail(str(error), BROKEN)
    except AutosaveError as error:
        fail(str(error), WRONG_USE)
    except KeyboardInterrupt:
        fail(interrupted, BROKEN)


def fail(message: str, status: int) -> NoReturn:
    """Say what is wrong, and end the command."""
    typer.echo(f"notebook-actors: {printable(message)}", err=True)
    raise typer.Exit(status)


@contextmanager
def whole_output() -> Iterator[None]:
    """Print inside: a reader such as `head` may leave early, but nothing else may be missing."""
    if cast("TextIO | None", sys.stdout) is None:  # closed by whoever started this
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the exit
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file may have any name
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
    except OSError as error:
        _forget_output()
        fail(f"the output is not whole: {error.strerror}", BROKEN)


def _forget_output() -> None:
    """Let the interpreter, which flushes at its end, find nothing to complain about."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
