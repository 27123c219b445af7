"""Where the notebooks of a load test are: a temporary folder of its own, or a storage's memory."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from actors.errors import StorageError
from actors.loadtest.scripts import SUFFIX
from actors.storage import Storage

FILES_IN_FOLDER = 100

_PREFIX = "notebook-actors-loadtest-"


class Place(Protocol):
    """Keeps the first texts, and finds the last ones past the system that is tested."""

    def path(self, session: int) -> Path:
        """Return the path of a session's notebook."""
        ...

    def put(self, session: int, text: bytes) -> None:
        """Give a notebook its first text."""
        ...

    def read(self, session: int) -> bytes | None:
        """Return what there is now; `None` when there is no such file."""
        ...

    def strangers(self) -> Iterator[Path]:
        """Find what should not be there: temporary files, and names that nobody gave."""
        ...

    def remove(self) -> None:
        """Remove all that was made."""
        ...


class LocalFiles:
    """Files in folders of `FILES_IN_FOLDER` below a temporary folder.

    Args:
        parent: where that is made; `None` is the system's place for such.

    Raises:
        StorageError: when it cannot be made.
    """

    def __init__(self, parent: Path | None) -> None:
        with _explained(parent or Path(tempfile.gettempdir())):
            self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)).resolve()
        self.state = self.folder / "state"
        """Where drafts and versions go: to this folder too, for they are a part of the load."""

        self._made: set[str] = set()

    def path(self, session: int) -> Path:
        """Return the path of a session's file."""
        return self.folder / _folder(session) / _name(session)

    def put(self, session: int, text: bytes) -> None:
        """Write a file; quickly, since nothing depends on it after a power cut."""
        folder = _folder(session)
        with _explained(self.folder):
            if folder not in self._made:
                (self.folder / folder).mkdir(parents=True)
                self._made.add(folder)
            self.path(session).write_bytes(text)

    def read(self, session: int) -> bytes | None:
        """Read a file as any other program would."""
        try:
            return self.path(session).read_bytes()
        except FileNotFoundError:
            return None

    def strangers(self) -> Iterator[Path]:
        """Look through all folders."""
        for folder in sorted(self._made):
            with os.scandir(self.folder / folder) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or not entry.name.endswith(SUFFIX):
                        yield Path(entry.path)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


class StoredTexts:
    """Texts that a storage keeps, wherever that is.

    Args:
        storage: the one that is tested; it alone knows where its texts are.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._root = Path("/notebook-actors-loadtest")

    def path(self, session: int) -> Path:
        """Return the path that stands for a session's notebook."""
        return self._root / _folder(session) / _name(session)

    def put(self, session: int, text: bytes) -> None:
        """Hand the first text to the storage."""
        self._storage.replace(self.path(session), text)

    def read(self, session: int) -> bytes | None:
        """Ask the storage."""
        return self._storage.read(self.path(session))

    def strangers(self) -> Iterator[Path]:
        """Find nothing: a storage has no way to ask for all that it keeps."""
        return iter(())

    def remove(self) -> None:
        """Leave the texts to the storage, which goes with its process."""


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise StorageError(
            f"cannot make files in {folder}: {reason}; name another --dir"
        ) from error


def _folder(session: int) -> str:
    # Two levels: a folder of 10,000 folders is slow to remove on some file systems.
    number = session // FILES_IN_FOLDER
    return f"{number // FILES_IN_FOLDER:03d}/{number % FILES_IN_FOLDER:02d}"


def _name(session: int) -> str:
    return f"notebook-{session}{SUFFIX}"
