"""Who gets a thread for work that blocks, and who waits for whom."""

from collections.abc import Hashable
from functools import partial
from threading import Barrier, Event, Thread
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime import AtOnce, Bulkhead, SimulatedRuntime
from tests.runtime.doubles import FAILURE_S, Deed, raising, run_all


class Hall:
    """A bulkhead on a line whose jobs run when the test says so."""

    def __init__(self, threads: int = 24, seed: int | None = None) -> None:
        self.runtime = SimulatedRuntime(seed)
        self.lasts: list[str] = []
        line = self.runtime.dispatcher("line", threads, quantum_messages=1, quantum_s=1.0)
        self.bulkhead = Bulkhead(line, threads, partial(self.lasts.append, "last"))

    def give(self, owner: Hashable, place: Hashable, deed: Deed = lambda: None) -> None:
        self.bulkhead.run(owner, place, SimpleNamespace(run=deed))

    def hang(self, place: str, jobs: int = 30) -> int:
        """Give a place many jobs that do not end; return how many were admitted."""
        before = self.runtime.ready
        for number in range(jobs):
            self.give((place, number), place)
        return self.runtime.ready - before


def test_jobs_of_one_owner_run_one_after_another_in_their_order():
    hall, log = Hall(), list[object]()
    for number in range(4):
        hall.give("owner", f"place {number}", partial(log.append, number))
        assert hall.runtime.ready == 1
    hall.runtime.run_until_idle()
    assert log == [0, 1, 2, 3]


def test_a_job_that_an_owner_gives_while_its_own_runs_comes_after_that():
    hall, log = Hall(), list[str]()

    def first() -> None:
        hall.give("owner", "place", partial(log.append, "second"))
        log.append("first")

    hall.give("owner", "place", first)
    hall.runtime.run_until_idle()
    assert log == ["first", "second"]


def test_each_place_that_hangs_takes_half_of_what_is_left():
    hall = Hall(threads=24)
    assert [hall.hang(place) for place in "abcdef"] == [11, 6, 3, 1, 1, 0]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_few_threads_do_one_blocking_job_at_a_time(threads):
    hall = Hall(threads)
    assert [hall.hang(place, 3) for place in "ab"] == [1, 0]
    hall.runtime.run_until_idle()
    assert hall.bulkhead.owners == []


def test_a_place_that_waits_is_served_in_the_order_in_which_its_jobs_came():
    hall, log = Hall(threads=3), list[object]()
    for number in range(5):
        hall.give(number, "place", partial(log.append, number))
    hall.runtime.run_until_idle()
    assert log == [0, 1, 2, 3, 4]


def test_places_that_wait_take_turns():
    hall, log = Hall(threads=3), list[str]()
    for number, place in enumerate("aaabbbc"):
        hall.give(number, place, partial(log.append, place))
    hall.runtime.run_until_idle()
    assert "".join(log) == "aabcabb"


@pytest.mark.parametrize("place", ["same place", "other place"])
def test_an_owner_with_many_jobs_lets_others_in_between(place):
    hall, log = Hall(threads=3), list[str]()
    for _ in range(3):
        hall.give("busy", "same place", partial(log.append, "busy"))
    hall.give("other", place, partial(log.append, "other"))
    hall.runtime.run_until_idle()
    assert log == ["busy", "other", "busy", "busy"]


def test_a_job_that_ends_makes_room_for_one_that_waits():
    hall = Hall(threads=24)
    hall.hang("a", 12)
    assert hall.runtime.ready == 11
    hall.runtime.run_next()
    assert hall.runtime.ready == 11


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(1)], ids=repr)
def test_a_job_that_raises_holds_up_neither_its_owner_nor_its_place(error):
    hall, log = Hall(threads=3), list[str]()
    hall.give("owner", "place", raising(error))
    hall.give("owner", "place", partial(log.append, "same owner"))
    hall.give("other", "place", partial(log.append, "same place"))
    with pytest.raises(type(error)):
        hall.runtime.run_next()
    hall.runtime.run_until_idle()
    assert sorted(log) == ["same owner", "same place"]
    assert hall.bulkhead.owners == []


def test_a_bulkhead_without_jobs_remembers_nothing():
    hall = Hall(threads=5, seed=3)
    for number in range(100):
        hall.give(number % 7, number % 5)
    assert set(hall.bulkhead.owners) == set(range(7))
    hall.runtime.run_until_idle()
    kept = hall.bulkhead._owners, hall.bulkhead._places, list(hall.bulkhead._line)
    assert kept == ({}, {}, [])
    assert hall.bulkhead._free == 3


def test_closing_admits_all_that_wait_but_each_owner_still_in_order():
    hall, log = Hall(threads=3), list[object]()
    for number in range(5):
        hall.give(number, "hung", partial(log.append, number))
        hall.give(number, "hung", partial(log.append, f"{number} again"))
    hall.bulkhead.close()
    assert hall.runtime.ready == 5
    hall.runtime.run_until_idle()
    assert len(log) == 10
    assert all(log.index(number) < log.index(f"{number} again") for number in range(5))


def test_what_comes_after_the_close_is_admitted_and_the_last_end_is_told():
    hall = Hall(threads=3)
    hall.hang("a", 2)
    hall.bulkhead.close()
    assert hall.hang("a", 1) == 0  # of an owner with a job here
    hall.give("new", "a")
    assert hall.runtime.ready == 3
    hall.runtime.run_until_idle()
    assert (hall.lasts, hall.bulkhead.owners) == (["last"], [])


def test_closing_twice_admits_nothing_twice():
    hall, log = Hall(threads=3), list[object]()
    for number in range(4):
        hall.give(number, "hung", partial(log.append, number))
    hall.bulkhead.close()
    hall.bulkhead.close()
    hall.runtime.run_until_idle()
    assert sorted(map(str, log)) == ["0", "1", "2", "3"]


def test_the_end_of_a_job_before_the_close_is_not_the_last():
    hall = Hall()
    hall.give("owner", "place")
    hall.runtime.run_until_idle()
    assert hall.lasts == []


jobs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=40)


@given(st.integers(0, 2**16), jobs, st.integers(1, 8), st.integers(0, 40))
def test_every_job_runs_once_in_its_owners_order_under_any_schedule(seed, given_jobs, threads, at):
    hall, log = Hall(threads, seed), list[tuple[int, int]]()
    for number, (owner, place) in enumerate(given_jobs):
        if number == at:
            hall.bulkhead.close()
        hall.give(owner, place, partial(log.append, (owner, number)))
        hall.runtime.run_next()
    hall.runtime.run_until_idle()
    expected = [(owner, number) for number, (owner, _) in enumerate(given_jobs)]
    assert sorted(log, key=lambda job: job[1]) == expected
    assert all(mine(log, owner) == sorted(mine(log, owner)) for owner in range(5))


def mine(log: list[tuple[int, int]], owner: int) -> list[int]:
    return [number for who, number in log if who == owner]


@given(st.integers(0, 2**16), jobs, st.integers(3, 8))
def test_blocking_work_never_takes_the_threads_kept_for_turns(seed, given_jobs, threads):
    hall = Hall(threads, seed)
    for owner, place in given_jobs:
        hall.give(owner, place)
        assert hall.runtime.ready <= threads - 2
        if seed % 2:
            hall.runtime.run_next()


def test_threads_that_give_jobs_at_once_lose_none_and_never_overlap_in_one_owner(two_threads):
    bulkhead, together = Bulkhead(two_threads, 24), Barrier(4)
    ended, overlaps, running = list[int](), list[int](), set[int]()
    all_ended = Event()

    def job(owner: int) -> None:
        if owner in running:
            overlaps.append(owner)
        running.add(owner)
        running.discard(owner)
        ended.append(owner)
        if len(ended) == 4 * 200:
            all_ended.set()

    def give() -> None:
        together.wait(FAILURE_S)
        for number in range(200):
            owner = number % 3
            bulkhead.run(owner, number % 2, SimpleNamespace(run=partial(job, owner)))

    run_all([Thread(target=give, daemon=True) for _ in range(4)])
    assert all_ended.wait(FAILURE_S)
    assert overlaps == []


def test_work_at_once_is_done_when_the_call_returns():
    log: list[str] = []
    AtOnce().run("owner", "place", SimpleNamespace(run=partial(log.append, "done")))
    assert log == ["done"]
