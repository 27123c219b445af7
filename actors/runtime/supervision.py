"""When a crashed actor is started again, and what is known of its crash."""

import attrs


@attrs.frozen
class Crash:
    """One crash of one actor."""

    actor: str
    """The name that the actor was started under."""

    error: str
    message: str
    """What it crashed over, set aside; the text of the message."""

    restarted: bool
    """`False`: it is out of service."""


class RestartLimit:
    """Allows so many restarts within a window, and no more.

    Args:
        max_restarts: restarts that are fine within the window.
        window_s: length of the window in seconds.
    """

    def __init__(self, max_restarts: int, window_s: float) -> None:
        self._max_restarts = max_restarts
        self._window_s = window_s
        self._restarts: list[float] = []

    def allow(self, now: float) -> bool:
        """Return whether a restart at `now` is within the limit, and count it."""
        self._restarts = [time for time in self._restarts if now - time < self._window_s]
        if len(self._restarts) >= self._max_restarts:
            return False
        self._restarts.append(now)
        return True
