"""Pykka actors on shared threads: the only module that touches Pykka's private names.

Pykka 4.5's actor loop calls `inbox.get()` outside its `try`. An inbox that
raises a private exception when it runs dry, or when the actor has had its
quantum, therefore leaves the loop at a point where it can be entered again,
and all of Pykka's semantics (proxies, `ask`, hooks) stay Pykka's own.
"""

import contextvars
import sys
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, Protocol

import pykka
from loguru import logger
from pykka._envelope import Envelope
from pykka.messages import _ActorStop

from actors.runtime.dispatcher import Dispatcher


class _Pause(BaseException):
    """Raised by an inbox to leave Pykka's loop until the actor's next turn."""


class Keeper(Protocol):
    """Who looks after an actor from outside: starts, replaces, buries."""

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
        "_quantum",
        "_turn",
    )

    def __init__(self) -> None:
        self._envelopes: SimpleQueue[Envelope[Any]] = SimpleQueue()
        self._turn = threading.Lock()
        self._turn.acquire()  # nobody runs before `attach`
        self._closed: str | None = None
        self._actor: PooledActor | None = None
        self._keeper: Keeper | None = None
        self._dispatcher: Dispatcher
        self._context: contextvars.Context
        self._budget = self._quantum = 0
        self._deadline = 0.0

    # -- what senders see ------------------------------------------------------

    def tell(self, message: Any, /) -> None:
        """Put a message in; never blocks, never raises."""
        self.put(Envelope(message))

    def put(self, envelope: Envelope[Any], /) -> None:
        """Put an envelope in; one that comes too late is answered at once.

        The order matters and needs no lock: first the envelope goes in, then
        we look whether anybody will take it out. Whoever closes or ends a turn
        first says so and then looks for envelopes, so one of the two sees it.
        """
        self._envelopes.put(envelope)
        if self._closed is not None:
            self._bury()
        elif self._turn.acquire(blocking=False):
            self._dispatcher.schedule(self)

    def empty(self) -> bool:
        """Return whether no message waits."""
        return self._envelopes.empty()

    def depth(self) -> int:
        """Return how many messages wait."""
        return self._envelopes.qsize()

    def request_stop(self) -> None:
        """Ask the actor to stop once it has handled what is before this."""
        self.tell(_ActorStop())

    # -- what the actor's own turn uses ----------------------------------------

    def get(self) -> Envelope[Any]:
        """Return the next envelope; called by Pykka's loop only.

        Raises:
            _Pause: when the turn is over.
        """
        if self._budget <= 0 or (
            # A turn that was late to begin handles one all the same, or a short
            # quantum on a busy machine would be turn after turn without any.
            self._budget < self._quantum and time.perf_counter() > self._deadline
        ):
            raise _Pause
        try:
            envelope = self._envelopes.get_nowait()
        except Empty:
            raise _Pause from None
        self._budget -= 1
        return envelope

    def end_turn(self) -> None:
        """Let the present turn handle no further message."""
        self._budget = 0

    # -- what the runtime uses -------------------------------------------------

    def attach(
        self, actor: "PooledActor", dispatcher: Dispatcher, keeper: Keeper | None = None
    ) -> None:
        """Bind the actor, which this alone keeps alive, and give it its first turn."""
        self._actor = actor
        self._dispatcher = dispatcher
        self._keeper = keeper
        self._context = _own_context()
        dispatcher.schedule(self)

    def run(self) -> None:
        """Give the actor one turn; called by a dispatcher only."""
        actor = self._actor
        assert actor is not None, "a stopped actor never gets a turn"
        self._budget = self._quantum = self._dispatcher.quantum_messages
        self._deadline = time.perf_counter() + self._dispatcher.quantum_s
        self._context.run(actor.take_turn)
        if actor.crash is not None:
            self._actor = None if self._keeper is None else self._keeper.replace(actor)
            self._context = _own_context()
            if self._actor is None:
                actor.actor_stopped.set()
                # Only there if started by Pykka's `start()`, without a keeper.
                pykka.ActorRegistry.unregister(actor.actor_ref)
        if actor.actor_stopped.is_set():
            self._close(f"{actor} has stopped" if actor.crash is None else f"{actor} has crashed")
            return
        self._turn.release()
        if not self._envelopes.empty() or actor is not self._actor:
            self._ask_for_turn()

    def _ask_for_turn(self) -> None:
        if self._turn.acquire(blocking=False):
            self._dispatcher.schedule(self)

    def _close(self, reason: str) -> None:
        self._closed = reason
        self._actor = None
        self._bury()
        if self._keeper is not None:
            self._keeper.stopped(self)

    def _bury(self) -> None:
        """Answer what nobody will handle; several threads may be at it at once."""
        while True:
            try:
                envelope = self._envelopes.get_nowait()
            except Empty:
                return
            reason = self._closed or ""
            if envelope.reply_to is not None:
                _answer_dead(envelope, reason)
            elif not isinstance(envelope.message, _ActorStop) and self._keeper is not None:
                self._keeper.dead_letter(envelope.message, reason)


def _own_context() -> contextvars.Context:
    # Empty, as a thread of the actor's own would have it: a context variable
    # that one actor sets must not reach another, nor the one that replaces it.
    return contextvars.Context()


def _answer_dead(envelope: Envelope[Any], reason: str) -> None:
    assert envelope.reply_to is not None
    if isinstance(envelope.message, _ActorStop):
        envelope.reply_to.set(None)
    else:
        error = pykka.ActorDeadError(f"{reason} before handling the message")
        envelope.reply_to.set_exception((pykka.ActorDeadError, error, None))


class PooledActor(pykka.Actor):
    """An actor with all of Pykka's semantics, on threads that many actors share.

    `start()` works as Pykka's, global registry included, once a subclass
    names its `dispatcher`. Our own actors are `actors.runtime.Actor`, which
    an `ActorSystem` starts and looks after.
    """

    dispatcher: ClassVar[Dispatcher | None] = None
    """Where `start()` runs actors of this class."""

    crash: BaseException | None = None
    """What escaped from a handler and ended this actor."""

    actor_inbox: Inbox
    _is_set_up = False

    @staticmethod
    def _create_actor_inbox() -> Inbox:
        return Inbox()

    @staticmethod
    def _create_future() -> pykka.Future[Any]:
        return pykka.ThreadingFuture()

    def _start_actor_loop(self) -> None:
        if self.dispatcher is None:
            # Left in there, it would hang everybody's `ActorRegistry.stop_all()`.
            pykka.ActorRegistry.unregister(self.actor_ref)
            raise TypeError(
                f"{type(self).__name__} has no dispatcher: start it through an ActorSystem, "
                "or set the class attribute"
            )
        self.actor_inbox.attach(self, self.dispatcher)

    def take_turn(self) -> None:
        """Handle messages until the inbox says that the turn is over."""
        try:
            if not self._is_set_up:
                self._is_set_up = True
                self._actor_loop_setup()
            self._actor_loop_running()
        except _Pause:
            return
        except BaseException:  # noqa: BLE001 - `on_start` may raise SystemExit, which Pykka lets pass
            self._handle_failure(*sys.exc_info())


class SupervisedActor(PooledActor):
    """A pooled actor that a `Keeper` replaces when it crashes.

    Unlike Pykka's own, a crash does not mark it as stopped, so that every
    reference to it goes on to work for its replacement, and a `SystemExit` in
    a handler is a crash of this actor alone instead of the end of all actors
    in the process.
    """

    crashed_over: Any = None
    """The message that it crashed over; `None` when that was a hook."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        crashed = _being_replaced.get()
        if crashed is not None and type(crashed) is type(self):
            _being_replaced.set(None)
            self._take_place_of(crashed)

    def _handle_receive(self, message: Any) -> Any:
        try:
            return super()._handle_receive(message)
        except Exception:
            self.crashed_over = message
            raise
        except BaseException as error:
            self.crashed_over = message
            raise HandlerExitError(f"{error!r} raised in a handler of {self}") from error

    def _handle_failure(self, exception_type: Any, exception_value: Any, traceback: Any) -> None:
        del exception_type
        if self.actor_stopped.is_set():  # raised by `on_stop`: there is nothing to replace
            error = exception_value.with_traceback(traceback)
            logger.opt(exception=error).error("{} raised while stopping", self)
            return
        self.crash = self.crash or exception_value
        self.actor_inbox.end_turn()

    def make_replacement(self, factory: Callable[[], "SupervisedActor"]) -> "SupervisedActor":
        """Return a new actor that has the inbox and the identity of this crashed one.

        It has them from `__init__` on, where it may already give its mailbox to
        others. A factory that answers a crash with another class gets them later.
        """
        reset = _being_replaced.set(self)
        try:
            replacement = factory()
        finally:
            _being_replaced.reset(reset)
        replacement._take_place_of(self)  # noqa: SLF001 - of its own class
        return replacement

    def _take_place_of(self, crashed: "SupervisedActor") -> None:
        self.actor_urn = crashed.actor_urn
        self.actor_inbox = crashed.actor_inbox
        self.actor_stopped = crashed.actor_stopped
        self._actor_ref = pykka.ActorRef(self)


_being_replaced: contextvars.ContextVar[SupervisedActor | None] = contextvars.ContextVar(
    "_being_replaced", default=None
)


class HandlerExitError(Exception):
    """A handler raised something that is no `Exception`, such as `SystemExit`."""


def start_foreign(actor: pykka.Actor) -> None:
    """Start an actor of another Pykka type, outside of Pykka's global registry."""
    actor._start_actor_loop()  # noqa: SLF001 - what `start()` calls after registering
