"""Actors and messages that the tests of the runtime script from outside."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Event, Thread
from typing import Any, NoReturn

import pykka

from actors.runtime import Actor, Inbox
from actors.types import Mailbox, Undeliverable

Deed = Callable[[], object]

FAILURE_S = 30.0
"""How long a test waits for what must happen; reached only when it does not."""


class Doer(Actor[Deed]):
    """Does what it is told; a hook does what the keyword of its name says."""

    def __init__(self, **hooks: Callable[[], object]) -> None:
        super().__init__()
        self._hooks = hooks

    def on_receive(self, message: Deed) -> object:
        return message()

    def on_start(self) -> None:
        self._do("on_start")

    def on_stop(self) -> None:
        self._do("on_stop")

    def on_failure(self, *_: object) -> None:
        self._do("on_failure")

    def on_out_of_service(self, reason: str) -> None:
        self._do("on_out_of_service")

    def _do(self, hook: str) -> None:
        self._hooks.get(hook, lambda: None)()


class Letter(Undeliverable):
    """A deed that keeps count of what became of it."""

    def __init__(self, deed: Deed = lambda: None) -> None:
        self._deed = deed
        self.handled = 0
        self.reasons: list[str] = []
        self.when_undelivered: Deed = lambda: None

    def __call__(self) -> object:
        self.handled += 1
        return self._deed()

    def undelivered(self, reason: str) -> None:
        self.reasons.append(reason)
        self.when_undelivered()


class Stranger(pykka.ThreadingActor):
    """An actor of somebody else, started and registered as Pykka does it."""

    use_daemon_thread = True

    def on_receive(self, message: Any) -> Any:
        return message()


def raising(error: BaseException | type[BaseException]) -> Deed:
    """Return a deed that raises."""

    def deed() -> NoReturn:
        raise error

    return deed


def once(deed: Deed) -> Deed:
    """Return a deed that does that the first time, and nothing ever after."""
    left = [deed]
    return lambda: left.pop()() if left else None


def occupy(mailbox: Mailbox[Deed], gate: Event) -> None:
    """Return once the actor is in a handler that waits for the gate."""
    entered = Event()

    def wait() -> None:
        entered.set()
        gate.wait(FAILURE_S)

    mailbox.tell(wait)
    assert entered.wait(FAILURE_S)


def actor_of(mailbox: Mailbox[Any]) -> Actor[Any]:
    """Return the actor of ours that lives behind a mailbox."""
    assert isinstance(mailbox, Inbox)
    assert isinstance(mailbox._actor, Actor)
    return mailbox._actor


def ref_of(mailbox: Mailbox[Any]) -> pykka.ActorRef[Any]:
    """Return Pykka's reference to an actor of ours that lives."""
    return actor_of(mailbox).actor_ref


def told_by(mailbox: Mailbox[Deed], messages: Iterable[Deed]) -> Thread:
    """Return a thread that tells the messages, one after the other."""

    def tell_all() -> None:
        for message in messages:
            mailbox.tell(message)

    return Thread(target=tell_all, daemon=True)


def run_all(threads: Sequence[Thread], meanwhile: Deed = lambda: None) -> None:
    """Start the threads, do something meanwhile, and see all of them end."""
    for thread in threads:
        thread.start()
    meanwhile()
    for thread in threads:
        thread.join(FAILURE_S)
    assert not any(thread.is_alive() for thread in threads)


def notes(log: list[Any], items: Iterable[Any]) -> list[Deed]:
    """Return deeds that note one item each."""
    return [partial(log.append, item) for item in items]
