"""Which notebooks are in trouble, who was told, and what is to be said next."""

import bisect
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import attrs

from actors.alerts import single
from actors.alerts.causes import OTHER_WAYS_OUT, Trouble
from actors.alerts.leftovers import told_of
from actors.alerts.outage import Outage
from actors.alerts.storms import Storms, Told
from actors.alerts.topics import Elsewhere, Failing, Found, Item, Late, Recovered, Topic, Unnamed
from actors.clock import SystemClock
from actors.events import Alert
from actors.messages import (
    DraftFailed,
    DraftFound,
    DraftKept,
    Leftover,
    OwnedElsewhere,
    SaveFailed,
    SaveHeld,
    SaveSucceeded,
)
from actors.settings import Settings
from actors.types import NotebookId

HELD_S = 2.0
"""A save that waits for git is worth an alert after so long: most commits are over by then."""

UNNAMED_KEPT = 10_000
"""So many unnamed notebooks are remembered as told; the oldest may be told again."""


@attrs.frozen
class NotebookState:
    """How saving goes for one notebook."""

    state: Literal["ok", "failing", "recovered"]
    """`"recovered"`: saved again, and the notice of that is still to come."""

    cause: Trouble | None = None
    """What kind of trouble it is, or was; `"git"` while a save waits for git."""

    failures: int = 0
    """How many attempts have failed in a row."""

    since_s: float | None = None
    """When the trouble began, on the clock's `monotonic`."""


OK = NotebookState("ok")


@attrs.define
class _Incident:
    """The trouble of one notebook, from the first failure to the next success."""

    cause: Trouble
    since_s: float
    failures: int = 0
    told: list[Trouble] = attrs.field(factory=list)
    """Causes that an alert was about, in this order."""

    was_alone: bool = False
    """Whether one of those alerts was about this notebook alone."""

    ages_passed: int = 0
    """How many ages of `Settings.escalate_after_s` an alert was about."""

    def is_news(self) -> bool:
        """Whether nobody was told of this cause, or it has other ways out than the last."""
        if not self.told:
            return True
        last = self.told[-1]
        if self.cause == last:
            return False
        return self.cause not in self.told or bool({self.cause, last} & OTHER_WAYS_OUT)


class Incidents:
    """The state behind all alerts of one `Autosave`; each method returns alerts to show.

    It knows only notebooks that are in trouble. It outlives a crash of the
    notifier, which alone may change it; `state` may be asked on any thread.

    Args:
        settings: `storm_window_s`, `escalate_after_s`, `drafts` and `resolve_by` are used.
        now: the time in seconds, which never goes back.
    """

    def __init__(
        self, settings: Settings | None = None, now: Callable[[], float] = SystemClock.monotonic
    ) -> None:
        settings = settings or Settings()
        self._now = now
        self._ages_s = sorted(settings.escalate_after_s)
        self._has_drafts = settings.drafts
        self._resolve_by = settings.resolve_by
        self._storms = Storms(settings.storm_window_s, now)
        self._outage = Outage()
        self._incidents: dict[NotebookId, _Incident] = {}
        self._recovered: dict[NotebookId, _Incident] = {}
        self._unnamed: dict[NotebookId, str] = {}
        self._leftovers: list[Leftover] = []

    def state(self, notebook: NotebookId) -> NotebookState:
        """Return how saving goes for a notebook."""
        if (incident := self._incidents.get(notebook)) is not None:
            return NotebookState("failing", incident.cause, incident.failures, incident.since_s)
        if (past := self._recovered.get(notebook)) is not None:
            return NotebookState("recovered", past.cause, 0, past.since_s)
        return OK

    # -- saves ---------------------------------------------------------------------

    def succeeded(self, message: SaveSucceeded) -> list[Alert]:
        """Take note of a save that worked."""
        notebook = message.notebook
        if self._unnamed and self._unnamed.pop(notebook, None) is not None:
            self._storms.withdraw(Unnamed(), notebook)
        alerts = self._outage.safe(notebook)
        incident = self._incidents.pop(notebook, None)
        if incident is None:
            return alerts
        self._storms.leave(notebook)
        if not incident.told:
            return alerts
        notice = single.recovered(message)
        if incident.was_alone:
            return [*alerts, notice.alert]
        self._recovered[notebook] = incident
        return [*alerts, *self._join(Recovered(), notice)]

    def failed(self, message: SaveFailed) -> list[Alert]:
        """Take note of a save that did not work."""
        notebook, cause = message.notebook, message.cause
        incident = self._incidents.get(notebook) or self._begin(notebook, cause)
        if incident.cause != cause:
            self._storms.leave(notebook)
        incident.cause, incident.failures = cause, message.failures
        if incident.is_news():
            item = single.failing(message, self._resolve_by)
            return self._join(Failing(cause, self._resolve_by), item)
        passed = bisect.bisect(self._ages_s, message.unsaved_s)
        if passed > incident.ages_passed:
            age_s = self._ages_s[passed - 1]
            item = single.late(message, age_s, self._resolve_by)
            return self._join(Late(cause, age_s, self._resolve_by), item)
        return []

    def held(self, message: SaveHeld) -> list[Alert]:
        """Take note of a save that waits for git."""
        notebook = message.notebook
        if message.held_s < HELD_S:
            return []
        incident = self._incidents.get(notebook) or self._begin(notebook, "git")
        if incident.cause != "git" or not incident.is_news():
            return []
        return self._join(Failing("git", self._resolve_by), single.held(message))

    def owned_elsewhere(self, message: OwnedElsewhere) -> list[Alert]:
        """Take note of a notebook that was opened while another process has it."""
        notebook = message.notebook
        incident = self._incidents.get(notebook) or self._begin(notebook, "locked")
        incident.cause = "locked"
        item = single.elsewhere(message, drafts=self._has_drafts)
        return self._join(Elsewhere(self._has_drafts), item)

    # -- drafts ----------------------------------------------------------------------

    def draft_kept(self, message: DraftKept) -> list[Alert]:
        """Take note of a draft that is durable."""
        notebook = message.notebook
        alerts = self._outage.kept(notebook)
        if message.path is not None or self._unnamed.get(notebook) == message.draft:
            return alerts
        self._unnamed[notebook] = message.draft
        if len(self._unnamed) > UNNAMED_KEPT:
            del self._unnamed[next(iter(self._unnamed))]
        return [*alerts, *self._join(Unnamed(), single.unnamed(message))]

    def draft_failed(self, message: DraftFailed) -> list[Alert]:
        """Take note of a draft that could not be kept."""
        return self._outage.failed(message.notebook, message.reason)

    def draft_found(self, message: DraftFound) -> list[Alert]:
        """Take note of a draft that is newer than its file."""
        return self._join(Found(), single.found(message))

    # -- time, and the end -----------------------------------------------------------

    def take_timers(self) -> Sequence[tuple[int, float]]:
        """Return a ticket and a delay in seconds for each timer to start now."""
        return self._storms.take_timers()

    def lose_timers(self) -> None:
        """Have `take_timers` return all again that may be due, after a crash."""
        self._storms.lose_timers()

    def storm_over(self, ticket: int) -> list[Alert]:
        """End the window of a timer; a stale ticket does nothing."""
        return self._noted(self._storms.close(ticket))

    def left(self, message: Leftover) -> None:
        """Keep what is told at the end, in place of all else about that notebook."""
        self._storms.leave(message.notebook)
        self._leftovers.append(message)

    def flush(self) -> list[Alert]:
        """Return all that has not been told yet, at the end."""
        leftovers, self._leftovers = self._leftovers, []
        return [*self._noted(self._storms.flush()), *told_of(leftovers)]

    # -- inside ----------------------------------------------------------------------

    def _begin(self, notebook: NotebookId, cause: Trouble) -> _Incident:
        """Begin an incident, or go on with one that nobody was told the end of."""
        incident = self._incidents[notebook] = _Incident(cause, self._now())
        past = self._recovered.pop(notebook, None)
        if past is not None:
            self._storms.leave(notebook)
            incident.told = past.told
        return incident

    def _join(self, topic: Topic, item: Item) -> list[Alert]:
        return self._noted(self._storms.join(topic, item))

    def _noted(self, all_told: Iterable[Told]) -> list[Alert]:
        return [self._note(told) for told in all_told]

    def _note(self, told: Told) -> Alert:
        for notebook in told.notebooks if told.topic.is_state else ():
            self._recovered.pop(notebook, None)
            incident = self._incidents.get(notebook)
            if incident is not None:
                incident.was_alone |= not told.alert.also
                if isinstance(told.topic, Late):
                    incident.ages_passed = bisect.bisect(self._ages_s, told.topic.age_s)
                else:
                    incident.told.append(incident.cause)
        return told.alert
