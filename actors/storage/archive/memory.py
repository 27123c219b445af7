"""An archive in memory, whose failures belong to the test that uses it."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import assert_never

import attrs

from actors.errors import Cause, StorageError
from actors.storage.archive.limits import Limits
from actors.storage.archive.protocol import (
    Change,
    Draft,
    DropDraft,
    PutDraft,
    PutVersion,
    Removed,
    Version,
)
from actors.storage.archive.stored_text import StoredText


@attrs.frozen
class _Step:
    """A version, and when the first of those that it stands for was made."""

    version: Version
    text: StoredText
    since_s: float
    seq: int
    """Counts the versions of all files."""


class MemoryArchive:
    """Obeys the `Archive` protocol but for durability.

    For tests and simulations: it outlives a simulated process, which may close it,
    for as long as the test holds on to it.

    Args:
        limits: how much to keep.
        now: seconds since 1970, to tell ages by.
    """

    def __init__(
        self, *, limits: Limits | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._limits = limits or Limits()
        self._now = now
        self._lock = threading.Lock()
        self._failures: list[StorageError] = []
        self._commits = 0
        self._drafts: dict[str, tuple[Draft, StoredText]] = {}
        self._steps: dict[Path, list[_Step]] = {}
        self._overwrites: dict[Path, tuple[bytes, bytes]] = {}
        self._seq = itertools.count()

    # -- what the test does ------------------------------------------------------

    def fail_next(self, error: StorageError | Cause, times: int = 1) -> None:
        """Let the next calls fail, whichever they are, and change nothing."""
        if not isinstance(error, StorageError):
            error = StorageError(f"cannot use the archive: {error}; ask the test", error)
        with self._lock:
            self._failures += [error] * times

    # -- the `Archive` protocol ----------------------------------------------------

    def commit(self, changes: Iterable[Change]) -> Removed:
        """Make all changes in one step, or none; then keep the limits."""
        changes = list(changes)
        with self._working():
            for change in changes:
                self._apply(change)
            paths = {change.version.path for change in changes if isinstance(change, PutVersion)}
            return Removed(tuple(self._remove_drafts()), self._remove_versions(paths))

    def drafts(self, path: Path | None = None) -> list[Draft]:
        """Return all drafts, or those of one file, the newest first."""
        with self._working():
            newest_first = reversed(self._oldest_drafts())
            return [draft for draft in newest_first if path is None or draft.path == path]

    def draft_text(self, draft_id: str) -> bytes:
        """Return the text of a draft."""
        with self._working():
            if draft_id not in self._drafts:
                raise StorageError(f"there is no draft {draft_id}")
            return self._drafts[draft_id][1].unpack(draft_id)

    def versions(self, path: Path) -> list[Version]:
        """Return the versions of a file, the newest first."""
        with self._working():
            return [step.version for step in reversed(self._steps.get(path, []))]

    def version_text(self, path: Path, number: int) -> bytes:
        """Return the text of a version."""
        with self._working():
            for step in self._steps.get(path, []):
                if step.version.number == number:
                    return step.text.unpack(str(path))
        raise StorageError(f"there is no version {number} of {path}")

    def begin_overwrite(self, path: Path, data: bytes, old: bytes) -> None:
        """Keep a text that is about to be written into a file in place, and the old one."""
        with self._working():
            self._overwrites[path] = (data, old)

    def end_overwrite(self, path: Path) -> None:
        """Let go of both: the file is durable."""
        with self._working():
            self._overwrites.pop(path, None)

    def overwrite_of(self, path: Path) -> tuple[bytes, bytes] | None:
        """Return the text that may not have reached a file whole, and the old one, if any."""
        with self._working():
            return self._overwrites.get(path)

    def moved(self, old: Path, new: Path) -> None:
        """Go on with the versions and drafts of a file under its new name."""
        with self._working():
            if old == new:
                return
            for draft, text in list(self._drafts.values()):
                if draft.path == old:
                    self._drafts[draft.id] = (attrs.evolve(draft, path=new), text)
            there = self._steps.setdefault(new, [])
            last = there[-1].version.number if there else 0
            for step in self._steps.pop(old, []):
                version = attrs.evolve(step.version, path=new, number=last + step.version.number)
                there.append(attrs.evolve(step, version=version))

    def close(self) -> None:
        """Do nothing: the process ends, and the archive does not."""

    # -- inside ------------------------------------------------------------------

    @contextmanager
    def _working(self) -> Iterator[None]:
        with self._lock:
            if self._failures:
                raise self._failures.pop(0)
            yield

    def _apply(self, change: Change) -> None:
        match change:
            case DropDraft(draft_id):
                self._drafts.pop(draft_id, None)
            case PutDraft(draft, data):
                text = StoredText.of(data)
                kept = attrs.evolve(draft, size=text.size, sha256=text.sha256.hex())
                self._drafts[draft.id] = (kept, text)
            case PutVersion(version, data):
                self._put_version(version, StoredText.of(data))
            case _:
                assert_never(change)

    def _put_version(self, version: Version, text: StoredText) -> None:
        steps = self._steps.setdefault(version.path, [])
        number, since_s, seq = 1, version.time_s, next(self._seq)
        if steps:
            newest = steps[-1]
            if newest.text.sha256 == text.sha256:
                return
            number = newest.version.number + 1
            if self._is_one_step(newest, version):
                steps.pop()
                number, since_s, seq = newest.version.number, newest.since_s, newest.seq
        sha256 = text.sha256.hex()
        kept = attrs.evolve(version, number=number, size=text.size, sha256=sha256)
        steps.append(_Step(kept, text, since_s, seq))

    def _is_one_step(self, newest: _Step, version: Version) -> bool:
        then = newest.version
        is_same_author = (then.source, then.label) == (version.source, version.label)
        return (
            is_same_author and 0 <= version.time_s - newest.since_s < self._limits.history_merge_s
        )

    def _oldest_drafts(self) -> list[Draft]:
        return sorted((draft for draft, _ in self._drafts.values()), key=lambda draft: draft.time_s)

    def _remove_drafts(self) -> list[Draft]:
        too_old_s = self._now() - self._limits.drafts_max_age_s
        total = sum(text.stored for _, text in self._drafts.values())
        removed: list[Draft] = []
        for draft in self._oldest_drafts():
            is_much = total > self._limits.drafts_max_bytes and len(self._drafts) > 1
            if draft.time_s < too_old_s or is_much:
                removed.append(draft)
                total -= self._drafts.pop(draft.id)[1].stored
        return removed

    def _remove_versions(self, paths: set[Path]) -> int:
        before = self._count()
        for path in paths:
            self._steps[path] = self._steps[path][-self._limits.history_max_versions :]
        if self._commits % self._limits.check_every == 0:
            self._remove_old_versions()
        self._commits += 1
        return before - self._count()

    def _remove_old_versions(self) -> None:
        too_old_s = self._now() - self._limits.history_max_age_s
        every = [step for steps in self._steps.values() for step in steps]
        total = sum(step.text.stored for step in every)
        for step in sorted(every, key=lambda step: (step.version.time_s, step.seq)):
            steps = self._steps[step.version.path]
            is_too_much = step.version.time_s < too_old_s or total > self._limits.history_max_bytes
            if is_too_much and step is not steps[-1]:
                steps.remove(step)
                total -= step.text.stored

    def _count(self) -> int:
        return sum(map(len, self._steps.values()))
