"""How long a call takes, in a few tries."""

import statistics
import time
from collections.abc import Callable

AT_MOST = 15
LIMIT_S = 2.0
"""No new try after this time: a slow disk is known as slow after one."""


def repeated(
    call: Callable[[int], object], before: Callable[[int], object] = lambda _: None
) -> list[float]:
    """Call with 0, 1, 2 and so on; return how many seconds each call took.

    Args:
        call: What is measured.
        before: What is called before each `call`, and is not.
    """
    times: list[float] = []
    while len(times) < AT_MOST and sum(times) < LIMIT_S:
        before(len(times))
        start = time.perf_counter()
        call(len(times))
        times.append(time.perf_counter() - start)
    return times


def spread(what: str, times: list[float]) -> tuple[str, dict[str, float]]:
    """Return median and longest time, in words and as figures."""
    median, longest = statistics.median(times), max(times)
    figures = {"count": len(times), "p50_ms": median * 1000, "max_ms": longest * 1000}
    return f"{what}: {duration(median)} in the median, {duration(longest)} at most", figures


def duration(seconds: float) -> str:
    """Return a time with two significant digits and its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size * 0.9995:
            value = seconds / size
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{max(seconds, 0) * 1e6:.0f} us"
