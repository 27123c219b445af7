"""Delayed actions on the one timer thread."""

import threading
from functools import partial
from threading import Event

import pytest

from actors.runtime.dispatcher import Timers
from tests.runtime.doubles import FAILURE_S, notes, raising


@pytest.fixture
def timers():
    timers = Timers()
    yield timers
    timers.close()


def ended(timers: Timers) -> bool:
    assert timers._thread is not None
    timers._thread.join(FAILURE_S)
    return not timers._thread.is_alive()


def test_actions_run_in_the_order_they_are_due(timers):
    log: list[str] = []
    started, done = Event(), Event()
    timers.add(0.0, partial(started.wait, FAILURE_S))  # until all are in
    for due_s, note in zip([0.003, 0.001, 0.002], notes(log, "cab"), strict=True):
        timers.add(due_s, note)
    timers.add(0.004, done.set)
    started.set()
    assert done.wait(FAILURE_S)
    assert log == ["a", "b", "c"]


def test_actions_that_are_due_together_run_in_the_order_they_came(timers, monkeypatch):
    log: list[int] = []
    started, done = Event(), Event()
    timers.add(0.0, partial(started.wait, FAILURE_S))
    monkeypatch.setattr("actors.runtime.dispatcher.SystemClock.monotonic", lambda: 0.0)
    for action in [*notes(log, range(20)), done.set]:
        timers.add(0.0, action)
    started.set()
    assert done.wait(FAILURE_S)
    assert log == list(range(20))


def test_an_action_does_not_run_before_it_is_due(timers):
    early, done = Event(), Event()
    timers.add(3_600.0, early.set)
    timers.add(0.001, done.set)
    assert done.wait(FAILURE_S)
    assert not early.is_set()


def test_a_sooner_action_does_not_wait_for_a_later_one(timers):
    done = Event()
    timers.add(3_600.0, lambda: None)
    timers.add(0.0, done.set)
    assert done.wait(FAILURE_S)


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(1)], ids=repr)
def test_an_action_that_raises_does_not_end_the_others(timers, error):
    done = Event()
    timers.add(0.0, raising(error))
    timers.add(0.0, done.set)
    assert done.wait(FAILURE_S)


def test_close_forgets_what_is_not_due_and_ends_the_thread(timers):
    ran = Event()
    timers.add(3_600.0, ran.set)
    timers.close()
    assert ended(timers)
    assert (ran.is_set(), timers._heap) == (False, [])


def test_close_while_an_action_runs_lets_no_other_follow(timers):
    log: list[str] = []
    entered, gate = Event(), Event()
    timers.add(0.0, entered.set)
    timers.add(0.0, partial(gate.wait, FAILURE_S))
    timers.add(0.0, partial(log.append, "next"))
    assert entered.wait(FAILURE_S)
    timers.close()
    gate.set()
    assert ended(timers)
    assert log == []


def test_what_is_added_after_close_is_forgotten(timers):
    timers.close()
    timers.add(0.0, lambda: None)
    assert (timers._heap, timers._thread) == ([], None)


def test_the_thread_starts_with_the_first_action(timers):
    before = timers._thread
    timers.add(3_600.0, lambda: None)
    assert (before, timers._thread.is_alive()) == (None, True)


def test_all_actions_share_one_thread(timers):
    used: set[threading.Thread] = set()
    done = Event()
    for _ in range(5):
        timers.add(0.0, lambda: used.add(threading.current_thread()))
    timers.add(0.0, done.set)
    assert done.wait(FAILURE_S)
    assert used == {timers._thread}


def test_a_runtime_runs_delayed_actions_and_forgets_them_at_close(threads):
    done, late = Event(), Event()
    threads.later(0.0, done.set)
    threads.later(3_600.0, late.set)
    assert done.wait(FAILURE_S)
    threads.close(FAILURE_S)
    assert ended(threads._timers)
    assert not late.is_set()


# -- waiting for a condition ------------------------------------------------------------


def test_await_condition_returns_when_notified_of_it(threads):
    reached = Event()
    threads.later(0.0, reached.set)
    threads.later(0.0, threads.notify)
    assert threads.await_condition(reached.is_set, FAILURE_S)


def test_await_condition_says_when_it_gave_up(threads):
    assert threads.await_condition(lambda: False, 0.0) is False


def test_await_condition_sees_what_is_so_already(threads):
    assert threads.await_condition(lambda: True, None)
