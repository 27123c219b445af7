"""The actor that turns what happens to saves into alerts for people."""

from collections.abc import Callable
from typing import assert_never

from loguru import logger

from actors.events import Alert, Event, SaveStatus, Variant
from actors.messages import (
    ActorCrashed,
    Leftover,
    NotifierMessage,
    Publish,
    SaveFailed,
    SaveSucceeded,
)
from actors.runtime import Actor
from actors.types import NotebookId


class NotifierActor(Actor[NotifierMessage]):
    """One alert when a notebook starts to fail, one notice when it is safe again.

    Receives `SaveSucceeded` and `SaveFailed` from savers, `ActorCrashed` and
    `Leftover` from the system, `Publish` from actors of the user's own.
    Answers none of them; what it makes of them goes to the subscribers.

    Args:
        failing: the notebooks whose alert is out and whose notice is not; it
            outlives a crash of this actor.
        publish: hands an event to all subscribers; never blocks, never raises.
    """

    def __init__(self, *, failing: set[NotebookId], publish: Callable[[Event], object]) -> None:
        super().__init__()
        self._failing = failing
        self._publish = publish

    # -- for subclasses ------------------------------------------------------------

    def on_alert(self, alert: Alert) -> None:
        """Show an alert; override to send it elsewhere, too or instead.

        What it raises is logged and harms nothing.
        """
        self._publish(alert)

    # -- messages ------------------------------------------------------------------

    def on_receive(self, message: NotifierMessage) -> None:
        """Handle one message."""
        match message:
            case SaveSucceeded():
                self._on_save_succeeded(message)
            case SaveFailed():
                self._on_save_failed(message)
            case ActorCrashed():
                self._on_actor_crashed(message)
            case Leftover(notebook, reason):
                self._danger("Work was not saved", f"{reason} ({notebook})", notebook)
            case Publish(event):
                self._publish(event)
            case _:
                assert_never(message)

    def _on_save_succeeded(self, message: SaveSucceeded) -> None:
        if message.notebook in self._failing:
            self._failing.discard(message.notebook)
            title = f"{message.path.name} is saved again"
            text = f"What could not be saved before is now in {message.path}."
            self._alert(title, text, None, message.notebook)
        self._publish(
            SaveStatus(
                notebook=message.notebook,
                state="saved",
                version=message.version,
                path=message.path,
                sha256=message.sha256,
                written=message.written,
            )
        )

    def _on_save_failed(self, message: SaveFailed) -> None:
        if message.notebook not in self._failing:
            self._failing.add(message.notebook)
            text = (
                f"{message.reason}. The work is kept in memory, and saving is tried again "
                "until it works; a notice will say so. Do not stop the server before."
            )
            self._danger(f"{message.path.name} could not be saved", text, message.notebook)
        self._publish(
            SaveStatus(
                notebook=message.notebook,
                state="failing",
                version=message.version,
                path=message.path,
                reason=message.reason,
            )
        )

    def _on_actor_crashed(self, message: ActorCrashed) -> None:
        if message.restarted:
            title = f"An error in {message.actor}"
            text = f"It was started again, without the message that it failed over: {message.error}"
        else:
            title = f"{message.actor} is out of service"
            text = f"It failed too often, the last time with {message.error}. Others run on."
        self._danger(title, text, message.notebook)

    def _danger(self, title: str, description: str, notebook: NotebookId) -> None:
        self._alert(title, description, "danger", notebook)

    def _alert(self, title: str, description: str, variant: Variant, notebook: NotebookId) -> None:
        try:
            self.on_alert(Alert.escaped(title, description, variant, notebook))
        except Exception:  # noqa: BLE001 - a user's hook; the alerts to come must go on
            logger.exception("on_alert raised over {!r}", title)
