"""Versions on their way to the archivist, which is not woken for each save."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from actors.messages import KeepVersions, MoveHistory
from actors.storage.archive import PutVersion
from actors.types import Mailbox

FLUSH_S: Final = 1.0
"""How long a version waits for others; a killed process loses so much of a history."""


class VersionBuffer:
    """Collects versions from savers on any thread, and hands them on together.

    Of versions of one file that one author made one after the other, the last is
    handed on: the archive would merge them, after compressing each.

    Args:
        archivist: gets them.
        later: runs an action after a delay in seconds.
        delay_s: how long the first of them waits.
    """

    def __init__(
        self,
        archivist: Mailbox[KeepVersions | MoveHistory],
        later: Callable[[float, Callable[[], object]], object],
        delay_s: float = FLUSH_S,
    ) -> None:
        self._archivist = archivist
        self._later = later
        self._delay_s = delay_s
        self._lock = threading.Lock()
        self._versions: list[PutVersion] = []
        self._places: dict[Path, int] = {}
        """Where the newest version of a file is."""

    def add(self, put: PutVersion) -> None:
        """Take a version; returns at once."""
        version = put.version
        with self._lock:
            is_first = not self._versions
            place = self._places.get(version.path)
            if place is not None and _is_same_author(self._versions[place], put):
                self._versions[place] = put
            else:
                self._places[version.path] = len(self._versions)
                self._versions.append(put)
        if is_first:
            self._later(self._delay_s, self.flush)

    def flush(self) -> None:
        """Hand on what is there, if anything."""
        with self._lock:
            self._flush()

    def move(self, old: Path, new: Path) -> None:
        """Hand on what is there, and then that a file has another name."""
        with self._lock:
            self._flush()
            self._archivist.tell(MoveHistory(old, new))

    def _flush(self) -> None:
        # Told under the lock, so that what is taken first arrives first.
        versions, self._versions, self._places = self._versions, [], {}
        if versions:
            self._archivist.tell(KeepVersions(tuple(versions)))


class EachVersion:
    """Hands versions on one by one, for a history without a merge window.

    Args:
        archivist: gets them.
    """

    def __init__(self, archivist: Mailbox[KeepVersions | MoveHistory]) -> None:
        self._archivist = archivist

    def add(self, put: PutVersion) -> None:
        """Hand on a version."""
        self._archivist.tell(KeepVersions((put,)))

    def flush(self) -> None:
        """Do nothing: nothing waits here."""

    def move(self, old: Path, new: Path) -> None:
        """Hand on that a file has another name."""
        self._archivist.tell(MoveHistory(old, new))


def _is_same_author(one: PutVersion, other: PutVersion) -> bool:
    then, now = one.version, other.version
    return then.source == now.source and then.label == now.label
