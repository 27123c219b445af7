"""An idle actor is let go, and nobody who has its mailbox sees it."""

import gc
import weakref
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime import ActorSystem, SimulatedRuntime
from tests.runtime.doubles import (
    FAILURE_S,
    Deed,
    Doer,
    Letter,
    actor_of,
    notes,
    once,
    raising,
    ref_of,
    run_all,
    told_by,
)
from tests.runtime.test_closing_races import SlowLock, SlowQueue
from tests.runtime.test_urgent_messages import Express

BAD = ValueError("bad")


def passivate(mailbox: Any) -> None:
    """Tell the actor to be let go."""
    mailbox.tell(partial(let_go, mailbox))


def let_go(mailbox: Any) -> None:
    """Let go of an actor, from one of its handlers."""
    actor_of(mailbox).passivate()


def is_passive(mailbox: Any) -> bool:
    return mailbox._actor is None and not mailbox.is_closed


@pytest.fixture
def log():
    return list[str]()


@pytest.fixture
def passive(system, simulated, line, log):
    """A mailbox whose actor was let go; notes starts and stops."""
    hooks = {hook: partial(log.append, hook) for hook in ("on_start", "on_stop")}
    mailbox = system.start(partial(Doer, **hooks), name="actor", dispatcher=line)
    passivate(mailbox)
    simulated.run_until_idle()
    assert is_passive(mailbox)
    return mailbox


def test_the_actor_object_is_let_go_and_the_mailbox_stays(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    alive = weakref.ref(actor_of(mailbox))
    passivate(mailbox)
    simulated.run_until_idle()
    assert (alive(), mailbox.is_closed, system.statistics().actors) == (None, False, 0)


@pytest.mark.parametrize("kind", [Letter, Express])
def test_the_next_message_has_the_factory_make_another(passive, system, simulated, log, kind):
    passive.tell(letter := kind())
    simulated.run_until_idle()
    assert (letter.handled, letter.reasons) == (1, [])
    assert (log, system.statistics().actors) == (["on_start", "on_start"], 1)


def test_all_messages_are_handled_in_order_by_one_new_actor(passive, simulated, log):
    for note in notes(log, "abc"):
        passive.tell(note)
    simulated.run_until_idle()
    assert log == ["on_start", "on_start", "a", "b", "c"]


def test_the_new_actor_is_the_same_to_others(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    before = ref_of(mailbox)
    passivate(mailbox)
    simulated.run_until_idle()
    future = before.ask(lambda: "answer", block=False)
    simulated.run_until_idle()
    assert future.get(timeout=0) == "answer"
    assert ref_of(mailbox).actor_urn == before.actor_urn
    assert before.is_alive()


def test_it_is_no_crash_and_counts_as_no_restart(passive, system, simulated):
    passive.tell(lambda: None)
    simulated.run_until_idle()
    counts = system.statistics()
    assert (counts.crashes, counts.restarts, counts.dead_letters) == (0, 0, 0)


def test_an_actor_with_messages_is_not_let_go(system, simulated, line, log):
    started = partial(Doer, on_start=partial(log.append, "start"))
    mailbox = system.start(started, name="actor", dispatcher=line)
    passivate(mailbox)
    mailbox.tell(partial(log.append, "message"))
    simulated.run_until_idle()
    assert (log, is_passive(mailbox)) == (["start", "message"], False)


def test_a_message_that_goes_in_while_the_actor_is_let_go_is_handled(system, simulated, line):
    letter = Letter()
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    passivate(mailbox)
    tell_it = once(partial(mailbox.tell, letter))
    mailbox._turn = SlowLock(mailbox._turn, lambda: mailbox._actor is None and tell_it())
    simulated.run_until_idle()
    assert letter.handled == 1


def test_an_actor_can_be_let_go_any_number_of_times(passive, simulated, log):
    for _ in range(3):
        passive.tell(lambda: actor_of(passive).passivate())
        simulated.run_until_idle()
        assert is_passive(passive)
    assert log == ["on_start"] * 4


def test_a_mailbox_whose_message_is_being_handled_is_not_called_passive(passive, system, simulated):
    assert system.is_passive(passive)
    passive.tell(Letter())
    assert not system.is_passive(passive)
    empty = passive._envelopes.empty

    def handled_meanwhile() -> bool:
        queue.empty = empty
        simulated.run_until_idle()
        is_empty: bool = empty()
        return is_empty

    queue: Any = SlowQueue(passive._envelopes, lambda: None)
    queue.empty = handled_meanwhile
    passive._envelopes = queue
    assert not system.is_passive(passive)


# -- the stop ------------------------------------------------------------------------


def test_a_stop_needs_no_actor(passive, system, simulated, log):
    system.request_stop(passive)
    assert (passive.is_closed, simulated.ready, log) == (True, 0, ["on_start"])
    passive.tell(letter := Letter())
    assert (letter.handled, len(letter.reasons)) == (0, 1)


def test_who_waits_for_the_stop_of_an_idle_actor_is_woken(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    ref = ref_of(mailbox)
    passivate(mailbox)
    simulated.run_until_idle()
    assert system.stop([mailbox], 1.0) == []
    assert ref.actor_stopped.wait(0)


def test_a_second_stop_does_nothing(passive, system, simulated):
    for _ in range(2):
        system.request_stop(passive)
        simulated.run_until_idle()
    assert (passive.is_closed, system.statistics().dead_letters) == (True, 0)


def test_a_stop_behind_a_message_lets_that_be_handled_first(passive, system, simulated, log):
    passive.tell(letter := Letter())
    system.request_stop(passive)
    simulated.run_until_idle()
    assert (letter.handled, passive.is_closed) == (1, True)
    assert log == ["on_start", "on_start", "on_stop"]


def test_a_message_in_the_midst_of_a_stop_is_handled_or_undelivered(passive, system, simulated):
    passive._envelopes = SlowQueue(passive._envelopes, partial(system.request_stop, passive))
    passive.tell(letter := Letter())
    simulated.run_until_idle()
    assert (letter.handled, len(letter.reasons)) == (0, 1)


def test_a_stop_between_a_message_and_the_wish_for_a_turn_comes_after_that_message(
    passive, system, simulated
):
    queue, letter = passive._envelopes, Letter()
    stop = once(partial(system.request_stop, passive))

    def put(envelope: Any) -> None:
        queue.put(envelope)
        stop()

    slow: Any = SlowQueue(queue, lambda: None)
    slow.put = put
    passive._envelopes = slow
    passive.tell(letter)
    simulated.run_until_idle()
    assert (letter.handled, letter.reasons, passive.is_closed) == (1, [], True)


def test_a_message_that_comes_when_the_stop_has_looked_is_not_left_behind(passive, system):
    """It is in the mailbox of one who holds the turn, and found it idle before."""
    letter = Letter()
    empty = passive._envelopes.empty
    queue: Any = SlowQueue(passive._envelopes, lambda: None)

    def told_meanwhile() -> bool:
        was_empty: bool = empty()
        queue.empty = empty
        passive.tell(letter)
        return was_empty

    queue.empty = told_meanwhile
    passive._envelopes = queue
    system.request_stop(passive)
    assert (letter.handled, len(letter.reasons)) == (0, 1)


def test_a_stopped_mailbox_holds_itself_in_no_cycle(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    passivate(mailbox)
    simulated.run_until_idle()
    system.request_stop(mailbox)
    gone = weakref.ref(mailbox)
    gc.disable()
    try:
        del mailbox
        assert gone() is None
    finally:
        gc.enable()


def test_the_stop_of_many_idle_actors_makes_none_of_them_again(system, simulated, line, log):
    started = partial(Doer, on_start=partial(log.append, "start"))
    mailboxes = [system.start(started, name=f"{n}", dispatcher=line) for n in range(100)]
    for mailbox in mailboxes:
        passivate(mailbox)
    simulated.run_until_idle()
    assert system.stop(mailboxes, 1.0) == []
    assert len(log) == 100


# -- crashes -------------------------------------------------------------------------


def test_a_crash_of_the_new_actor_is_a_crash_as_any(passive, system, simulated):
    passive.tell(letter := Letter(raising(BAD)))
    passive.tell(behind := Letter())
    simulated.run_until_idle()
    assert (len(letter.reasons), behind.handled, system.statistics().restarts) == (1, 1, 1)


def passivate_and_crash(mailbox: Any) -> Deed:
    def deed() -> None:
        actor_of(mailbox).passivate()
        raise BAD

    return deed


def test_a_handler_that_wants_to_be_let_go_and_crashes_is_replaced(system, simulated, line, log):
    started = partial(Doer, on_start=partial(log.append, "start"))
    mailbox = system.start(started, name="actor", dispatcher=line)
    mailbox.tell(passivate_and_crash(mailbox))
    simulated.run_until_idle()
    assert (is_passive(mailbox), log) == (False, ["start", "start"])


def test_crashes_before_it_was_let_go_still_count(simulated, line):
    system = ActorSystem(simulated, max_restarts=1)
    mailbox: Any = system.start(Doer, name="actor", dispatcher=line)
    for _ in range(2):
        mailbox.tell(raising(BAD))
        simulated.run_until_idle()
        if not mailbox.is_closed:
            passivate(mailbox)
            simulated.run_until_idle()
    assert mailbox.is_closed


def brittle(system: ActorSystem, simulated: SimulatedRuntime, line: Any, failures: int) -> Any:
    """Return a passive mailbox whose factory fails so often from now on."""
    left: list[Deed] = [raising(BAD)] * failures

    def factory() -> Doer:
        if is_ready and left:
            left.pop()()
        return Doer()

    is_ready: list[bool] = []
    mailbox = system.start(factory, name="actor", dispatcher=line)
    passivate(mailbox)
    simulated.run_until_idle()
    is_ready.append(True)
    return mailbox


def test_an_actor_that_cannot_be_made_loses_what_waits_and_is_tried_again(system, simulated, line):
    mailbox = brittle(system, simulated, line, failures=1)
    letters = [Letter(), Letter()]
    for letter in letters:
        mailbox.tell(letter)
    simulated.run_until_idle()
    assert [letter.reasons for letter in letters] == [["the actor could not be made again"]] * 2
    mailbox.tell(later := Letter())
    simulated.run_until_idle()
    assert (later.handled, later.reasons, mailbox.is_closed) == (1, [], False)


def test_an_actor_that_cannot_be_made_can_be_stopped(system, simulated, line):
    mailbox = brittle(system, simulated, line, failures=9)
    mailbox.tell(letter := Letter())
    assert system.stop([mailbox], 1.0) == []
    assert len(letter.reasons) == 1
    other = brittle(system, simulated, line, failures=9)
    other.tell(Letter())
    simulated.run_until_idle()
    assert system.stop([other], 1.0) == []


def test_a_message_that_comes_while_the_actor_cannot_be_made_is_not_left_behind(
    system, simulated, line
):
    mailbox = brittle(system, simulated, line, failures=1)
    first, second = Letter(), Letter()
    mailbox._turn = SlowLock(mailbox._turn, once(partial(mailbox.tell, second)))
    mailbox.tell(first)
    simulated.run_until_idle()
    assert (len(first.reasons), second.handled) == (1, 1)


# -- any schedule --------------------------------------------------------------------

histories = st.lists(st.sampled_from(["tell", "urgent", "passivate", "crash", "step", "stop"]))


@given(st.integers(0, 2**16), histories)
def test_each_message_is_heard_of_once_whatever_else_happens(seed, history):
    simulated = SimulatedRuntime(seed)
    system = ActorSystem(simulated, max_restarts=1_000)
    line = simulated.dispatcher("line", 1, quantum_messages=1, quantum_s=1.0)
    mailbox: Any = system.start(Doer, name="actor", dispatcher=line)
    letters: list[Letter] = []
    for event in history:
        if event in {"tell", "urgent", "crash"}:
            kind = Express if event == "urgent" else Letter
            letters.append(kind(raising(BAD) if event == "crash" else lambda: None))
            mailbox.tell(letters[-1])
        elif event == "passivate":
            passive_if_alive = lambda: mailbox._actor and mailbox._actor.passivate()  # noqa: E731 - one use
            mailbox.tell(passive_if_alive)
        elif event == "step":
            simulated.run_next()
        else:
            system.request_stop(mailbox)
    assert system.stop([mailbox], 1.0) == []
    ends = [(bool(letter.handled), bool(letter.reasons)) for letter in letters]
    assert all(handled or undelivered for handled, undelivered in ends)
    assert all(letter.handled + len(letter.reasons) <= 2 for letter in letters)


def test_messages_that_race_with_being_let_go_are_all_handled(live, threads):
    pool = threads.dispatcher("pool", 2, quantum_messages=4, quantum_s=FAILURE_S)
    mailbox = live.start(Doer, name="actor", dispatcher=pool)
    letters = [Letter(lambda: actor_of(mailbox).passivate()) for _ in range(1_000)]
    run_all([told_by(mailbox, letters[sender::4]) for sender in range(4)])
    assert live.stop([mailbox], FAILURE_S) == []
    assert {letter.handled for letter in letters} == {1}


def test_messages_that_race_with_the_stop_of_an_idle_actor_hear_of_their_fate(live, threads):
    pool = threads.dispatcher("pool", 2, quantum_messages=64, quantum_s=FAILURE_S)
    for _ in range(30):
        mailbox: Any = live.start(Doer, name="actor", dispatcher=pool)
        passivate(mailbox)
        deed = partial(let_go, mailbox)
        letters = [Letter(deed) for _ in range(80)]
        senders = [told_by(mailbox, letters[sender::4]) for sender in range(4)]
        run_all(senders, meanwhile=partial(live.stop, [mailbox], FAILURE_S))
        assert {letter.handled + len(letter.reasons) for letter in letters} == {1}
