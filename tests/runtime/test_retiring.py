"""An idle actor ends if it agrees, and no message is left without an answer."""

import gc
import weakref
from collections.abc import Callable
from functools import partial
from threading import Barrier, Event, Thread, get_ident
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pykka._envelope import Envelope

from actors.runtime import ActorSystem, Runnable, SimulatedRuntime
from tests.runtime.doubles import (
    FAILURE_S,
    Doer,
    Letter,
    Stranger,
    actor_of,
    occupy,
    once,
    raising,
    ref_of,
    run_all,
    told_by,
)
from tests.runtime.test_closing_races import EACH, ROUNDS, SENDERS, SlowQueue, fates, race
from tests.runtime.test_urgent_messages import Express

BAD = ValueError("bad")


class Resting(Doer):
    """Agrees to retire, unless told to answer something else."""

    def __init__(self, agrees: Callable[[], Any] = lambda: True, **hooks: Any) -> None:
        super().__init__(**hooks)
        self._agrees = agrees

    def is_idle(self) -> bool:
        return bool(self._agrees())


@pytest.fixture
def log():
    return list[str]()


@pytest.fixture
def start(system, simulated, line):
    """Start an actor and let it come to rest; the keywords are those of `Resting`."""

    def start(**options: Any) -> Any:
        mailbox = system.start(partial(Resting, **options), name="actor", dispatcher=line)
        simulated.run_until_idle()
        return mailbox

    return start


def test_an_idle_actor_ends_and_on_stop_does_not_run(start, system, log):
    mailbox = start(**{hook: partial(log.append, hook) for hook in ("on_start", "on_stop")})
    assert system.statistics().actors == 1
    assert system.retire(mailbox)
    assert (mailbox.is_closed, log, system.statistics().actors) == (True, ["on_start"], 0)


def test_an_actor_that_does_not_agree_goes_on(start, system, simulated):
    mailbox = start(agrees=lambda: False)
    assert not system.retire(mailbox)
    mailbox.tell(letter := Letter())
    simulated.run_until_idle()
    assert (letter.handled, system.statistics().actors) == (1, 1)


def test_an_actor_agrees_only_if_its_class_says_so(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    simulated.run_until_idle()
    assert not system.retire(mailbox)


@pytest.mark.parametrize("error", [BAD, SystemExit(1)], ids=repr)
def test_an_actor_that_cannot_say_is_not_idle_and_that_is_logged(
    start, system, simulated, log_lines, error
):
    mailbox = start(agrees=raising(error))
    assert not system.retire(mailbox)
    assert "cannot say whether it is idle" in log_lines[-1]
    mailbox.tell(letter := Letter())
    simulated.run_until_idle()
    assert (letter.handled, system.statistics().crashes) == (1, 0)


@pytest.mark.parametrize("queue", ["_envelopes", "_urgent"])
def test_a_message_that_is_just_in_keeps_the_actor_and_is_handled(start, system, simulated, queue):
    """Its sender has not asked for a turn, and leaves that to whoever has it now."""
    mailbox, letter = start(), Letter()
    getattr(mailbox, queue).put(Envelope(letter))
    assert not system.retire(mailbox)
    simulated.run_until_idle()
    assert (letter.handled, mailbox.is_closed) == (1, False)


@pytest.mark.parametrize("kind", [Letter, Express])
def test_an_actor_that_waits_for_a_thread_is_not_asked(start, system, simulated, log, kind):
    mailbox = start(agrees=partial(log.append, "asked"))
    mailbox.tell(letter := kind())
    assert not system.retire(mailbox)
    simulated.run_until_idle()
    assert (letter.handled, log) == (1, [])


def test_an_actor_that_has_not_begun_is_not_asked(system, simulated, line, log):
    begun = partial(Resting, on_start=partial(log.append, "start"))
    mailbox = system.start(begun, name="actor", dispatcher=line)
    assert not system.retire(mailbox)
    simulated.run_until_idle()
    assert log == ["start"]


def test_an_actor_in_a_turn_is_not_asked_nor_waited_for(live, two_threads, gate):
    mailbox = live.start(Resting, name="actor", dispatcher=two_threads)
    occupy(mailbox, gate)
    assert not live.retire(mailbox)
    gate.set()
    assert live.stop([mailbox], FAILURE_S) == []


def test_an_actor_in_a_pause_is_not_asked(start, system, simulated):
    mailbox, elsewhere = start(), list[Runnable]()
    mailbox.tell(lambda: actor_of(mailbox).pause(elsewhere.append, lambda: None))
    simulated.run_until_idle()
    assert not system.retire(mailbox)
    elsewhere[0].run()
    assert system.retire(mailbox)


# -- crashes -------------------------------------------------------------------------


def test_the_successor_of_a_crashed_actor_is_not_asked_before_its_start(
    start, system, simulated, log
):
    mailbox = start(on_start=partial(log.append, "start"))
    mailbox.tell(raising(BAD))
    simulated.run_next()
    assert not system.retire(mailbox)
    simulated.run_until_idle()
    assert log == ["start", "start"]
    assert system.retire(mailbox)


def test_a_crash_leaves_no_moment_in_which_its_successor_could_be_retired(start, system, simulated):
    """Not even for a thread that comes as soon as anybody lets go of the turn."""
    released: list[str] = []
    mailbox = start()
    mailbox.tell(raising(BAD))
    lock = mailbox._turn
    mailbox._turn = SpiedLock(lock, partial(released.append, "released"))
    simulated.run_next()
    assert (released, lock.locked()) == ([], True)


class SpiedLock:
    """A lock that tells when it is released."""

    def __init__(self, lock: Any, on_release: Callable[[], object]) -> None:
        self.acquire = lock.acquire
        self._release, self._on_release = lock.release, on_release

    def release(self) -> None:
        self._on_release()
        self._release()


def test_an_actor_out_of_service_does_not_retire(simulated, line):
    system = ActorSystem(simulated, max_restarts=0)
    mailbox = system.start(Resting, name="actor", dispatcher=line)
    mailbox.tell(raising(BAD))
    simulated.run_until_idle()
    assert not system.retire(mailbox)


# -- what becomes of the mailbox -------------------------------------------------------


def test_a_message_that_comes_later_is_a_dead_letter(start, system):
    mailbox = start()
    system.retire(mailbox)
    mailbox.tell(letter := Letter())
    assert (letter.handled, system.statistics().dead_letters) == (0, 1)
    assert "was idle and has retired" in letter.reasons[0]


def test_a_message_that_comes_when_the_actor_has_agreed_is_undelivered_once(system, start):
    letter = Letter()
    mailbox: Any = start(agrees=lambda: mailbox.tell(letter) or True)
    assert system.retire(mailbox)
    assert (letter.handled, len(letter.reasons)) == (0, 1)


def test_a_message_that_goes_in_when_the_actor_has_just_retired_is_undelivered(system, start):
    mailbox, letter = start(), Letter()
    retire = once(partial(system.retire, mailbox))
    mailbox._envelopes = SlowQueue(mailbox._envelopes, retire)
    mailbox.tell(letter)
    assert (letter.handled, len(letter.reasons)) == (0, 1)


class LateLock:
    """A lock for which another thread comes only when the test says so."""

    def __init__(self, lock: Any) -> None:
        self.arrived, self.go_on = Event(), Event()
        self._lock, self._own = lock, get_ident()
        self.release = lock.release

    def acquire(self, *, blocking: bool) -> bool:
        if get_ident() != self._own:
            self.arrived.set()
            assert self.go_on.wait(FAILURE_S)
        return bool(self._lock.acquire(blocking=blocking))


def test_a_sender_who_asks_for_a_turn_when_the_actor_has_just_retired_gets_none(
    start, system, simulated
):
    def tell_meanwhile() -> bool:
        sender.start()
        return lock.arrived.wait(FAILURE_S)

    mailbox, letter = start(agrees=tell_meanwhile), Letter()
    sender = told_by(mailbox, [letter])
    mailbox._turn = lock = LateLock(mailbox._turn)
    assert system.retire(mailbox)
    lock.go_on.set()
    sender.join(FAILURE_S)
    assert (simulated.ready, letter.handled, len(letter.reasons)) == (0, 0, 1)


def test_who_waits_for_the_end_of_the_actor_is_woken(start, system):
    mailbox = start()
    ref = ref_of(mailbox)
    system.retire(mailbox)
    assert ref.actor_stopped.wait(0)
    assert not ref.is_alive()


def test_a_stop_afterwards_has_nothing_to_do(start, system, simulated):
    mailbox = start()
    system.retire(mailbox)
    assert system.stop([mailbox], 0.0) == []
    assert (simulated.ready, system.statistics().dead_letters) == (0, 0)


def test_nobody_retires_twice_nor_after_a_stop(start, system):
    retired, stopped = start(), start()
    assert system.retire(retired)
    assert system.stop([stopped], 1.0) == []
    assert [system.retire(mailbox) for mailbox in (retired, stopped)] == [False, False]


def test_an_actor_of_another_pykka_type_does_not_retire(live, one_thread):
    mailbox = live.start(Stranger, name="stranger", dispatcher=one_thread)
    assert not live.retire(mailbox)
    assert live.stop([mailbox], FAILURE_S) == []


def test_neither_the_actor_nor_its_mailbox_outlives_it(start, system):
    mailbox = start()
    left = [weakref.ref(mailbox), weakref.ref(actor_of(mailbox))]
    gc.disable()
    try:
        system.retire(mailbox)
        del mailbox
        assert [each() for each in left] == [None, None]
    finally:
        gc.enable()


# -- races -----------------------------------------------------------------------------


def test_each_message_that_races_with_retiring_is_handled_or_undelivered(live, two_threads):
    for _ in range(ROUNDS):
        mailbox = live.start(Resting, name="actor", dispatcher=two_threads)
        letters = [Letter() for _ in range(SENDERS * EACH)]
        race(mailbox, letters, lambda: [live.retire(mailbox) for _ in range(EACH)])  # noqa: B023 - used in this round
        assert live.stop([mailbox], FAILURE_S) == []
        assert fates(letters) == {1}


def test_of_several_who_retire_an_actor_at_once_one_has_done_it(live, two_threads):
    for _ in range(ROUNDS):
        mailbox = live.start(Resting, name="actor", dispatcher=two_threads)
        assert ref_of(mailbox).ask(lambda: "has begun") == "has begun"
        done, together = list[bool](), Barrier(SENDERS)

        def retire(mailbox: Any, done: list[bool], together: Barrier) -> None:
            together.wait(FAILURE_S)
            done.append(live.retire(mailbox))

        arguments = (mailbox, done, together)
        run_all([Thread(target=retire, args=arguments, daemon=True) for _ in range(SENDERS)])
        assert sum(done) == (1 if mailbox.is_closed else 0)
        assert live.stop([mailbox], FAILURE_S) == []


def test_who_alone_tells_and_retires_an_actor_loses_no_message(live, two_threads):
    start = partial(live.start, Resting, name="actor", dispatcher=two_threads)
    letters, mailbox, retired = [Letter() for _ in range(2_000)], start(), 0
    for letter in letters:
        mailbox.tell(letter)
        if live.retire(mailbox):
            retired += 1
            mailbox = start()
    assert live.stop([mailbox], FAILURE_S) == []
    assert {letter.handled for letter in letters} == {1}
    assert live.statistics().dead_letters == 0


histories = st.lists(st.sampled_from(["tell", "urgent", "crash", "retire", "step", "stop"]))


@given(st.integers(0, 2**16), histories)
def test_each_message_is_heard_of_whatever_else_happens(seed, history):
    simulated = SimulatedRuntime(seed)
    system = ActorSystem(simulated, max_restarts=1_000)
    line = simulated.dispatcher("line", 1, quantum_messages=1, quantum_s=1.0)
    mailbox = system.start(Resting, name="actor", dispatcher=line)
    letters: list[Letter] = []
    for event in history:
        if event in {"tell", "urgent", "crash"}:
            kind = Express if event == "urgent" else Letter
            letters.append(kind(raising(BAD) if event == "crash" else lambda: None))
            mailbox.tell(letters[-1])
        elif event == "retire":
            system.retire(mailbox)
        elif event == "step":
            simulated.run_next()
        else:
            system.request_stop(mailbox)
    assert system.stop([mailbox], 1.0) == []
    assert all(letter.handled or letter.reasons for letter in letters)
    assert all(letter.handled <= 1 and len(letter.reasons) <= 1 for letter in letters)
