"""Jobs that save while their process is at a limit, and then go beyond it."""

import os
import resource
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from actors import Alert, Autosave, SaveStatus
from tests.crashes.events_heard import Heard, edit, impatient
from tests.crashes.jobs import WAIT_S, say, text_of

SMALL = 100
"""Bytes; less than any notebook has."""


def save_above_the_limit_of_file_sizes(folder: Path) -> None:
    """Save under a limit of file sizes, which is then lifted."""
    _save_within(folder, small_files())


def save_without_a_free_file_handle(folder: Path) -> None:
    """Save while no file can be opened, and then some can."""
    _save_within(folder, _no_file_handles())


def _save_within(folder: Path, limit: AbstractContextManager[None]) -> None:
    path = folder / "nb.py"
    with Autosave(impatient(folder)) as autosave, path.open("rb") as old:
        heard = Heard(autosave)
        notebook = autosave.open(path)
        with limit:
            outcome = edit(notebook).wait(WAIT_S)
            say(f"{type(outcome).__name__}: {getattr(outcome, 'reason', None)}")
            say(f"failing: {heard.first(SaveStatus, state='failing').cause}")
            # Read by a descriptor of before: there may be no other.
            is_old = os.pread(old.fileno(), 10_000, 0) == text_of(0)
            is_there = os.path.samestat(os.fstat(old.fileno()), path.stat())
            say(f"untouched: {is_old and is_there}")
        heard.first(Alert, variant=None)
        say(f"saved: version {heard.first(SaveStatus, state='saved').version}")


@contextmanager
def small_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _no_file_handles() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # the lowest that no open one has
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
