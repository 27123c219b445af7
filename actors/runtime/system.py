"""Actors that belong together: started, supervised and stopped as one."""

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import attrs
import pykka
from loguru import logger

from actors.runtime.dispatcher import Dispatcher, Runnable, Runtime, worker_number
from actors.runtime.inbox import Inbox
from actors.runtime.pooled import Identity, PooledActor, SupervisedActor, start_foreign
from actors.runtime.supervision import Crash, RestartLimit
from actors.types import Mailbox, Undeliverable

M = TypeVar("M")

SET_ASIDE_KEPT = 100
"""How many crashes `ActorSystem.set_aside` remembers, the newest ones."""

TEXT_KEPT = 2_000
"""Characters of a message that logs and crashes show; one may hold a whole notebook."""


class Actor(SupervisedActor, Generic[M]):
    """An actor that an `ActorSystem` runs; `M` is what its mailbox takes.

    Override `on_receive` as in Pykka. What it raises is a crash: a new actor
    from the same factory takes over the mailbox, the message is set aside.
    State that is to survive belongs in an object that the factory passes in.
    """

    @property
    def mailbox(self) -> Mailbox[M]:
        """The actor's own mailbox, to give to others or to tell itself."""
        return self.actor_inbox

    def pause(
        self,
        start: Callable[[Runnable], object],
        action: Callable[[], None],
        *,
        over: M | None = None,
    ) -> None:
        """Handle no further message until `action` is done.

        Args:
            start: gets that action as something to run once, on any thread and
                at any time: a `Bulkhead`, for work that blocks. It raises if it will not.
            action: runs as a part of this actor; what it raises is a crash.
            over: the message that it belongs to, which a crash is then over.
        """
        self.actor_inbox.pause(start, action, over)

    def is_idle(self) -> bool:
        """Override to say that nothing would be lost if this actor ended now.

        Asked by `ActorSystem.retire` between two turns. Its factory makes
        another when there is work again. As after a crash, what must survive is
        in objects that the factory passes in; `on_stop` is not called.
        """
        return False

    def on_out_of_service(self, reason: str) -> None:
        """Settle what this actor has promised; it crashed too often and ends here."""


@attrs.frozen
class SystemStatistics:
    """What an `ActorSystem` has seen so far."""

    actors: int
    """Actors that live now."""

    mailbox_depth: int
    """Messages that wait now, in all mailboxes together."""

    dead_letters: int
    crashes: int
    restarts: int


@attrs.define(eq=False)
class _Upkeep:
    """What it takes to make an actor again."""

    name: str
    factory: Callable[[], Any]
    limit: RestartLimit | None = None
    """Of its restarts; made at the first crash."""


class ActorSystem:
    """A scope for actors, in place of Pykka's process-wide registry.

    Args:
        runtime: where and when they run.
        max_restarts: crashes of one actor within `restart_window_s` that are
            restarted; one more puts it out of service.
        restart_window_s: in seconds.
        on_crash: told of each crash, on the thread that it happened on.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        max_restarts: int = 3,
        restart_window_s: float = 5.0,
        on_crash: Callable[[Crash], object] = lambda _: None,
    ) -> None:
        self.runtime = runtime
        self.set_aside: deque[Crash] = deque(maxlen=SET_ASIDE_KEPT)
        self._max_restarts = max_restarts
        self._restart_window_s = restart_window_s
        self._on_crash = on_crash
        # Single operations on a set are atomic, on free-threaded Python too.
        self._living: set[Inbox] = set()
        self._counting = threading.Lock()  # for rare events only
        self._dead_letters = 0
        self._crashes = 0
        self._restarts = 0

    # -- life of an actor --------------------------------------------------------

    def start(
        self, factory: Callable[[], Actor[M]], *, name: str, dispatcher: Dispatcher, bound: int = 0
    ) -> Mailbox[M]:
        """Make an actor, run it on the dispatcher and return its mailbox.

        The mailbox refuses messages that are `is_bounded` when `bound` messages
        wait there; 0 is no bound.

        An actor of another Pykka type, such as `pykka.ThreadingActor`, keeps
        its own thread and its own way to die: it is not supervised.
        """
        actor = factory()
        if not isinstance(actor, SupervisedActor):
            return self._start_foreign(actor)
        inbox = actor.actor_inbox
        inbox.upkeep = _Upkeep(name, factory)
        inbox.bound = bound
        self._living.add(inbox)
        inbox.attach(actor, dispatcher, self)
        return inbox

    def stop(self, mailboxes: Iterable[Mailbox[Any]], timeout_s: float) -> Sequence[str]:
        """Stop these actors after what they have in their mailboxes.

        Returns:
            The names of those that are still at it after `timeout_s` seconds.
        """
        deadline_s = self.runtime.clock.monotonic() + timeout_s
        stopping = list(mailboxes)
        pooled = [mailbox for mailbox in stopping if isinstance(mailbox, Inbox)]
        foreign = [mailbox for mailbox in stopping if isinstance(mailbox, ForeignMailbox)]
        for mailbox in stopping:
            self.request_stop(mailbox)

        def all_stopped() -> bool:
            while pooled and self._has_stopped(pooled[-1]):
                pooled.pop()
            return not pooled

        self.runtime.await_condition(all_stopped, timeout_s)
        left_s = deadline_s - self.runtime.clock.monotonic()
        orphans = [mailbox for mailbox in foreign if not mailbox.wait_until_stopped(left_s)]
        busy = [inbox.upkeep.name for inbox in pooled if not self._has_stopped(inbox)]
        return [*busy, *map(str, orphans)]

    def request_stop(self, mailbox: Mailbox[Any]) -> None:
        """Ask an actor to stop after what it has in its mailbox; returns at once."""
        assert isinstance(mailbox, Inbox | ForeignMailbox), "not a mailbox of this system"
        mailbox.request_stop()

    def depth(self, mailbox: Mailbox[Any]) -> int:
        """Return how many messages wait in a mailbox."""
        return mailbox.depth() if isinstance(mailbox, Inbox) else 0

    def retire(self, mailbox: Mailbox[Any]) -> bool:
        """End an actor that is idle; return whether it was, and is ended now.

        Only the one who sends it messages may ask. Its mailbox is dead after that.
        """
        return isinstance(mailbox, Inbox) and mailbox.retire()

    def statistics(self) -> SystemStatistics:
        """Return the counts up to now; takes no lock that an actor takes."""
        inboxes = list(self._living)
        return SystemStatistics(
            actors=len(inboxes),
            mailbox_depth=sum(inbox.depth() for inbox in inboxes),
            dead_letters=self._dead_letters,
            crashes=self._crashes,
            restarts=self._restarts,
        )

    # -- what inboxes call: the `Keeper` protocol ----------------------------------

    def replace(self, actor: PooledActor) -> PooledActor | None:
        """Start a new actor in place of a crashed one, or put it out of service."""
        assert isinstance(actor, SupervisedActor)
        upkeep: _Upkeep = actor.actor_inbox.upkeep
        message, error = _text_of(actor.crashed_over), _text_of(actor.crash)
        logger.opt(exception=actor.crash).bind(actor=upkeep.name).error(
            "{} crashed over {}", upkeep.name, message
        )
        replacement = self._make_replacement(upkeep, actor)
        self._settle(actor, upkeep.name, error, out_of_service=replacement is None)
        crash = Crash(upkeep.name, error, message, restarted=replacement is not None)
        self.set_aside.append(crash)
        with self._counting:
            self._crashes += 1
            self._restarts += crash.restarted
        self._guarded(self._on_crash, crash)
        return replacement

    def stopped(self, inbox: Inbox) -> None:
        """Forget an actor that has stopped."""
        self._living.discard(inbox)
        self.runtime.notify()

    def dead_letter(self, message: Any, reason: str) -> None:
        """Count a message that nobody will handle, and tell it so."""
        with self._counting:
            self._dead_letters += 1
        logger.opt(lazy=True).debug(
            "dead letter, {}: {}", lambda: reason, lambda: _text_of(message)
        )
        if isinstance(message, Undeliverable):
            self._guarded(message.undelivered, reason)

    # -- inside ------------------------------------------------------------------

    def _has_stopped(self, inbox: Inbox) -> bool:
        """Return whether an actor has stopped, and its last messages have been told so."""
        return inbox.is_closed and inbox not in self._living

    def _make_replacement(
        self, upkeep: _Upkeep, crashed: SupervisedActor
    ) -> SupervisedActor | None:
        if upkeep.limit is None:
            upkeep.limit = RestartLimit(self._max_restarts, self._restart_window_s)
        if not upkeep.limit.allow(self.runtime.clock.monotonic()):
            logger.bind(actor=upkeep.name).error("{} is put out of service", upkeep.name)
            return None
        return self._made(upkeep, crashed.identity)

    def _made(self, upkeep: _Upkeep, identity: Identity) -> SupervisedActor | None:
        try:
            return identity.given_to(upkeep.factory)
        except BaseException:  # noqa: BLE001 - a user's constructor; the others must run on
            logger.exception("{} cannot be made again", upkeep.name)
            return None

    def _settle(
        self, actor: SupervisedActor, name: str, error: str, *, out_of_service: bool
    ) -> None:
        message = actor.crashed_over
        if isinstance(message, Undeliverable):
            self._guarded(message.undelivered, f"{name} crashed over it: {error}")
        if out_of_service and isinstance(actor, Actor):
            reason = f"{name} is out of service after repeated crashes: {error}"
            self._guarded(actor.on_out_of_service, reason)

    def _guarded(self, call: Callable[[Any], object], argument: object) -> None:
        try:
            call(argument)
        except BaseException:  # noqa: BLE001 - a user's hook, on a thread of many actors
            logger.exception("{} raised", _text_of(call))

    def _start_foreign(self, actor: pykka.Actor) -> "ForeignMailbox":
        mailbox = ForeignMailbox(actor, self)
        start_foreign(actor)
        return mailbox


def _text_of(value: object) -> str:
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a user's `__repr__`, in the midst of a rescue
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    return text if len(text) <= TEXT_KEPT else f"{text[:TEXT_KEPT]}…"


class ForeignMailbox:
    """The mailbox of an actor of another Pykka type, such as `ThreadingActor`."""

    def __init__(self, actor: pykka.Actor, system: ActorSystem) -> None:
        self._ref = actor.actor_ref
        self._system = system

    def __str__(self) -> str:
        return str(self._ref)

    def tell(self, message: Any, /) -> None:
        """Put a message in; one for a dead actor is a dead letter."""
        try:
            self._ref.tell(message)
        except pykka.ActorDeadError:
            self._system.dead_letter(message, f"{self._ref} has stopped")

    def wait_until_stopped(self, timeout_s: float) -> bool:
        """Block up to `timeout_s` seconds; return whether it has stopped."""
        return self._ref.actor_stopped.wait(max(0.0, timeout_s))

    def request_stop(self) -> None:
        """Ask the actor to stop once it has handled what is before this."""
        self._ref.stop(block=False)


class Router(Generic[M]):
    """One mailbox in front of replicas of a stateless actor.

    Each thread of a dispatcher has its own replica, as long as there are so
    many: nobody waits for one that another thread is busy with. Messages from
    other threads go to each replica in turn.
    """

    def __init__(self, replicas: Sequence[Mailbox[M]]) -> None:
        self._replicas = replicas
        self._turns = itertools.count()

    def tell(self, message: M, /) -> None:
        """Give the message to a replica."""
        number = worker_number()
        if number is None:
            number = next(self._turns)
        self._replicas[number % len(self._replicas)].tell(message)
