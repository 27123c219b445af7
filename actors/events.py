"""What a host hears from an `Autosave`; each is a frozen value."""

import html
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

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

    @classmethod
    def escaped(
        cls, title: str, description: str, variant: Variant, notebook: NotebookId
    ) -> "Alert":
        """Return an alert from plain texts."""
        return cls(html.escape(title), html.escape(description), variant, notebook)

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
    """One attempt to bring a notebook's file up to date has ended."""

    notebook: NotebookId
    """The notebook it is about, as in `notebook.id`."""

    state: Literal["saved", "failing"]
    """`"saved"`: the file holds this version; `"failing"`: it is tried again."""

    version: int
    """The document version that was saved, or was to be."""

    path: Path
    """The notebook's file."""

    sha256: str | None = None
    """SHA-256 of the file in hexadecimal, when saved."""

    written: bool = False
    """Whether the file was replaced; it is not when it held this text already."""

    reason: str | None = None
    """Why it failed, in words."""


Event: TypeAlias = Alert | SaveStatus
