"""Hands events to those who subscribed, so that none of them can hold up another."""

import asyncio
import functools
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from loguru import logger

from actors.events import Event, SaveStatus
from actors.runtime import Actor, ActorSystem, Dispatcher
from actors.types import Mailbox

Callback: TypeAlias = Callable[[Event], object]

BACKLOG = 10_000
"""Events that may wait for one slow subscriber; then `SaveStatus` are dropped, never alerts."""


class Subscriber(Protocol):
    """Takes events without ever blocking or raising."""

    def deliver(self, event: Event) -> None:
        """Hand over one event, to be shown soon."""
        ...

    def close(self) -> None:
        """Let go of what it takes to deliver."""
        ...


class SubscriberActor(Actor[Event]):
    """Calls one subscriber's callback, on a thread that is this subscriber's alone."""

    def __init__(self, callback: Callback, dispatcher: Dispatcher) -> None:
        super().__init__()
        self._callback = callback
        self._dispatcher = dispatcher

    def on_receive(self, message: Event) -> None:
        """Call back; what that raises is logged."""
        _call(self._callback, message)

    def on_stop(self) -> None:
        """End the thread, which nobody else uses."""
        self._dispatcher.close(0)


class MailboxSubscriber:
    """Delivers into the mailbox of a `SubscriberActor`."""

    def __init__(self, mailbox: Mailbox[Event], system: ActorSystem) -> None:
        self.mailbox = mailbox
        self._system = system

    def deliver(self, event: Event) -> None:
        """Put the event in, unless this subscriber is far behind and it can be spared."""
        if isinstance(event, SaveStatus) and self._system.depth(self.mailbox) >= BACKLOG:
            logger.debug("a subscriber is {} events behind: a SaveStatus was dropped", BACKLOG)
            return
        self.mailbox.tell(event)

    def close(self) -> None:
        """End the actor."""
        self._system.request_stop(self.mailbox)


class LoopSubscriber:
    """Calls back inside an asyncio event loop."""

    def __init__(self, callback: Callback, loop: asyncio.AbstractEventLoop) -> None:
        self._callback = callback
        self._loop = loop

    def deliver(self, event: Event) -> None:
        """Schedule the call in the loop; a closed loop hears nothing more."""
        try:
            self._loop.call_soon_threadsafe(_call, self._callback, event)
        except RuntimeError:
            logger.debug("a subscriber's event loop is closed")

    def close(self) -> None:
        """Do nothing: the loop is the host's."""


class Subscribers:
    """All subscribers of one `Autosave`.

    Args:
        system: runs the actors of those who do not bring an event loop.
        make_dispatcher: makes a dispatcher of one thread, for each of them.
    """

    def __init__(self, system: ActorSystem, make_dispatcher: Callable[[], Dispatcher]) -> None:
        self._system = system
        self._make_dispatcher = make_dispatcher
        self._subscribers: tuple[Subscriber, ...] = ()  # replaced whole, read without a lock
        self._changing = threading.Lock()

    def add(self, callback: Callback, loop: asyncio.AbstractEventLoop | None) -> Callable[[], None]:
        """Add a subscriber; return the function that removes it."""
        subscriber = LoopSubscriber(callback, loop) if loop else self._start(callback)
        with self._changing:
            self._subscribers += (subscriber,)

        def remove() -> None:
            with self._changing:
                self._subscribers = tuple(
                    other for other in self._subscribers if other is not subscriber
                )
            subscriber.close()

        return remove

    def publish(self, event: Event) -> None:
        """Hand an event to every subscriber; never blocks, never raises."""
        for subscriber in self._subscribers:
            subscriber.deliver(event)

    def stop(self, timeout_s: float) -> Sequence[str]:
        """Let all show what they have, up to a timeout; return who is still at it."""
        mailboxes = [
            subscriber.mailbox
            for subscriber in self._subscribers
            if isinstance(subscriber, MailboxSubscriber)
        ]
        return self._system.stop(mailboxes, timeout_s)

    def _start(self, callback: Callback) -> "MailboxSubscriber":
        dispatcher = self._make_dispatcher()
        mailbox = self._system.start(
            functools.partial(SubscriberActor, callback, dispatcher),
            name=f"subscriber {callback}",
            dispatcher=dispatcher,
        )
        return MailboxSubscriber(mailbox, self._system)


def _call(callback: Callback, event: Event) -> None:
    try:
        callback(event)
    except BaseException:  # noqa: BLE001 - a subscriber that raises must harm nobody
        logger.exception("a subscriber raised over {}", type(event).__name__)
