"""Mailboxes with a bound: what they refuse, and that nothing else is lost."""

import threading
from functools import partial

import pytest

from tests.runtime.doubles import (
    FAILURE_S,
    Doer,
    Letter,
    occupy,
    raising,
    run_all,
    told_by,
)
from tests.runtime.test_urgent_messages import Express


class Bounded(Letter):
    """A letter that a full mailbox refuses."""

    is_bounded = True


@pytest.fixture
def full(system, simulated, line):
    """A mailbox in which as many messages wait as may."""
    mailbox = system.start(Doer, name="actor", dispatcher=line, bound=3)
    for _ in range(3):
        mailbox.tell(Bounded())
    return mailbox


def test_a_full_mailbox_refuses_at_once_on_the_callers_thread(full, system):
    told: list[threading.Thread] = []
    letter = Bounded()
    letter.when_undelivered = lambda: told.append(threading.current_thread())
    full.tell(letter)
    assert letter.reasons == ["3 messages wait already; try again"]
    assert told == [threading.current_thread()]
    assert (system.depth(full), system.statistics().dead_letters) == (3, 1)


def test_a_refused_message_is_never_handled_and_the_accepted_ones_all_are(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line, bound=3)
    letters = [Bounded() for _ in range(5)]
    for letter in letters:
        mailbox.tell(letter)
    simulated.run_until_idle()
    assert [letter.handled for letter in letters] == [1, 1, 1, 0, 0]
    assert [len(letter.reasons) for letter in letters] == [0, 0, 0, 1, 1]


def test_there_is_room_again_when_messages_were_handled(full, simulated):
    simulated.run_until_idle()
    full.tell(letter := Bounded())
    simulated.run_until_idle()
    assert letter.handled == 1


@pytest.mark.parametrize("kind", [Letter, Express])
def test_control_messages_are_not_subject_to_the_bound(full, simulated, kind):
    full.tell(letter := kind())
    simulated.run_until_idle()
    assert (letter.handled, letter.reasons) == (1, [])


def test_urgent_messages_take_no_room(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line, bound=1)
    mailbox.tell(Express())
    mailbox.tell(letter := Bounded())
    simulated.run_until_idle()
    assert letter.handled == 1


def test_a_full_mailbox_can_be_stopped(full, system, simulated):
    system.request_stop(full)
    simulated.run_until_idle()
    assert full.is_closed


def test_without_a_bound_nothing_is_refused(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    letters = [Bounded() for _ in range(1_000)]
    for letter in letters:
        mailbox.tell(letter)
    simulated.run_until_idle()
    assert {letter.handled for letter in letters} == {1}


def test_the_bound_outlives_a_crash(full, system, simulated):
    full.tell(raising(ValueError("bad")))
    simulated.run_until_idle()
    letters = [Bounded() for _ in range(4)]
    for letter in letters:
        full.tell(letter)
    assert [len(letter.reasons) for letter in letters] == [0, 0, 0, 1]


def test_what_undelivered_raises_does_not_reach_the_caller(full):
    letter = Bounded()
    letter.when_undelivered = raising(SystemExit(1))
    full.tell(letter)
    assert len(letter.reasons) == 1


def test_each_message_of_a_flood_is_handled_or_refused(live, two_threads, gate):
    mailbox = live.start(Doer, name="actor", dispatcher=two_threads, bound=10)
    occupy(mailbox, gate)
    letters = [Bounded() for _ in range(400)]
    run_all([told_by(mailbox, letters[sender::4]) for sender in range(4)])
    waiting = live.depth(mailbox)
    gate.set()
    assert live.stop([mailbox], FAILURE_S) == []
    assert {letter.handled + len(letter.reasons) for letter in letters} == {1}
    # Four threads may look at the same moment, and each finds room for one.
    assert 10 <= sum(letter.handled for letter in letters) == waiting <= 13


def test_a_handler_that_floods_itself_is_told(system, simulated, line):
    letters = [Bounded() for _ in range(5)]
    mailbox = system.start(Doer, name="actor", dispatcher=line, bound=2)
    mailbox.tell(lambda: [mailbox.tell(letter) for letter in letters])
    simulated.run_until_idle()
    assert [letter.handled for letter in letters] == [1, 1, 0, 0, 0]


def test_a_refusal_is_logged_as_a_dead_letter(full, log_lines):
    full.tell(Bounded(partial(print, "never")))
    assert "dead letter, 3 messages wait already" in log_lines[0]
