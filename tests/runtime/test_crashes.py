"""What becomes of an actor that crashes, and of its messages."""

from functools import partial
from typing import Any

import pytest

from actors.runtime import ActorSystem
from tests.runtime.doubles import Doer, Letter, actor_of, notes, once, raising, ref_of

BAD = ValueError("bad")


@pytest.fixture
def crashes():
    """What `on_crash` was told."""
    return []


@pytest.fixture
def system(simulated, crashes):
    return ActorSystem(simulated, max_restarts=3, restart_window_s=5.0, on_crash=crashes.append)


@pytest.fixture
def made():
    """Every `Doer` that the factory of `actor` made."""
    return []


@pytest.fixture
def actor(system, line, made):
    def factory():
        made.append(Doer(on_out_of_service=partial(made.append, "out of service")))
        return made[-1]

    return system.start(factory, name="actor", dispatcher=line)


def test_messages_behind_a_crash_are_handled_by_the_replacement_in_order(actor, simulated, made):
    log: list[object] = []
    for deed in [*notes(log, "ab"), raising(BAD), *notes(log, "cd")]:
        actor.tell(deed)
    simulated.run_until_idle()
    assert (log, len(made)) == (["a", "b", "c", "d"], 2)


def test_the_message_of_a_crash_is_not_handled_again(actor, simulated):
    letter = Letter(raising(BAD))
    actor.tell(letter)
    simulated.run_until_idle()
    assert letter.handled == 1


@pytest.mark.parametrize("error", [BAD, SystemExit(1)], ids=repr)
def test_the_message_of_a_crash_is_told_once_that_it_is_undelivered(actor, simulated, error):
    letter = Letter(raising(error))
    actor.tell(letter)
    simulated.run_until_idle()
    assert [repr(error) in reason for reason in letter.reasons] == [True]


def test_a_crash_is_set_aside_and_told(actor, system, simulated, crashes):
    letter = Letter(raising(BAD))
    actor.tell(letter)
    simulated.run_until_idle()
    assert list(system.set_aside) == crashes
    assert [(crash.actor, crash.restarted) for crash in crashes] == [("actor", True)]
    assert (crashes[0].error, crashes[0].message) == (repr(BAD), repr(letter))


def test_a_replacement_starts_although_no_message_waits(system, simulated, line):
    log: list[str] = []
    actor = system.start(
        lambda: Doer(on_start=partial(log.append, "start")), name="actor", dispatcher=line
    )
    actor.tell(raising(BAD))
    simulated.run_until_idle()
    assert log == ["start", "start"]


def test_on_failure_is_called_on_the_actor_that_crashed(system, simulated, line):
    log: list[str] = []
    actor = system.start(
        lambda: Doer(on_failure=partial(log.append, "failure")), name="actor", dispatcher=line
    )
    actor.tell(raising(BAD))
    simulated.run_until_idle()
    assert log == ["failure"]


def test_a_reference_from_before_a_crash_reaches_the_replacement(actor, simulated, made):
    before = ref_of(actor)
    log: list[str] = []
    actor.tell(raising(BAD))
    simulated.run_until_idle()
    before.tell(partial(log.append, "told"))
    reply = before.ask(lambda: "asked", block=False)
    simulated.run_until_idle()
    assert (log, reply.get(timeout=0)) == (["told"], "asked")
    assert before.is_alive()
    assert before.actor_urn == ref_of(actor).actor_urn == made[1].actor_urn


def test_a_reference_from_before_a_crash_sees_the_stop_of_the_replacement(actor, system, simulated):
    before = ref_of(actor)
    actor.tell(raising(BAD))
    system.stop([actor], 1.0)
    assert not before.is_alive()


def test_a_stop_that_waits_behind_a_crash_stops_the_replacement(actor, system, simulated):
    actor.tell(raising(BAD))
    system.request_stop(actor)
    simulated.run_until_idle()
    assert system.statistics().actors == 0


def test_what_a_replacement_tells_its_own_mailbox_while_it_is_made_arrives(system, simulated, line):
    log: list[str] = []

    class Eager(Doer):
        def __init__(self):
            super().__init__()
            self.mailbox.tell(partial(log.append, "told"))

    actor = system.start(Eager, name="actor", dispatcher=line)
    actor.tell(raising(BAD))
    simulated.run_until_idle()
    assert log == ["told", "told"]


def test_a_child_that_is_started_while_a_replacement_is_made_has_a_mailbox_of_its_own(
    system, simulated, line
):
    class Child(Doer):
        pass

    children: list[Any] = []

    def factory() -> Doer:
        children.append(system.start(Child, name="child", dispatcher=line))
        return Doer()

    actor = system.start(factory, name="actor", dispatcher=line)
    actor.tell(raising(BAD))
    simulated.run_until_idle()
    assert len({actor, *children}) == 3
    assert [type(actor_of(mailbox)) for mailbox in (actor, *children)] == [Doer, Child, Child]


def test_a_replacement_may_be_of_another_class(system, simulated, line):
    class Other(Doer):
        pass

    log: list[str] = []
    others = iter([Doer(), Other()])
    actor = system.start(partial(next, others), name="actor", dispatcher=line)
    actor.tell(raising(BAD))
    actor.tell(partial(log.append, "handled"))
    simulated.run_until_idle()
    assert log == ["handled"]
    assert isinstance(actor_of(actor), Other)


def test_a_crash_in_on_start_counts_and_is_restarted(system, simulated, line, crashes):
    log: list[str] = []
    actor = system.start(partial(Doer, on_start=once(raising(BAD))), name="actor", dispatcher=line)
    actor.tell(partial(log.append, "handled"))
    simulated.run_until_idle()
    assert log == ["handled"]
    assert [(crash.error, crash.message) for crash in crashes] == [(repr(BAD), "None")]


def test_crashes_and_restarts_are_counted(actor, system, simulated):
    for _ in range(5):
        actor.tell(raising(BAD))
    simulated.run_until_idle()
    seen = system.statistics()
    assert (seen.crashes, seen.restarts, seen.dead_letters, seen.actors) == (4, 3, 1, 0)


# -- hostile hooks and messages ---------------------------------------------------------


class Unprintable(Letter):
    def __repr__(self) -> str:
        raise RuntimeError("no text")


HOSTILE = [ValueError("bad"), SystemExit(1), KeyboardInterrupt()]


@pytest.mark.parametrize("error", HOSTILE, ids=repr)
def test_an_on_crash_that_raises_does_not_stop_the_restart(simulated, line, error):
    log: list[str] = []
    system = ActorSystem(simulated, on_crash=lambda _: raising(error)())
    actor = system.start(Doer, name="actor", dispatcher=line)
    actor.tell(raising(BAD))
    actor.tell(partial(log.append, "handled"))
    simulated.run_until_idle()
    assert log == ["handled"]


@pytest.mark.parametrize("error", HOSTILE, ids=repr)
def test_an_undelivered_that_raises_does_not_stop_the_restart(actor, simulated, error):
    log: list[str] = []
    letter = Letter(raising(BAD))
    letter.when_undelivered = raising(error)
    actor.tell(letter)
    actor.tell(partial(log.append, "handled"))
    simulated.run_until_idle()
    assert log == ["handled"]


@pytest.mark.parametrize("error", HOSTILE, ids=repr)
def test_an_on_failure_that_raises_is_the_same_crash(system, simulated, line, crashes, error):
    log: list[str] = []
    actor = system.start(
        partial(Doer, on_failure=once(raising(error))), name="actor", dispatcher=line
    )
    actor.tell(raising(BAD))
    actor.tell(partial(log.append, "handled"))
    simulated.run_until_idle()
    assert (log, [crash.error for crash in crashes]) == (["handled"], [repr(BAD)])


def test_a_message_that_cannot_be_printed_is_set_aside_all_the_same(actor, simulated, crashes):
    log: list[str] = []
    actor.tell(Unprintable(raising(BAD)))
    actor.tell(partial(log.append, "handled"))
    simulated.run_until_idle()
    assert log == ["handled"]
    assert crashes[0].message == "<Unprintable whose repr raised RuntimeError>"


def test_a_dead_letter_that_cannot_be_printed_does_not_raise_when_logs_are_on(
    actor, system, simulated, log_lines
):
    system.request_stop(actor)
    simulated.run_until_idle()
    letter = Unprintable()
    actor.tell(letter)
    assert len(letter.reasons) == 1
    assert "dead letter" in log_lines[-1]


def test_a_crash_is_logged_with_the_actor_and_the_message(actor, simulated, log_lines):
    actor.tell(Unprintable(raising(BAD)))
    simulated.run_until_idle()
    assert [line for line in log_lines if "actor crashed over <Unprintable" in line]


def test_a_crash_of_one_actor_leaves_its_neighbours_alone(actor, system, simulated, line):
    log: list[object] = []
    other = system.start(Doer, name="other", dispatcher=line)
    for note in notes(log, "abcde"):
        actor.tell(raising(BAD))
        other.tell(note)
    simulated.run_until_idle()
    assert log == list("abcde")


def test_a_thread_pool_restarts_a_crashing_actor_without_losing_a_message(live, one_thread):
    log: list[object] = []
    actor = live.start(Doer, name="actor", dispatcher=one_thread)
    for deed in [*notes(log, "ab"), raising(BAD), *notes(log, "cd")]:
        actor.tell(deed)
    assert live.stop([actor], 30.0) == []
    assert log == list("abcd")
