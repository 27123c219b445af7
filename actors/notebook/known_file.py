"""What is known of a notebook's file, so that nobody else's change of it is lost."""

from pathlib import Path
from typing import Literal, Protocol, TypeAlias, cast, get_args

import attrs

from actors.errors import Cause
from actors.etag import Etag
from actors.notebook.cells import Notebook

Choice: TypeAlias = Literal["ours", "theirs", "both"]
"""Who is right where two sides changed the same part of a notebook."""


def choice_of(word: str) -> Choice:
    """Return a word as the choice that it is.

    Raises:
        ValueError: for any other word.
    """
    if word not in get_args(Choice):
        raise ValueError(f"choose 'ours', 'theirs' or 'both', not {word!r}")
    return cast("Choice", word)


class Lease(Protocol):
    """What makes this process the only one that writes a file, while it holds."""

    def check(self) -> None:
        """Make sure that it still holds; raise `OwnedError` when another process has the file."""
        ...

    def release(self) -> None:
        """Let others have the file; never raises."""
        ...


@attrs.define(weakref_slot=False, eq=False)
class KnownFile:
    """What a file held when this process last saw it or wrote it.

    Never a reason to believe that it is so still: the store compares.
    """

    name: Path | None = None
    """Its one name, without links, by which drafts and versions are kept."""

    base: Notebook = attrs.field(factory=Notebook)
    """What it held, with the ids of the document's cells: the base of a merge."""

    expected: tuple[Etag, ...] = (Etag(None),)
    """The states it may be in. More than one after a write that failed: each text may be there."""

    suffix: str | None = None
    """The format of what it holds, where its new name has another."""

    vanishing: tuple[str, ...] = ()
    """Cells of the file, in words, that the document never had: the host opened it without."""

    disputed: Etag | None = None
    """The state in which it is in conflict with the document; `None` for no conflict."""

    choice: Choice | None = None
    """Who is right about that; said by a person, who saw that state."""

    writing: bytes | None = None
    """The text that was last on its way into it, until that is known to have arrived."""

    lease: Lease | None = None
    """What makes this process the only one that writes it."""

    is_first_kept: bool = False
    """Whether history has the text that it had before our first save."""

    def left(self, base: Notebook, etag: Etag) -> None:
        """Take note that the file holds this, by our own hand."""
        self.found(base, etag)
        self.vanishing, self.writing = (), None

    def found(self, base: Notebook, etag: Etag) -> None:
        """Take note that somebody else left this, and that the document has it."""
        self.base, self.expected, self.suffix = base, (etag,), None
        self.disputed = self.choice = None

    def is_expected(self, data: bytes) -> bool:
        """Whether the file may hold this text without anybody else's doing."""
        sha256 = Etag.of(data).sha256
        return any(etag.sha256 == sha256 for etag in self.expected)

    def dispute(self, etag: Etag) -> None:
        """Take note that somebody else left this, and that the document cannot have it."""
        if etag != self.disputed:
            self.disputed, self.choice = etag, None

    def came_back(self) -> None:
        """Take note that it holds again what it was left with: nothing is in dispute."""
        if self.disputed is not None:
            self.disputed = self.choice = None

    def choose(self, choice: Choice, seen: Etag | None) -> None:
        """Take note of who is right, where anything is in dispute.

        Args:
            choice: who is.
            seen: the state that this was said about; another one is another dispute.
        """
        if seen == self.disputed and (seen is not None or self.vanishing):
            self.choice = choice

    def doubt(self, etag: Etag) -> None:
        """Take note of a write that failed: the file may hold the old text or this one."""
        states = dict.fromkeys(Etag(each.sha256) for each in (*self.expected, etag))
        self.expected = tuple(states)


@attrs.define(weakref_slot=False, eq=False)
class KeptDraft:
    """The draft of one notebook in the archive."""

    id: str
    asked: int = -1
    """The newest version that the archivist was asked to keep."""

    kept: int = -1
    """The newest version that is durable there."""

    cause: Cause | None = None
    """Why the work was not in its file when a draft was last wanted."""
