"""Where notebooks are kept: the protocol of a store, local files, and a store in memory."""

from actors.storage.archive import Archive, Draft, MemoryArchive, SqliteArchive, Version
from actors.storage.local import LocalStorage
from actors.storage.memory import MemoryStorage
from actors.storage.protocol import Etag, Replaced, Storage

__all__ = [
    "Archive",
    "Draft",
    "Etag",
    "LocalStorage",
    "MemoryArchive",
    "MemoryStorage",
    "Replaced",
    "SqliteArchive",
    "Storage",
    "Version",
]
