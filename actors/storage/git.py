"""Whether git is at work where a file is: it may be about to replace that file itself."""

import math
import os
import stat
from functools import lru_cache
from pathlib import Path

from actors.storage.place import READ
from actors.storage.system_calls import SystemCalls

_SIGNS = (
    # What a rebase leaves is looked at first: in a conflict it has a CHERRY_PICK_HEAD, too.
    ("rebase-merge", "a rebase is under way"),
    ("rebase-apply", "a rebase or `git am` is under way"),
    ("MERGE_HEAD", "a merge is under way"),
    ("CHERRY_PICK_HEAD", "a cherry-pick is under way"),
    ("REVERT_HEAD", "a revert is under way"),
    ("index.lock", "git is at work"),
)
"""What git keeps in its folder meanwhile, each worktree and submodule in its own (see
gitrepository-layout(5)), and how to say it."""

KNOWN_FOR_S = 1.0
"""How long to believe where the repository of a folder is, or that there is none; and how
old the last change of git's own folder must be to be told from another one by its time."""

_FOLDERS_KEPT = 4096
"""Folders that are remembered: some 0.6 KB each."""


class GitWatch:
    """Tells when git is at work in the repository that holds a file.

    Safe to use from many threads. Outside of a repository a look costs nothing
    as a rule, and inside one system call: all signs are entries of git's own
    folder, whose time changes with each of them.
    """

    def __init__(self, calls: SystemCalls) -> None:
        self._calls = calls
        self._places = lru_cache(_FOLDERS_KEPT)(self._find_places)
        self._repositories: dict[str, tuple[float, str | None]] = {}
        self._at_rest: dict[str, int] = {}
        """The times of git's own folders that had no sign in them."""

    def obstacle(self, path: Path) -> str | None:
        """Return what git does there, in words, or `None` when it rests.

        Git that crashed leaves the same signs as git at work: how long to wait
        is for the caller to decide. What cannot be looked at is no obstacle.

        Args:
            path: The file, absolute and without symbolic links.
        """
        now_s = self._calls.time()
        try:
            place = self._repository(str(path).rpartition(os.sep)[0] or os.sep, now_s)
            return None if place is None else self._sign_at(place, now_s)
        except (OSError, ValueError):
            return None

    def _repository(self, folder: str, now_s: float) -> str | None:
        """Return the `.git` of a folder; `None` outside of any repository."""
        looked_s, place = self._repositories.get(folder, (math.inf, None))
        if 0 <= now_s - looked_s < KNOWN_FOR_S:
            return place
        places = self._places(folder)
        place = next((each for each in places if self._calls.access(each, os.F_OK)), None)
        if len(self._repositories) >= _FOLDERS_KEPT:
            self._repositories.clear()
        self._repositories[folder] = now_s, place
        return place

    def _sign_at(self, place: str, now_s: float) -> str | None:
        """Look into git's own folder, unless nothing has changed there since it was empty."""
        status = self._calls.stat(place)
        if not stat.S_ISDIR(status.st_mode):
            if (folder := self._pointed_to(place)) is None:
                return None
            place, status = folder, self._calls.stat(folder)
        if self._at_rest.get(place) == status.st_mtime_ns:
            return None
        if (sign := self._sign_in(place)) is not None:
            return sign
        if now_s - status.st_mtime_ns / 1e9 > KNOWN_FOR_S:
            self._at_rest[place] = status.st_mtime_ns
        return None

    def _sign_in(self, folder: str) -> str | None:
        for name, what in _SIGNS:
            sign = f"{folder}/{name}"
            if self._calls.access(sign, os.F_OK):
                return f"{what}: {sign} exists"
        return None

    def _pointed_to(self, place: str) -> str | None:
        """Return what the `.git` file of a worktree or a submodule points to."""
        fd = self._calls.open(place, READ)
        try:
            text = os.fsdecode(self._calls.read(fd, 8192))
        finally:
            self._calls.close(fd)
        word, _, target = text.rstrip("\n").partition(" ")
        if word != "gitdir:":
            return None
        # Absolute in a worktree, relative to the file in a submodule.
        return os.path.normpath(os.path.join(os.path.dirname(place), target))  # noqa: PTH118, PTH120

    def _find_places(self, folder: str) -> tuple[str, ...]:
        """Return where a `.git` may be: in the folder and above it, on the same file system.

        As git looks for it. Beyond that, each look could wait for an automounter.
        """
        places = []
        device = self._calls.stat(folder).st_dev
        while True:
            places.append(f"{folder.rstrip('/')}/.git")
            above = os.path.dirname(folder)  # noqa: PTH120 - as above
            if above == folder or self._calls.stat(above).st_dev != device:
                return tuple(places)
            folder = above
