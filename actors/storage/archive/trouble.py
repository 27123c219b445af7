"""From an error of SQLite to a line that a person can act on."""

import os
import sqlite3
from pathlib import Path

from actors.errors import Cause, StorageError
from actors.storage.failure import cause_of, shown

_SPACE = 64 * 1024
"""Bytes that SQLite needs at least; with less, whatever it reports is for want of them."""

_ADVICE: dict[Cause, tuple[str, str]] = {
    "disk full": ("the disk is full", "free some space on it"),
    "read-only": ("the file system is read-only", "make it writable, or choose another state_dir"),
    "gone": ("the folder is not there", "check that its disk is connected"),
    "permission": ("this process may not write there", "change the permissions of the folder"),
    "locked": ("another process has been writing there for long", "try again later"),
}

_CAUSES: dict[int, Cause] = {
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
}


def is_damage(error: BaseException) -> bool:
    """Return whether an error says that the file is no whole database."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def storage_error(action: str, database: Path, error: sqlite3.Error) -> StorageError:
    """Return what to raise in place of an error of SQLite."""
    cause = _CAUSES.get(_code(error)) or cause_in(database)
    what, advice = _ADVICE.get(cause, (str(error), "check the disk, and the limit of open files"))
    return StorageError(f"cannot {action} in {shown(database)}: {what}; {advice}", cause)


def cause_in(database: Path) -> Cause:
    """Return what is the matter with the place of a database; `other` when it cannot be seen."""
    # SQLite says that it cannot open or write, and keeps the operating system's reason to itself.
    try:
        disk = os.statvfs(database.parent)
    except OSError as error:
        return cause_of(error)
    if disk.f_flag & os.ST_RDONLY:
        return "read-only"
    if disk.f_bavail * disk.f_frsize < _SPACE:
        return "disk full"
    is_ours = all(os.access(path, os.R_OK | os.W_OK) for path in (database, database.parent))
    return "other" if is_ours else "permission"


def _code(error: BaseException) -> int:
    # The low byte is the error, the rest says more. What Python itself raises has none.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
