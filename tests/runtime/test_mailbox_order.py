"""What a mailbox keeps when many threads put messages in and several take turns."""

from collections.abc import Iterator
from functools import partial
from threading import Barrier, Event

import pytest

from tests.runtime.doubles import FAILURE_S, Deed, Doer, notes, occupy, run_all, told_by

SENDERS = 8
EACH = 500


@pytest.fixture
def log(live, two_threads) -> list[tuple[int, int]]:
    """What one actor noted, told by many threads at once: who told it, and its number."""
    noted: list[tuple[int, int]] = []
    mailbox = live.start(Doer, name="actor", dispatcher=two_threads)
    together = Barrier(SENDERS)

    def notes_of(sender: int) -> Iterator[Deed]:
        together.wait(FAILURE_S)
        yield from notes(noted, [(sender, number) for number in range(EACH)])

    run_all([told_by(mailbox, notes_of(sender)) for sender in range(SENDERS)])
    assert live.stop([mailbox], FAILURE_S) == []
    return noted


def test_many_senders_lose_nothing(log):
    assert sorted(log) == [(who, number) for who in range(SENDERS) for number in range(EACH)]


@pytest.mark.parametrize("sender", range(SENDERS))
def test_each_sender_keeps_its_own_order(log, sender):
    assert [number for who, number in log if who == sender] == list(range(EACH))


def test_messages_are_handled_in_the_order_they_were_told(system, simulated, line):
    log: list[int] = []
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    for note in notes(log, range(100)):
        mailbox.tell(note)
    simulated.run_until_idle()
    assert log == list(range(100))


def test_messages_put_in_before_the_start_come_after_on_start(system, simulated, line):
    log: list[str] = []
    actor = Doer(on_start=partial(log.append, "start"))
    actor.mailbox.tell(partial(log.append, "early"))
    system.start(lambda: actor, name="actor", dispatcher=line)
    simulated.run_until_idle()
    assert log == ["start", "early"]


def test_on_start_is_called_once_however_many_turns_follow(system, simulated, line):
    log: list[str] = []
    mailbox = system.start(
        lambda: Doer(on_start=partial(log.append, "start")), name="actor", dispatcher=line
    )
    for note in notes(log, "abc"):
        mailbox.tell(note)
        simulated.run_until_idle()
    assert log == ["start", "a", "b", "c"]


def test_no_second_thread_enters_an_actor_while_a_handler_runs(live, two_threads, gate):
    # The other thread takes whatever waits in the line, in order: a turn that
    # the busy actor must not have would come before the one of `other`.
    log: list[str] = []
    passed = Event()
    busy = live.start(Doer, name="busy", dispatcher=two_threads)
    other = live.start(Doer, name="other", dispatcher=two_threads)
    occupy(busy, gate)
    busy.tell(partial(log.append, "second"))
    other.tell(passed.set)
    assert passed.wait(FAILURE_S)
    assert log == []


def test_threads_that_compete_for_an_actor_never_meet_in_it(live, threads):
    inside: list[int] = []
    most: list[int] = []
    pool = threads.dispatcher("pool", 4, quantum_messages=1, quantum_s=FAILURE_S)
    mailbox = live.start(Doer, name="actor", dispatcher=pool)

    def enter():
        inside.append(1)
        most.append(len(inside))
        inside.pop()

    run_all([told_by(mailbox, [enter] * EACH) for _ in range(4)])
    assert live.stop([mailbox], FAILURE_S) == []
    assert most == [1] * (4 * EACH)
