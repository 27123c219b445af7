"""To the notifier."""

from pathlib import Path
from typing import TypeAlias

import attrs

from actors.errors import Cause
from actors.events import Event
from actors.messages.to_saver import DraftFailed, DraftKept
from actors.notebook import Notebook, Transaction
from actors.storage import Draft
from actors.types import NotebookId


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
    cause: Cause = "other"
    failures: int = 1
    """Attempts that failed in a row, this one included."""

    unsaved_s: float = 0.0
    """Age of the oldest change that is not in the file."""

    draft: str | None = None
    """The id of the draft that the work goes to; `None` where none are kept."""


@attrs.frozen
class SaveHeld:
    """A save waits for git, which is at work in the folder. No answer."""

    notebook: NotebookId
    version: int
    path: Path
    reason: str
    held_s: float
    """How long it has waited."""


@attrs.frozen
class MergedFile:
    """Another program's change of the file is in the document now. No answer."""

    notebook: NotebookId
    path: Path
    version: int
    transaction: Transaction
    before: Notebook = attrs.field(repr=False)


@attrs.frozen
class DraftFound:
    """A notebook was opened for which there is a draft that is newer than its file. No answer."""

    notebook: NotebookId
    path: Path
    draft: Draft


@attrs.frozen
class DraftsRemoved:
    """Drafts had to go for the limits of the archive, oldest first. No answer."""

    drafts: tuple[Draft, ...]


@attrs.frozen
class OwnedElsewhere:
    """A notebook was opened that another process has open. No answer."""

    notebook: NotebookId
    path: Path
    owner: str


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
    draft: str | None = None
    """The id of the draft that has the work."""


@attrs.frozen
class StormOver:
    """The time to collect notebooks with the same trouble is over. The notifier's own timer."""

    ticket: int
    """Of that time; stale when it was ended before."""


@attrs.frozen
class Publish:
    """Hand an event of an actor's own to the subscribers as it is."""

    event: Event


NotifierMessage: TypeAlias = (
    SaveSucceeded
    | SaveFailed
    | SaveHeld
    | MergedFile
    | DraftKept
    | DraftFailed
    | DraftFound
    | DraftsRemoved
    | OwnedElsewhere
    | ActorCrashed
    | Leftover
    | StormOver
    | Publish
)
