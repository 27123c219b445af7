"""What marimo's file watcher finds, taken to the saver of the notebook."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from loguru import logger
from marimo._session.file_change_handler import FileChangeResult

from actors.errors import NotebookClosedError
from actors.integrations.marimo.session import SessionAutosave
from actors.receipt import Saved

LOOK_S = 30.0
"""How long a change is waited for; the saver goes on, but the watcher goes on, too."""


class Watching:
    """Stands in for the `FileChangeCoordinator` of a session manager.

    marimo reads the changed file anew, and edits that are not saved yet are lost.
    Here the saver is asked to look: it knows its own texts, and merges those of
    others; the event `Merged` then brings the session to them.
    """

    def __init__(self, original: Any, autosave_of: Callable[[Any], SessionAutosave | None]) -> None:
        """Begin.

        Args:
            original: marimo's own coordinator.
            autosave_of: returns what saves a session; `None` for one that
                is not ours, such as those of run mode: these are marimo's.
        """
        self.original = original
        self._autosave_of = autosave_of

    def __getattr__(self, name: str) -> Any:
        """Be what marimo's own is, in all that is not said here."""
        return getattr(self.original, name)

    async def handle_change(self, file_path: Path, session: Any) -> Any:
        """Have the saver look at the file of a session; return marimo's `FileChangeResult`."""
        autosave = self._autosave_of(session)
        if autosave is None:
            return await self.original.handle_change(file_path, session)
        version = autosave.notebook.document.version
        try:
            error = await _trouble_after_look(autosave)
        except NotebookClosedError as closed:
            return FileChangeResult(handled=False, error=str(closed))
        is_other = autosave.notebook.document.version != version
        return FileChangeResult(handled=is_other, error=error)


async def _trouble_after_look(autosave: SessionAutosave) -> str | None:
    """Look at the file; return why it does not hold everything now, if it does not."""
    try:
        async with asyncio.timeout(LOOK_S):
            outcome = await autosave.look()
    except TimeoutError:
        logger.warning(
            "{} was changed, and cannot be read for {} s", autosave.notebook.path, LOOK_S
        )
        return f"the file could not be read within {LOOK_S:g} s"
    return None if isinstance(outcome, Saved) else outcome.reason
