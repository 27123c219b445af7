"""Ways to lose work that are known from other systems, put back into the parts of this one."""

import errno
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from actors.errors import StorageError
from actors.messages import Flush, MergedFile, NotifierMessage, SaveFailed, SaverMessage, Written
from actors.notebook import Cell, Document, Notebook
from actors.notifier import NotifierActor
from actors.saver import SaverActor
from actors.simulation import System
from actors.storage import LocalStorage
from actors.storage.protocol import Replaced
from actors.storage.system_calls import SystemCalls


def _answer(data: bytes, *, written: bool) -> Replaced:
    return Replaced(hashlib.sha256(data).hexdigest(), written)


class InPlaceFromMemory(LocalStorage):
    """E1: writes into the file itself, and asks memory what is in it."""

    def __init__(self, calls: SystemCalls) -> None:
        super().__init__(calls)
        self._mine = calls
        self._last: dict[Path, bytes] = {}

    def replace(self, path: Path, data: bytes, **_: Any) -> Replaced:
        if self._last.get(path) == data:
            return _answer(data, written=False)
        self._last[path] = data
        calls = self._mine
        try:
            fd = calls.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            try:
                calls.write(fd, memoryview(data))
                calls.fsync(fd)
            finally:
                calls.close(fd)
        except OSError as error:
            raise StorageError(f"cannot save {path}: {error.strerror}") from error
        return _answer(data, written=True)


class Overwriting(LocalStorage):
    """E2: replaces whatever is there."""

    def replace(self, path: Path, data: bytes, **_: Any) -> Replaced:
        return super().replace(path, data)


class BelievingInItsFile(LocalStorage):
    """E3: takes the text that it wrote last for the one that is there, if there is any."""

    def __init__(self, calls: SystemCalls) -> None:
        super().__init__(calls)
        self._last: dict[Path, bytes] = {}

    def replace(self, path: Path, data: bytes, **options: Any) -> Replaced:
        if self._last.get(path) == data:
            return _answer(data, written=False)
        replaced = super().replace(path, data, **options)
        self._last[path] = data
        return replaced


class RollingBack(SaverActor):
    """E5: takes the document that was saved for the one that is."""

    def __init__(self, parts: Any) -> None:
        super().__init__(parts)
        self._documents: dict[int, Document] = {}

    def on_receive(self, message: SaverMessage) -> None:
        ledger = self._ledger
        if isinstance(message, Written):
            ledger.document = self._documents.get(message.saved.version, ledger.document)
        super().on_receive(message)
        self._documents[ledger.document.version] = ledger.document


class _Resized:
    """The status of a file, with another size."""

    def __init__(self, found: os.stat_result, size: int) -> None:
        self._found = found
        self.st_size = size

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found, name)


def ignoring_short_writes(calls: SystemCalls) -> LocalStorage:
    """E8: takes a short write for a whole one, and gives the file its name."""
    sizes: dict[int, int] = {}

    def write(fd: int, data: memoryview) -> int:
        calls.write(fd, data)
        sizes[fd] = len(data)
        return len(data)

    def fstat(fd: int) -> Any:
        found = calls.fstat(fd)
        return _Resized(found, sizes[fd]) if fd in sizes else found

    def close(fd: int) -> None:
        sizes.pop(fd, None)
        calls.close(fd)

    return LocalStorage(attrs.evolve(calls, write=write, fstat=fstat, close=close))


class OneEmptyCell(SaverActor):
    """E11: reads the file again when it is flushed, and what has no cells is one empty cell."""

    def on_receive(self, message: SaverMessage) -> None:
        ledger = self._ledger
        has_cells = ledger.path is not None and len(ledger.document.notebook) > 0
        if isinstance(message, Flush) and has_cells and not self._text():
            emptied = Notebook(cells=[Cell("Hbol", "")])
            ledger.document = Document(emptied, ledger.document.version + 1)
        super().on_receive(message)

    def _text(self) -> bytes | None:
        assert self._ledger.path is not None
        return self._parts.storage.read(self._ledger.path)


def without_sync(kind: str) -> Callable[[SystemCalls], LocalStorage]:
    """Return a storage that does not sync its files, or not its folders."""

    def storage(calls: SystemCalls) -> LocalStorage:
        def fsync(fd: int) -> None:
            is_folder = bool(calls.fstat(fd).st_mode & 0o040000)
            if is_folder != (kind == "folder"):
                calls.fsync(fd)

        return LocalStorage(attrs.evolve(calls, fsync=fsync))

    return storage


class OneForAll(LocalStorage):
    """After one failure, the next saves fail, whosever they are."""

    def __init__(self, calls: SystemCalls) -> None:
        super().__init__(calls)
        self._failures = 0

    def replace(self, path: Path, data: bytes, **options: Any) -> Replaced:
        if self._failures:
            self._failures -= 1
            raise StorageError(f"cannot save {path}: the disk had trouble elsewhere")
        try:
            return super().replace(path, data, **options)
        except StorageError:
            self._failures = 3
            raise


class RaisingAnything(LocalStorage):
    """Lets the host see what a system call raised."""

    def read(self, path: Path) -> bytes | None:
        try:
            return super().read(path)
        except StorageError as error:
            raise OSError(errno.EIO, str(error)) from error


class Discreet(NotifierActor):
    """Says nothing about failures."""

    def on_receive(self, message: NotifierMessage) -> None:
        if not isinstance(message, SaveFailed):
            super().on_receive(message)


class Secretive(NotifierActor):
    """Says nothing about merges."""

    def on_receive(self, message: NotifierMessage) -> None:
        if not isinstance(message, MergedFile):
            super().on_receive(message)


@attrs.frozen
class Mutant:
    """A system that breaks a promise."""

    system: System
    promises: tuple[int, ...]
    """Those that may be named: which one shows first is up to the schedule."""

    schedules: int
    """It is caught within so many, from seed 0 on."""


MUTANTS: Mapping[str, Mutant] = {
    "E1: torn file, unchanged by memory": Mutant(System(storage=InPlaceFromMemory), (2, 3), 20),
    "E2: overwritten": Mutant(System(storage=Overwriting), (5,), 100),
    "E3: deleted, and said to be saved": Mutant(System(storage=BelievingInItsFile), (3,), 500),
    "E5: rolled back": Mutant(System(saver=RollingBack), (6, 8), 50),
    "E8: short write": Mutant(System(storage=ignoring_short_writes), (2,), 200),
    "E11: one empty cell": Mutant(System(saver=OneEmptyCell), (4, 8), 100),
    "no sync of files": Mutant(System(storage=without_sync("file")), (2, 3), 50),
    "no sync of folders": Mutant(System(storage=without_sync("folder")), (3,), 50),
    "one failure for all": Mutant(System(storage=OneForAll), (6,), 500),
    "the host sees it": Mutant(System(storage=RaisingAnything), (7,), 200),
    "silent failure": Mutant(System(notifier=Discreet), (4,), 200),
    "silent merge": Mutant(System(notifier=Secretive), (8,), 200),
    "no drafts": Mutant(System(settings={"drafts": False}), (4,), 50),
}
