"""Results that were worked out before, kept while they are used and there is room."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from actors.settings import Settings


class Memo:
    """Pure results by key; the least recently used make room for others.

    Any thread may use it, with or without a GIL, and none waits for another where
    notebooks are rendered: a single look-up needs no lock, and what does need it is
    left out when somebody else has it. With two dozen threads that wait for a lock,
    each hand-over of it costs one of the GIL as well, up to 5 ms. Forgetting never
    changes an answer, only its cost.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._used = _Entries()
        """What was used since the last `age`; each entry is in one of the two."""

        self._idle = _Entries()

    def __len__(self) -> int:
        with self._lock:
            return len(self._used) + len(self._idle)

    @property
    def held_bytes(self) -> int:
        """What all entries weigh by their givers' estimates; never above the limit."""
        with self._lock:
            return self._used.weight_bytes + self._idle.weight_bytes

    def get(self, key: Hashable) -> Any:
        """Return what was put under a key, or `None`."""
        entry = self._used.get(key) or self._idle.get(key)
        if entry is None:
            return None
        if self._lock.acquire(blocking=False):
            try:
                self._note_use(key)
            finally:
                self._lock.release()
        return entry[0]

    def put(self, key: Hashable, value: object, weight_bytes: int) -> None:
        """Keep a value, unless there would be room for nothing else."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            dropped = [self._used.take(key), self._idle.take(key)]
            if weight_bytes <= self._limit_bytes:
                self._used.add(key, value, weight_bytes)
            dropped += self._make_room()
        finally:
            self._lock.release()
        dropped.clear()

    def drop(self, key: Hashable) -> None:
        """Forget what was put under a key; if not now, then when there is no room."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            dropped = [self._used.take(key), self._idle.take(key)]
        finally:
            self._lock.release()
        dropped.clear()

    def age(self) -> None:
        """Forget what was not used since the call before this one.

        Called every N seconds, it lets results go when they have been idle for
        N to 2 N seconds. However many they are, nobody waits for the lock
        meanwhile: a whole generation is put aside at once and freed afterwards.
        """
        with self._lock:
            dropped, self._idle, self._used = self._idle, self._used, _Entries()
        dropped.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            dropped = [self._used, self._idle]
            self._used, self._idle = _Entries(), _Entries()
        dropped.clear()

    def limit(self, limit_bytes: int) -> None:
        """Set how much may be kept from now on."""
        with self._lock:
            self._limit_bytes = limit_bytes
            dropped = self._make_room()
        dropped.clear()

    def _note_use(self, key: Hashable) -> None:
        if key in self._used:
            self._used.move_to_end(key)
        else:
            value, weight_bytes = self._idle.take(key)
            if weight_bytes is not None:
                self._used.add(key, value, weight_bytes)

    def _make_room(self) -> list[Any]:
        """Return what was dropped, to be freed where nobody waits for the lock."""
        dropped = []
        while self._used.weight_bytes + self._idle.weight_bytes > self._limit_bytes:
            dropped.append((self._idle or self._used).take_oldest())
        return dropped


class _Entries(OrderedDict[Hashable, tuple[Any, int]]):
    """Values and their weights by key, the least recently used first."""

    __slots__ = ("weight_bytes",)

    def __init__(self) -> None:
        super().__init__()
        self.weight_bytes = 0

    def add(self, key: Hashable, value: object, weight_bytes: int) -> None:
        """Put a value under a key that is free."""
        self[key] = value, weight_bytes
        self.weight_bytes += weight_bytes

    def take(self, key: Hashable) -> tuple[Any, int | None]:
        """Remove an entry and return it; `None` twice if there is none."""
        entry = self.pop(key, None)
        if entry is None:
            return None, None
        self.weight_bytes -= entry[1]
        return entry

    def take_oldest(self) -> Any:
        """Remove the entry that was not used for the longest time."""
        _, (value, weight_bytes) = self.popitem(last=False)
        self.weight_bytes -= weight_bytes
        return value


MEMO = Memo(Settings().render_memo_bytes)
"""The one of this process, for all notebooks: equal cells of two are worked out once."""
