"""A store in memory whose failures and delays belong to the test that uses it."""

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from actors.errors import StorageError
from actors.storage.expectation import Expectation
from actors.storage.failure import explained
from actors.storage.protocol import Etag, Replaced

Operation: TypeAlias = Literal["read", "replace", "rename"]


class Gate:
    """Stands before every `replace` until the test opens it: a disk that hangs."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        """Set when the first `replace` stands before the gate."""

        self._opened = threading.Event()

    def open(self) -> None:
        """Let pass those who wait, and all who come later."""
        self._opened.set()

    def pass_through(self) -> None:
        """Return when the gate is open."""
        self.arrived.set()
        self._opened.wait()


class MemoryStorage:
    """Keeps texts in memory, with every state that each path went through.

    For tests and load tests: obeys the `Storage` protocol but for durability,
    which ends with the process. Has neither folders nor links.
    """

    def __init__(
        self,
        files: Mapping[Path, bytes] | None = None,
        *,
        before: Callable[[Operation, Path], object] | None = None,
        keep_history: bool = True,
    ) -> None:
        """Begin with `files`.

        Args:
            files: Texts that are there from the start.
            before: Called on the calling thread before each operation, with
                its canonical path. It may block, which holds up no other
                operation, or raise to make this one fail.
            keep_history: `False` forgets each text as soon as there is
                another: for load tests.
        """
        self._before = before
        # Held for a look into a dictionary, never while anything is waited for.
        self._lock = threading.Lock()
        self._gate: Gate | None = None
        self._failures: dict[Operation, list[BaseException]] = {}
        # By text, which a path has in any case: a million paths as keys would
        # each be hashed, split and looked at by the garbage collector.
        self._files: dict[str, bytes] = {}
        # Of each path that had more than one state, how many: most have one, and cost nothing.
        self._changes: dict[str, int] = {}
        self._history: dict[str, list[bytes]] | None = {} if keep_history else None
        for path, data in (files or {}).items():
            self._put(str(self.canonical(path)), data)

    def read(self, path: Path) -> bytes | None:
        """Return the text at a path, or `None`."""
        path = self.canonical(path)
        self._begin("read", path)
        with self._lock:
            return self._files.get(str(path))

    def replace(
        self, path: Path, data: bytes, *, expected: tuple[Etag, ...] | None = None
    ) -> Replaced:
        """Make `data` the text at a path, unless there is one that is not expected."""
        path = self.canonical(path)
        gate = self._gate
        if gate is not None:
            gate.pass_through()
        self._begin("replace", path)
        name = str(path)
        expectation = Expectation(path, hashlib.sha256(data).hexdigest(), expected)
        with self._lock:
            old = self._files.get(name)
            written = old != data
            if written:
                if old is not None and self._stamp(name) not in expectation.stamps:
                    expectation.check_text(old)
                self._put(name, bytes(data))
            return Replaced(expectation.sha256, written, self._stamp(name))

    def rename(self, old: Path, new: Path) -> None:
        """Move a text to a path that has none."""
        old, new = self.canonical(old), self.canonical(new)
        self._begin("rename", old)
        with explained("rename", old, new), self._lock:
            if str(old) not in self._files:
                raise FileNotFoundError(errno.ENOENT, "there is no such file")
            if str(new) in self._files:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            self._put(str(new), self._files.pop(str(old)))
            self._count(str(old))

    def write_outside(self, path: Path, data: bytes) -> None:
        """Change the text at a path as another program does: no hook, gate or failure."""
        with self._lock:
            self._put(str(self.canonical(path)), data)

    def touch_outside(self, path: Path) -> None:
        """Let the text at a path look changed, and be the same."""
        with self._lock:
            self._count(str(self.canonical(path)))

    def delete_outside(self, path: Path) -> None:
        """Remove the text at a path as another program does; it is no error when there is none."""
        name = str(self.canonical(path))
        with self._lock:
            self._files.pop(name, None)
            self._count(name)

    def canonical(self, path: Path) -> Path:
        """Return the absolute path; there are no links here."""
        with explained("resolve", path):
            if b"\0" in os.fsencode(path):
                raise ValueError("embedded null byte")
        name = os.path.abspath(path)  # noqa: PTH100 - unlike Path.absolute it removes `..`
        return path if name == str(path) else Path(name)

    def sweep(self, path: Path) -> int:
        """Return 0: nothing is ever left behind."""
        del path
        return 0

    def history(self, path: Path) -> tuple[bytes, ...]:
        """Return every text that a path has had, the oldest first.

        One that came by a rename begins with the text that it brought.

        Raises:
            RuntimeError: when this store was told to keep none.
        """
        if self._history is None:
            raise RuntimeError("there is no history with keep_history=False")
        with self._lock:
            return tuple(self._history.get(str(self.canonical(path)), ()))

    def fail_next(
        self, error: BaseException | str = "disk full", times: int = 1, on: Operation = "replace"
    ) -> None:
        """Let the next `times` operations raise `error`; a text is a `StorageError`."""
        failure = StorageError(error) if isinstance(error, str) else error
        with self._lock:
            self._failures.setdefault(on, []).extend([failure] * times)

    @contextmanager
    def held(self) -> Iterator[Gate]:
        """Stop every `replace` at a gate, which opens at the end of the block at last."""
        self._gate = gate = Gate()
        try:
            yield gate
        finally:
            self._gate = None
            gate.open()

    def _begin(self, operation: Operation, path: Path) -> None:
        if self._before is not None:
            self._before(operation, path)
        if not self._failures:
            return
        with self._lock:
            failures = self._failures.get(operation)
            failure = failures.pop(0) if failures else None
        if failure is not None:
            raise failure

    def _stamp(self, name: str) -> tuple[str, int]:
        return name, self._changes.get(name, 0)

    def _count(self, name: str) -> None:
        self._changes[name] = self._changes.get(name, 0) + 1

    def _put(self, name: str, data: bytes) -> None:
        if name in self._files:
            self._count(name)
        self._files[name] = data
        if self._history is not None:
            self._history.setdefault(name, []).append(data)
