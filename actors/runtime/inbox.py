"""The mailbox of a pooled actor: what Pykka's loop reads from, and what gives turns.

Pykka 4.5's actor loop calls `inbox.get()` outside its `try`. An inbox that
raises a private exception when it runs dry, or when the actor has had its
quantum, therefore leaves the loop at a point where it can be entered again,
and all of Pykka's semantics (proxies, `ask`, hooks) stay Pykka's own.
"""

import contextvars
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import pykka
from loguru import logger
from pykka._envelope import Envelope
from pykka.messages import _ActorStop

from actors.runtime.dispatcher import Dispatcher, Runnable
from actors.types import Undeliverable, Urgent

if TYPE_CHECKING:
    from actors.runtime.pooled import PooledActor


class Pause(BaseException):
    """Raised by an inbox to leave Pykka's loop until the actor's next turn."""


class Keeper(Protocol):
    """Who looks after an actor from outside: makes, replaces, buries."""

    def replace(self, actor: "PooledActor") -> "PooledActor | None":
        """Return the actor that goes on in place of a crashed one, if any."""
        ...

    def stopped(self, inbox: "Inbox") -> None:
        """Forget an actor that has stopped."""
        ...

    def dead_letter(self, message: Any, reason: str) -> None:
        """Take a message that nobody will handle."""
        ...


class Inbox:
    """A mailbox of Pykka's kind that asks for a turn when it has messages.

    The lock `_turn` is held while the actor runs or stands in line for a
    thread, so one thread at a time is in an actor. `put` needs it only to
    find out whether somebody will look: it is tried, never waited for.

    The mailbox stays when another actor takes the place of one that crashed. One
    that retires takes it along.
    """

    __slots__ = (
        "__weakref__",
        "_actor",
        "_budget",
        "_closed",
        "_context",
        "_deadline",
        "_dispatcher",
        "_envelopes",
        "_keeper",
        "_pause",
        "_quantum",
        "_turn",
        "_urgent",
        "bound",
        "upkeep",
    )

    bound: int
    """Messages that may wait here; more are refused if they are `Undeliverable`
    ones that say so. 0 is no bound."""

    upkeep: Any
    """What the keeper knows of this actor."""

    def __init__(self) -> None:
        self._envelopes: SimpleQueue[Envelope[Any]] = SimpleQueue()
        self._urgent: SimpleQueue[Envelope[Any]] = SimpleQueue()
        self._turn = threading.Lock()
        self._turn.acquire()  # nobody runs before `attach`
        self.bound = 0
        self._closed: str | None = None
        self._actor: PooledActor | None = None
        self._keeper: Keeper | None = None
        self._dispatcher: Dispatcher
        self._context: contextvars.Context | None = None
        self._pause: tuple[Callable[[Runnable], object], Callable[[], None], Any] | None = None
        self._budget = self._quantum = 0
        self._deadline = 0.0
        self.upkeep = None

    # -- what senders see ------------------------------------------------------

    def tell(self, message: Any, /) -> None:
        """Put a message in; never blocks, never raises."""
        if self.bound and self._envelopes.qsize() >= self.bound and _is_bounded(message):
            self._refuse(message)
        else:
            self.put(Envelope(message))

    def put(self, envelope: Envelope[Any], /) -> None:
        """Put an envelope in; one that comes too late is answered at once.

        The order matters and needs no lock: first the envelope goes in, then
        we look whether anybody will take it out. Whoever closes or ends a turn
        first says so and then looks for envelopes, so one of the two sees it.
        """
        if isinstance(envelope.message, Urgent):
            self._urgent.put(envelope)
        else:
            self._envelopes.put(envelope)
        if self._closed is not None:
            self._bury(self._closed)
        elif self._turn.acquire(blocking=False):
            self._dispatcher.hand_over(self)

    @property
    def is_closed(self) -> bool:
        """Whether nobody will handle any further message."""
        return self._closed is not None

    def empty(self) -> bool:
        """Return whether no message waits."""
        return self._envelopes.empty() and self._urgent.empty()

    def depth(self) -> int:
        """Return how many messages wait."""
        return self._envelopes.qsize() + self._urgent.qsize()

    def request_stop(self) -> None:
        """Ask the actor to stop once it has handled what is before this."""
        self.tell(_ActorStop())

    # -- what the actor's own turn uses ----------------------------------------

    def get(self) -> Envelope[Any]:
        """Return the next envelope; called by Pykka's loop only.

        Raises:
            Pause: when the turn is over.
        """
        if self._budget < self._quantum:
            # A turn that was late to begin handles one all the same, or a short
            # quantum on a busy machine would be turn after turn without any.
            if self._budget <= 0 or time.perf_counter() > self._deadline or self.empty():
                raise Pause
            self._dispatcher.pass_on()
        envelope = self._take()
        if envelope is None:
            raise Pause
        self._budget -= 1
        return envelope

    def end_turn(self) -> None:
        """Let the present turn handle no further message."""
        self._budget = 0

    def pass_on(self) -> None:
        """Let any other thread have what this turn has led to so far."""
        self._dispatcher.pass_on()

    def pause(
        self, start: Callable[[Runnable], object], action: Callable[[], None], over: Any
    ) -> None:
        """Handle no message until `action` is done, which `start` runs, on any thread."""
        self._pause = start, action, over
        self.end_turn()

    # -- what the runtime uses -------------------------------------------------

    def attach(
        self, actor: "PooledActor", dispatcher: Dispatcher, keeper: Keeper | None = None
    ) -> None:
        """Bind the actor, which this alone keeps alive, and give it its first turn."""
        self._actor = actor
        self._dispatcher = dispatcher
        self._keeper = keeper
        dispatcher.schedule(self)

    def run(self) -> None:
        """Give the actor one turn; called by a dispatcher only."""
        self._budget = self._quantum = self._dispatcher.quantum_messages
        self._deadline = time.perf_counter() + self._dispatcher.quantum_s
        actor = self._actor
        assert actor is not None, "a stopped actor never gets a turn"
        self.in_context(actor, actor.take_turn)

    def retire(self) -> bool:
        """End an idle actor that agrees to it; return whether that is done.

        For whoever is the only one to send it messages: nobody else may begin
        to, or those would be dead letters.
        """
        if not self._turn.acquire(blocking=False):
            return False
        actor = self._actor
        if actor is None or not self.empty() or not _is_idle(actor):
            self._release()
            return False
        actor.actor_stopped.set()
        self._close(f"{actor} was idle and has retired")
        return True

    def in_context(self, actor: "PooledActor", work: Callable[[], None]) -> None:
        """Let the actor do some work, which is its turn or the end of it."""
        if self._context is None:
            # Empty, as a thread of the actor's own would have it: a context variable
            # that one actor sets must not reach another, nor the one that replaces it.
            self._context = contextvars.Context()
        self._context.run(work)
        self._end_turn_of(actor)

    def _end_turn_of(self, actor: "PooledActor") -> None:
        if actor.crash is not None:
            self._replace(actor)
        if actor.actor_stopped.is_set():
            self._close(f"{actor} has stopped" if actor.crash is None else f"{actor} has crashed")
            return
        if self._pause is not None:
            (start, action, message), self._pause = self._pause, None
            _Action(self, actor, action, message).start_by(start)
            return
        if self._actor is actor:
            self._release()
        else:  # its successor has a start to make up, and must not be retired before that
            self._dispatcher.schedule(self)

    def _replace(self, crashed: "PooledActor") -> None:
        self._actor = None if self._keeper is None else self._keeper.replace(crashed)
        self._context = self._pause = None
        if self._actor is None:
            crashed.actor_stopped.set()
            # Only there if started by Pykka's `start()`, without a keeper.
            pykka.ActorRegistry.unregister(crashed.actor_ref)

    def _release(self) -> None:
        """End a turn; whoever put in a message meanwhile has left it to us to look."""
        self._turn.release()
        if not self.empty() and self._turn.acquire(blocking=False):
            self._dispatcher.schedule(self)

    def _take(self) -> Envelope[Any] | None:
        # Asked first: an exception for each end of a turn costs more than the rest of this.
        for envelopes in (self._urgent, self._envelopes):
            if not envelopes.empty():
                try:
                    return envelopes.get_nowait()
                except Empty:  # several threads may be at it once it is closed
                    continue
        return None

    def _close(self, reason: str) -> None:
        self._closed = reason
        self._actor = self._context = None
        self._bury(reason)
        if self._keeper is not None:
            self._keeper.stopped(self)

    def _refuse(self, message: Any) -> None:
        if self._keeper is not None:
            self._keeper.dead_letter(message, f"{self.bound} messages wait already; try again")

    def _bury(self, reason: str) -> None:
        """Answer what nobody will handle; several threads may be at it at once."""
        while (envelope := self._take()) is not None:
            if envelope.reply_to is not None:
                _answer_dead(envelope, reason)
            elif not isinstance(envelope.message, _ActorStop) and self._keeper is not None:
                self._keeper.dead_letter(envelope.message, reason)


@attrs.frozen(eq=False)
class _Action:
    """Something that an actor does between two messages, on a thread of somebody's choice."""

    inbox: Inbox
    actor: "PooledActor"
    action: Callable[[], None]
    message: Any

    def start_by(self, start: Callable[[Runnable], object]) -> None:
        """Hand it to whoever runs it; one who refuses, as a closed pool does, is a crash."""
        try:
            start(self)
        except BaseException as error:  # noqa: BLE001 - or this actor would wait for ever
            attrs.evolve(self, action=_raising(error)).run()

    def run(self) -> None:
        """Do it, and let the actor go on with its messages."""
        self.inbox.in_context(self.actor, lambda: self.actor.act(self.action, self.message))


def _is_idle(actor: "PooledActor") -> bool:
    try:
        return actor.is_idle()
    except BaseException:  # noqa: BLE001 - a user's hook, in the turn of whoever retires it
        logger.exception("{} cannot say whether it is idle", actor)
        return False


def _raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


def _is_bounded(message: Any) -> bool:
    return isinstance(message, Undeliverable) and message.is_bounded


def _answer_dead(envelope: Envelope[Any], reason: str) -> None:
    assert envelope.reply_to is not None
    if isinstance(envelope.message, _ActorStop):
        envelope.reply_to.set(None)
    else:
        error = pykka.ActorDeadError(f"{reason} before handling the message")
        envelope.reply_to.set_exception((pykka.ActorDeadError, error, None))
