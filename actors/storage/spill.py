"""Where texts are kept while they are on their way into a file in place."""

from pathlib import Path
from typing import Protocol


class Spill(Protocol):
    """Keeps the texts that a crash in the middle would else tear apart.

    The three methods of `actors.storage.Archive` of these names. Each raises
    `actors.errors.StorageError` when it could not do what it says.
    """

    def begin_overwrite(self, path: Path, data: bytes, old: bytes) -> None:
        """Keep, durably, a text that is about to be written into a file, and the one in it."""
        ...

    def end_overwrite(self, path: Path) -> None:
        """Let go of both: the file is whole. It is no error when there is none."""
        ...

    def overwrite_of(self, path: Path) -> tuple[bytes, bytes] | None:
        """Return the text that may not have reached a file whole, and the one before it."""
        ...
