"""Many notebooks with the same trouble at the same time, collected into one alert."""

import itertools
from collections.abc import Callable, Sequence

import attrs

from actors.alerts.topics import Item, Topic
from actors.events import Alert
from actors.types import NotebookId

LONGEST_WINDOW_S = 60.0
"""No alert waits longer; and a storm is over when nobody joined it for so long."""

ALONE_AT_MOST = 3
"""So many that were collected are told one by one; one more, and they share an alert."""


@attrs.frozen
class Told:
    """An alert that is to be shown now."""

    topic: Topic
    alert: Alert

    @property
    def notebooks(self) -> tuple[NotebookId, ...]:
        """All that it is about."""
        return (self.alert.notebook, *self.alert.also)


@attrs.define
class Window:
    """A time in which those with the same topic are collected."""

    topic: Topic
    ticket: int
    length_s: float
    at_once: int
    """How many more are told at once."""

    waiting: dict[NotebookId, Item] = attrs.field(factory=dict)

    def told(self) -> list[Told]:
        """Return what is to be said of those who wait."""
        items = list(self.waiting.values())
        if len(items) > ALONE_AT_MOST:
            return [Told(self.topic, self.topic.summary(items))]
        return [Told(self.topic, item.alert) for item in items]


class Storms:
    """The open windows, one a topic.

    The first of a topic opens a window. As long as others come, another one
    follows, twice as long. Time is told from outside: `take_timers` says which
    windows were opened, and `close` ends one.

    Args:
        window_s: length of the first window; 0 collects nothing.
        now: the time in seconds, which never goes back.
    """

    def __init__(self, window_s: float, now: Callable[[], float]) -> None:
        self._window_s = window_s
        self._now = now
        self._tickets = itertools.count(1)
        self._windows: dict[Topic, Window] = {}
        self._lengths: dict[Topic, tuple[float, float]] = {}
        self._without_timer: list[Window] = []

    def join(self, topic: Topic, item: Item) -> list[Told]:
        """Take what one notebook has to say; return what is to be told at once."""
        if not self._window_s:
            return [Told(topic, item.alert)]
        if topic.is_state:
            self.leave(item.alert.notebook)
        window = self._windows.get(topic) or self._open(topic, topic.at_once)
        if window.at_once:
            window.at_once -= 1
            return [Told(topic, item.alert)]
        window.waiting[item.alert.notebook] = item
        return []

    def leave(self, notebook: NotebookId) -> None:
        """Say nothing of how a notebook was, for that is over."""
        for window in self._windows.values():
            if window.topic.is_state:
                window.waiting.pop(notebook, None)

    def withdraw(self, topic: Topic, notebook: NotebookId) -> None:
        """Say nothing of this notebook to this topic."""
        if (window := self._windows.get(topic)) is not None:
            window.waiting.pop(notebook, None)

    def close(self, ticket: int) -> list[Told]:
        """End a window, and open the next if anybody came; a stale ticket does nothing."""
        for topic, window in self._windows.items():
            if window.ticket == ticket:
                del self._windows[topic]
                self._lengths[topic] = (window.length_s, self._now())
                if window.waiting:
                    self._open(topic, 0)
                return window.told()
        return []

    def flush(self) -> list[Told]:
        """End all windows; no other is opened."""
        windows, self._windows = self._windows, {}
        return [told for window in windows.values() for told in window.told()]

    def take_timers(self) -> Sequence[tuple[int, float]]:
        """Return the ticket and the length of each window that was opened since the last call."""
        if not self._without_timer:
            return ()  # asked after each save
        fresh, self._without_timer = self._without_timer, []
        return [(window.ticket, window.length_s) for window in fresh]

    def lose_timers(self) -> None:
        """Have `take_timers` return all open windows again."""
        self._without_timer = list(self._windows.values())

    def _open(self, topic: Topic, at_once: int) -> Window:
        window = Window(topic, next(self._tickets), self._next_length_s(topic), at_once)
        self._windows[topic] = window
        self._without_timer.append(window)
        return window

    def _next_length_s(self, topic: Topic) -> float:
        last_s, ended_s = self._lengths.get(topic, (0.0, 0.0))
        if not last_s or self._now() - ended_s >= LONGEST_WINDOW_S:
            return self._window_s
        return min(2 * last_s, max(self._window_s, LONGEST_WINDOW_S))
