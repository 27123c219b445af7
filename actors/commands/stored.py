"""The archive of a state directory, for a command: looked into, never made."""

import math
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import attrs
import typer

from actors.commands.ending import WrongUseError
from actors.storage import Archive, LocalStorage, MemoryArchive, SqliteArchive
from actors.storage.archive import Limits
from actors.storage.failure import explained

StateDir = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Where drafts and versions are kept; by default the user's own state directory.",
    ),
]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")]

Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Do it although a host has the file open, or somebody changed it."
    ),
]


_KEEP_ALL = Limits(
    drafts_max_age_s=math.inf,
    drafts_max_bytes=sys.maxsize,
    history_merge_s=0.0,
    history_max_versions=sys.maxsize,
    history_max_age_s=math.inf,
    history_max_bytes=sys.maxsize,
)
"""A command does not know which limits the hosts have set, so it removes nothing for them."""


@attrs.frozen
class Stored:
    """What is kept in a state directory, and the files that it belongs to."""

    archive: Archive
    """Nothing is in it if the state directory has none, and it is not made."""

    files: LocalStorage


@contextmanager
def opened(state_dir: Path | None) -> Iterator[Stored]:
    """Open a state directory for the time of the block.

    Raises:
        WrongUseError: when there is no such directory.
        StorageError: when it cannot be looked into.
    """
    if state_dir is not None and not _is_there(state_dir):
        raise WrongUseError(f"--state-dir {state_dir}: there is no such folder")
    database = SqliteArchive(state_dir, limits=_KEEP_ALL)
    with closing(database if _is_there(database.path) else MemoryArchive()) as archive:
        yield Stored(archive, LocalStorage(spill=archive))


def _is_there(path: Path) -> bool:
    with explained("look into", path):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
    return True
