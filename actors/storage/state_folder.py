"""The folder of this user for what is in no notebook's file: where it is, and how it is made."""

import os
from pathlib import Path

import platformdirs

from actors.storage.system_calls import SystemCalls

LOCKS = "locks"
"""The folder in it that locks are in."""


def default_folder() -> Path:
    """Return the folder of this user: `notebook-actors` in `$XDG_STATE_HOME`."""
    return platformdirs.user_state_path("notebook-actors", appauthor=False)


def lock_folder() -> Path | None:
    """Return where all hosts of this user lock what is theirs alone.

    The same for all, whatever their `Settings.state_dir`, so that they meet.
    `None` for a user who has no home.
    """
    folder = default_folder()
    return folder / LOCKS if folder.is_absolute() else None


def make_private(calls: SystemCalls, folder: str) -> None:
    """Make a folder that is closed to others, and those above it, unless it is there; durably.

    Raises:
        OSError: when it cannot be made.
    """
    if calls.access(folder, os.F_OK):
        return
    above = os.path.dirname(folder)  # noqa: PTH120 - `calls` are given texts
    if above != folder:
        make_private(calls, above)
    try:
        calls.mkdir(folder, 0o700)
    except FileExistsError:
        return  # by another, meanwhile
    calls.chmod(folder, 0o700)  # whatever the umask is
    # Somebody else finds it made, and then relies on its being there after a power cut.
    fd = calls.open(above, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        calls.fsync(fd)
    finally:
        calls.close(fd)
