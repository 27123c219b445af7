"""An archive in an SQLite database of this user, which many processes use at once."""

import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import assert_never

from actors.errors import StorageError
from actors.storage.archive import drafts, overwrites, versions
from actors.storage.archive.connection import Connection
from actors.storage.archive.limits import Limits
from actors.storage.archive.protocol import (
    Change,
    Draft,
    DropDraft,
    PutDraft,
    PutVersion,
    Removed,
    Version,
)
from actors.storage.archive.stored_text import StoredText
from actors.storage.failure import shown
from actors.storage.state_folder import default_folder

DATABASE = "state.sqlite3"
"""The name of the database in its folder."""

BUSY_TIMEOUT_S = 5.0
"""In seconds; a commit of another process takes milliseconds on a healthy disk."""


class SqliteArchive:
    """Drafts and versions in one database, in a folder that only this user can read.

    Obeys the `Archive` protocol. Nothing is read or made before the first use. The
    processes that use it at once have to be on one machine, for its log is indexed in
    memory that they share (https://sqlite.org/wal.html); a home on a network file system
    needs a `state_dir` for each machine.

    Args:
        folder: where to keep it; `None` is the user's own, see `Settings.state_dir`.
        limits: how much to keep.
        now: seconds since 1970, to tell ages by.
        busy_timeout_s: how long a transaction waits for those of other processes.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        limits: Limits | None = None,
        now: Callable[[], float] = time.time,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self.path = (default_folder() if folder is None else folder.absolute()) / DATABASE
        """The database."""

        self._limits = limits or Limits()
        self._now = now
        self._commits = 0
        # Two, so that nobody who looks for drafts waits for a disk that writes.
        self._writing = Connection(self.path, busy_timeout_s)
        self._reading = Connection(self.path, busy_timeout_s)

    def commit(self, changes: Iterable[Change]) -> Removed:
        """Make all changes durable in one step, or none; then keep the limits."""
        # Compressed before anybody else has to wait.
        staged = [(change, _text_of(change)) for change in changes]
        with self._writing.transaction("keep work") as database:
            for change, text in staged:
                self._apply(database, change, text)
            removed = self._keep_limits(database, [change for change, _ in staged])
        self._commits += 1
        return removed

    def drafts(self, path: Path | None = None) -> list[Draft]:
        """Return all drafts, or those of one file, the newest first."""
        with self._reading.reading("list the drafts") as database:
            return drafts.of_all(database) if path is None else drafts.of_file(database, path)

    def draft_text(self, draft_id: str) -> bytes:
        """Return the text of a draft."""
        with self._reading.reading("read a draft") as database:
            text = drafts.text_of(database, draft_id)
        return _unpacked(text, f"draft {draft_id}", self.path)

    def versions(self, path: Path) -> list[Version]:
        """Return the versions of a file, the newest first."""
        with self._reading.reading("list the versions") as database:
            return versions.of_file(database, path)

    def version_text(self, path: Path, number: int) -> bytes:
        """Return the text of a version."""
        with self._reading.reading("read a version") as database:
            text = versions.text_of(database, path, number)
        return _unpacked(text, f"version {number} of {shown(path)}", self.path)

    def begin_overwrite(self, path: Path, data: bytes, old: bytes) -> None:
        """Keep a text durably that is about to be written into a file in place, and the old one."""
        texts = StoredText.of(data), StoredText.of(old)
        with self._writing.transaction("keep a text") as database:
            overwrites.put(database, path, *texts)

    def end_overwrite(self, path: Path) -> None:
        """Let go of both: the file is durable."""
        with self._writing.transaction("let go of a text") as database:
            overwrites.drop(database, path)

    def overwrite_of(self, path: Path) -> tuple[bytes, bytes] | None:
        """Return the text that may not have reached a file whole, and the old one, if any."""
        with self._reading.reading("read a text") as database:
            texts = overwrites.texts_of(database, path)
        if not texts:
            return None
        new, old = (text.unpack(f"an overwrite of {shown(path)}") for text in texts)
        return new, old

    def moved(self, old: Path, new: Path) -> None:
        """Go on with the versions and drafts of a file under its new name."""
        if old != new:
            with self._writing.transaction("move a history") as database:
                drafts.move(database, old, new)
                versions.move(database, old, new)

    def close(self) -> None:
        """Let go of files and memory; the next use opens them again."""
        self._reading.close()
        self._writing.close()

    def _apply(self, database: sqlite3.Connection, change: Change, text: StoredText | None) -> None:
        match change:
            case DropDraft(draft_id):
                drafts.drop(database, draft_id)
            case PutDraft(draft):
                assert text is not None
                drafts.put(database, draft, text)
            case PutVersion(version):
                assert text is not None
                versions.put(database, version, text, self._limits.history_merge_s)
            case _:
                assert_never(change)

    def _keep_limits(self, database: sqlite3.Connection, changes: list[Change]) -> Removed:
        now_s = self._now()
        gone = drafts.keep_limits(database, self._limits, now_s)
        paths = {change.version.path for change in changes if isinstance(change, PutVersion)}
        count = sum(versions.keep_count(database, path, self._limits) for path in paths)
        if self._commits % self._limits.check_every == 0:
            count += versions.keep_limits(database, self._limits, now_s)
        return Removed(tuple(gone), count)


def _text_of(change: Change) -> StoredText | None:
    return None if isinstance(change, DropDraft) else StoredText.of(change.data)


def _unpacked(text: StoredText | None, what: str, database: Path) -> bytes:
    if text is None:
        raise StorageError(f"there is no {what} in {shown(database)}")
    return text.unpack(what)
