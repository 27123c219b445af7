"""Finds the notebooks whose work has not been durable for a while, with one timer for all."""

import threading
from collections.abc import Callable

from actors.messages import DraftDue
from actors.types import Mailbox, NotebookId


class Overdue:
    """Tells a notebook's saver `DraftDue` when its work was pending for so long, and again.

    There is a timer as long as anything is pending. `begin` and `end` take no lock:
    single operations on a dictionary are atomic, on free-threaded Python too.

    Args:
        after_s: how long work may be pending, in seconds; told after half of that at the soonest.
        later: runs an action after so many seconds.
        now: the time in seconds, of the same clock.
    """

    def __init__(
        self,
        after_s: float,
        later: Callable[[float, Callable[[], object]], object],
        now: Callable[[], float],
    ) -> None:
        self._after_s = after_s
        self._later = later
        self._now = now
        self._pending: dict[NotebookId, tuple[float, Mailbox[DraftDue]]] = {}
        self._arming = threading.Lock()
        self._is_armed = False

    def begin(self, notebook: NotebookId, saver: Mailbox[DraftDue]) -> None:
        """Take note that a notebook has work that is not durable; again changes nothing."""
        noted = self._pending.get(notebook)
        if noted is None or noted[1] is not saver:  # ids are used again, and savers retire
            self._pending[notebook] = (self._now(), saver)
        # First the note, then the look; the sweep does it the other way round.
        if not self._is_armed:
            self._arm()

    def end(self, notebook: NotebookId) -> None:
        """Take note that it has none any more."""
        self._pending.pop(notebook, None)

    def _arm(self) -> None:
        with self._arming:
            if self._is_armed:
                return
            self._is_armed = True
        self._later(self._after_s / 2, self._sweep)

    def _sweep(self) -> None:
        self._is_armed = False
        now = self._now()
        pending = list(self._pending.items())
        for notebook, (since_s, saver) in pending:
            if now - since_s >= self._after_s / 2 and self._take(notebook):
                saver.tell(DraftDue())  # who still has work then begins anew
        if pending:
            self._arm()

    def _take(self, notebook: NotebookId) -> bool:
        try:
            del self._pending[notebook]
        except KeyError:
            return False  # ended meanwhile
        return True
