"""A connection to the database: opened at first use, for many threads and one process."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from loguru import logger

from actors.errors import StorageError
from actors.storage.archive import private_folder, schema
from actors.storage.archive.trouble import cause_in, is_damage, storage_error
from actors.storage.failure import explained, shown

_opened: set["Connection"] = set()
"""Those that are open, or were when this process was forked."""


class Connection:
    """One connection, used by one thread at a time.

    Whatever goes wrong closes it, and the next use opens it again. So does a
    database that is not under its name any more: somebody removed or replaced it.

    Raises:
        StorageError: from every use, for what is wrong with the disk, and in a
            process that was forked from the one that made the connection: SQLite
            believes there that it has the locks of its parent, and writes without.
    """

    def __init__(self, path: Path, timeout_s: float) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._is_still = False
        """Whether it was opened as a file that nobody writes, because it cannot be written."""

    @contextmanager
    def reading(self, action: str) -> Iterator[sqlite3.Connection]:
        """Use it for a single statement; `action` as in "cannot `list drafts`"."""
        if self._is_inherited():
            self._refuse_forked()
        with self._lock, explained(f"{action} in", self._path):
            try:
                yield self._current()
                if self._is_still:
                    self._close()  # next time it may be otherwise
            except BaseException as error:
                is_still = self._is_still
                self._close()
                if isinstance(error, sqlite3.Error):
                    raise self._explained(action, error, is_still=is_still) from error
                raise

    @contextmanager
    def transaction(self, action: str) -> Iterator[sqlite3.Connection]:
        """Make what is done inside durable in one step, or none of it."""
        with self.reading(action) as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
            if self._identity != _identity(self._path):
                raise StorageError(
                    f"cannot {action} in {shown(self._path)}: it was removed or replaced at this "
                    "moment; try again",
                    "gone",
                )

    def close(self) -> None:
        """Close it, unless it hangs at the disk; the next use opens it again."""
        if not self._is_inherited() and self._lock.acquire(timeout=self._timeout_s):
            try:
                self._close()
            finally:
                self._lock.release()

    def _is_inherited(self) -> bool:
        return self._pid != os.getpid()

    def _refuse_forked(self) -> None:
        raise StorageError(
            f"cannot use {shown(self._path)}: this process was forked from one that has it open; "
            "start it with `spawn`, or choose another state_dir",
            "locked",
        )

    def _current(self) -> sqlite3.Connection:
        if self._database is not None and self._identity != _identity(self._path):
            self._close()
        if self._database is None:
            try:
                self._open()
            except (OSError, sqlite3.Error):
                self._close()
                if not self._open_still():
                    raise
        assert self._database is not None
        return self._database

    def _open(self) -> None:
        if any(other._is_inherited() and other._path == self._path for other in tuple(_opened)):  # noqa: SLF001 - of this class
            self._refuse_forked()
        folder = self._path.parent
        private_folder.make_folder(folder, self._path.name)
        with private_folder.locked(folder, self._timeout_s):
            private_folder.make_file(self._path)
            self._database = sqlite3.connect(
                self._path,
                timeout=self._timeout_s,
                isolation_level=None,
                check_same_thread=False,
            )
            _opened.add(self)
            self._identity = _identity(self._path)
            schema.prepare(self._database, shown(self._path))

    def _open_still(self) -> bool:
        """Open it for reading on a disk that takes no files beside it; return whether it was.

        Not with a log beside it, which has the newest: with that SQLite manages by itself.
        """
        is_stuck = cause_in(self._path) in {"read-only", "disk full"}
        if not is_stuck or not _size(self._path) or _size(Path(f"{self._path}-wal")):
            return False
        self._database = sqlite3.connect(
            f"file:{quote(os.fsencode(self._path))}?immutable=1",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        self._identity = _identity(self._path)
        self._is_still = True
        return schema.known_version(self._database, shown(self._path)) > 0

    def _close(self) -> None:
        database, self._database = self._database, None
        self._is_still = False
        _opened.discard(self)
        if database is not None:
            with suppress(sqlite3.Error):
                database.close()

    def _explained(self, action: str, error: sqlite3.Error, *, is_still: bool) -> StorageError:
        if is_still or not is_damage(error):
            return storage_error(action, self._path, error)
        kept = self._set_aside()
        where = "was replaced by another process" if kept is None else f"is kept as {shown(kept)}"
        message = (
            f"cannot {action} in {shown(self._path)}: the database is damaged ({error}); "
            f"it {where}, and a new one takes its place"
        )
        logger.error("{}", message)
        return StorageError(message)

    def _set_aside(self) -> Path | None:
        """Rename a damaged database, unless somebody has done so; return its new name."""
        folder = self._path.parent
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        kept = self._path.with_name(f"{self._path.name}.damaged-{moment}")
        with private_folder.locked(folder, self._timeout_s):
            if _identity(self._path) != self._identity:
                return None
            # The file itself first: an empty database beside an old log drops the log.
            for suffix in private_folder.SUFFIXES:
                with suppress(FileNotFoundError):
                    Path(f"{self._path}{suffix}").rename(f"{kept}{suffix}")
        return kept


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
