"""The times that only our own files have."""

import random

import attrs
import pytest

from actors.storage.stamp import OwnTimes
from actors.storage.system_calls import SystemCalls


def times_at(*now: float) -> list[int]:
    clock = iter(now)
    times = OwnTimes(attrs.evolve(SystemCalls(), time=lambda: next(clock)))
    return [times.next_ns() for _ in now]


def test_none_comes_again_soon_though_the_clock_stands_still():
    times = times_at(*[1000.0] * 5000)
    assert all(len(set(times[each : each + 32])) == 32 for each in range(0, 4960, 16))


def test_each_is_before_now_by_a_millisecond_at_most_and_whole_microseconds():
    for time_ns in times_at(*[1000.0] * 5000):
        assert 0 < 1000 * 10**9 - time_ns < 1.1e6
        assert time_ns % 1000 == 0


@pytest.mark.parametrize("seed", range(3))
def test_they_differ_from_those_of_another_process(seed):
    random.seed(seed)
    first = times_at(1000.0)
    assert times_at(1000.0) != first
