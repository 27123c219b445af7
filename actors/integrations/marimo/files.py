"""What marimo does to the file of one session, done by the saver of its notebook."""

import asyncio
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from marimo._config.settings import GLOBAL_SETTINGS
from marimo._messaging.notebook.changes import Transaction as MarimoTransaction
from marimo._utils.http import HTTPException, HTTPStatus

from actors.errors import AutosaveError
from actors.formats import parse
from actors.integrations.marimo.held_answers import hold
from actors.integrations.marimo.session import (
    PERSON,
    SessionAutosave,
    app_cells,
    document_is_of_app,
    follow_in_app,
)
from actors.integrations.marimo.translate import FILE_WATCH, cells_of
from actors.notebook import SetHeader, Transaction
from actors.receipt import Outcome, Receipt, Refused, Saved
from actors.storage import Etag, Storage

WAIT_S = 15.0
"""How long a browser's save waits for the disk; the save itself goes on."""

_TURN_S = 0.01


class NotebookFiles:
    """Stands in for the parts of marimo's `AppFileManager` that write.

    A browser's save, a rename, new options of the app and a save of marimo's
    host interface all end here, and each waits until the notebook's saver has
    done it: so all writers are one. marimo calls these methods in its event
    loop or on a thread of its own; what they wait for needs neither.
    """

    def __init__(self, manager: Any, autosave: SessionAutosave, storage: Storage) -> None:
        """Begin; `install` puts it in place.

        Args:
            manager: marimo's `AppFileManager` of the session.
            autosave: of the same session.
            storage: where the file is.
        """
        self._manager = manager
        self._autosave = autosave
        self._storage = storage
        self._save_file = manager._save_file

    def install(self) -> None:
        """Take over from marimo."""
        self._manager.storage = SaverStorage(self._manager.storage, self)
        self._manager._save_file = self.save_file
        self._manager.save_from_cells = self.save_from_cells
        self._manager.reload = self.reload

    def remove(self) -> None:
        """Give back to marimo what was taken over."""
        self._manager.storage = self._manager.storage.original
        for name in ("_save_file", "save_from_cells", "reload"):
            self._manager.__dict__.pop(name, None)

    # -- in place of AppFileManager's ---------------------------------------------------------

    def save_file(
        self, path: Path, *, notebook: Any, persist: bool, previous_path: Path | None = None
    ) -> str:
        """Save the app's cells and options; return the text of the file."""
        if not persist:
            text: str = self._save_file(
                path, notebook=notebook, persist=False, previous_path=previous_path
            )
            return text
        with self._manager._save_lock:
            self._manager.storage.ensure_parent_dirs(path)
            self._name(path, notebook)
            app = self._manager.app
            options = app.config.asdict_difference()
            self._autosave.hand_in(cells_of(app_cells(app)), PERSON, options)
            receipt = self._autosave.notebook.request_flush()
            if self._manager._filename is None:
                self._manager._filename = path
            if previous_path is not None and hold(partial(self._tried, receipt)):
                return ""
            # A host is told what is on disk when this returns.
            if getattr(self._manager, "on_persisted", None) is None and hold(
                partial(self.settled, receipt, path)
            ):
                return ""
            self.settle(receipt, path)
            return self._text(path)

    def save_from_cells(self, cells: Any, **_expected: Any) -> str:
        """Save the document as it is now, which is never older than `cells`."""
        manager = self._manager
        if manager._filename is None:
            raise HTTPException(
                status_code=HTTPStatus.BAD_REQUEST, detail="Cannot save an unnamed notebook"
            )
        del cells
        document = self._autosave.session.document
        self._autosave.hand_in(cells_of(document.cells), PERSON)
        self.settle(self._autosave.notebook.request_flush(), manager._filename)
        if (persisted := getattr(manager, "_persisted", None)) is not None:
            persisted(document.cells)
        return self._text(manager._filename)

    def reload(self) -> Any:
        """Leave the session as it is; return that nothing has changed.

        marimo reads the file anew for its automatic exports, and what is not in the
        file yet would be gone. What is in the file comes by a merge.
        """
        follow_in_app(self._autosave.session)
        if not document_is_of_app(self._autosave.session):
            return set()
        return MarimoTransaction(changes=(), source=FILE_WATCH), set()

    # -- in place of its storage's ------------------------------------------------------------

    def rename(self, old: Path, new: Path) -> None:
        """Give the session's file another name; what is to be saved in it may come later."""
        self._move(new, old)

    def is_own(self, path: Path) -> bool:
        """Whether this is the session's file."""
        own = self._autosave.notebook.path
        return own is not None and own == path.absolute()

    def make(self, path: Path, text: str) -> None:
        """Make a file that is no session's, such as a copy: whole and durable, or not at all."""
        try:
            self._storage.replace(path, text.encode(), expected=(Etag.of(None),))
        except AutosaveError as error:
            raise failed(str(error)) from error

    async def settled(self, receipt: Receipt, path: Path) -> str:
        """Wait until something is on disk, while the server goes on; return the file's text.

        Raises:
            HTTPException: as `settle` does.
        """
        try:
            async with asyncio.timeout(WAIT_S):
                outcome = await receipt
        except TimeoutError:
            raise late(path) from None
        self._check(outcome, path)
        return await asyncio.to_thread(self._text, path)

    def settle(self, receipt: Receipt, path: Path) -> None:
        """Wait until something is on disk, while the whole thread waits.

        Raises:
            HTTPException: when it is not; the reason is for the person who saves.
        """
        try:
            outcome = receipt.wait(WAIT_S)
        except TimeoutError:
            raise late(path) from None
        self._check(outcome, path)

    def _check(self, outcome: Outcome, path: Path) -> None:
        if not isinstance(outcome, Saved):
            draft = self._autosave.notebook.draft
            safe = "" if draft is None else f"; the work is safe in draft {draft}"
            raise failed(f"{path} is not saved: {outcome.reason}{safe}")

    # -- steps of these -----------------------------------------------------------------------

    def _name(self, path: Path, notebook: Any) -> None:
        """Give an unnamed notebook its file, with the header that marimo gives a new one."""
        handle = self._autosave.notebook
        if handle.path is not None:
            return
        if GLOBAL_SETTINGS.MANAGE_SCRIPT_METADATA and path.suffix == ".py":
            text = self._save_file(path, notebook=notebook, persist=False)
            header = parse(text.encode(), ".py").header
            handle.submit(Transaction((SetHeader(header=header),), PERSON))
        self._move(path, path)

    def _move(self, new: Path, old: Path) -> None:
        """Wait for a rename, and not for the save that follows it.

        Once the file has its name, marimo has to know: if it were told that this did
        not work, because the save fails or waits, it would go on with the old name.
        """
        notebook = self._autosave.notebook
        receipt, until_s = notebook.rename(new), time.monotonic() + WAIT_S
        while notebook.path != new.absolute():
            try:
                outcome = receipt.wait(_TURN_S)
            except TimeoutError:
                if time.monotonic() > until_s:
                    raise late(old) from None
            else:
                if isinstance(outcome, Refused):
                    raise failed(f"{old} is not renamed: {outcome.reason}")
                return

    async def _tried(self, receipt: Receipt) -> str:
        """Wait for a save after a rename, which has worked even if the save does not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S):
                await receipt
        return ""

    def _text(self, path: Path) -> str:
        data = self._storage.read(path)
        return "" if data is None else data.decode("utf-8", "replace")


class SaverStorage:
    """marimo's storage of one session, through which nothing is written but by the saver."""

    def __init__(self, original: Any, files: NotebookFiles) -> None:
        self.original = original
        self._files = files

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def write(self, path: Path, content: str) -> None:
        """Make a copy; the session's own file is written by `NotebookFiles.save_file` alone."""
        self.original.ensure_parent_dirs(path)
        if content:  # an unnamed notebook that gets a name is made whole, not empty first
            self._files.make(path, content)

    def rename(self, old_path: Path, new_path: Path) -> None:
        """Give a file another name."""
        self.original.ensure_parent_dirs(new_path)
        if self._files.is_own(old_path):
            self._files.rename(old_path, new_path)
        else:
            self.original.rename(old_path, new_path)


def late(path: Path) -> Exception:
    """Return the error for what waits for a slow disk, or for git."""
    return failed(f"{path} is not saved yet, after {WAIT_S:g} s; the save goes on by itself")


def failed(reason: str) -> Exception:
    """Return the error by which marimo tells a browser that its save did not work."""
    return HTTPException(status_code=HTTPStatus.SERVER_ERROR, detail=reason)  # type: ignore[no-any-return]
