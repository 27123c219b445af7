"""When edits are sent."""

import itertools
import random
from collections import Counter

import pytest

from actors.loadtest.schedule import bursts


def schedule(edits=20, rate=None, sessions=(3, 5, 9), seed=1):
    return list(bursts(sessions, edits, rate, random.Random(seed)))


@pytest.mark.parametrize("edits", [0, 1, 20])
def test_each_notebook_gets_its_edits_in_order(edits):
    found = schedule(edits)
    for session in (3, 5, 9):
        numbers = [
            number
            for burst in found
            if burst.session == session
            for number in range(burst.first, burst.first + burst.size)
        ]
        assert numbers == list(range(edits))


def test_there_are_bursts_and_single_edits():
    sizes = Counter(burst.size for burst in schedule(200))
    assert sizes[1] > sizes[5] > 0


def test_the_same_seed_gives_the_same_schedule():
    assert schedule(rate=10) == schedule(rate=10) != schedule(rate=10, seed=2)


def test_the_rate_is_kept_on_the_average_with_pauses_that_differ():
    found = schedule(2_000, rate=100)
    assert found[-1].due_s == pytest.approx(60, rel=0.1)
    pauses = [b.due_s - a.due_s for a, b in itertools.pairwise(found)]
    assert min(pauses) < 0.002
    assert max(pauses) > 0.05


def test_without_a_rate_nothing_has_a_time():
    assert {burst.due_s for burst in schedule()} == {0.0}
