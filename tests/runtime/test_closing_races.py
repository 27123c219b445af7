"""Messages and questions that race the end of an actor: each one hears of its fate.

The narrowest moments are staged on one thread, by what a mailbox is made of.
The rounds let threads loose on one actor while it ends: either side may win
such a race, and no outcome is wrong, only silence.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from pykka import ActorDeadError, ActorRef, Future

from actors.runtime import ActorSystem
from actors.types import Mailbox
from tests.runtime.doubles import (
    FAILURE_S,
    Deed,
    Doer,
    Letter,
    once,
    raising,
    ref_of,
    run_all,
    told_by,
)

ROUNDS = 30
SENDERS = 4
EACH = 50


def fates(letters: Iterable[Letter]) -> set[int]:
    """Return how often each letter was heard of, one way or the other."""
    return {letter.handled + len(letter.reasons) for letter in letters}


def race(mailbox: Mailbox[Deed], letters: Sequence[Deed], end: Deed) -> None:
    """Tell all letters, from several threads, while `end()` ends the actor."""
    together = Barrier(SENDERS + 1)

    def share(sender: int) -> Iterator[Deed]:
        together.wait(FAILURE_S)
        yield from letters[sender::SENDERS]

    def end_it() -> None:
        together.wait(FAILURE_S)
        end()

    run_all([told_by(mailbox, share(sender)) for sender in range(SENDERS)], meanwhile=end_it)


class SlowQueue:
    """A queue in which something happens just before an envelope is in it."""

    def __init__(self, queue: Any, meanwhile: Deed) -> None:
        self.get_nowait, self.empty, self.qsize = queue.get_nowait, queue.empty, queue.qsize
        self._put = queue.put
        self._meanwhile = meanwhile

    def put(self, envelope: Any) -> None:
        self._meanwhile()
        self._put(envelope)


class SlowLock:
    """A lock, taken, before whose release something happens."""

    def __init__(self, lock: Any, before_release: Deed) -> None:
        self.acquire = lock.acquire
        self._release = lock.release
        self._before_release = before_release

    def release(self) -> None:
        self._before_release()
        self._release()


def test_a_message_that_goes_in_when_the_actor_has_just_stopped_is_undelivered(
    system, simulated, line
):
    letter = Letter()
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    system.request_stop(mailbox)
    mailbox._envelopes = SlowQueue(mailbox._envelopes, simulated.run_until_idle)
    mailbox.tell(letter)
    assert (letter.handled, len(letter.reasons)) == (0, 1)


def test_a_message_that_goes_in_when_a_turn_is_just_over_gets_another_turn(system, simulated, line):
    letter = Letter()
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    mailbox._turn = SlowLock(mailbox._turn, once(partial(mailbox.tell, letter)))
    simulated.run_until_idle()
    assert (letter.handled, len(letter.reasons)) == (1, 0)


@pytest.mark.parametrize("quantum", [1, 64])
def test_each_message_that_races_a_stop_is_handled_or_undelivered(live, threads, quantum):
    pool = threads.dispatcher("pool", 2, quantum_messages=quantum, quantum_s=FAILURE_S)
    for _ in range(ROUNDS):
        letters = [Letter() for _ in range(SENDERS * EACH)]
        mailbox = live.start(Doer, name="actor", dispatcher=pool)
        race(mailbox, letters, partial(live.stop, [mailbox], FAILURE_S))
        assert fates(letters) == {1}


def test_each_message_that_races_a_last_crash_is_handled_or_undelivered(threads, two_threads):
    system = ActorSystem(threads, max_restarts=0)
    for _ in range(ROUNDS):
        letters = [Letter() for _ in range(SENDERS * EACH)]
        mailbox = system.start(Doer, name="actor", dispatcher=two_threads)
        race(mailbox, letters, partial(mailbox.tell, raising(ValueError("bad"))))
        assert system.stop([mailbox], FAILURE_S) == []
        assert fates(letters) == {1}


def test_each_message_that_races_restarts_is_handled(threads, two_threads):
    system = ActorSystem(threads, max_restarts=10 * ROUNDS)
    mailbox = system.start(Doer, name="actor", dispatcher=two_threads)
    letters = [Letter() for _ in range(SENDERS * EACH)]
    crashes = [raising(ValueError("bad"))] * ROUNDS
    race(mailbox, letters, told_by(mailbox, crashes).run)
    assert system.stop([mailbox], FAILURE_S) == []
    assert {letter.handled for letter in letters} == {1}


def test_each_question_that_races_a_stop_is_answered(live, two_threads):
    for _ in range(ROUNDS):
        mailbox = live.start(Doer, name="actor", dispatcher=two_threads)
        replies = asked_while(ref_of(mailbox), partial(live.request_stop, mailbox))
        assert set(map(answer, replies)) <= {"reply", "dead"}
        assert len(replies) == SENDERS * EACH


def test_each_question_that_races_a_last_crash_is_answered(threads, two_threads):
    system = ActorSystem(threads, max_restarts=0)
    for _ in range(ROUNDS):
        mailbox = system.start(Doer, name="actor", dispatcher=two_threads)
        crash = partial(mailbox.tell, raising(ValueError("bad")))
        assert set(map(answer, asked_while(ref_of(mailbox), crash))) <= {"reply", "dead"}


def test_each_of_several_stops_that_race_is_answered(live, two_threads):
    for _ in range(ROUNDS):
        mailbox = live.start(Doer, name="actor", dispatcher=two_threads)
        stopped: list[Future[Any]] = []
        asked = Asked(partial(ref_of(mailbox).stop, block=False), stopped)
        run_all([told_by(asked, [lambda: None] * 3) for _ in range(SENDERS)])
        assert {type(future.get(timeout=FAILURE_S)) for future in stopped} == {bool}


class Asked:
    """A mailbox that asks instead, always the same, and keeps the futures."""

    def __init__(self, ask: Callable[[], Any], futures: list[Future[Any]]) -> None:
        self._ask = ask
        self._futures = futures

    def tell(self, _message: object, /) -> None:
        self._futures.append(self._ask())


def asked_while(ref: ActorRef[Any], end: Deed) -> list[Future[Any]]:
    """Ask from several threads while `end()` ends the actor; return the futures."""
    futures: list[Future[Any]] = []
    asked = Asked(partial(ref.ask, lambda: "reply", block=False), futures)
    race(asked, [lambda: None] * (SENDERS * EACH), end)
    return futures


def answer(future: Future[Any]) -> Any:
    try:
        return future.get(timeout=FAILURE_S)
    except ActorDeadError:
        return "dead"
