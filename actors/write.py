"""The file work of one save: what blocks, apart from the actor that ordered it."""

from pathlib import Path

import attrs
from loguru import logger

from actors.errors import FormatError, StorageError
from actors.formats import parse, render
from actors.messages import WriteFailed, Written
from actors.receipt import Saved
from actors.storage import Storage
from actors.types import Mailbox


@attrs.frozen(kw_only=True)
class Write:
    """Replaces a file and tells the outcome, exactly one `Written` or `WriteFailed`."""

    ticket: int
    version: int
    path: Path
    data: bytes
    storage: Storage
    generated_with: str | None
    """See `Settings.generated_with`."""

    reply_to: Mailbox[Written | WriteFailed]

    def run(self) -> None:
        """Do it, on whatever thread this is."""
        self.reply_to.tell(self._outcome())

    def _outcome(self) -> Written | WriteFailed:
        try:
            replaced = self.storage.replace(self.path, self._text())
        except StorageError as error:
            return WriteFailed(self.ticket, str(error))
        except BaseException as error:  # noqa: BLE001 - a user's own storage may raise anything
            logger.exception("the storage raised what it should not")
            return WriteFailed(self.ticket, f"the storage raised {error!r}")
        saved = Saved(self.version, replaced.sha256, self.path)
        return Written(self.ticket, saved, replaced.written)

    def _text(self) -> bytes:
        """Return what to write: what is there if only the release would change."""
        release, suffix = self.generated_with, self.path.suffix
        if release is None or (present := self.storage.read(self.path)) is None:
            return self.data
        is_same = _is_same_but_release(present, self.data, suffix, release)
        return present if is_same else self.data


def _is_same_but_release(old: bytes, new: bytes, suffix: str, release: str) -> bool:
    """Return whether the old text, written by this release, would be the new one."""
    try:
        notebook = parse(old, suffix)
    except FormatError:
        return False
    return render(attrs.evolve(notebook, generated_with=release), suffix) == new
