"""What clients measure, with a clock and a system of the test's own."""

import threading
from array import array
from pathlib import Path
from typing import Any

import pytest

from actors import Deferred, Receipt, Refused, Saved
from actors.loadtest.clients import LoopClient, ThreadClient, Work
from actors.loadtest.plan import Plan
from actors.loadtest.schedule import BURSTS
from actors.loadtest.scripts import Scripts
from actors.loadtest.timings import Timings, durable_histogram, percentiles_s

SAVED = Saved(1, "", Path("a.py"))


class Clock:
    """Time that passes only when somebody is asked to do something."""

    def __init__(self):
        self.now_s = 1_000.0

    def __call__(self):
        return self.now_s


class SlowHandle:
    """Holds its caller for a while, and settles at once."""

    def __init__(self, clock, held_s, outcome=SAVED):
        self.clock, self.held_s, self.outcome = clock, held_s, outcome
        self.payloads = []

    def submit(self, payload):
        self.clock.now_s += self.held_s
        self.payloads.append(payload)
        receipt = Receipt()
        if self.outcome is not None:
            receipt.settle(self.outcome)
        return receipt


def client_of(kind, held_s=2.0, outcome=SAVED, sessions=1, **options):
    plan = Plan(sessions=sessions, threads=1, cells=2, **options)
    clock = Clock()
    handle: Any = SlowHandle(clock, held_s, outcome)
    scripts = Scripts(plan)
    work = Work(
        plan, scripts, [handle] * sessions, array("L", [0]) * sessions, threading.Event(), clock
    )
    return kind(work, 0), handle


@pytest.mark.parametrize("kind", [ThreadClient, LoopClient])
def test_an_edit_that_is_late_counts_from_the_time_that_it_was_meant_for(kind):
    client, _ = client_of(kind, edits=50, rate=1_000)
    client.run(1_000.0)
    times = percentiles_s(client.timings.durable)
    # Each call takes 2 s, all were due within the first tenth or so: the last waited 100 s.
    assert times["max"] == pytest.approx(100, rel=0.01)
    assert 45 < times["p50"] < 80
    assert percentiles_s(client.timings.submit, 1e-9)["max"] == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize("kind", [ThreadClient, LoopClient])
def test_without_a_rate_it_counts_from_the_call(kind):
    client, _ = client_of(kind, edits=50)
    client.run(1_000.0)
    # At most a burst of five calls of 2 s, before the loop comes to look at its receipts.
    assert percentiles_s(client.timings.durable)["max"] <= 10.1


@pytest.mark.parametrize("kind", [ThreadClient, LoopClient])
def test_all_edits_are_sent_in_order(kind):
    client, handle = client_of(kind, edits=30)
    client.run(1_000.0)
    scripts = Scripts(Plan(sessions=1, cells=2, edits=30))
    assert handle.payloads == [scripts.edit(0, number) for number in range(30)]
    assert (client.timings.sent, client.timings.settled) == (30, 30)


@pytest.mark.parametrize("kind", [ThreadClient, LoopClient])
def test_without_a_rate_a_burst_waits_for_the_one_before_and_not_for_ever(kind):
    client, handle = client_of(kind, edits=30, outcome=None, stall_s=0.05)
    client.run(1_000.0)
    assert client.stalled
    assert 1 <= len(handle.payloads) <= max(BURSTS)


@pytest.mark.parametrize("kind", [ThreadClient, LoopClient])
def test_without_a_rate_no_more_bursts_are_under_way_than_may_be(kind):
    client, _ = client_of(kind, edits=9, outcome=None, stall_s=0.05, sessions=5, in_flight=2)
    client.run(1_000.0)
    assert [bool(sent) for sent in client._work.sent].count(True) == 2


@pytest.mark.parametrize("kind", [ThreadClient, LoopClient])
def test_with_a_rate_all_is_sent_whatever_becomes_of_it(kind):
    client, handle = client_of(kind, edits=30, outcome=None, stall_s=0.05, rate=1_000)
    client.run(1_000.0)
    assert client.stalled
    assert len(handle.payloads) == 30


@pytest.mark.parametrize("kind", [ThreadClient, LoopClient])
@pytest.mark.parametrize("rate", [None, 1_000])
def test_a_client_that_is_stopped_sends_nothing_more(kind, rate):
    client, handle = client_of(kind, edits=30, rate=rate)
    client._work.stopped.set()
    client.run(1_000.0)
    assert handle.payloads == []


@pytest.mark.parametrize("kind", [ThreadClient, LoopClient])
def test_what_is_not_saved_is_counted_by_its_reason(kind):
    client, _ = client_of(kind, edits=3, outcome=Refused("too many"))
    client.run(1_000.0)
    assert client.timings.outcomes == {"Refused": 3}
    assert client.timings.reasons == {"too many": 3}
    assert [edit.number for edit in client.timings.refused] == [0, 1, 2]
    assert client.timings.durable.get_total_count() == 0


def test_few_different_reasons_are_kept_and_all_ends_are_counted():
    timings = Timings()
    for number in range(100):
        timings.ended(0, number, 0.1, Deferred(f"reason {chr(number + 200)}"))
    assert timings.outcomes == {"Deferred": 100}
    assert len(timings.reasons) == 20


def test_reasons_that_differ_in_numbers_are_one():
    timings = Timings()
    for number in range(3):
        timings.ended(number, 0, 0.1, Deferred(f"cannot save notebook-{number}.py: disk full"))
    assert timings.reasons == {"cannot save notebook-#.py: disk full": 3}


def test_a_window_has_what_came_since_the_last_one():
    timings = Timings()
    for seconds in (0.001, 0.1):
        timings.ended(0, 0, seconds, SAVED)
        window = durable_histogram(2)
        timings.take_window(window)
        assert window.get_total_count() == 1
        assert window.get_max_value() == pytest.approx(seconds * 1e6, rel=0.02)
    assert timings.durable.get_total_count() == 2


def test_more_than_an_hour_is_recorded_as_an_hour():
    timings = Timings()
    timings.ended(0, 0, 100_000, SAVED)
    assert percentiles_s(timings.durable)["max"] == pytest.approx(3_600, rel=0.01)
