"""What a saver puts into the history of its file."""

import hashlib
from pathlib import Path

import attrs

from actors.messages import Written
from actors.saver_parts import SaverParts
from actors.storage.archive import PutVersion, Version

Author = tuple[str, str]
"""The source of the last edit in a text, and the label of its agent or session."""


@attrs.frozen
class Versions:
    """Keeps the texts of one notebook's file, where a history is kept."""

    parts: SaverParts

    def written(self, data: bytes, author: Author, message: Written) -> None:
        """Keep what a save has written and, the first time, what was there before it."""
        path, file = message.saved.path, self.parts.ledger.file
        if message.found is not None and not file.is_first_kept:
            self.keep(path, message.found, "found")
        file.is_first_kept = True
        if message.was_replaced:
            self.keep(path, data, *author, sha256=message.saved.sha256)

    def keep(
        self, path: Path, data: bytes, source: str, label: str = "", *, sha256: str | None = None
    ) -> None:
        """Keep one text."""
        if self.parts.history is None:
            return
        version = Version(
            path=self.parts.ledger.file.name or path,
            number=0,
            sha256=sha256 or hashlib.sha256(data).hexdigest(),
            size=len(data),
            source=source,
            label=label,
            time_s=self.parts.time(),
        )
        self.parts.history.add(PutVersion(version, data))
