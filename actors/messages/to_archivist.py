"""To the archivist."""

from pathlib import Path
from typing import ClassVar, TypeAlias

import attrs

from actors.errors import Cause
from actors.messages.to_saver import DraftFailed, DraftKept
from actors.notebook import Document
from actors.storage.archive import PutVersion
from actors.types import Mailbox, NotebookId, Undeliverable


@attrs.frozen(kw_only=True)
class KeepDraft(Undeliverable):
    """Keep a document that is in no file. Answered by `DraftKept` or `DraftFailed`.

    Of several for one draft that wait, the last is kept, and all are answered.
    """

    draft: str
    """The draft's id; the sender chooses it, and keeps to it for this notebook."""

    notebook: NotebookId
    path: Path | None
    """The notebook's file; `None` for an unnamed one."""

    suffix: str
    """The format to keep it in, such as `.py`."""

    document: Document
    cause: Cause | None
    """Why it is not in the file; `None` for an unnamed notebook and for a save under way."""

    reason: str
    """The same in words, for a person."""

    base_sha256: str | None
    """SHA-256 of the text that the file had when it was last known; `None` for no file."""

    reply_to: Mailbox[DraftKept | DraftFailed]

    def undelivered(self, reason: str) -> None:
        """Tell the asker, who would otherwise take the work for protected."""
        self.reply_to.tell(self.failed(reason))

    def kept(self) -> DraftKept:
        """Return the answer when it is durable."""
        return DraftKept(self.notebook, self.draft, self.document.version, self.path)

    def failed(self, reason: str) -> DraftFailed:
        """Return the answer when it is not."""
        return DraftFailed(self.notebook, self.draft, self.document.version, reason)


@attrs.frozen
class ForgetDraft:
    """Let go of a draft, whose work is in a file; there need not be one. No answer."""

    draft: str


@attrs.frozen
class KeepVersions(Undeliverable):
    """Keep versions of files, the oldest first. No answer; they are lost when that fails.

    Refused by a mailbox where too much waits for a disk that hangs.
    """

    is_bounded: ClassVar[bool] = True

    versions: tuple[PutVersion, ...]

    def undelivered(self, reason: str) -> None:
        """Do nothing: a history is no promise, and the dead letter is logged."""


@attrs.frozen
class MoveHistory:
    """Go on with the versions and drafts of a file under its new name. No answer."""

    old: Path
    new: Path


@attrs.frozen
class Commit:
    """Make durable what has come before this. The archivist's own, no answer."""


ArchivistMessage: TypeAlias = KeepDraft | ForgetDraft | KeepVersions | MoveHistory | Commit
