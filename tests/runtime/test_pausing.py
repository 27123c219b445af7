"""An actor that waits for an action run elsewhere handles nothing before that is done."""

import contextvars
from collections.abc import Callable
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest

from actors.runtime import ActorSystem, Bulkhead, Runnable
from tests.runtime.doubles import (
    FAILURE_S,
    Deed,
    Doer,
    Letter,
    actor_of,
    notes,
    raising,
    run_all,
)
from tests.runtime.test_urgent_messages import Express

BAD = ValueError("bad")


def blow() -> None:
    raise BAD


class Elsewhere:
    """A place for actions, which run when the test says so."""

    def __init__(self) -> None:
        self.actions: list[Runnable] = []

    def run_next(self) -> None:
        self.actions.pop(0).run()


@pytest.fixture
def elsewhere():
    return Elsewhere()


@pytest.fixture
def log():
    return list[str]()


@pytest.fixture
def actor(system, line):
    return system.start(Doer, name="actor", dispatcher=line)


@pytest.fixture
def pause(actor, elsewhere):
    """Tell the actor a letter that has it pause over that letter."""

    def tell(action: Callable[[], None]) -> Letter:
        letter = Letter()

        def begin() -> None:
            actor_of(actor).pause(elsewhere.actions.append, action, over=letter)

        letter._deed = begin
        actor.tell(letter)
        return letter

    return tell


def test_no_message_is_handled_before_the_action_is_done(actor, pause, elsewhere, simulated, log):
    pause(partial(log.append, "action"))
    simulated.run_until_idle()
    actor.tell(partial(log.append, "message"))
    actor.tell(Express(partial(log.append, "urgent")))
    simulated.run_until_idle()
    assert log == []
    elsewhere.run_next()
    simulated.run_until_idle()
    assert log == ["action", "urgent", "message"]


def test_the_rest_of_the_handler_comes_before_the_action(actor, elsewhere, simulated, log):
    def handler() -> None:
        pause = actor_of(actor).pause
        pause(lambda action: action.run(), partial(log.append, "action"))
        log.append("handler")

    actor.tell(handler)
    simulated.run_until_idle()
    assert log == ["handler", "action"]


def test_a_pause_holds_no_thread(live, one_thread):
    reached, actions = Event(), list[Runnable]()
    mailbox = live.start(Doer, name="actor", dispatcher=one_thread)
    other = live.start(Doer, name="other", dispatcher=one_thread)
    paused = actor_of(mailbox)
    mailbox.tell(lambda: paused.pause(actions.append, lambda: None))
    other.tell(reached.set)
    assert reached.wait(FAILURE_S)
    actions[0].run()
    assert live.stop([mailbox], FAILURE_S) == []


def test_a_message_that_comes_while_the_action_runs_is_handled_afterwards(
    actor, pause, elsewhere, simulated, log
):
    pause(partial(actor.tell, partial(log.append, "message")))
    simulated.run_until_idle()
    elsewhere.run_next()
    assert log == []
    simulated.run_until_idle()
    assert log == ["message"]


def test_an_action_may_pause_the_actor_again(actor, pause, elsewhere, simulated, log):
    def first() -> None:
        log.append("first")
        actor_of(actor).pause(elsewhere.actions.append, partial(log.append, "second"))

    pause(first)
    actor.tell(partial(log.append, "message"))
    for _ in range(2):
        simulated.run_until_idle()
        elsewhere.run_next()
    simulated.run_until_idle()
    assert log == ["first", "second", "message"]


def test_a_stop_waits_for_the_action(actor, pause, elsewhere, simulated, system):
    letter = pause(lambda: None)
    simulated.run_until_idle()
    system.request_stop(actor)
    simulated.run_until_idle()
    assert not actor.is_closed
    elsewhere.run_next()
    simulated.run_until_idle()
    assert (actor.is_closed, letter.handled, letter.reasons) == (True, 1, [])


def test_a_stop_that_times_out_names_an_actor_in_a_pause(actor, pause, elsewhere, system):
    pause(lambda: None)
    assert system.stop([actor], 1.0) == ["actor"]
    elsewhere.run_next()
    assert system.stop([actor], 1.0) == []


@pytest.mark.parametrize("error", [BAD, SystemExit(1)], ids=repr)
def test_what_an_action_raises_is_a_crash_over_its_message(
    actor, pause, elsewhere, simulated, error
):
    letter = pause(raising(error))
    actor.tell(behind := Letter())
    simulated.run_until_idle()
    elsewhere.run_next()
    simulated.run_until_idle()
    assert [repr(error) in reason for reason in letter.reasons] == [True]
    assert (letter.handled, behind.handled) == (1, 1)


def test_the_replacement_starts_at_once_when_an_action_crashes_and_nothing_waits(
    system, simulated, line, elsewhere, log
):
    started = partial(Doer, on_start=partial(log.append, "start"))
    mailbox = system.start(started, name="actor", dispatcher=line)
    mailbox.tell(lambda: actor_of(mailbox).pause(elsewhere.actions.append, blow))
    simulated.run_until_idle()
    elsewhere.run_next()
    simulated.run_until_idle()
    assert log == ["start", "start"]


def test_a_last_crash_in_an_action_settles_what_waits(simulated, line, elsewhere):
    system = ActorSystem(simulated, max_restarts=0)
    mailbox: Any = system.start(Doer, name="actor", dispatcher=line)
    mailbox.tell(lambda: actor_of(mailbox).pause(elsewhere.actions.append, blow))
    mailbox.tell(letter := Letter())
    simulated.run_until_idle()
    elsewhere.run_next()
    simulated.run_until_idle()
    assert (mailbox.is_closed, letter.handled, len(letter.reasons)) == (True, 0, 1)


def test_a_handler_that_asks_for_a_pause_and_crashes_gets_none(actor, elsewhere, simulated, log):
    def handler() -> None:
        actor_of(actor).pause(elsewhere.actions.append, partial(log.append, "action"))
        raise BAD

    actor.tell(handler)
    actor.tell(partial(log.append, "next"))
    simulated.run_until_idle()
    assert (elsewhere.actions, log) == ([], ["next"])


def test_a_pause_that_nobody_wants_to_run_is_a_crash_over_its_message(actor, system, simulated):
    letter, behind = Letter(), Letter()
    letter._deed = lambda: actor_of(actor).pause(
        lambda _: raising(RuntimeError("closed"))(), blow, over=letter
    )
    actor.tell(letter)
    actor.tell(behind)
    simulated.run_until_idle()
    assert [reason.count("closed") for reason in letter.reasons] == [1]
    assert (behind.handled, system.stop([actor], 1.0)) == (1, [])


def test_an_actor_may_pause_when_it_starts(system, simulated, line, elsewhere, log):
    class Waiting(Doer):
        def on_start(self) -> None:
            self.pause(elsewhere.actions.append, partial(log.append, "action"))

    mailbox = system.start(Waiting, name="actor", dispatcher=line)
    mailbox.tell(partial(log.append, "message"))
    simulated.run_until_idle()
    assert log == []
    elsewhere.run_next()
    simulated.run_until_idle()
    assert log == ["action", "message"]


def test_an_action_runs_in_the_context_of_its_actor(actor, pause, elsewhere, simulated):
    variable = contextvars.ContextVar[str]("variable", default="nobody's")
    seen: list[str] = []
    actor.tell(partial(variable.set, "the actor's"))
    pause(lambda: seen.append(variable.get()))
    simulated.run_until_idle()
    elsewhere.run_next()
    assert (seen, variable.get()) == (["the actor's"], "nobody's")


def test_an_actor_in_a_pause_is_never_on_two_threads(live, threads, two_threads):
    bulkhead, inside, overlaps = Bulkhead(two_threads, 24), list[str](), list[str]()

    def enter(what: str) -> None:
        inside.append(what)
        if len(inside) > 1:
            overlaps.append(what)
        inside.remove(what)

    mailbox = live.start(Doer, name="actor", dispatcher=two_threads)
    paused = actor_of(mailbox)
    start: Any = partial(bulkhead.run, "owner", "place")

    def handler() -> None:
        enter("handler")
        paused.pause(start, partial(enter, "action"))

    def send() -> None:
        for _ in range(200):
            mailbox.tell(handler)

    run_all([Thread(target=send, daemon=True) for _ in range(3)])
    assert live.stop([mailbox], FAILURE_S) == []
    assert (overlaps, bulkhead.owners) == ([], [])


def test_the_messages_of_one_sender_stay_in_order_across_pauses(actor, elsewhere, simulated, log):
    def then_pause(note: Deed) -> None:
        note()
        actor_of(actor).pause(lambda action: action.run(), lambda: None)

    for note in notes(log, "abcdef"):
        actor.tell(partial(then_pause, note))
    simulated.run_until_idle()
    assert "".join(log) == "abcdef"
