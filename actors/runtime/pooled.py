"""Pykka actors on shared threads; with `inbox.py` all that touches Pykka's private names."""

import contextvars
import sys
import threading
from collections.abc import Callable
from typing import Any, ClassVar, cast

import attrs
import pykka
from loguru import logger

from actors.runtime.dispatcher import Dispatcher
from actors.runtime.inbox import Inbox, Pause
from actors.runtime.lazy_event import LazyEvent


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

    crashed_over: Any = None
    """The message that it crashed over; `None` when that was a hook."""

    actor_inbox: Inbox
    _is_set_up = False

    @staticmethod
    def _create_actor_inbox() -> Inbox:
        return Inbox()

    @staticmethod
    def _create_future() -> pykka.Future[Any]:
        return pykka.ThreadingFuture()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Pykka's own event is 1.2 KB, which no actor needs until somebody waits for it.
        self.actor_stopped = cast("threading.Event", LazyEvent())
        self._actor_ref = pykka.ActorRef(self)

    @property
    def identity(self) -> "Identity":
        """What stays the same from one actor to the next behind a mailbox."""
        return Identity(type(self), self.actor_urn, self.actor_inbox, self.actor_stopped)

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
                self.actor_inbox.pass_on()  # it may be long until the first message is handled
            self._actor_loop_running()
        except Pause:
            return
        except BaseException:  # noqa: BLE001 - `on_start` may raise SystemExit, which Pykka lets pass
            self._handle_failure(*sys.exc_info())

    def is_idle(self) -> bool:
        """Whether this actor may be let go, because another can go on as well. See `retire`."""
        return False

    def act(self, action: Callable[[], None], message: Any) -> None:
        """Do something that a message has led to; what it raises is a crash over that."""
        try:
            action()
        except BaseException:  # noqa: BLE001 - as in a handler
            self.crashed_over = message
            self._handle_failure(*sys.exc_info())


class SupervisedActor(PooledActor):
    """A pooled actor that a `Keeper` replaces when it crashes.

    Unlike Pykka's own, a crash does not mark it as stopped, so that every
    reference to it goes on to work for its replacement, and a `SystemExit` in
    a handler is a crash of this actor alone instead of the end of all actors
    in the process.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        identity = _identity_to_take.get()
        if identity is not None and identity.kind is type(self):
            _identity_to_take.set(None)
            self._take(identity)

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

    def _take(self, identity: "Identity") -> None:
        self.actor_urn = identity.urn
        self.actor_inbox = identity.inbox
        self.actor_stopped = identity.stopped
        self._actor_ref = pykka.ActorRef(self)


@attrs.frozen
class Identity:
    """Who an actor is to others, handed on to the one that takes its place."""

    kind: type[PooledActor]
    urn: str
    inbox: Inbox
    stopped: threading.Event

    def given_to(self, factory: Callable[[], SupervisedActor]) -> SupervisedActor:
        """Return a new actor with this identity.

        It has it from `__init__` on, where it may already give its mailbox to
        others. A factory that makes another class of actor gets it later.
        """
        reset = _identity_to_take.set(self)
        try:
            actor = factory()
        finally:
            _identity_to_take.reset(reset)
        actor._take(self)  # noqa: SLF001 - of its own class
        return actor


_identity_to_take: contextvars.ContextVar[Identity | None] = contextvars.ContextVar(
    "_identity_to_take", default=None
)


class HandlerExitError(Exception):
    """A handler raised something that is no `Exception`, such as `SystemExit`."""


def start_foreign(actor: pykka.Actor) -> None:
    """Start an actor of another Pykka type, outside of Pykka's global registry."""
    actor._start_actor_loop()  # noqa: SLF001 - what `start()` calls after registering
