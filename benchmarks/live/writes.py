"""Sees each time that a file gets another text, by Linux's inotify: none is missed."""

import contextlib
import ctypes
import os
import select
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_MODIFY = 0x2
_CLOSE_WRITE = 0x8
_MOVED_TO = 0x80
_EVENT = struct.Struct("iIII")
"""Watch, kind, cookie, and the length of the name that follows."""

_BUFFER = 1 << 16


class Writes:
    """What happened to the files of a folder.

    Args:
        folder: where they are.
        words: what only the last text of a file has.
    """

    def __init__(self, folder: Path, words: str) -> None:
        self._folder = folder
        self._words = words.encode()
        self._changed = threading.Condition()
        self._last_s: dict[str, float] = {}
        self._done: set[str] = set()
        self._begun: set[str] = set()
        """Those whose text is being written in place."""

        self.count: Counter[str] = Counter()
        """How often each was written in place, or replaced, as a whole."""

    def take(self, data: bytes, at_s: float) -> None:
        """Take in what inotify has told at a time."""
        while data:
            _, kind, _, length = _EVENT.unpack_from(data)
            name = data[_EVENT.size : _EVENT.size + length].rstrip(b"\0").decode()
            data = data[_EVENT.size + length :]
            if self._is_whole(kind, name):
                self.count[name] += 1
                if name not in self._done:
                    self._note(name, at_s)

    def last_s(self, path: Path, patience_s: float) -> float:
        """Wait until a file has its last text; return when that was written.

        marimo may lose the last edit. So it may as well be the time of the last write,
        when there was none for so long.

        Raises:
            TimeoutError: when there was no write at all.
        """
        name = path.name
        with self._changed:
            while name not in self._done:
                before = self.count[name]
                self._changed.wait_for(lambda: name in self._done, patience_s)
                if self.count[name] == before:
                    break
            if name not in self._last_s:
                raise TimeoutError(f"{path} was not written")
            return self._last_s[name]

    def _is_whole(self, kind: int, name: str) -> bool:
        """Whether a file has another text with this, and all of it."""
        if kind & _MODIFY:
            self._begun.add(name)
            return False
        # Who replaces a file may close it afterwards: then nothing is written by that name.
        is_whole = bool(kind & _MOVED_TO) or name in self._begun
        self._begun.discard(name)
        return is_whole

    def _note(self, name: str, at_s: float) -> None:
        with self._changed:
            self._last_s[name] = at_s
            if self._has_words(name):
                self._done.add(name)
                self._changed.notify_all()

    def _has_words(self, name: str) -> bool:
        try:
            return self._words in (self._folder / name).read_bytes()
        except OSError:  # a file of a moment
            return False


@contextlib.contextmanager
def watched(folder: Path, words: str) -> Iterator[Writes]:
    """Watch the files of a folder during the block."""
    writes = Writes(folder, words)
    watch = _watch(folder)
    is_over, over = os.pipe()
    thread = threading.Thread(target=_read_on, args=(watch, is_over, writes))
    thread.start()
    try:
        yield writes
    finally:
        os.close(over)
        thread.join()
        os.close(is_over)
        os.close(watch)


def _watch(folder: Path) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    watch: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if (
        watch < 0
        or libc.inotify_add_watch(watch, bytes(folder), _MODIFY | _CLOSE_WRITE | _MOVED_TO) < 0
    ):
        raise OSError(ctypes.get_errno(), f"cannot watch {folder}")
    return watch


def _read_on(watch: int, is_over: int, writes: Writes) -> None:
    while True:
        ready, _, _ = select.select([watch, is_over], [], [])
        if watch not in ready:
            return
        at_s = time.monotonic()
        writes.take(os.read(watch, _BUFFER), at_s)
