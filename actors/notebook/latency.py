"""How long things took: a histogram of everything, and a notebook's newest samples."""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

import attrs

SAMPLES_KEPT = 64
"""Newest samples that a notebook keeps; 256 bytes when full, nothing when idle."""

_STEPS = 32
"""Buckets between one power of two and the next: each is 3 % wide."""

_POWERS = 30
"""Powers of two from 1 us to 1,074 s."""


@attrs.frozen
class Latency:
    """Percentiles of times, in seconds (nearest rank)."""

    count: int = 0
    """Samples that these percentiles are taken from."""

    p50_s: float = 0.0
    p99_s: float = 0.0
    p999_s: float = 0.0
    """What 99.9 % of the samples do not exceed."""

    max_s: float = 0.0

    @classmethod
    def of(cls, samples: Iterable[float]) -> "Latency":
        """Return the percentiles of these samples."""
        ranked = sorted(samples)
        if not ranked:
            return cls()
        p50, p99, p999 = (ranked[rank - 1] for rank in _ranks(len(ranked)))
        return cls(len(ranked), p50, p99, p999, ranked[-1])


class Histogram:
    """Counts times in buckets whose width grows with the time: no sample is kept.

    A percentile read from it is at most 1.6 % off for 1 us to 1,000 s, and the
    maximum is exact. One thread adds; others may read.
    """

    __slots__ = ("buckets", "max_s")

    def __init__(self) -> None:
        self.buckets = array("Q", bytes(8 * _STEPS * _POWERS))
        self.max_s = 0.0

    def add(self, seconds: float) -> None:
        """Count one time."""
        self.buckets[_bucket(seconds)] += 1
        self.max_s = max(self.max_s, seconds)

    def merge(self, other: "Histogram") -> None:
        """Count all that another histogram has counted."""
        for bucket, count in enumerate(other.buckets):
            if count:
                self.buckets[bucket] += count
        self.max_s = max(self.max_s, other.max_s)

    def latency(self) -> Latency:
        """Return the percentiles of what was counted."""
        upto = list(accumulate(self.buckets))
        if upto[-1] == 0:
            return Latency()
        p50, p99, p999 = (min(self.max_s, _at_rank(upto, rank)) for rank in _ranks(upto[-1]))
        return Latency(upto[-1], p50, p99, p999, self.max_s)


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


def _ranks(count: int) -> list[int]:
    """Return the ranks, from 1, of the three percentiles among so many samples."""
    return [-(-per_mille * count // 1000) for per_mille in (500, 990, 999)]


def _bucket(seconds: float) -> int:
    mantissa, power = math.frexp(seconds * 1e6)  # 0.5 <= mantissa < 1
    bucket = (power - 1) * _STEPS + int(mantissa * 2 * _STEPS) - _STEPS
    return min(max(bucket, 0), _POWERS * _STEPS - 1)


def _at_rank(upto: list[int], rank: int) -> float:
    """Return the middle of the bucket that holds the sample of this rank."""
    power, step = divmod(bisect_left(upto, rank), _STEPS)
    return math.ldexp(1 + (step + 0.5) / _STEPS, power) / 1e6
