"""Results that were worked out before, kept while they are used and there is room."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from actors.settings import Settings


class Memo:
    """Pure results by key; the least recently used make room for others.

    Any thread may use it. Forgetting never changes an answer, only its cost.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def held_bytes(self) -> int:
        """What all entries weigh by their givers' estimates; never above the limit."""
        return self._bytes

    def get(self, key: Hashable) -> Any:
        """Return what was put under a key, or `None`."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: Hashable, value: object, weight_bytes: int) -> None:
        """Keep a value, unless there would be room for nothing else."""
        with self._lock:
            old, old_bytes = self._entries.pop(key, (None, 0))
            self._bytes -= old_bytes
            if weight_bytes <= self._limit_bytes:
                self._entries[key] = (value, weight_bytes)
                self._bytes += weight_bytes
            dropped = [old, *self._make_room()]
        dropped.clear()

    def drop(self, key: Hashable) -> Any:
        """Forget what was put under a key, and return it."""
        with self._lock:
            value, weight_bytes = self._entries.pop(key, (None, 0))
            self._bytes -= weight_bytes
            return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            entries, self._entries = self._entries, OrderedDict()
            self._bytes = 0
        entries.clear()

    def limit(self, limit_bytes: int) -> None:
        """Set how much may be kept from now on."""
        with self._lock:
            self._limit_bytes = limit_bytes
            dropped = self._make_room()
        dropped.clear()

    def _make_room(self) -> list[Any]:
        """Return what was dropped, to be freed where nobody waits for the lock."""
        dropped = []
        while self._bytes > self._limit_bytes:
            _, (value, weight_bytes) = self._entries.popitem(last=False)
            self._bytes -= weight_bytes
            dropped.append(value)
        return dropped


MEMO = Memo(Settings().render_memo_bytes)
"""The one of this process, for all notebooks: equal cells of two are worked out once."""
