"""One open notebook, as its host holds it."""

from pathlib import Path
from typing import Protocol

from actors.errors import NotebookClosedError, StorageError
from actors.formats import parse
from actors.messages import (
    CloseNotebook,
    Flush,
    Look,
    NotebookMessage,
    Payload,
    Rename,
    Resolve,
    Restore,
    Submit,
)
from actors.notebook import Choice, Document, Ledger, NotebookStatistics, choice_of
from actors.receipt import Outcome, Receipt
from actors.storage import Archive, Version
from actors.types import Mailbox, NotebookId


class Owner(Protocol):
    """What a handle needs of the `Autosave` that made it."""

    @property
    def listener(self) -> Mailbox[NotebookMessage]:
        """Where messages go in."""
        ...

    @property
    def archive(self) -> Archive | None:
        """Where versions are; `None` where neither they nor drafts are kept."""
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

    None waits for anything, but for `flush`, `rename`, which looks up the name on disk, and
    `versions` and `restore`, which read from disk.
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
        """Give the notebook another file, moving the one it has; does not wait for that.

        Blocks while the new name is looked up, as long as its disk takes.
        An unnamed notebook gets its first file so. The receipt ends with
        `Refused` when there is such a file already, here or on disk.
        """
        self._check_open()
        receipt = Receipt()
        if (target := self._owner.claim(self, path, receipt)) is not None:
            self._owner.listener.tell(Rename(self.id, receipt, target))
        return receipt

    def resolve(self, choice: Choice) -> Receipt:
        """End a conflict with the file, which an alert told of; returns at once.

        The receipt ends as that of `request_flush`.

        Args:
            choice: who is right where both sides changed the same part: `"ours"`,
                the document; `"theirs"`, the file; `"both"` keeps their cells
                below ours. What only one side changed is kept in any case.

        Raises:
            NotebookClosedError: when the notebook was closed.
            ValueError: for another choice.
        """
        self._check_open()
        receipt = Receipt()
        disputed = self._ledger.file.disputed
        self._owner.listener.tell(Resolve(self.id, receipt, choice_of(choice), disputed))
        return receipt

    def look(self) -> Receipt:
        """Take in what another program has made of the file; returns at once.

        For a host that watches files: without it, the next save takes it in. A change is
        merged into the document, and subscribers hear `Merged`. The file is written only
        if changes of the document's own have to be saved; then this is a flush.

        The receipt ends with `Saved` when the file holds every accepted change, else
        with `Deferred` and the reason: the notebook has no file or is in run mode, the
        file is not there, cannot be read or cannot be merged, or a change asked for no save.

        Raises:
            NotebookClosedError: when the notebook was closed.
        """
        self._check_open()
        receipt = Receipt()
        self._owner.listener.tell(Look(self.id, receipt))
        return receipt

    def versions(self) -> list[Version]:
        """Return the versions of the notebook's file, the newest first.

        Blocks: it reads from the archive. What was saved in the last second or so
        may not be there yet; an unnamed notebook has no versions.

        Raises:
            StorageError: when the archive cannot be read.
        """
        archive, path = self._owner.archive, self._file
        return [] if archive is None or path is None else archive.versions(path)

    def restore(self, version: int, cell: str | None = None) -> Receipt:
        """Bring the cells back to what they were in a version of the file.

        Blocks while the version is read from the archive, and not for the save. It is a
        transaction like any other, with the source `restore`, which is always saved; the
        receipt ends as that of `submit`, or as that of `request_flush` when nothing has to
        be brought back. What others do meanwhile is not undone but where it is in the way.

        The host's own copy follows as after a merge: subscribers hear `Merged` with the
        transaction. The header and the options of the app stay as they are.

        Args:
            version: `Version.number` of one of `versions()`.
            cell: the only cell to bring back, by its name or as `#3`, the third.

        Raises:
            FormatError: when that text is no notebook; a file may once have been torn.
            NotebookClosedError: when the notebook was closed.
            StorageError: when there is no such version, or it cannot be read.
        """
        self._check_open()
        archive, path = self._owner.archive, self._file
        if archive is None or path is None:
            raise StorageError(f"{self.id} has no versions: none are kept for it")
        notebook = parse(archive.version_text(path, version), path.suffix)
        label = f"version {version}" if cell is None else f"{cell} of version {version}"
        receipt = Receipt()
        self._owner.listener.tell(Restore(self.id, receipt, notebook, cell, label))
        return receipt

    @property
    def draft(self) -> str | None:
        """The id of the draft that has what is in no file now; `None` without one."""
        draft = self._ledger.draft
        return None if draft is None or draft.kept < 0 else draft.id

    @property
    def disputed(self) -> bool:
        """Whether the file is left alone until it is said who is right, by `resolve`."""
        file = self._ledger.file
        return file.disputed is not None or bool(file.vanishing)

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

    @property
    def _file(self) -> Path | None:
        """The name by which versions are kept."""
        return self._ledger.file.name or self._ledger.path

    def _check_open(self) -> None:
        if self.closed:
            raise NotebookClosedError(f"{self.id} is closed; open it again to go on")
