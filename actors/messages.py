"""Every message that crosses a mailbox, grouped by its receiver.

Commands are imperative, reports are in the past tense. All are frozen values.
Between actors there is only `tell`: no message waits for an answer, and an
answer is a message of its own. `docs/protocol.md` tells the same as prose.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import attrs

from actors.events import Event
from actors.notebook import Ledger, Notebook, Transaction
from actors.receipt import Receipt, Refused, Saved
from actors.types import Mailbox, NotebookId, Undeliverable, Urgent

Payload: TypeAlias = Transaction | Mapping[str, Any] | bytes | str
"""A transaction, or its JSON. Read later, on another thread: `bytearray` is not taken."""


# -- to the listener, which forwards each to the saver of its notebook ---------


@attrs.frozen
class OpenNotebook:
    """Be ready for a notebook. No answer; its saver starts at its first message."""

    notebook: NotebookId
    ledger: Ledger
    """The notebook's state; its saver alone may change it from now on."""


@attrs.frozen
class _Receipted(Undeliverable):
    """A message that a host waits for through a receipt."""

    notebook: NotebookId
    receipt: Receipt

    def undelivered(self, reason: str) -> None:
        """Refuse, unless the ledger has accepted it before its saver crashed."""
        if not self.receipt.accepted:
            self.receipt.settle(Refused(reason))


@attrs.frozen
class Submit(_Receipted):
    """Apply a transaction and save it. Answered by settling the receipt.

    Refused by a mailbox where too many of them wait.
    """

    is_bounded: ClassVar[bool] = True

    payload: Payload


@attrs.frozen
class Flush(_Receipted):
    """Say when everything before this message is durable, or why it is not."""

    patient: bool = False
    """Do not settle the receipt by a failed attempt; wait for one that works."""


@attrs.frozen
class Rename(_Receipted):
    """Give the notebook another file, moving the one it has."""

    path: Path


@attrs.frozen
class CloseNotebook(_Receipted):
    """Save what is not saved, then tell the listener `NotebookFinished`.

    The receipt is settled by the first attempt, as with `Flush`. While that
    fails, the saver goes on trying.
    """

    closing: int
    """Counts how often this notebook was closed for good."""


NotebookMessage: TypeAlias = Submit | Flush | Rename | CloseNotebook
"""What the listener passes on unchanged, in order."""


@attrs.frozen
class NotebookFinished:
    """A closed notebook has nothing left to save. Sent by its saver. No answer."""

    notebook: NotebookId
    closing: int
    """Of the `CloseNotebook` that this is about; another may have come since."""


@attrs.frozen
class ForgetNotebook:
    """Stop the notebook's saver; nobody will send it anything more. No answer."""

    notebook: NotebookId


@attrs.frozen
class RetireSavers:
    """Let go of the savers of notebooks that were idle for long. Sent by a timer. No answer.

    Another saver starts, with the same ledger, at the next message.
    """

    notebooks: tuple[NotebookId, ...]
    first: int = 0
    """Those before this index were looked at; the listener goes on in steps."""


ListenerMessage: TypeAlias = (
    OpenNotebook | NotebookMessage | NotebookFinished | ForgetNotebook | RetireSavers
)


# -- to a saver, besides what the listener forwards ----------------------------


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


@attrs.frozen
class WriteFailed(Urgent):
    """The file work of a save has failed; the file holds the old text or the new one."""

    ticket: int
    reason: str


@attrs.frozen
class SaveDue(Urgent):
    """A delay is over: after a failed save, or the quiet period. The saver's own timer."""

    ticket: int
    """Of the delay; stale when a save was begun since."""


SaverMessage: TypeAlias = (
    NotebookMessage | Generated | GenerateFailed | Written | WriteFailed | SaveDue
)


# -- to codegen -----------------------------------------------------------------


@attrs.frozen
class Generate(Undeliverable):
    """Turn a notebook into text. Answered by `Generated` or `GenerateFailed`."""

    ticket: int
    """Chosen by the asker, to know the answer by."""

    notebook: Notebook
    suffix: str
    """File suffix that names the format, such as `.py`."""

    reply_to: Mailbox[Generated | GenerateFailed]

    def undelivered(self, reason: str) -> None:
        """Tell the asker, who would otherwise wait for ever."""
        self.reply_to.tell(GenerateFailed(self.ticket, reason))


CodegenMessage: TypeAlias = Generate


# -- to the notifier ------------------------------------------------------------


@attrs.frozen
class SaveSucceeded:
    """A notebook's file is durable. No answer."""

    notebook: NotebookId
    version: int
    path: Path
    sha256: str
    written: bool
    """Whether the file had to be replaced."""


@attrs.frozen
class SaveFailed:
    """A save did not work; the work is kept and tried again. No answer."""

    notebook: NotebookId
    version: int
    path: Path
    reason: str
    retry_in_s: float


@attrs.frozen
class ActorCrashed:
    """An actor crashed; what it crashed over was set aside. No answer."""

    notebook: NotebookId
    """The notebook whose saver it is, or the actor's name."""

    actor: str
    error: str
    message: str
    """The message that was set aside, as text."""

    restarted: bool
    """`False`: it is out of service."""


@attrs.frozen
class Leftover:
    """A notebook was closed with work that is not in its file. No answer."""

    notebook: NotebookId
    reason: str


@attrs.frozen
class Publish:
    """Hand an event of an actor's own to the subscribers as it is."""

    event: Event


NotifierMessage: TypeAlias = SaveSucceeded | SaveFailed | ActorCrashed | Leftover | Publish
