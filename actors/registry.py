"""Which notebooks are open, and which file belongs to which of them."""

import itertools
import threading
from collections.abc import Callable
from pathlib import Path

import attrs

from actors.errors import AutosaveError, NotebookClosedError
from actors.handle import NotebookHandle
from actors.notebook import Ledger
from actors.types import NotebookId


@attrs.define(eq=False)
class Entry:
    """One open notebook."""

    handle: NotebookHandle
    ledger: Ledger
    files: set[Path]
    """Canonical names that are this notebook's; two while it is renamed."""

    opens: int = 1
    """How often it was opened and not closed."""

    closing: int | None = None
    """The number of its last closing, unique in its registry: ids are used again."""

    claimed: Path | None = None
    """The one of its files that a rename under way is to give it."""


class Registry:
    """The open notebooks of one `Autosave`. Any thread may call; none waits long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_file: dict[Path, Entry] = {}
        self._by_id: dict[NotebookId, Entry] = {}
        self._ids: set[NotebookId] = set()  # also those that are about to be added
        self._numbers = itertools.count(2)
        self._closings = itertools.count(1)

    def __len__(self) -> int:
        return len(self._by_id)

    def entries(self) -> list[Entry]:
        """Return the open notebooks, closed ones too while they have unsaved work."""
        with self._lock:
            return list(self._by_id.values())

    def new_id(self, name: str) -> NotebookId:
        """Give away an id that no notebook has: the name, numbered if need be."""
        with self._lock:
            taken = name in self._ids or name in self._by_id
            notebook = NotebookId(f"{name}#{next(self._numbers)}" if taken else name)
            self._ids.add(notebook)
        return notebook

    def closing(self, file: Path | None) -> Entry | None:
        """Return the notebook of this file if it is closed and not done with its work."""
        with self._lock:
            entry = self._by_file.get(file) if file is not None else None
            return entry if entry is not None and entry.opens == 0 else None

    def reopen(self, file: Path | None) -> Entry | None:
        """Count one more open of this file; `None` when it is not open."""
        with self._lock:
            return self._count_open(file)

    def add(self, entry: Entry, announce: Callable[[], object] = lambda: None) -> Entry:
        """Register a notebook, or return the one that has its file already.

        Args:
            entry: the notebook, under an id of `new_id`.
            announce: tells others of it before anybody can find it here.
                Called under the lock: it must not wait.
        """
        with self._lock:
            for file in entry.files:
                if (present := self._count_open(file)) is not None:
                    self._ids.discard(entry.handle.id)
                    return present
            announce()
            self._by_file |= dict.fromkeys(entry.files, entry)
            self._by_id[entry.handle.id] = entry
            return entry

    def close_once(self, handle: NotebookHandle) -> int | None:
        """Count one close; if it was the last, mark the handle and return its number."""
        with self._lock:
            entry = self._by_id.get(handle.id)
            if entry is None or entry.handle is not handle or entry.opens == 0:
                return None
            entry.opens -= 1
            if entry.opens > 0:
                return None
            handle.closed = True
            entry.closing = next(self._closings)
            return entry.closing

    def remove_if_closed(
        self, notebook: NotebookId, closing: int, forget: Callable[[], object] = lambda: None
    ) -> Entry | None:
        """Forget a notebook that was not opened since that closing, and return it.

        Args:
            notebook: its id, which is free from then on.
            closing: the number that `close_once` gave.
            forget: tells others, before the id can be given away again. Called
                under the lock: it must not wait.
        """
        with self._lock:
            entry = self._by_id.get(notebook)
            if entry is None or entry.opens > 0 or entry.closing != closing:
                return None
            del self._by_id[notebook]
            self._ids.discard(notebook)
            for file in entry.files:
                del self._by_file[file]
            forget()
            return entry

    def claim(self, handle: NotebookHandle, file: Path) -> None:
        """Reserve a file for a rename, until `unclaim`; its own file is its own already.

        Raises:
            NotebookClosedError: when the notebook is not open any more.
            AutosaveError: when another open notebook has the file, or another
                rename of this one is under way.
        """
        with self._lock:
            entry = self._by_id.get(handle.id)
            if entry is None or entry.handle is not handle:
                raise NotebookClosedError(f"{handle.id} is closed; open it again to go on")
            if self._by_file.get(file, entry) is not entry:
                raise AutosaveError(f"{file} is open as another notebook; choose another name")
            if entry.claimed is not None:
                raise AutosaveError(f"a rename to {entry.claimed} is under way; wait for it")
            if file in entry.files:
                return
            entry.claimed = file
            entry.files.add(file)
            self._by_file[file] = entry

    def unclaim(self, handle: NotebookHandle, file: Path, *, renamed: bool) -> None:
        """End a rename: keep the claimed file instead of the others, or only the others."""
        with self._lock:
            entry = self._by_id.get(handle.id)
            if entry is None or entry.claimed != file:
                return
            entry.claimed = None
            kept = {file} if renamed else entry.files - {file}
            for left in entry.files - kept:
                del self._by_file[left]
            entry.files = kept

    def _count_open(self, file: Path | None) -> Entry | None:
        entry = self._by_file.get(file) if file is not None else None
        if entry is not None:
            entry.opens += 1
            entry.handle.closed = False
        return entry
