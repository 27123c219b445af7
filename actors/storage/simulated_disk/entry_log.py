"""Changes of folders that are seen and not durable yet."""

from collections.abc import Callable
from typing import TypeAlias

import attrs

from actors.storage.simulated_disk.choices import Choice
from actors.storage.simulated_disk.inodes import Folder, Inode

Entry: TypeAlias = tuple[Folder, str, Inode | None]
"""A name in a folder, and what it leads to from now on; `None` removes it."""


@attrs.define(eq=False)
class _Change:
    entries: tuple[Entry, ...]
    needs: "list[_Change]"
    """Earlier ones of the same names, without which it cannot be."""

    lost: bool = False
    """Whether a sync that failed has marked it as clean."""

    pending: bool = True


class EntryLog:
    """The creations, links, renames and removals that a crash may undo.

    Each is atomic, a rename with both its names: the journals of ext4, XFS
    and btrfs keep it in one transaction. Of one name the order is kept.
    """

    def __init__(self, *, reorders: bool) -> None:
        """Begin.

        Args:
            reorders: Whether changes of different names may reach the disk in
                any order (btrfs; POSIX promises none), or in theirs (ext4, XFS).
        """
        self._reorders = reorders
        self._pending: list[_Change] = []
        self._latest: dict[tuple[Folder, str], _Change] = {}

    def apply(self, *entries: Entry) -> None:
        """Change folders in one step; it is seen at once."""
        keys = [(folder, name) for folder, name, _ in entries]
        needs = [self._latest[key] for key in keys if key in self._latest]
        change = _Change(entries, needs)
        self._pending.append(change)
        for key in keys:
            self._latest[key] = change
        for folder, name, inode in entries:
            _put(folder.entries, name, inode)

    def sync(self, folder: Folder | None = None) -> None:
        """Make the changes of one folder durable, or of all; not those that are lost.

        A lost one becomes durable by a later change of the same name: that
        writes the same block of the folder again.
        """
        wanted = [
            change
            for change in self._pending
            if not change.lost and (folder is None or _is_about(change, folder))
        ]
        self._make_durable(wanted)

    def lose(self, folder: Folder) -> None:
        """Mark the changes of a folder as clean: no later sync writes them."""
        for change in self._pending:
            if _is_about(change, folder):
                change.lost = True

    def crash(self, choice: Choice) -> None:
        """Make some legal part of the changes durable and forget the others."""
        kept = self._some(choice) if self._reorders else self._first(choice)
        self._make_durable(kept)
        self._pending.clear()
        self._latest.clear()

    def _first(self, choice: Choice) -> list[_Change]:
        return self._pending[: choice.randrange(len(self._pending) + 1)]

    def _some(self, choice: Choice) -> list[_Change]:
        kept: set[_Change] = set()
        for change in self._pending:
            possible = all(need in kept for need in change.needs if need.pending)
            if possible and choice.randrange(2):
                kept.add(change)
        return [change for change in self._pending if change in kept]

    def _make_durable(self, wanted: list[_Change]) -> None:
        done: set[_Change] = set()
        while wanted:
            change = wanted.pop()
            if change not in done:
                done.add(change)
                wanted += [need for need in change.needs if need.pending]
        for change in self._pending:
            if change in done:
                self._finish(change)
        self._pending = [change for change in self._pending if change.pending]

    def _finish(self, change: _Change) -> None:
        change.pending = False
        change.needs.clear()
        for folder, name, inode in change.entries:
            _put(folder.durable, name, inode)
            if self._latest.get((folder, name)) is change:
                del self._latest[folder, name]


def _is_about(change: _Change, folder: Folder) -> bool:
    return any(entry[0] is folder for entry in change.entries)


def _put(entries: dict[str, Inode], name: str, inode: Inode | None) -> None:
    if inode is None:
        entries.pop(name, None)
    else:
        entries[name] = inode


Visit: TypeAlias = Callable[[Inode], None]


def visit_reachable(root: Folder, visit: Visit) -> None:
    """Set the names, parents and counts of links to what is durable; visit each inode once."""
    seen: set[Inode] = {root}
    folders = [root]
    visit(root)
    while folders:
        folder = folders.pop()
        folder.entries = dict(folder.durable)
        for inode in folder.entries.values():
            if inode not in seen:
                inode.links = 0
                seen.add(inode)
                visit(inode)
                if isinstance(inode, Folder):
                    inode.parent = folder
                    folders.append(inode)
            inode.links += 1
