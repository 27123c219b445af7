"""An actor that crashes too often ends; its messages are told and the others run on."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from actors.runtime import ActorSystem, SimulatedRuntime
from actors.types import Mailbox
from tests.runtime.doubles import Deed, Doer, Letter, raising, ref_of

BAD = ValueError("bad")


@pytest.fixture
def system(simulated):
    return ActorSystem(simulated, max_restarts=3, restart_window_s=5.0)


@pytest.fixture
def log():
    return []


@pytest.fixture
def actor(system, line, log):
    hooks = {name: partial(log.append, name) for name in ("on_out_of_service", "on_stop")}
    return system.start(lambda: Doer(**hooks), name="actor", dispatcher=line)


def crash(actor: Mailbox[Deed], simulated: SimulatedRuntime, times: int) -> None:
    for _ in range(times):
        actor.tell(raising(BAD))
    simulated.run_until_idle()


def restarted(system: ActorSystem) -> list[bool]:
    return [crash.restarted for crash in system.set_aside]


def test_three_crashes_in_the_window_are_restarted_and_the_fourth_is_not(actor, system, simulated):
    crash(actor, simulated, times=4)
    assert restarted(system) == [True, True, True, False]


def test_three_crashes_leave_it_in_service(actor, system, simulated, log):
    crash(actor, simulated, times=3)
    actor.tell(partial(log.append, "handled"))
    simulated.run_until_idle()
    assert log == ["handled"]


def test_crashes_that_are_older_than_the_window_do_not_count(actor, system, simulated):
    for _ in range(10):
        crash(actor, simulated, times=1)
        simulated.advance(2.0)
    assert restarted(system) == [True] * 10


def test_the_window_slides(actor, system, simulated):
    crash(actor, simulated, times=1)
    simulated.advance(4.0)
    crash(actor, simulated, times=2)
    simulated.advance(1.0)  # the first is 5 s old now, the others 1 s
    crash(actor, simulated, times=2)
    assert restarted(system) == [True, True, True, True, False]


def test_the_limit_of_one_actor_does_not_count_the_crashes_of_another(
    actor, system, simulated, line
):
    other = system.start(Doer, name="other", dispatcher=line)
    crash(other, simulated, times=3)
    crash(actor, simulated, times=3)
    assert restarted(system) == [True] * 6


def test_on_out_of_service_is_called_once_and_on_stop_is_not(actor, simulated, log):
    crash(actor, simulated, times=5)
    assert log == ["on_out_of_service"]


def test_what_waits_behind_the_last_crash_is_told_once_each(actor, system, simulated):
    letters = [Letter() for _ in range(5)]
    for deed in [raising(BAD)] * 4 + letters:
        actor.tell(deed)
    simulated.run_until_idle()
    assert [(letter.handled, len(letter.reasons)) for letter in letters] == [(0, 1)] * 5
    assert system.statistics().dead_letters == 5


def test_the_message_of_the_last_crash_is_told_once(actor, simulated):
    letter = Letter(raising(BAD))
    crash(actor, simulated, times=3)
    actor.tell(letter)
    simulated.run_until_idle()
    assert (letter.handled, len(letter.reasons)) == (1, 1)


def test_what_comes_later_is_a_dead_letter_at_once(actor, simulated):
    letter = Letter()
    crash(actor, simulated, times=4)
    actor.tell(letter)
    assert ["has crashed" in reason for reason in letter.reasons] == [True]


def test_who_waits_for_an_answer_is_told_that_it_is_dead(actor, simulated):
    for _ in range(4):
        actor.tell(raising(BAD))
    reply = ref_of(actor).ask(lambda: "reply", block=False)
    stop = ref_of(actor).stop(block=False)
    simulated.run_until_idle()
    with pytest.raises(Exception, match="has crashed before handling"):
        reply.get(timeout=0)
    assert stop.get(timeout=0) is True


def test_others_run_on(actor, system, simulated, line, log):
    other = system.start(Doer, name="other", dispatcher=line)
    crash(actor, simulated, times=5)
    other.tell(partial(log.append, "other"))
    simulated.run_until_idle()
    assert log == ["on_out_of_service", "other"]


def test_crashes_of_on_start_put_it_out_of_service_too(system, simulated, line):
    letter = Letter()
    actor = system.start(lambda: Doer(on_start=raising(BAD)), name="actor", dispatcher=line)
    actor.tell(letter)
    simulated.run_until_idle()
    assert restarted(system) == [True, True, True, False]
    assert (letter.handled, len(letter.reasons)) == (0, 1)


def test_with_no_restarts_allowed_the_first_crash_is_the_end(simulated, line):
    system = ActorSystem(simulated, max_restarts=0)
    crash(system.start(Doer, name="actor", dispatcher=line), simulated, times=2)
    assert restarted(system) == [False]


@pytest.mark.parametrize("error", [BAD, SystemExit(1), KeyboardInterrupt()], ids=repr)
def test_an_on_out_of_service_that_raises_buries_the_rest_all_the_same(simulated, line, error):
    letter = Letter()
    system = ActorSystem(simulated, max_restarts=0)
    hostile = partial(Doer, on_out_of_service=raising(error))
    actor = system.start(hostile, name="actor", dispatcher=line)
    actor.tell(raising(BAD))
    actor.tell(letter)
    simulated.run_until_idle()
    assert len(letter.reasons) == 1


# -- factories that cannot make a replacement -------------------------------------------


def first_a_doer_then(answer: Deed) -> Callable[[], Any]:
    """Return a factory that makes one `Doer`, and `answer()` ever after."""
    doers = [Doer()]
    return lambda: doers.pop() if doers else answer()


ANSWERS = [raising(BAD), raising(SystemExit(1)), raising(KeyboardInterrupt()), object]


@pytest.mark.parametrize("answer", ANSWERS, ids=["Exception", "SystemExit", "Ctrl-C", "no actor"])
def test_a_factory_that_makes_no_replacement_puts_it_out_of_service(
    system, simulated, line, answer
):
    letter = Letter()
    actor = system.start(first_a_doer_then(answer), name="actor", dispatcher=line)
    actor.tell(raising(BAD))
    actor.tell(letter)
    simulated.run_until_idle()
    assert restarted(system) == [False]
    assert (len(letter.reasons), system.statistics().actors) == (1, 0)


def test_a_factory_that_raises_does_not_harm_the_worker(live, one_thread, log):
    actor = live.start(first_a_doer_then(raising(BAD)), name="actor", dispatcher=one_thread)
    other = live.start(Doer, name="other", dispatcher=one_thread)
    actor.tell(raising(BAD))
    other.tell(partial(log.append, "other"))
    assert live.stop([actor, other], 30.0) == []
    assert log == ["other"]
