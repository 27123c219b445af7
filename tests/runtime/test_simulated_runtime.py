"""A runtime that a test drives: its order, its clock, its waiting."""

from functools import partial

import pytest

from actors.runtime import ActorSystem, ManualClock, SimulatedRuntime
from actors.testing import start_actor
from tests.runtime.doubles import Doer, notes


@pytest.fixture
def log():
    return []


def order_of(seed: int | None) -> str:
    """Return in which order five actors with three messages each have their turns."""
    runtime = SimulatedRuntime(seed)
    log: list[str] = []
    for name in "abcde":
        mailbox = start_actor(runtime, Doer)
        for note in notes(log, name * 3):
            mailbox.tell(note)
    runtime.run_until_idle()
    return "".join(log)


@pytest.mark.parametrize("seed", [None, 0, 1, 2**40])
def test_the_same_seed_gives_the_same_order(seed):
    assert order_of(seed) == order_of(seed)


def test_seeds_give_different_orders():
    assert len({order_of(seed) for seed in range(20)}) > 10


@pytest.mark.parametrize("seed", range(20))
def test_every_order_has_the_messages_of_one_actor_in_theirs(seed):
    runtime = SimulatedRuntime(seed)
    log: list[tuple[str, int]] = []
    for name in "abc":
        mailbox = start_actor(runtime, Doer)
        for note in notes(log, [(name, number) for number in range(5)]):
            mailbox.tell(note)
    runtime.run_until_idle()
    assert sorted(log, key=lambda noted: noted[0]) == [(n, i) for n in "abc" for i in range(5)]


def test_without_a_seed_the_first_come_is_the_first_served():
    assert order_of(None) == "abcde" * 3


def test_a_turn_is_one_message(simulated, log):
    mailbox = start_actor(simulated, Doer)
    for note in notes(log, "ab"):
        mailbox.tell(note)
    simulated.run_next()
    assert log == ["a"]


def test_run_next_gives_a_turn_to_the_one_that_the_test_names(simulated, log):
    for name in "abc":
        start_actor(simulated, Doer).tell(partial(log.append, name))
    assert simulated.ready == 3
    assert simulated.run_next(index=2)
    assert simulated.run_next(index=0)
    assert (log, simulated.ready) == (["c", "a"], 1)


def test_run_next_says_when_nobody_wants_a_turn(simulated):
    assert simulated.run_next() is False
    assert simulated.run_next(index=5) is False


def test_run_until_idle_counts_the_turns(simulated):
    mailbox = start_actor(simulated, Doer)
    for _ in range(3):
        mailbox.tell(lambda: None)
    assert simulated.run_until_idle() == 3
    assert simulated.run_until_idle() == 0


def test_run_until_idle_gives_up_on_actors_that_keep_each_other_busy(simulated):
    mailbox = start_actor(simulated, Doer)

    def again():
        mailbox.tell(again)

    mailbox.tell(again)
    with pytest.raises(RuntimeError, match="still busy after 50 turns"):
        simulated.run_until_idle(limit=50)


# -- the clock ----------------------------------------------------------------------------


def test_a_manual_clock_never_goes_back():
    clock = ManualClock(100.0)
    clock.advance_to(50.0)
    assert (clock.monotonic(), clock.now()) == (100.0, 100.0)


def test_time_does_not_pass_while_actors_run(simulated):
    before = simulated.clock.monotonic()
    start_actor(simulated, Doer).tell(lambda: None)
    simulated.run_until_idle()
    assert simulated.clock.monotonic() == before


def test_advance_fires_timers_in_order_each_at_its_time(simulated, log):
    start_s = simulated.clock.monotonic()
    for delay_s in (3.0, 1.0, 2.0):
        simulated.later(delay_s, lambda d=delay_s: log.append((d, simulated.clock.now() - start_s)))
    simulated.advance(10.0)
    assert log == [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    assert simulated.clock.now() == start_s + 10.0


def test_timers_that_are_due_together_fire_in_the_order_they_came(simulated, log):
    for note in notes(log, range(10)):
        simulated.later(1.0, note)
    simulated.advance(1.0)
    assert log == list(range(10))


def test_advance_leaves_what_is_not_due(simulated, log):
    simulated.later(2.0, partial(log.append, "late"))
    simulated.advance(1.5)
    assert (log, simulated.next_timer()) == ([], 0.5)


def test_advance_runs_what_a_timer_starts_before_the_next_one_fires(simulated, log):
    mailbox = start_actor(simulated, Doer)
    simulated.later(1.0, partial(mailbox.tell, partial(log.append, "started at 1")))
    simulated.later(2.0, partial(log.append, "timer at 2"))
    simulated.advance(2.0)
    assert log == ["started at 1", "timer at 2"]


def test_a_timer_may_set_another_within_the_time_that_passes(simulated, log):
    simulated.later(1.0, partial(simulated.later, 1.0, partial(log.append, "second")))
    simulated.advance(2.0)
    assert log == ["second"]


def test_without_timers_none_is_next(simulated):
    assert simulated.next_timer() is None


def test_close_forgets_the_timers(simulated, log):
    simulated.later(1.0, partial(log.append, "late"))
    simulated.close()
    simulated.advance(2.0)
    assert (log, simulated.next_timer()) == ([], None)


# -- waiting ------------------------------------------------------------------------------


def test_await_condition_runs_no_more_turns_than_it_takes(simulated, log):
    mailbox = start_actor(simulated, Doer)
    for note in notes(log, "abc"):
        mailbox.tell(note)
    assert simulated.await_condition(lambda: len(log) == 2, timeout_s=None)
    assert log == ["a", "b"]


def test_await_condition_fires_timers_when_nobody_wants_a_turn(simulated, log):
    start_s = simulated.clock.monotonic()
    simulated.later(5.0, partial(log.append, "late"))
    assert simulated.await_condition(lambda: log == ["late"], timeout_s=None)
    assert simulated.clock.monotonic() == start_s + 5.0


def test_await_condition_gives_up_after_its_timeout_of_virtual_time(simulated, log):
    start_s = simulated.clock.monotonic()
    simulated.later(5.0, partial(log.append, "late"))
    assert not simulated.await_condition(lambda: bool(log), timeout_s=3.0)
    assert (log, simulated.clock.monotonic()) == ([], start_s + 3.0)


def test_await_condition_sees_what_time_alone_brings(simulated):
    until_s = simulated.clock.monotonic() + 3.0
    assert simulated.await_condition(lambda: simulated.clock.monotonic() >= until_s, 3.0)


def test_await_condition_refuses_to_wait_for_ever(simulated):
    with pytest.raises(RuntimeError, match="for ever"):
        simulated.await_condition(lambda: False, timeout_s=None)


def test_a_system_stops_its_actors_within_the_call(simulated, line, log):
    system = ActorSystem(simulated)
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    mailbox.tell(partial(log.append, "handled"))
    assert system.stop([mailbox], 1.0) == []
    assert log == ["handled"]
