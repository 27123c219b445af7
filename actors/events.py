"""What a host hears from an `Autosave`; each is a frozen value."""

import html
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

from actors.errors import Cause
from actors.notebook import Notebook, Transaction
from actors.types import NotebookId

Variant: TypeAlias = Literal["danger"] | None
"""`"danger"` for trouble, `None` for the notice that all is well again."""


@attrs.frozen
class Alert:
    """A message for the people who work in a notebook.

    Both texts are HTML, and are escaped where they quote a path or an error.
    """

    title: str
    description: str
    variant: Variant

    notebook: NotebookId
    """The notebook it is about, as in `notebook.id`."""

    also: tuple[NotebookId, ...] = ()
    """The others that it is about: one alert tells of a thousand with the same trouble."""

    @classmethod
    def escaped(
        cls,
        title: str,
        description: str,
        variant: Variant,
        notebook: NotebookId,
        also: tuple[NotebookId, ...] = (),
    ) -> "Alert":
        """Return an alert from plain texts."""
        return cls(html.escape(title), html.escape(description), variant, notebook, also)

    def to_wire(self) -> dict[str, Any]:
        """Return the message that marimo 0.25.2 shows as a toast."""
        return {
            "op": "alert",
            "title": self.title,
            "description": self.description,
            "variant": self.variant,
        }


@attrs.frozen
class SaveStatus:
    """An attempt to bring a notebook's file up to date has ended, or has to wait."""

    notebook: NotebookId
    """The notebook it is about, as in `notebook.id`."""

    state: Literal["saved", "failing", "waiting"]
    """`"saved"`: the file holds this version; `"failing"`: it is tried again;
    `"waiting"`: git is at work in the folder, and the save comes after it."""

    version: int
    """The document version that was saved, or was to be."""

    path: Path
    """The notebook's file."""

    sha256: str | None = None
    """SHA-256 of the file in hexadecimal, when saved."""

    written: bool = False
    """Whether the file was replaced; it is not when it held this text already."""

    reason: str | None = None
    """Why it failed or waits, in words."""

    cause: Cause | None = None
    """What kind of failure it is."""

    failures: int = 0
    """How many attempts have failed in a row."""

    unsaved_s: float = 0.0
    """Age of the oldest change that is not in the file, in seconds."""


@attrs.frozen
class Merged:
    """Somebody else changed the file, and both sides' changes are in the document now.

    Or `NotebookHandle.restore` has brought cells back. The document is ahead of the
    host's copy by this transaction, which is already applied: bring the copy to the
    same state, and do not submit it.
    """

    notebook: NotebookId
    """The notebook it is about, as in `notebook.id`."""

    transaction: Transaction
    """What brings the document before to the one after, with the source `file-watch` or
    `restore`. It has no changes when only how the file is written down was changed, such as
    its line ends; that too is a version of the document."""

    version: int
    """The version of the document after it."""

    path: Path
    """The notebook's file."""

    before: Notebook = attrs.field(repr=False)
    """What the document was just before it. A host that is ahead by edits that are on their
    way to the saver tells by it which parts these have changed."""


Event: TypeAlias = Alert | SaveStatus | Merged
