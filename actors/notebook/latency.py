"""How long things took: the newest samples of one notebook, in little memory."""

from array import array
from collections.abc import Iterable

import attrs

SAMPLES_KEPT = 512
"""Newest samples that a notebook keeps; 2 KB when full, nothing when idle."""


@attrs.frozen
class Latency:
    """Percentiles of the newest samples, in seconds."""

    count: int = 0
    """Samples that these percentiles are taken from."""

    p50_s: float = 0.0
    p99_s: float = 0.0
    max_s: float = 0.0

    @classmethod
    def of(cls, samples: Iterable[float]) -> "Latency":
        """Return the percentiles of these samples (nearest rank)."""
        ranked = sorted(samples)
        if not ranked:
            return cls()

        def percentile(percent: int) -> float:
            return ranked[-(-percent * len(ranked) // 100) - 1]

        return cls(len(ranked), percentile(50), percentile(99), ranked[-1])


class LatencyRing:
    """Remembers the newest `SAMPLES_KEPT` samples; one thread adds, any reads."""

    __slots__ = ("_next", "_samples")

    def __init__(self) -> None:
        self._samples = array("f")
        self._next = 0

    def add(self, seconds: float) -> None:
        """Remember a sample, forgetting the oldest when full."""
        if len(self._samples) < SAMPLES_KEPT:
            self._samples.append(seconds)
        else:
            self._samples[self._next] = seconds
            self._next = (self._next + 1) % SAMPLES_KEPT

    def samples(self) -> list[float]:
        """Return the remembered samples, in no particular order."""
        return list(self._samples)
