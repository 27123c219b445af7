"""Who is told to be idle, when, and how few timers that takes."""

from collections.abc import Set as AbstractSet
from functools import partial
from threading import Barrier, Lock, Thread

import pytest

from actors.runtime import IdleSweep
from tests.runtime.doubles import FAILURE_S, raising, run_all

PERIOD_S = 60.0


@pytest.fixture
def looks():
    """Who was said to be idle, look by look."""
    return list[set[str]]()


@pytest.fixture
def sweep(simulated, looks):
    return IdleSweep(PERIOD_S, simulated.later, looks.append)


def test_who_was_noted_once_is_idle_after_one_to_two_periods(sweep, simulated, looks):
    sweep.note("a")
    simulated.advance(PERIOD_S / 2)
    sweep.note("b")
    simulated.advance(PERIOD_S)
    assert looks == [set()]
    simulated.advance(PERIOD_S / 2)
    assert looks == [set(), {"a", "b"}]


def test_who_is_noted_again_and_again_is_never_idle(sweep, simulated, looks):
    for _ in range(10):
        sweep.note("a")
        simulated.advance(PERIOD_S)
    assert looks == [set()] * 10


def test_who_is_idle_and_who_is_not_are_told_apart(sweep, simulated, looks):
    sweep.note("idle")
    for _ in range(2):
        sweep.note("busy")
        simulated.advance(PERIOD_S)
    assert looks == [set(), {"idle"}]


def test_each_is_told_once_until_it_is_noted_again(sweep, simulated, looks):
    for _ in range(2):
        sweep.note("a")
        simulated.advance(10 * PERIOD_S)
    assert looks == [set(), {"a"}] * 2


def test_there_is_one_timer_for_all_and_none_when_all_are_idle(sweep, simulated):
    assert simulated.next_timer() is None
    for number in range(1_000):
        sweep.note(str(number))
    assert len(simulated._timers) == 1
    simulated.advance(2 * PERIOD_S)
    assert simulated.next_timer() is None


def test_a_note_in_the_midst_of_a_look_is_not_lost(simulated):
    looks: list[AbstractSet[str]] = []

    def on_sweep(idle: AbstractSet[str]) -> None:
        looks.append(idle)
        if "a" in idle:
            its.note("b")

    its = IdleSweep[str](PERIOD_S, simulated.later, on_sweep)
    its.note("a")
    simulated.advance(10 * PERIOD_S)
    assert looks == [set(), {"a"}, set(), {"b"}]


def test_there_is_another_look_after_one_whose_callback_raises(simulated):
    sweep = IdleSweep[str](PERIOD_S, simulated.later, lambda _: raising(KeyError)())
    sweep.note("a")
    with pytest.raises(KeyError):
        simulated.advance(PERIOD_S)
    assert simulated.next_timer() is not None


def test_a_note_just_before_the_look_says_that_it_has_no_timer_is_not_lost(sweep, simulated, looks):
    """The note is in, and the one who made it has not yet looked for a timer."""
    sweep.note("a")
    sweep._recent.add("b")
    simulated.advance(10 * PERIOD_S)
    assert looks == [set(), {"a", "b"}]


def test_threads_that_note_at_once_arm_one_timer():
    timers: list[object] = []
    together = Barrier(4)
    sweep = IdleSweep[int](PERIOD_S, lambda *timer: timers.append(timer), print)

    def note(number: int) -> None:
        together.wait(FAILURE_S)
        sweep.note(number)

    run_all([Thread(target=partial(note, n), daemon=True) for n in range(4)])
    assert len(timers) == 1


def test_two_who_both_see_no_timer_arm_one():
    timers: list[object] = []
    sweep = IdleSweep[str](PERIOD_S, lambda *timer: timers.append(timer), print)

    class Meanwhile:
        """A lock that lets another arm first."""

        def __init__(self) -> None:
            self.lock = Lock()

        def __enter__(self) -> None:
            if not sweep._is_armed:
                sweep._arming = self.lock
                sweep.note("other")
            self.lock.acquire()

        def __exit__(self, *_: object) -> None:
            self.lock.release()

    sweep._arming = Meanwhile()  # type: ignore[assignment]
    sweep.note("one")
    assert len(timers) == 1
