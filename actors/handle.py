"""One open notebook, as its host holds it."""

from pathlib import Path
from typing import Protocol

from actors.errors import NotebookClosedError
from actors.messages import CloseNotebook, Flush, NotebookMessage, Payload, Rename, Submit
from actors.notebook import Document, Ledger, NotebookStatistics
from actors.receipt import Outcome, Receipt
from actors.types import Mailbox, NotebookId


class Owner(Protocol):
    """What a handle needs of the `Autosave` that made it."""

    @property
    def listener(self) -> Mailbox[NotebookMessage]:
        """Where messages go in."""
        ...

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        ...

    def claim(self, handle: "NotebookHandle", path: Path | str, receipt: Receipt) -> Path | None:
        """Reserve a file for a rename, or refuse the receipt and return `None`."""
        ...

    def wait(self, receipt: Receipt, timeout: float | None) -> Outcome:
        """Wait for a receipt."""
        ...

    def release(self, handle: "NotebookHandle") -> int | None:
        """Count one close; return the number of this closing if it was the last."""
        ...


class NotebookHandle:
    """What `Autosave.open` returns. All methods may be called from any thread.

    None but `flush` waits for anything.
    """

    __slots__ = ("_ledger", "_owner", "id", "opens")

    id: NotebookId
    """Names the notebook in events, as long as it is open; survives a rename."""

    opens: int
    """How often it was opened and not closed; the registry counts."""

    def __init__(self, notebook: NotebookId, ledger: Ledger, owner: Owner) -> None:
        self.id = notebook
        self.opens = 1
        self._ledger = ledger
        self._owner = owner

    def __repr__(self) -> str:
        return f"<NotebookHandle {self.id!r}{' closed' if self.closed else ''}>"

    @property
    def closed(self) -> bool:
        """Whether it was closed as often as it was opened."""
        return self.opens == 0

    @property
    def path(self) -> Path | None:
        """The notebook's file; `None` while it has no name."""
        return self._ledger.path

    @property
    def document(self) -> Document:
        """The document as it is now, an immutable value: a snapshot costs nothing."""
        return self._ledger.document

    def submit(self, transaction: Payload) -> Receipt:
        """Hand in a transaction; returns at once.

        Args:
            transaction: a `Transaction`, or its JSON as `bytes`, `str` or `dict`.
                A `dict` must not be changed afterwards: it is read later.

        Raises:
            NotebookClosedError: when the notebook was closed. Nothing else:
                what is wrong with the transaction or the disk is the receipt's
                to tell.
        """
        self._check_open()
        receipt = Receipt()
        self._owner.listener.tell(Submit(self.id, receipt, transaction))
        return receipt

    def request_flush(self, *, patient: bool = False) -> Receipt:
        """Ask for everything so far to be durable; returns at once.

        The receipt ends with `Saved` when the file holds every accepted
        change, else with the reason why it does not.

        Args:
            patient: do not settle for a failed attempt, wait for one that works.
        """
        receipt = Receipt()
        self._owner.listener.tell(Flush(self.id, receipt, patient))
        return receipt

    def flush(self, timeout: float | None = None) -> Outcome:
        """Wait until every accepted change is durable, or for the reason why not.

        Blocks; in asyncio, `await notebook.request_flush()` does not.

        Raises:
            TimeoutError: when that takes longer than `timeout` seconds.
        """
        return self._owner.wait(self.request_flush(), timeout)

    def rename(self, path: Path | str) -> Receipt:
        """Give the notebook another file, moving the one it has; returns at once.

        An unnamed notebook gets its first file so. The receipt ends with
        `Refused` when there is such a file already, here or on disk.
        """
        self._check_open()
        receipt = Receipt()
        if (target := self._owner.claim(self, path, receipt)) is not None:
            self._owner.listener.tell(Rename(self.id, receipt, target))
        return receipt

    def close(self) -> Receipt:
        """Let go of the notebook; returns at once.

        What is not saved yet goes on to be saved. The receipt ends as that of
        `request_flush`. Closing again does nothing more.
        """
        receipt = Receipt()
        if not self._owner.is_running:
            receipt.settle(self._ledger.standing())
        elif (closing := self._owner.release(self)) is None:
            self._owner.listener.tell(Flush(self.id, receipt))
        else:
            self._owner.listener.tell(CloseNotebook(self.id, receipt, closing))
        return receipt

    def statistics(self) -> NotebookStatistics:
        """Return what happened to this notebook so far."""
        return self._ledger.statistics()

    def _check_open(self) -> None:
        if self.closed:
            raise NotebookClosedError(f"{self.id} is closed; open it again to go on")
