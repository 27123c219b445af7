"""What a saver works with."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import attrs

from actors.holding import no_obstacle
from actors.messages import ArchivistMessage, Generate, NotebookFinished, NotifierMessage
from actors.notebook import Ledger, Notebook
from actors.overdue import Overdue
from actors.owning import Owning
from actors.runtime import AtOnce, BlockingWork
from actors.storage import Storage
from actors.types import Mailbox, NotebookId
from actors.version_buffer import EachVersion, VersionBuffer
from actors.write import Outcome, Write


@attrs.frozen
class Backoff:
    """How long to wait before the next attempt: doubling, with jitter.

    Without jitter, a thousand notebooks that a full disk failed together
    would all come back in the same moment.
    """

    min_s: float
    max_s: float
    jitter: Callable[[], float] = random.random
    """Returns a number from 0 to 1."""

    def delay_s(self, failures: int) -> float:
        """Return the delay after so many failures in a row, counted from 1."""
        full_s = min(self.max_s, self.min_s * 2.0 ** min(failures - 1, 60))
        return max(self.min_s, full_s * (1 - self.jitter() / 4))


@attrs.frozen(kw_only=True)
class SaverParts:
    """What a saver works with; one value, so that subclasses need not list it."""

    notebook: NotebookId
    ledger: Ledger
    storage: Storage
    codegen: Mailbox[Generate]
    notifier: Mailbox[NotifierMessage]
    listener: Mailbox[NotebookFinished]
    backoff: Backoff
    later: Callable[[float, Callable[[], object]], object]
    """Runs an action after so many seconds."""

    blocking: BlockingWork = attrs.field(factory=AtOnce)
    """Where files are read and written; a `Bulkhead`, except in tests."""

    now: Callable[[], float] = time.monotonic
    """The time in seconds, of the clock that `later` goes by."""

    active: Callable[[NotebookId], object] = lambda _: None
    """Told of each message, so that who has none for long can be found."""

    archivist: Mailbox[ArchivistMessage] | None = None
    """Keeps drafts; `None` where none are kept."""

    history: VersionBuffer | EachVersion | None = None
    """Keeps durable texts; `None` where no history is kept."""

    overdue: Overdue | None = None
    """Finds what is not durable for long; `None` where no drafts are kept."""

    owning: Owning = attrs.field(factory=Owning)
    """Makes sure that no other process writes the file, where files are owned."""

    obstacle: Callable[[Path], str | None] = no_obstacle
    """Says why to wait with saving this file, if there is a reason. It blocks."""

    held_at_most_s: float = 30.0
    """For how long that is asked; then the save goes on."""

    time: Callable[[], float] = time.time
    """The time in seconds since 1970."""

    generated_with: str | None = None
    """The release that the host wants written, when it is not each file's own."""

    def write(self, attempt: "Attempt", reply_to: Mailbox[Outcome], *, asks_git: bool) -> Write:
        """Return the file work of a save whose text was made."""
        file = self.ledger.file
        return Write(
            ticket=attempt.ticket,
            version=attempt.version,
            path=attempt.path,
            suffix=attempt.suffix,
            notebook=attempt.notebook,
            data=attempt.data,
            expected=file.expected,
            storage=self.storage,
            obstacle=self.obstacle if asks_git else no_obstacle,
            owning=self.owning,
            file=file,
            wants_found=self.history is not None and not file.is_first_kept,
            generated_with=self.generated_with,
            reply_to=reply_to,
        )


@attrs.define
class Attempt:
    """The save in flight: codegen makes its text, or it is being written."""

    ticket: int
    version: int
    path: Path
    suffix: str
    notebook: Notebook
    author: tuple[str, str]
    data: bytes = b""
