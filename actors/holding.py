"""A save that waits for somebody else, and no longer than was set."""

from collections.abc import Callable
from pathlib import Path


class Hold:
    """How long the saves of one notebook have waited for git.

    Args:
        at_most_s: for how long they do.
        now: the time in seconds.
    """

    __slots__ = ("_at_most_s", "_now", "_since_s")

    def __init__(self, at_most_s: float, now: Callable[[], float]) -> None:
        self._at_most_s = at_most_s
        self._now = now
        self._since_s: float | None = None

    def waited_s(self) -> float:
        """Return how long the wait has been; it begins with the first question."""
        now_s = self._now()
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s

    @property
    def is_over(self) -> bool:
        """Whether the wait was long enough: the next save is not to wait."""
        if self._since_s is None:
            return self._at_most_s == 0
        return self._now() - self._since_s >= self._at_most_s

    def end(self) -> None:
        """Begin anew with the next wait."""
        self._since_s = None


def no_obstacle(_: Path) -> None:
    """Say that nothing is in the way of saving a file."""
