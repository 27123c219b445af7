"""Which notebooks are open, and which file belongs to which of them."""

import itertools
import threading
from pathlib import Path

import attrs

from actors.errors import AutosaveError
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


class Registry:
    """The open notebooks of one `Autosave`. Any thread may call; none waits long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_file: dict[Path, Entry] = {}
        self._by_id: dict[NotebookId, Entry] = {}
        self._numbers = itertools.count(2)

    def __len__(self) -> int:
        return len(self._by_id)

    def entries(self) -> list[Entry]:
        """Return the open notebooks, closed ones too while they have unsaved work."""
        with self._lock:
            return list(self._by_id.values())

    def new_id(self, name: str) -> NotebookId:
        """Return an id that no open notebook has: the name, numbered if need be."""
        with self._lock:
            taken = name in self._by_id
        return NotebookId(f"{name}#{next(self._numbers)}" if taken else name)

    def closing(self, file: Path | None) -> Entry | None:
        """Return the notebook of this file if it is closed and not done with its work."""
        with self._lock:
            entry = self._by_file.get(file) if file is not None else None
            return entry if entry is not None and entry.opens == 0 else None

    def reopen(self, file: Path | None) -> Entry | None:
        """Count one more open of this file; `None` when it is not open."""
        with self._lock:
            return self._count_open(file)

    def add(self, entry: Entry) -> Entry:
        """Register a notebook, or return the one that has its file already."""
        with self._lock:
            for file in entry.files:
                if (present := self._count_open(file)) is not None:
                    return present
            self._by_file |= dict.fromkeys(entry.files, entry)
            self._by_id[entry.handle.id] = entry
            return entry

    def close_once(self, handle: NotebookHandle) -> bool:
        """Count one close; return whether it was the last, and mark the handle then."""
        with self._lock:
            entry = self._by_id.get(handle.id)
            if entry is None or entry.handle is not handle or entry.opens == 0:
                return False
            entry.opens -= 1
            handle.closed = entry.opens == 0
            return handle.closed

    def remove_if_closed(self, notebook: NotebookId) -> Entry | None:
        """Forget a notebook that nobody has open any more, and return it."""
        with self._lock:
            entry = self._by_id.get(notebook)
            if entry is None or entry.opens > 0:
                return None
            del self._by_id[notebook]
            for file in entry.files:
                del self._by_file[file]
            return entry

    def claim(self, handle: NotebookHandle, file: Path) -> bool:
        """Reserve a file for a rename; return whether it was not this notebook's yet.

        Raises:
            AutosaveError: when another open notebook has it.
        """
        with self._lock:
            present = self._by_file.get(file)
            entry = self._by_id[handle.id]
            if present is entry:
                return False
            if present is not None:
                raise AutosaveError(f"{file} is open as another notebook; choose another name")
            self._by_file[file] = entry
            entry.files.add(file)
            return True

    def unclaim(self, handle: NotebookHandle, file: Path, *, keep: bool) -> None:
        """End a rename: keep only the file that it claimed, or let go of that one."""
        with self._lock:
            if (entry := self._by_id.get(handle.id)) is None:
                return
            for left in entry.files - {file} if keep else {file}:
                del self._by_file[left]
                entry.files.discard(left)

    def _count_open(self, file: Path | None) -> Entry | None:
        entry = self._by_file.get(file) if file is not None else None
        if entry is not None:
            entry.opens += 1
            entry.handle.closed = False
        return entry
