"""One marimo server, and the `Autosave` through which all its notebooks are saved."""

import asyncio
import html
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from marimo import _loggers
from marimo._session.events import SessionEventListener
from marimo._session.extensions.extensions import NotificationListenerExtension
from marimo._session.model import ConnectionState, SessionMode
from marimo._version import __version__ as marimo_version

from actors.autosave import Autosave
from actors.clock import SystemClock
from actors.errors import AutosaveError
from actors.events import Alert, Event
from actors.formats import parse
from actors.handle import NotebookHandle
from actors.integrations.marimo.adopted import Adopted
from actors.integrations.marimo.asking import announced
from actors.integrations.marimo.disk import MarimoDisk
from actors.integrations.marimo.needs import missing_in
from actors.integrations.marimo.session import AGENT, PERSON, SessionAutosave
from actors.integrations.marimo.translate import cells_of
from actors.integrations.marimo.watching import Watching
from actors.settings import Settings
from actors.storage import SqliteArchive
from actors.storage.archive import Limits
from actors.types import NotebookId

LOGGER = _loggers.marimo_logger()

RESOLVE_BY = (
    "in the scratchpad run "
    "`import actors.integrations.marimo as autosave; await autosave.resolve({choice})`"
)
"""How people end a conflict. What is run in the scratchpad is no cell that could run again."""


class ServerAutosave(SessionEventListener):
    """Adopts each session of a server, and tells each what becomes of its notebook."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        settings = Settings(
            persist_sources=frozenset({AGENT, PERSON}),
            generated_with=marimo_version,
            resolve_by=RESOLVE_BY,
        )
        self._archive = SqliteArchive(
            settings.state_dir, limits=Limits.of(settings), now=SystemClock().now
        )
        self._disk = MarimoDisk(spill=self._archive)
        self._autosave = Autosave(settings, storage=self._disk, archive=self._archive)
        self._adopted: dict[Any, Adopted] = {}
        self._closing: dict[str, Any] = {}
        self._coordinator = manager._file_change_coordinator
        self._announced = ExitStack()

    # -- life ----------------------------------------------------------------------

    @classmethod
    def started(cls, manager: Any) -> "ServerAutosave | None":
        """Return one at work in the server of a session manager; `None` where nobody edits."""
        if manager.mode != SessionMode.EDIT:
            return None
        server = cls(manager)
        server._start()
        return server

    def _start(self) -> None:
        self._autosave.start()
        self._autosave.subscribe(self._on_event, loop=asyncio.get_running_loop())
        self._manager._event_bus.subscribe(self)
        self._manager._file_change_coordinator = Watching(self._coordinator, self._autosave_of)
        self._announced.enter_context(announced())
        LOGGER.info("notebook-actors saves the notebooks of this server")

    async def stop(self) -> None:
        """Save what is not saved, and leave the server as it was."""
        try:
            self._let_go()
        finally:  # whatever marimo has run into, and even if nobody waits for it
            await asyncio.to_thread(self._end)

    def _let_go(self) -> None:
        self._announced.close()
        self._manager._event_bus.unsubscribe(self)
        # marimo does this next. An agent that goes on until then would be saved by marimo's
        # own autosave beside our last save, and take that for somebody else's file.
        self._manager.close_all_sessions()
        self._manager._file_change_coordinator = self._coordinator
        for adopted in list(self._adopted.values()):
            adopted.release()
        self._adopted.clear()

    def _end(self) -> None:
        try:
            self._autosave.stop()  # which says what it could not save
        finally:
            self._archive.close()

    # -- what the session manager tells --------------------------------------------------

    async def on_session_created(self, session: Any) -> None:
        """Save the session's notebook from now on."""
        if session in self._adopted:
            return
        try:
            shown = _codes(session)
            await self._closed(session.app_file_manager.path)
            if session.connection_state() != ConnectionState.CLOSED:  # while we waited
                await self._adopt(session, shown)
        except Exception as error:  # noqa: BLE001 - whatever it is, marimo goes on without us
            LOGGER.warning(
                "notebook-actors cannot save %s, marimo's own autosave goes on: %s",
                session.app_file_manager.path or "an unnamed notebook",
                error,
            )

    async def on_session_closed(self, session: Any) -> None:
        """Let go of the session's notebook, once it is saved."""
        if (adopted := self._adopted.pop(session, None)) is None:
            return
        path, receipt = session.app_file_manager.path, adopted.release()
        if path is not None:
            self._closing[path] = receipt
            await receipt
            self._closing.pop(path, None)

    # -- steps of these ----------------------------------------------------------------------

    async def _closed(self, path: str | None) -> None:
        """Wait for the session that had the file before."""
        if path is not None and (receipt := self._closing.get(path)) is not None:
            await receipt

    async def _adopt(self, session: Any, shown: list[str]) -> None:
        listener = session.extensions.get(NotificationListenerExtension)
        if gaps := missing_in(session):
            raise LookupError("; ".join(gaps))
        if listener is None:
            raise LookupError("the session has no listener for the kernel's notifications")
        notebook = await self._opened(session, shown)
        try:
            self._adopted[session] = Adopted(session, notebook, listener, self._disk)
        except BaseException:
            notebook.close()
            raise

    async def _opened(self, session: Any, shown: list[str]) -> NotebookHandle:
        """Open the notebook of a session that showed these codes when it began.

        marimo read the file before the kernel started. Somebody may have saved since,
        such as the session before, and what is shown is not its people's edit of that.
        """
        notebook = self._open(session)  # now all that the session before had left is saved
        if shown != _codes(session) or not self._is_behind(session):
            return notebook
        notebook.close()
        await self._coordinator.handle_change(Path(session.app_file_manager.path), session)
        return self._open(session)

    def _open(self, session: Any) -> NotebookHandle:
        path = session.app_file_manager.path
        try:
            return self._autosave.open(path, cells=cells_of(session.document.cells))
        except ValueError:  # a second session of the same file: one saver, as ever
            return self._autosave.open(path)

    def _is_behind(self, session: Any) -> bool:
        """Whether a file may have other cells by now than its session shows."""
        path = session.app_file_manager.path
        try:
            if path is None or (data := self._disk.read(Path(path))) is None:
                return False
            return [cell.code for cell in parse(data, Path(path).suffix)] != _codes(session)
        except AutosaveError:
            return False  # it could be read a moment ago; a save will say what is wrong

    def _autosave_of(self, session: Any) -> SessionAutosave | None:
        adopted = self._adopted.get(session)
        return None if adopted is None else adopted.autosave

    # -- what the savers tell -------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Alert):
            heard = [self._hear(event, notebook) for notebook in (event.notebook, *event.also)]
            if not any(heard):
                LOGGER.warning("%s", html.unescape(f"{event.title}: {event.description}"))
        else:
            self._hear(event, event.notebook)

    def _hear(self, event: Event, notebook: NotebookId) -> bool:
        sessions = [each for each in self._adopted.values() if each.notebook.id == notebook]
        for adopted in sessions:
            adopted.on_event(event)
        return bool(sessions)


def _codes(session: Any) -> list[str]:
    return [cell.code for cell in session.document.cells]
