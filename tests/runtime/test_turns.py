"""Who gets a thread, for how long, and what holds up whom."""

import itertools
import threading
from functools import partial
from threading import Event
from types import SimpleNamespace

import attrs
import pytest

from actors.runtime import ManualClock, inbox
from tests.runtime.doubles import FAILURE_S, Doer, notes, occupy


@pytest.fixture
def perf_counter(monkeypatch) -> ManualClock:
    """The time that ends turns."""
    clock = ManualClock()
    monkeypatch.setattr(inbox, "time", SimpleNamespace(perf_counter=clock.monotonic))
    return clock


def test_a_busy_actor_gives_way_after_its_quantum_of_messages(system, simulated, line):
    log: list[str] = []
    three = attrs.evolve(line, quantum_messages=3)
    busy = system.start(Doer, name="busy", dispatcher=three)
    other = system.start(Doer, name="other", dispatcher=three)
    for note in notes(log, "aaaaaaa"):
        busy.tell(note)
    other.tell(partial(log.append, "b"))
    simulated.run_until_idle()
    assert "".join(log) == "aaabaaaa"


def test_a_slow_actor_gives_way_after_its_quantum_of_time(system, simulated, line, perf_counter):
    log: list[str] = []
    half_a_second = attrs.evolve(line, quantum_messages=64, quantum_s=0.5)
    slow = system.start(Doer, name="slow", dispatcher=half_a_second)
    other = system.start(Doer, name="other", dispatcher=half_a_second)
    for seconds in (0.3, 0.3, 0.3):
        slow.tell(partial(log.append, "slow"))
        slow.tell(lambda s=seconds: perf_counter.advance_to(perf_counter.monotonic() + s))
    other.tell(partial(log.append, "other"))
    simulated.run_until_idle()
    assert log == ["slow", "slow", "other", "slow"]


def test_a_turn_that_begins_too_late_handles_one_message_all_the_same(
    system, simulated, line, monkeypatch
):
    log: list[int] = []
    later_each_time = partial(next, itertools.count())
    monkeypatch.setattr(inbox, "time", SimpleNamespace(perf_counter=later_each_time))
    brief = attrs.evolve(line, quantum_messages=64, quantum_s=0.5)
    mailbox = system.start(Doer, name="actor", dispatcher=brief)
    for note in notes(log, range(3)):
        mailbox.tell(note)
    simulated.run_until_idle(limit=10)
    assert log == [0, 1, 2]


def test_busy_actors_share_one_thread_in_turn(system, simulated, line):
    log: list[str] = []
    mailboxes = [system.start(Doer, name=name, dispatcher=line) for name in "abc"]
    for mailbox, name in zip(mailboxes, "abc", strict=True):
        for note in notes(log, name * 3):
            mailbox.tell(note)
    simulated.run_until_idle()
    assert "".join(log) == "abcabcabc"


def test_an_actor_that_tells_itself_for_ever_holds_up_nobody(live, one_thread):
    reached, enough = Event(), Event()
    restless = live.start(Doer, name="restless", dispatcher=one_thread)
    other = live.start(Doer, name="other", dispatcher=one_thread)

    def again():
        if not enough.is_set():
            restless.tell(again)

    restless.tell(again)
    other.tell(reached.set)
    assert reached.wait(FAILURE_S)
    enough.set()


def test_a_blocked_handler_holds_up_nobody_but_itself(live, two_threads, gate):
    handled: list[int] = []
    occupy(live.start(Doer, name="slow", dispatcher=two_threads), gate)
    quick = [live.start(Doer, name=f"{n}", dispatcher=two_threads) for n in range(20)]
    for number, mailbox in enumerate(quick):
        mailbox.tell(partial(handled.append, number))
    assert live.stop(quick, FAILURE_S) == []
    assert sorted(handled) == list(range(20))


def test_dispatchers_do_not_share_their_threads(live, threads, one_thread, gate):
    reached = Event()
    elsewhere = threads.dispatcher("elsewhere", 1, quantum_messages=64, quantum_s=FAILURE_S)
    occupy(live.start(Doer, name="slow", dispatcher=one_thread), gate)
    live.start(Doer, name="quick", dispatcher=elsewhere).tell(reached.set)
    assert reached.wait(FAILURE_S)


def test_a_thousand_actors_take_no_thread_of_their_own(live, two_threads):
    before = set(threading.enumerate())
    used: set[threading.Thread] = set()
    mailboxes = [live.start(Doer, name=f"{n}", dispatcher=two_threads) for n in range(1_000)]
    for mailbox in mailboxes:
        mailbox.tell(lambda: used.add(threading.current_thread()))
    assert live.stop(mailboxes, FAILURE_S) == []
    assert used <= before
    assert set(threading.enumerate()) <= before


def test_a_worker_survives_an_error_of_a_runnable(one_thread):
    reached = Event()
    one_thread.schedule(SimpleNamespace(run=lambda: 1 / 0))
    one_thread.schedule(SimpleNamespace(run=reached.set))
    assert reached.wait(FAILURE_S)


def test_close_ends_the_threads(threads, one_thread, two_threads):
    workers = [*one_thread._threads, *two_threads._threads]
    threads.close(FAILURE_S)
    assert not any(worker.is_alive() for worker in workers)


def test_close_leaves_a_blocked_thread_behind_and_ends_the_others(
    live, threads, one_thread, two_threads, gate
):
    occupy(live.start(Doer, name="slow", dispatcher=one_thread), gate)
    threads.close(0.0)
    for worker in two_threads._threads:
        worker.join(FAILURE_S)
    workers = [*one_thread._threads, *two_threads._threads]
    assert [worker.is_alive() for worker in workers] == [True, False, False]
