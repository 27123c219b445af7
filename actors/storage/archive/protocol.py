"""The protocol of the store outside the process: drafts, versions, and texts on their way."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypeAlias

import attrs

from actors.errors import Cause


@attrs.frozen(kw_only=True)
class Draft:
    """Work that is in no file: whose notebook has none, or cannot be saved."""

    id: str
    """Names the draft to a person who types it: 8 hexadecimal digits, unique."""

    notebook: str
    """The id that the notebook had in its host."""

    path: Path | None
    """The absolute path of its file; `None` for an unnamed notebook."""

    suffix: str
    """The format of the text, such as `.py`."""

    version: int
    """The document version that it is."""

    cause: Cause | None
    """Why it is not in the file; `None` for an unnamed notebook and for a save under way."""

    reason: str
    """The same in words, for a person."""

    base_sha256: str | None
    """SHA-256 of the text that the file had when it was last known; `None` for no file."""

    owner: str
    """The process that it is from, as `user@host pid N`."""

    time_s: float
    """When it was kept, in seconds since 1970."""

    size: int
    """Length of its text in bytes."""

    sha256: str
    """SHA-256 of its text in hexadecimal."""


@attrs.frozen(kw_only=True)
class Version:
    """A text that a file had."""

    path: Path
    """The file's absolute path."""

    number: int
    """Counts the versions of this file from 1; 0 for one that is to be kept."""

    sha256: str
    size: int
    """Length of the text in bytes."""

    source: str
    """Who made it: the source of the last transaction in it, `found` for what was there
    before the first save, `file-watch` for another program's."""

    label: str
    """The agent or session that the transaction named; empty if it named none."""

    time_s: float
    """When it was durable, in seconds since 1970."""


@attrs.frozen
class PutDraft:
    """Keep a draft, in place of one with the same id."""

    draft: Draft
    data: bytes


@attrs.frozen
class DropDraft:
    """Let go of a draft, whose work is in a file; it is no error when there is none."""

    id: str


@attrs.frozen
class PutVersion:
    """Keep a version; the archive numbers it.

    Nothing is added when the newest version of that file has the same text. A
    version replaces the newest one when both have the same source and label, and it
    comes less than the merge window after the first of those that this one stands for:
    a burst of edits is one step back, and constant edits are one for each window.
    """

    version: Version
    data: bytes


Change: TypeAlias = PutDraft | DropDraft | PutVersion


@attrs.frozen
class Removed:
    """What had to go, for the limits that were set."""

    drafts: tuple[Draft, ...] = ()
    """Too old, or too many bytes: the oldest first. Each was the only copy of something."""

    versions: int = 0


class Archive(Protocol):
    """Keeps what is in no file, and what was in files. One for many processes.

    Every method blocks, may be called from any thread, and raises
    `actors.errors.StorageError` (with its cause) and nothing else for what is wrong with the disk.
    """

    def commit(self, changes: Iterable[Change]) -> Removed:
        """Make all changes durable in one step, or none; then keep the limits."""
        ...

    def drafts(self, path: Path | None = None) -> list[Draft]:
        """Return all drafts, or those of one file, the newest first."""
        ...

    def draft_text(self, draft_id: str) -> bytes:
        """Return the text of a draft.

        Raises:
            StorageError: when there is no such draft.
        """
        ...

    def versions(self, path: Path) -> list[Version]:
        """Return the versions of a file, the newest first."""
        ...

    def version_text(self, path: Path, number: int) -> bytes:
        """Return the text of a version.

        Raises:
            StorageError: when there is no such version.
        """
        ...

    def begin_overwrite(self, path: Path, data: bytes, old: bytes) -> None:
        """Keep a text durably that is about to be written into a file in place.

        With the text that the file has: only who knows both can tell a file that
        a crash left half-written from one that somebody has edited since. A
        second call for a path replaces what the first has kept.
        """
        ...

    def end_overwrite(self, path: Path) -> None:
        """Let go of both: the file is durable. It is no error when there is none."""
        ...

    def overwrite_of(self, path: Path) -> tuple[bytes, bytes] | None:
        """Return the text that a crash may have kept from reaching a file whole, and the old one.

        `None` when there is none.
        """
        ...

    def moved(self, old: Path, new: Path) -> None:
        """Go on with the versions and drafts of a file under its new name."""
        ...

    def close(self) -> None:
        """Let go of files and memory; closing again does nothing."""
        ...
