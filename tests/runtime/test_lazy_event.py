"""An event that is made only for those who wait."""

import sys
from threading import Barrier, Thread

import pytest

from actors.runtime.lazy_event import LazyEvent
from tests.runtime.doubles import FAILURE_S, run_all


def test_it_is_set_once_and_stays_so():
    event = LazyEvent()
    assert (event.is_set(), event.wait(0)) == (False, False)
    event.set()
    event.set()
    assert (event.is_set(), event.wait(0), event.wait()) == (True, True, True)


def test_it_makes_no_event_of_pythons_until_somebody_waits():
    event = LazyEvent()
    event.set()
    assert event.is_set()
    assert event._event is None
    assert sys.getsizeof(event) < 100
    assert not hasattr(event, "__dict__")


def test_who_waits_is_woken():
    event, waiting, woken = LazyEvent(), Barrier(4), list[bool]()

    def wait() -> None:
        waiting.wait(FAILURE_S)
        woken.append(event.wait(FAILURE_S))

    def set_it() -> None:
        waiting.wait(FAILURE_S)
        event.set()

    run_all([Thread(target=wait, daemon=True) for _ in range(3)], meanwhile=set_it)
    assert woken == [True] * 3


@pytest.mark.parametrize("moment", ["_event", "_is_set"])
def test_a_set_in_the_narrowest_moment_of_a_wait_is_seen(moment):
    """`wait` reads both fields once: it is set just before each of these."""

    class Racing(LazyEvent):
        __slots__ = ("armed",)
        armed: bool

        def __getattribute__(self, name: str) -> object:
            if name == moment and object.__getattribute__(self, "armed"):
                object.__setattr__(self, "armed", False)
                LazyEvent.set(self)
            return object.__getattribute__(self, name)

    event = Racing()
    event.armed = True
    assert event.wait(FAILURE_S)


def test_two_who_wait_at_once_wait_for_the_same():
    event, together = LazyEvent(), Barrier(5)
    woken: list[bool] = []

    def wait() -> None:
        together.wait(FAILURE_S)
        woken.append(event.wait(FAILURE_S))

    def set_it() -> None:
        together.wait(FAILURE_S)
        event.set()

    for _ in range(20):
        run_all([Thread(target=wait, daemon=True) for _ in range(4)], meanwhile=set_it)
        event = LazyEvent()
    assert woken == [True] * 80
