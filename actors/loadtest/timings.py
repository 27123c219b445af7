"""Latencies of one client, in HDR histograms; and what became of its edits."""

import re
import threading
from collections import Counter

import attrs
from hdrh.histogram import HdrHistogram

from actors.receipt import Outcome, Refused, Saved

MOST_US = 3_600_000_000
"""An hour; what takes longer is recorded as an hour."""

_NUMBER = re.compile(r"\d+")

REASONS_KEPT = 20
"""Different ones, of edits that did not end with `Saved`, for each client."""


def durable_histogram(digits: int = 3) -> HdrHistogram:
    """Return an empty histogram of times to durable, in microseconds up to an hour."""
    return HdrHistogram(1, MOST_US, digits)


def submit_histogram() -> HdrHistogram:
    """Return an empty histogram of `submit` calls, in nanoseconds up to a minute."""
    return HdrHistogram(1, 60_000_000_000, 3)


def percentiles_s(histogram: HdrHistogram, unit_s: float = 1e-6) -> dict[str, float]:
    """Return what is told of a histogram, in seconds."""
    values = histogram.get_percentile_to_value_dict([50, 99, 99.9])
    names = {"p50": 50, "p99": 99, "p99.9": 99.9}
    found = {name: values.get(percent, 0) * unit_s for name, percent in names.items()}
    return found | {"max": histogram.get_max_value() * unit_s}


@attrs.frozen
class RefusedEdit:
    """An edit that was not applied."""

    session: int
    number: int
    reason: str


class Timings:
    """What one client records; one thread does so, any may merge it into its own.

    The time to durable is that from the intended time of sending, so that an edit which
    had to wait because those before it were slow counts with its whole wait.
    """

    def __init__(self) -> None:
        self.submit = submit_histogram()
        self.durable = durable_histogram()
        self.outcomes: Counter[str] = Counter()
        self.sent = self.settled = 0
        self.reasons: Counter[str] = Counter()
        """Why receipts do not say `Saved`, with `#` for each number."""

        self.refused: list[RefusedEdit] = []
        """The first ones."""

        self._window = durable_histogram(2)
        self._lock = threading.Lock()

    def submitted(self, seconds: float) -> None:
        """Record how long `submit` held its caller."""
        self.sent += 1
        self.submit.record_value(max(1, round(seconds * 1e9)))

    def ended(self, session: int, number: int, seconds: float, outcome: Outcome) -> None:
        """Record the end of a receipt."""
        self.settled += 1
        self.outcomes[type(outcome).__name__] += 1
        if isinstance(outcome, Saved):
            microseconds = min(MOST_US, max(1, round(seconds * 1e6)))
            with self._lock:
                self.durable.record_value(microseconds)
                self._window.record_value(microseconds)
            return
        # The same trouble of two notebooks is one reason: their names differ in a number.
        reason = _NUMBER.sub("#", outcome.reason)
        if reason in self.reasons or len(self.reasons) < REASONS_KEPT:
            self.reasons[reason] += 1
        if isinstance(outcome, Refused) and len(self.refused) < REASONS_KEPT:
            self.refused.append(RefusedEdit(session, number, outcome.reason))

    def take_window(self, into: HdrHistogram) -> None:
        """Add what was recorded since the last call to a histogram of two digits."""
        with self._lock:
            window, self._window = self._window, durable_histogram(2)
        into.add(window)
