"""Where the lock of a file is: in a folder of this user's alone, or beside the file.

A lock beside a file is seen by everybody who can write there, which is what it
is for. Where only this user can, on this machine alone, it would be litter in
a folder that a person looks into, and that git does. So it is kept apart then.
"""

import hashlib
import os
import stat
from pathlib import Path

from actors.storage.mounts import LOCAL, MEMORY, NO_JOURNAL
from actors.storage.ownership.lock_file import prefix_of
from actors.storage.ownership.owner import Owner
from actors.storage.state_folder import make_private
from actors.storage.system_calls import SystemCalls

_SEEN_HERE_ALONE = LOCAL | NO_JOURNAL | MEMORY | {"fuseblk", "hfs", "ntfs3", "overlay"}
"""What is not known is taken for a file system that other machines see too."""

_OF_A_CONTAINER = MEMORY | {"overlay"}
"""Whatever else a container sees may be a folder that others have as well."""

_ACCESS_LIST = "system.posix_acl_access"


class Places:
    """The two places where a file's lock may be, as the prefixes of its name there."""

    def __init__(self, calls: SystemCalls, owner: Owner, folder: Path | None) -> None:
        """Begin; nothing is looked at or made yet.

        Args:
            calls: The operating system.
            owner: Whose locks they are.
            folder: The private folder of all locks; `None` to have all beside their files.
        """
        self._calls = calls
        self._folder = None if folder is None else os.fspath(folder)
        self._is_contained = owner.is_contained
        # Only processes that see each other share a lock there: homes are shared by
        # machines and by containers, and a path is another file in each.
        self._scope = f"{owner.machine or owner.boot} {owner.pids}"
        self._types: dict[int, str] = {}

    def of(self, path: str) -> list[str]:
        """Return the prefixes of a file's locks, the one to take first.

        Raises:
            OSError: when the folder of the file cannot be looked at.
        """
        beside = prefix_of(path)
        if self._folder is None:
            return [beside]
        private = self._private(path)
        return [private, beside] if self._is_private(path) else [beside, private]

    def both(self, path: str) -> list[str]:
        """Return the prefixes of a file's locks, in no order."""
        return [prefix_of(path)] if self._folder is None else [prefix_of(path), self._private(path)]

    def is_missing(self, prefix: str) -> bool:
        """Make the private folder if this prefix is in it and it was not there."""
        folder = os.path.dirname(prefix)  # noqa: PTH120 - not a `Path` for each notebook
        if folder != self._folder:
            return False
        make_private(self._calls, folder)
        return True

    def _private(self, path: str) -> str:
        digest = hashlib.sha256(os.fsencode(f"{self._scope} {path}")).hexdigest()[:32]
        return f"{self._folder}/.{digest}"

    def _is_private(self, path: str) -> bool:
        """Whether nobody but this user, on this machine, can write or replace the file."""
        folder = os.path.dirname(path)  # noqa: PTH120 - as above
        found = self._calls.stat(folder)
        if not (self._is_ours(folder, found) and self._is_seen_here_alone(folder, found.st_dev)):
            return False
        try:
            return self._is_ours(path, self._calls.stat(path))
        except FileNotFoundError:
            return True

    def _is_ours(self, path: str, found: os.stat_result) -> bool:
        """Whether this user alone may write it; root may everywhere, and counts as others do."""
        if found.st_uid != self._calls.geteuid() or found.st_mode & stat.S_IWOTH:
            return False
        if not found.st_mode & stat.S_IWGRP:
            return True  # nor by an access list: its mask is shown as the group's bits
        return found.st_gid == self._calls.own_group() and not self._has_access_list(path)

    def _has_access_list(self, path: str) -> bool:
        try:
            return _ACCESS_LIST in self._calls.listxattr(path)
        except OSError:
            return True  # for all that is known

    def _is_seen_here_alone(self, folder: str, device: int) -> bool:
        kind = self._types.get(device)
        if kind is None:
            kind = self._types[device] = self._calls.disk_type(folder)
        return kind in (_OF_A_CONTAINER if self._is_contained else _SEEN_HERE_ALONE)
