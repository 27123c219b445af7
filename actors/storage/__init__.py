"""Where notebooks are kept: the protocol of a store, local files, and a store in memory."""

from actors.storage.local import LocalStorage
from actors.storage.memory import MemoryStorage
from actors.storage.protocol import Replaced, Storage

__all__ = [
    "LocalStorage",
    "MemoryStorage",
    "Replaced",
    "Storage",
]
