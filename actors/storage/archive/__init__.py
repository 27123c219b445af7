"""What is kept outside the process: drafts, versions, and texts on their way into a file."""

from actors.storage.archive.limits import Limits
from actors.storage.archive.memory import MemoryArchive
from actors.storage.archive.protocol import (
    Archive,
    Change,
    Draft,
    DropDraft,
    PutDraft,
    PutVersion,
    Removed,
    Version,
)
from actors.storage.archive.sqlite import SqliteArchive

__all__ = [
    "Archive",
    "Change",
    "Draft",
    "DropDraft",
    "Limits",
    "MemoryArchive",
    "PutDraft",
    "PutVersion",
    "Removed",
    "SqliteArchive",
    "Version",
]
