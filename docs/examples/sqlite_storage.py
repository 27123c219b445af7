import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actors import Autosave, StorageError
from actors.errors import ChangedError
from actors.storage import Etag, Replaced


# [storage]
class SqliteStorage:
    """Keeps notebooks as rows of one SQLite database."""

    def __init__(self, database: Path) -> None:
        self._connection = sqlite3.connect(database, check_same_thread=False)
        # With these two a power cut undoes no commit
        # (https://www.sqlite.org/pragma.html#pragma_synchronous).
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS notebooks (path TEXT PRIMARY KEY, data BLOB NOT NULL)"
        )
        self._one_at_a_time = threading.Lock()

    def close(self) -> None:
        self._connection.close()

    def read(self, path: Path) -> bytes | None:
        with self._transaction("read", path) as rows:
            return _read(rows, path)

    def replace(
        self, path: Path, data: bytes, *, expected: tuple[Etag, ...] | None = None
    ) -> Replaced:
        with self._transaction("save", path) as rows:
            found = _read(rows, path)
            if expected is not None and not _is_expected(found, (Etag.of(data), *expected)):
                raise ChangedError(f"cannot save {path}: another program has changed it")
            written = found != data
            if written:
                rows.execute("REPLACE INTO notebooks VALUES (?, ?)", (_key(path), data))
        return Replaced(hashlib.sha256(data).hexdigest(), written)

    def rename(self, old: Path, new: Path) -> None:
        with self._transaction("rename", old) as rows:
            if _read(rows, old) is None or _read(rows, new) is not None:
                raise StorageError(f"cannot rename {old} to {new}: choose another name")
            names = (_key(new), _key(old))
            rows.execute("UPDATE notebooks SET path = ? WHERE path = ?", names)

    def canonical(self, path: Path) -> Path:
        try:
            return Path(_key(path))
        except (OSError, ValueError) as error:
            raise StorageError(f"{str(path)!r} cannot name a notebook: {error}") from error

    def sweep(self, path: Path) -> int:
        del path
        return 0  # SQLite clears up after a crash itself

    @contextmanager
    def _transaction(self, action: str, path: Path) -> Iterator[sqlite3.Connection]:
        try:
            with self._one_at_a_time, self._connection:  # the second commits or rolls back
                # Nobody else writes from here on, so what is compared is what is replaced.
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
        except (sqlite3.Error, ValueError) as error:
            reason = f"cannot {action} {str(path)!r}: {error}; check the disk of the database"
            raise StorageError(reason) from error


def _is_expected(found: bytes | None, states: tuple[Etag, ...]) -> bool:
    return found is None or Etag.of(found).sha256 in {state.sha256 for state in states}


def _read(rows: sqlite3.Connection, path: Path) -> bytes | None:
    query = "SELECT data FROM notebooks WHERE path = ?"
    row: tuple[bytes] | None = rows.execute(query, (_key(path),)).fetchone()
    return None if row is None else row[0]


def _key(path: Path) -> str:
    if "\0" in str(path):
        raise ValueError("a path holds no NUL")
    return str(path.resolve())


# [use]
def main() -> None:
    storage = SqliteStorage(Path("notebooks.db"))
    with Autosave(storage=storage) as autosave:
        notebook = autosave.open("analysis.py")
        print(notebook.submit({"changes": [], "source": "code-mode"}).wait(timeout=5))
    print(len(storage.read(Path("analysis.py")) or b"") > 0, Path("analysis.py").exists())
    storage.close()


if __name__ == "__main__":
    main()
# [end]
