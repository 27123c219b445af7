"""When a crashed actor may be started again."""

import pytest

from actors.runtime import RestartLimit


@pytest.fixture
def limit() -> RestartLimit:
    return RestartLimit(max_restarts=3, window_s=5.0)


def allowed(limit: RestartLimit, *times: float) -> list[bool]:
    return [limit.allow(now) for now in times]


def test_as_many_as_the_limit_are_allowed_in_a_window(limit):
    assert allowed(limit, 0.0, 1.0, 2.0, 3.0) == [True, True, True, False]


def test_all_at_the_same_moment_count(limit):
    assert allowed(limit, 7.0, 7.0, 7.0, 7.0) == [True, True, True, False]


def test_what_is_as_old_as_the_window_does_not_count_any_more(limit):
    assert allowed(limit, 0.0, 1.0, 2.0, 4.9, 5.0) == [True, True, True, False, True]


def test_the_window_slides_with_each_restart(limit):
    assert allowed(limit, 0.0, 4.0, 4.0, 5.0, 5.0, 9.0) == [True, True, True, True, False, True]


def test_a_refusal_does_not_count_as_a_restart(limit):
    assert allowed(limit, 0.0, 0.0, 0.0, 4.0, 4.0, 5.0) == [True] * 3 + [False] * 2 + [True]


def test_slow_crashes_are_allowed_for_ever(limit):
    assert all(allowed(limit, *(2.0 * count for count in range(1_000))))


def test_none_are_allowed_when_the_limit_is_zero():
    assert allowed(RestartLimit(0, 5.0), 0.0, 100.0) == [False, False]
