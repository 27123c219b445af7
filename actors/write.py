"""The file work of one save: what blocks, apart from the actor that ordered it."""

from collections.abc import Callable
from pathlib import Path

import attrs
from loguru import logger

from actors.errors import ChangedError, StorageError
from actors.etag import Etag
from actors.formats import parse, render
from actors.messages import FileChanged, WriteFailed, WriteHeld, Written
from actors.notebook import KnownFile, Notebook
from actors.owning import Owning
from actors.receipt import Saved
from actors.reconcile import lost_cells
from actors.storage import Storage
from actors.types import Mailbox

Outcome = Written | WriteFailed | WriteHeld | FileChanged


@attrs.define(kw_only=True, eq=False)  # not frozen: one is made for each save
class Write:
    """Replaces a file and tells the outcome: exactly one message."""

    ticket: int
    version: int
    path: Path
    suffix: str
    """The path's; to ask a `Path` takes long."""

    notebook: Notebook
    data: bytes
    """The text of that notebook, as codegen made it."""

    expected: tuple[Etag, ...]
    """The states that the file may be in; another one is somebody else's work."""

    storage: Storage
    obstacle: Callable[[Path], str | None]
    """Says why to wait with this file, if there is a reason."""

    owning: Owning
    """Makes sure that no other process writes the file."""

    file: KnownFile
    """What is known of it; its lease is taken here, and nothing else touched."""

    wants_found: bool
    """Whether to tell the text that the file had before."""

    generated_with: str | None
    """See `Settings.generated_with`."""

    reply_to: Mailbox[Outcome]

    def run(self) -> None:
        """Do it, on whatever thread this is."""
        self.reply_to.tell(self._outcome())

    def _outcome(self) -> Outcome:
        try:
            return self._refusal() or self._replace()
        except BaseException as error:  # noqa: BLE001 - a user's own storage may raise anything
            logger.exception("what saves a file raised what it should not")
            reason = f"the storage raised {error!r}"
            return WriteFailed(self.ticket, reason, doubtful=Etag.of(self.data))

    def _refusal(self) -> WriteHeld | WriteFailed | None:
        """Return why nothing is to be tried, if there is a reason."""
        try:
            if (reason := self.obstacle(self.file.name or self.path)) is not None:
                return WriteHeld(self.ticket, reason)
            self.owning.own(self.file, self.path)
        except StorageError as error:
            return WriteFailed(self.ticket, str(error), error.cause)
        if lost := lost_cells(self.notebook, self.data, self.suffix):
            reason = f"the text that was made for {self.path} lacks {lost} of its cells"
            return WriteFailed(self.ticket, reason, "codegen")
        return None

    def _replace(self) -> Outcome:
        data = self.data
        try:
            found = self.storage.read(self.path) if self._reads_first else None
            data = self._text(found)
            replaced = self.storage.replace(self.path, data, expected=self.expected)
        except ChangedError:
            return self._changed()
        except StorageError as error:
            return WriteFailed(self.ticket, str(error), error.cause, Etag.of(data))
        saved = Saved(self.version, replaced.sha256, self.path)
        etag = Etag(replaced.sha256, replaced.stamp)
        return Written(self.ticket, saved, replaced.written, etag, found)

    def _changed(self) -> Outcome:
        try:
            return FileChanged(self.ticket, self.storage.read(self.path))
        except StorageError as error:
            return WriteFailed(self.ticket, str(error), error.cause)

    @property
    def _reads_first(self) -> bool:
        return self.wants_found or self.generated_with is not None

    def _text(self, present: bytes | None) -> bytes:
        """Return what to write: what is there if only the release would change."""
        release = self.generated_with
        if release is None or present is None:
            return self.data
        is_same = _is_same_but_release(present, self.data, self.suffix, release)
        return present if is_same else self.data


def _is_same_but_release(old: bytes, new: bytes, suffix: str, release: str) -> bool:
    """Return whether the old text, written by this release, would be the new one."""
    try:
        notebook = parse(old, suffix)
    except Exception:  # noqa: BLE001 - or nothing would be saved any more
        return False
    return render(attrs.evolve(notebook, generated_with=release), suffix) == new
