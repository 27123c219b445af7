"""To a saver, besides what the listener forwards."""

from pathlib import Path
from typing import TypeAlias

import attrs

from actors.errors import Cause
from actors.etag import Etag
from actors.messages.to_listener import NotebookMessage
from actors.receipt import Deferred, Receipt, Saved
from actors.types import NotebookId, Undeliverable, Urgent


@attrs.frozen
class Generated(Urgent):
    """Codegen's answer: the text of a document."""

    ticket: int
    """The ticket of the `Generate` that this answers."""

    data: bytes
    """The file's text, encoded."""


@attrs.frozen
class GenerateFailed(Urgent):
    """Codegen's answer when it has none, also when it crashed over the request."""

    ticket: int
    reason: str


@attrs.frozen
class Written(Urgent):
    """The file work of a save has ended well: the file is durable."""

    ticket: int
    """The ticket of the save that it belongs to."""

    saved: Saved
    was_replaced: bool
    """`False`: the file held that text already."""

    etag: Etag
    """The state that the file was left in."""

    found: bytes | None = None
    """What it held before the first save of all, for the history."""


@attrs.frozen
class WriteFailed(Urgent):
    """The file work of a save has failed; the file holds the old text or the new one."""

    ticket: int
    reason: str
    cause: Cause = "other"
    doubtful: Etag | None = None
    """What the file may hold now; `None` when nothing was tried."""


@attrs.frozen
class WriteHeld(Urgent):
    """The file work of a save was not begun: git is at work there."""

    ticket: int
    reason: str


@attrs.frozen
class FileChanged(Urgent):
    """The file work of a save found somebody else's text, and left it alone."""

    ticket: int
    data: bytes | None
    """What is there; `None` when it was deleted since."""


@attrs.frozen
class FileSeen(Urgent, Undeliverable):
    """The file work of a look has ended."""

    receipt: Receipt
    """Of the `Look`."""

    path: Path
    """What was read."""

    data: bytes | None = None
    """What is there; `None` when there is no such file."""

    trouble: str | None = None
    """Why it could not be read."""

    def undelivered(self, reason: str) -> None:
        """Leave nobody waiting: the next save compares as well."""
        self.receipt.settle(Deferred(reason))


@attrs.frozen
class SaveDue(Urgent):
    """A delay is over: after a failed save, or the quiet period. The saver's own timer."""

    ticket: int
    """Of the delay; stale when a save was begun since."""


@attrs.frozen
class DraftDue(Urgent):
    """Work has not been durable for a while: keep a draft of it. Sent by one timer for all."""


@attrs.frozen
class DraftKept:
    """A draft is durable. To the saver that asked, and to the notifier. No answer."""

    notebook: NotebookId
    draft: str
    version: int
    path: Path | None


@attrs.frozen
class DraftFailed:
    """A draft could not be kept; the work is in memory only. As `DraftKept`. No answer."""

    notebook: NotebookId
    draft: str
    version: int
    reason: str


AttemptMessage: TypeAlias = (
    Generated | GenerateFailed | Written | WriteFailed | WriteHeld | FileChanged
)
"""How a step of a save has ended."""

SaverMessage: TypeAlias = (
    NotebookMessage | AttemptMessage | FileSeen | SaveDue | DraftDue | DraftKept | DraftFailed
)
