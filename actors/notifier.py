"""The actor that turns what happens to saves into alerts for people."""

import functools
from collections.abc import Callable, Iterable
from typing import TypeAlias, assert_never

from loguru import logger

from actors.alerts import Incidents, crashed, removed
from actors.events import Alert, Event, Merged, SaveStatus
from actors.messages import (
    ActorCrashed,
    DraftFailed,
    DraftFound,
    DraftKept,
    DraftsRemoved,
    Leftover,
    MergedFile,
    NotifierMessage,
    OwnedElsewhere,
    Publish,
    SaveFailed,
    SaveHeld,
    SaveSucceeded,
    StormOver,
)
from actors.runtime import Actor

Later: TypeAlias = Callable[[float, Callable[[], object]], object]


class NotifierActor(Actor[NotifierMessage]):
    """One alert when a notebook starts to fail, one notice when it is safe again.

    Notebooks that fail alike at the same time share an alert. Receives reports
    on saves from savers, on drafts from the archivist, `ActorCrashed` and
    `Leftover` from the system, `Publish` from actors of the user's own, and
    `StormOver` by its own timer. Answers none of them; what it makes of them
    goes to the subscribers.

    Args:
        incidents: knows who is in trouble and who was told; it outlives a
            crash of this actor.
        later: runs an action after so many seconds, on any thread.
        publish: hands an event to all subscribers; never blocks, never raises.
    """

    def __init__(
        self, *, incidents: Incidents, later: Later, publish: Callable[[Event], object]
    ) -> None:
        super().__init__()
        self._incidents = incidents
        self._later = later
        self._publish = publish

    # -- for subclasses ------------------------------------------------------------

    def on_alert(self, alert: Alert) -> None:
        """Show an alert; override to send it elsewhere, too or instead.

        What it raises is logged and harms nothing.
        """
        self._publish(alert)

    # -- life ------------------------------------------------------------------------

    def on_start(self) -> None:
        """Take over from one that crashed: it may have been about to start a timer."""
        self._incidents.lose_timers()
        self._start_timers()

    def on_stop(self) -> None:
        """Tell what was still being collected."""
        self._show(self._incidents.flush())

    # -- messages ------------------------------------------------------------------

    def on_receive(self, message: NotifierMessage) -> None:  # noqa: C901, PLR0912 - one case a message
        """Handle one message."""
        match message:
            case SaveSucceeded():
                self._on_save_succeeded(message)
            case SaveFailed():
                self._on_save_failed(message)
            case SaveHeld():
                self._on_save_held(message)
            case MergedFile():
                self._on_merged_file(message)
            case DraftKept():
                self._show(self._incidents.draft_kept(message))
            case DraftFailed():
                self._show(self._incidents.draft_failed(message))
            case DraftFound():
                self._show(self._incidents.draft_found(message))
            case DraftsRemoved():
                self._show(removed(message))
            case OwnedElsewhere():
                self._show(self._incidents.owned_elsewhere(message))
            case ActorCrashed():
                self._show([crashed(message)])
            case Leftover():
                self._incidents.left(message)
            case StormOver(ticket):
                self._show(self._incidents.storm_over(ticket))
            case Publish(event):
                self._publish(event)
            case _:
                assert_never(message)

    def _on_save_succeeded(self, message: SaveSucceeded) -> None:
        self._show(self._incidents.succeeded(message))
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
        self._show(self._incidents.failed(message))
        self._publish(
            SaveStatus(
                notebook=message.notebook,
                state="failing",
                version=message.version,
                path=message.path,
                reason=message.reason,
                cause=message.cause,
                failures=message.failures,
                unsaved_s=message.unsaved_s,
            )
        )

    def _on_save_held(self, message: SaveHeld) -> None:
        self._show(self._incidents.held(message))
        self._publish(
            SaveStatus(
                notebook=message.notebook,
                state="waiting",
                version=message.version,
                path=message.path,
                reason=message.reason,
            )
        )

    def _on_merged_file(self, message: MergedFile) -> None:
        self._publish(
            Merged(
                notebook=message.notebook,
                transaction=message.transaction,
                version=message.version,
                path=message.path,
                before=message.before,
            )
        )

    # -- inside ----------------------------------------------------------------------

    def _show(self, alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            try:
                self.on_alert(alert)
            except Exception:  # noqa: BLE001 - a user's hook; the alerts to come must go on
                logger.exception("on_alert raised over {!r}", alert.title)
        self._start_timers()

    def _start_timers(self) -> None:
        for ticket, delay_s in self._incidents.take_timers():
            self._later(delay_s, functools.partial(self.mailbox.tell, StormOver(ticket)))
