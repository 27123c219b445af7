"""Which notebooks are open, and which file belongs to which of them."""

import itertools
import threading
from collections.abc import Callable

from actors.errors import AutosaveError, NotebookClosedError
from actors.handle import NotebookHandle, Owner
from actors.notebook import Ledger
from actors.types import NotebookId


class Entry(NotebookHandle):
    """One open notebook: what its host holds, and what the registry knows about it.

    One object for both, and texts in place of paths, since there may be 100,000.

    Args:
        notebook: its id.
        ledger: its state.
        owner: the `Autosave` that it belongs to.
        file: canonical name of its file, if it has one that is its alone.
    """

    __slots__ = ("claimed", "closing", "file")

    def __init__(
        self, notebook: NotebookId, ledger: Ledger, owner: Owner, file: str | None
    ) -> None:
        super().__init__(notebook, ledger, owner)
        self.file = file
        self.claimed: str | None = None  # the file that a rename under way is to give it
        self.closing: int | None = None  # of its last closing; ids are used again, these not

    @property
    def ledger(self) -> Ledger:
        """The notebook's state."""
        return self._ledger

    @property
    def files(self) -> tuple[str, ...]:
        """Canonical names that are this notebook's; two while it is renamed."""
        return tuple(file for file in (self.file, self.claimed) if file is not None)


class Registry:
    """The open notebooks of one `Autosave`. Any thread may call; none waits long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_file: dict[str, Entry] = {}
        self._by_id: dict[NotebookId, Entry] = {}
        self._reserved: set[NotebookId] = set()  # given away, and not added yet
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
            taken = name in self._reserved or name in self._by_id
            notebook = NotebookId(f"{name}#{next(self._numbers)}" if taken else name)
            self._reserved.add(notebook)
        return notebook

    def closing(self, file: str | None) -> Entry | None:
        """Return the notebook of this file if it is closed and not done with its work."""
        with self._lock:
            entry = self._by_file.get(file) if file is not None else None
            return entry if entry is not None and entry.closed else None

    def reopen(self, file: str | None) -> Entry | None:
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
            self._reserved.discard(entry.id)
            if (present := self._count_open(entry.file)) is not None:
                return present
            announce()
            if entry.file is not None:
                self._by_file[entry.file] = entry
            self._by_id[entry.id] = entry
            return entry

    def close_once(self, handle: NotebookHandle) -> int | None:
        """Count one close; return its number if it was the last."""
        with self._lock:
            entry = self._by_id.get(handle.id)
            if entry is None or entry is not handle or entry.closed:
                return None
            entry.opens -= 1
            if not entry.closed:
                return None
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
            if entry is None or not entry.closed or entry.closing != closing:
                return None
            del self._by_id[notebook]
            for file in entry.files:
                del self._by_file[file]
            forget()
            return entry

    def claim(self, handle: NotebookHandle, file: str) -> None:
        """Reserve a file for a rename, until `unclaim`; its own file is its own already.

        Raises:
            NotebookClosedError: when the notebook is not open any more.
            AutosaveError: when another open notebook has the file, or another
                rename of this one is under way.
        """
        with self._lock:
            entry = self._by_id.get(handle.id)
            if entry is None or entry is not handle:
                raise NotebookClosedError(f"{handle.id} is closed; open it again to go on")
            if self._by_file.get(file, entry) is not entry:
                raise AutosaveError(f"{file} is open as another notebook; choose another name")
            if entry.claimed is not None:
                raise AutosaveError(f"a rename to {entry.claimed} is under way; wait for it")
            if file != entry.file:
                entry.claimed = file
                self._by_file[file] = entry

    def unclaim(self, handle: NotebookHandle, file: str, *, renamed: bool) -> None:
        """End a rename: keep the claimed file instead of the others, or only the others."""
        with self._lock:
            entry = self._by_id.get(handle.id)
            if entry is None or entry.claimed != file:
                return
            left, kept = (entry.file, file) if renamed else (file, entry.file)
            if left is not None:
                del self._by_file[left]
            entry.file, entry.claimed = kept, None

    def _count_open(self, file: str | None) -> Entry | None:
        entry = self._by_file.get(file) if file is not None else None
        if entry is not None:
            entry.opens += 1
        return entry
