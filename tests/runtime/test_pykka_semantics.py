"""Actors of ours are Pykka's actors, and Pykka's own actors run beside them."""

from functools import partial
from typing import Any

import pykka
import pytest

from actors.runtime import PooledActor
from tests.runtime.doubles import FAILURE_S, Deed, Doer, Letter, Stranger, raising, ref_of


class Calculator(PooledActor):
    """One with a public interface, for proxies."""

    last = 0

    def double(self, number: int) -> int:
        self.last = 2 * number
        return self.last

    def on_receive(self, message: Deed) -> object:
        return message()


@pytest.fixture
def calculator(one_thread, registry) -> pykka.ActorRef[Any]:
    class Pooled(Calculator):
        dispatcher = one_thread

    return Pooled.start()


def test_ask_returns_what_the_handler_returned(calculator):
    assert calculator.ask(lambda: "reply", timeout=FAILURE_S) == "reply"


def test_ask_raises_what_the_handler_raised_and_the_actor_lives_on(calculator):
    with pytest.raises(KeyError, match="bad"):
        calculator.ask(raising(KeyError("bad")), timeout=FAILURE_S)
    assert calculator.ask(lambda: "alive", timeout=FAILURE_S) == "alive"


def test_a_proxy_calls_methods_and_reads_and_writes_attributes(calculator):
    proxy = calculator.proxy()
    assert proxy.double(21).get(timeout=FAILURE_S) == 42
    assert proxy.last.get(timeout=FAILURE_S) == 42
    proxy.last = 7
    assert proxy.last.get(timeout=FAILURE_S) == 7


def test_a_proxy_of_a_supervised_actor_works_too(live, one_thread):
    mailbox = live.start(Doer, name="actor", dispatcher=one_thread)
    proxy = ref_of(mailbox).proxy()
    assert proxy.on_receive(lambda: "reply").get(timeout=FAILURE_S) == "reply"


def test_an_exception_under_tell_ends_an_actor_that_nobody_supervises(calculator):
    calculator.tell(raising(KeyError("bad")))
    assert calculator.actor_stopped.wait(FAILURE_S)
    with pytest.raises(pykka.ActorDeadError):
        calculator.ask(lambda: None, timeout=FAILURE_S)


def test_an_exception_under_ask_is_no_crash_of_a_supervised_actor(live, one_thread):
    mailbox = live.start(Doer, name="actor", dispatcher=one_thread)
    with pytest.raises(SystemError):
        ref_of(mailbox).ask(raising(SystemError("bad")), timeout=FAILURE_S)
    assert ref_of(mailbox).ask(lambda: "alive", timeout=FAILURE_S) == "alive"
    assert live.statistics().crashes == 0


def test_stop_returns_true_once_and_false_for_a_dead_actor(calculator):
    assert calculator.stop(timeout=FAILURE_S) is True
    assert calculator.stop(timeout=FAILURE_S) is False


def test_start_without_a_dispatcher_is_refused_and_leaves_nothing_registered(registry):
    with pytest.raises(TypeError, match="ActorSystem"):
        Doer.start()
    assert registry.get_all() == []


def test_a_supervised_actor_started_as_pykka_does_it_dies_of_a_crash(one_thread, registry):
    class Pooled(Doer):
        dispatcher = one_thread

    ref = Pooled.start()
    ref.tell(raising(KeyError("bad")))
    assert ref.actor_stopped.wait(FAILURE_S)
    one_thread.close(FAILURE_S)
    assert registry.get_all() == []


# -- actors of another Pykka type in an `ActorSystem` ----------------------------------


def test_a_threading_actor_runs_in_a_system_unregistered(live, one_thread, registry):
    log: list[str] = []
    mailbox = live.start(Stranger, name="foreign", dispatcher=one_thread)
    mailbox.tell(partial(log.append, "handled"))
    assert registry.get_all() == []
    assert live.stop([mailbox], FAILURE_S) == []
    assert log == ["handled"]


def test_a_message_to_a_stopped_threading_actor_is_a_dead_letter(live, one_thread):
    letter = Letter()
    mailbox = live.start(Stranger, name="foreign", dispatcher=one_thread)
    live.stop([mailbox], FAILURE_S)
    mailbox.tell(letter)
    assert (letter.handled, len(letter.reasons)) == (0, 1)
    assert live.statistics().dead_letters == 1


def test_a_threading_actor_that_hangs_is_named_by_stop(live, one_thread, gate):
    mailbox = live.start(Stranger, name="foreign", dispatcher=one_thread)
    mailbox.tell(partial(gate.wait, FAILURE_S))
    assert ["Stranger" in name for name in live.stop([mailbox], 0.0)] == [True]


def test_a_pooled_actor_without_a_keeper_needs_a_dispatcher_of_its_own(live, one_thread):
    with pytest.raises(TypeError, match="dispatcher"):
        live.start(Calculator, name="calculator", dispatcher=one_thread)
