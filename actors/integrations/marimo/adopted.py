"""One adopted session: what of marimo's is replaced in it, and given back at the end."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from marimo._session.extensions.types import EventAwareExtension

from actors.events import Alert, Event, Merged
from actors.handle import NotebookHandle
from actors.integrations.marimo.asking import reply
from actors.integrations.marimo.files import NotebookFiles
from actors.integrations.marimo.question import is_question
from actors.integrations.marimo.session import AGENT, SessionAutosave
from actors.integrations.marimo.stale_saves import StaleSaves
from actors.integrations.marimo.toasts import Toasts
from actors.receipt import Receipt
from actors.storage import Storage


class Adopted:
    """Replaces, in one session's own objects, what marimo saves by.

    marimo's classes stay as they are: a session that is not adopted does not
    notice.
    """

    def __init__(
        self, session: Any, notebook: NotebookHandle, listener: Any, storage: Storage
    ) -> None:
        """Take over.

        Args:
            session: marimo's session, in edit mode.
            notebook: where it is saved.
            listener: the session's `NotificationListenerExtension`.
            storage: where files are.
        """
        self.notebook = notebook
        self.autosave = SessionAutosave(session, notebook)
        self._session = session
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._listener = listener
        self._toasts = Toasts(session)
        self._on_kernel_message = listener._on_kernel_message
        manager = session.app_file_manager
        self._files = NotebookFiles(manager, self.autosave, storage)
        self._stale = StaleSaves(manager, self.autosave)
        self._ears = Ears(self._hear)
        self._install()
        self.autosave.catch_up()

    def _install(self) -> None:
        self._session.extensions.add(self._ears)
        self._ears.on_attach(self._session, self._session._event_bus)
        self._files.install()
        self._stale.install()
        self._toasts.install()
        self._listener._maybe_autosave = self._save_agent_edit
        self._listener._on_kernel_message = self._take_kernel_message

    def release(self) -> Receipt:
        """Give back what was taken over, and let go of the notebook."""
        for name in ("_maybe_autosave", "_on_kernel_message"):
            self._listener.__dict__.pop(name, None)
        self._stale.remove()
        self._files.remove()
        self._ears.on_detach()
        self._session.extensions.remove(self._ears)
        self._toasts.remove()
        return self.autosave.close()

    def on_event(self, event: Event) -> None:
        """Show the people of this session what has become of their notebook."""
        if isinstance(event, Alert):
            self._toasts.show(event)
        elif isinstance(event, Merged):
            self.autosave.on_merged(event)
        elif event.state == "saved":
            self._toasts.on_saved()

    # -- in place of marimo's ------------------------------------------------------------------

    def _save_agent_edit(self, session: Any, source: str = AGENT) -> None:
        # marimo 0.23 gives no source, and asks only where it would save.
        del session
        if source == AGENT:
            self.autosave.save_agent_edit()

    def _take_kernel_message(self, session: Any, message: bytes) -> None:
        # Until 0.24 a thread of marimo's own calls, where the kernel is a sandbox's.
        if threading.get_ident() == self._thread:
            self._on_message(session, message)
        else:
            with suppress(RuntimeError):  # the loop was closed: the session is over
                self._loop.call_soon_threadsafe(self._on_message, session, message)

    def _on_message(self, session: Any, message: bytes) -> None:
        if is_question(message):
            reply(message, self.autosave)
        else:
            self._on_kernel_message(session, message)

    def _hear(self, message: bytes) -> None:
        if (heard := self.autosave.hear(message)) is not None:
            self._stale.note(*heard)


class Ears(EventAwareExtension):
    """Hears what a session tells its browsers."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        super().__init__()
        self._hear = hear

    def on_notification_sent(self, session: Any, notification: bytes) -> None:
        """Take note of one message."""
        del session
        self._hear(notification)
