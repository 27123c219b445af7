"""To the listener, which forwards most of them to the saver of their notebook."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import attrs

from actors.etag import Etag
from actors.notebook import Choice, Ledger, Notebook, Transaction
from actors.receipt import Receipt, Refused
from actors.types import NotebookId, Undeliverable

Payload: TypeAlias = Transaction | Mapping[str, Any] | bytes | str
"""A transaction, or its JSON. Read later, on another thread: `bytearray` is not taken."""


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


@attrs.frozen
class Resolve(_Receipted):
    """End a conflict with the file: say who is right, and save. Answered as `Flush` is."""

    choice: Choice
    seen: Etag | None
    """The state of the file that is in dispute, as the host knew it."""


@attrs.frozen
class Look(_Receipted):
    """Take in what another program has made of the file. Answered by settling the receipt."""


@attrs.frozen
class Restore(_Receipted):
    """Bring cells back to what they were, by a transaction, and save it.

    Answered as `Submit` is, or as `Flush` when nothing is to be brought back.
    """

    version: Notebook
    """The notebook as it was."""

    cell: str | None
    """The only cell to bring back, by its name or as `#3`."""

    label: str
    """Says what was restored, in the history."""


NotebookMessage: TypeAlias = Submit | Flush | Rename | CloseNotebook | Resolve | Look | Restore
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
