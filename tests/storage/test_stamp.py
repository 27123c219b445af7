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


def test_no_two_are_the_same_though_the_clock_stands_still():
    times = times_at(*[1000.0] * 5000)
    assert len(set(times)) == 5000


def test_each_is_at_most_a_millisecond_old_and_whole_microseconds():
    (time_ns,) = times_at(1000.0)
    assert 0 <= 1000 * 10**9 - time_ns < 1.1e6
    assert time_ns % 1000 == 0


def test_a_clock_that_was_set_back_is_followed():
    _, later = times_at(1000.0, 100.0)
    assert later <= 100 * 10**9


@pytest.mark.parametrize("seed", range(3))
def test_they_differ_from_those_of_another_process(seed):
    random.seed(seed)
    first = times_at(1000.0)
    assert times_at(1000.0) != first
