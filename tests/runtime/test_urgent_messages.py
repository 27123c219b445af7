"""Messages that overtake, and those that do not."""

from functools import partial
from threading import Event

from actors.types import Urgent
from tests.runtime.doubles import FAILURE_S, Deed, Doer, Letter, notes, occupy


class Express(Letter, Urgent):
    """A letter that overtakes."""


def express(deed: Deed) -> Express:
    return Express(deed)


def test_urgent_messages_overtake_all_others_and_stay_in_order_among_themselves(
    system, simulated, line
):
    log: list[str] = []
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    for note in notes(log, "abc"):
        mailbox.tell(note)
    for note in notes(log, "123"):
        mailbox.tell(express(note))
    simulated.run_until_idle()
    assert "".join(log) == "123abc"


def test_an_urgent_message_comes_before_a_stop_that_was_asked_for_earlier(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    system.request_stop(mailbox)
    mailbox.tell(urgent := Express())
    mailbox.tell(letter := Letter())
    simulated.run_until_idle()
    assert (urgent.handled, letter.handled, len(letter.reasons)) == (1, 0, 1)


def test_an_urgent_message_alone_wakes_an_idle_actor(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    simulated.run_until_idle()
    mailbox.tell(urgent := Express())
    assert system.depth(mailbox) == 1
    simulated.run_until_idle()
    assert urgent.handled == 1


def test_an_urgent_message_that_an_actor_tells_itself_gets_a_turn(system, simulated, line):
    urgent = Express()
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    mailbox.tell(partial(mailbox.tell, urgent))
    simulated.run_until_idle()
    assert urgent.handled == 1


def test_an_urgent_message_in_the_midst_of_a_turn_is_next(live, one_thread, gate):
    log: list[str] = []
    mailbox = live.start(Doer, name="actor", dispatcher=one_thread)
    occupy(mailbox, gate)
    for note in notes(log, "ab"):
        mailbox.tell(note)
    mailbox.tell(express(partial(log.append, "urgent")))
    gate.set()
    assert live.stop([mailbox], FAILURE_S) == []
    assert log == ["urgent", "a", "b"]


def test_an_urgent_message_behind_the_end_is_undelivered(live, one_thread):
    mailbox = live.start(Doer, name="actor", dispatcher=one_thread)
    live.stop([mailbox], FAILURE_S)
    mailbox.tell(urgent := Express())
    assert (urgent.handled, len(urgent.reasons)) == (0, 1)


def test_urgent_messages_do_not_starve_a_neighbour(live, one_thread):
    reached, enough = Event(), Event()
    restless = live.start(Doer, name="restless", dispatcher=one_thread)
    other = live.start(Doer, name="other", dispatcher=one_thread)

    def again() -> None:
        if not enough.is_set():
            restless.tell(express(again))

    restless.tell(express(again))
    other.tell(reached.set)
    assert reached.wait(FAILURE_S)
    enough.set()
