"""Stopping the actors of a system, and what it counts."""

from functools import partial
from threading import Event

import pytest

from actors.runtime import Actor, Router
from actors.testing import Probe
from tests.runtime.doubles import FAILURE_S, Doer, Letter, actor_of, notes, occupy, raising


def test_stop_waits_for_what_is_in_the_mailboxes(live, two_threads):
    log: list[object] = []
    mailbox = live.start(Doer, name="actor", dispatcher=two_threads)
    for note in notes(log, range(1_000)):
        mailbox.tell(note)
    assert live.stop([mailbox], FAILURE_S) == []
    assert log == list(range(1_000))


def test_on_stop_has_been_called_when_stop_returns(live, two_threads):
    log: list[str] = []
    mailbox = live.start(
        lambda: Doer(on_stop=partial(log.append, "stop")), name="actor", dispatcher=two_threads
    )
    live.stop([mailbox], FAILURE_S)
    assert log == ["stop"]


def test_stop_names_those_that_hang_and_stops_the_others(live, two_threads, gate):
    mailboxes = [live.start(Doer, name=name, dispatcher=two_threads) for name in "abc"]
    occupy(mailboxes[1], gate)
    assert live.stop([mailboxes[0], mailboxes[2]], FAILURE_S) == []
    assert live.stop(mailboxes, 0.0) == ["b"]
    assert live.statistics().actors == 1


def test_an_orphan_stops_when_it_comes_back(live, two_threads, gate):
    mailbox = live.start(Doer, name="actor", dispatcher=two_threads)
    occupy(mailbox, gate)
    assert live.stop([mailbox], 0.0) == ["actor"]
    gate.set()
    assert live.stop([mailbox], FAILURE_S) == []


def test_two_thousand_actors_stop(live, two_threads):
    mailboxes = [live.start(Doer, name=f"{n}", dispatcher=two_threads) for n in range(2_000)]
    assert live.stop(mailboxes, FAILURE_S) == []
    assert live.statistics().actors == 0


def test_stop_of_one_actor_leaves_the_others(system, simulated, line):
    log: list[str] = []
    one, other = (system.start(Doer, name=name, dispatcher=line) for name in ("one", "other"))
    assert system.stop([one], 1.0) == []
    other.tell(partial(log.append, "handled"))
    simulated.run_until_idle()
    assert log == ["handled"]


def test_stopping_what_has_stopped_or_is_told_twice_is_no_error(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    assert system.stop([mailbox, mailbox], 1.0) == []
    assert system.stop([mailbox], 1.0) == []
    assert system.stop([], 1.0) == []
    assert system.statistics().dead_letters == 0


def test_a_message_to_a_stopped_actor_is_a_dead_letter_that_says_why(system, simulated, line):
    letter = Letter()
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    system.stop([mailbox], 1.0)
    mailbox.tell(letter)
    assert ["has stopped" in reason for reason in letter.reasons] == [True]
    assert system.statistics().dead_letters == 1


def test_messages_behind_a_stop_are_dead_letters(system, simulated, line):
    letters = [Letter(), Letter(), Letter()]
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    mailbox.tell(letters[0])
    system.request_stop(mailbox)
    mailbox.tell(letters[1])
    mailbox.tell(letters[2])
    simulated.run_until_idle()
    assert [(letter.handled, len(letter.reasons)) for letter in letters] == [
        (1, 0),
        (0, 1),
        (0, 1),
    ]


def test_an_actor_counts_as_stopped_only_when_its_dead_letters_have_been_told(
    system, simulated, line
):
    living: list[int] = []
    letter = Letter()
    letter.when_undelivered = lambda: living.append(system.statistics().actors)
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    system.request_stop(mailbox)
    mailbox.tell(letter)
    simulated.run_until_idle()
    assert living == [1]


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(1)], ids=repr)
def test_an_undelivered_that_raises_reaches_neither_the_sender_nor_the_next_letter(
    system, simulated, line, error
):
    hostile, letter = Letter(), Letter()
    hostile.when_undelivered = raising(error)
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    system.request_stop(mailbox)
    mailbox.tell(hostile)
    mailbox.tell(letter)
    simulated.run_until_idle()
    mailbox.tell(hostile)
    assert len(letter.reasons) == 1


def test_statistics_count_what_lives_and_what_waits(system, simulated, line):
    mailboxes = [system.start(Doer, name=name, dispatcher=line) for name in "ab"]
    for mailbox in (mailboxes[0], *mailboxes):
        mailbox.tell(lambda: None)
    assert (system.statistics().actors, system.statistics().mailbox_depth) == (2, 3)
    assert [system.depth(mailbox) for mailbox in mailboxes] == [2, 1]
    simulated.run_until_idle()
    assert system.statistics().mailbox_depth == 0


def test_what_is_no_mailbox_of_a_system_is_refused(system):
    with pytest.raises(AssertionError):
        system.request_stop(Probe())


def test_an_actor_reaches_itself_through_its_mailbox(system, simulated, line):
    handled: list[int] = []

    class Countdown(Actor[int]):
        def on_receive(self, message: int) -> None:
            handled.append(message)
            if message > 0:
                self.mailbox.tell(message - 1)

    system.start(Countdown, name="countdown", dispatcher=line).tell(3)
    simulated.run_until_idle()
    assert handled == [3, 2, 1, 0]


def test_the_mailbox_that_an_actor_knows_is_the_one_that_others_have(system, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    assert actor_of(mailbox).mailbox is mailbox


# -- a router ---------------------------------------------------------------------------


def test_a_router_gives_each_replica_a_message_in_turn():
    replicas: list[Probe[int]] = [Probe(), Probe(), Probe()]
    router = Router(replicas)
    for number in range(7):
        router.tell(number)
    assert [probe.messages for probe in replicas] == [[0, 3, 6], [1, 4], [2, 5]]


def test_stop_returns_when_the_last_dead_letter_has_been_told(live, two_threads, gate):
    entered, reached = Event(), list[str]()
    letter = Letter()

    def hear() -> None:
        entered.set()
        gate.wait(FAILURE_S)
        reached.append("told")

    letter.when_undelivered = hear
    mailbox = live.start(Doer, name="actor", dispatcher=two_threads)
    both = Event()
    mailbox.tell(partial(both.wait, FAILURE_S))
    live.request_stop(mailbox)
    mailbox.tell(letter)
    both.set()
    assert entered.wait(FAILURE_S)
    assert live.stop([mailbox], 0.0) == ["actor"]
    gate.set()
    assert live.stop([mailbox], FAILURE_S) == []
    assert (reached, live.statistics().actors) == (["told"], 0)
