"""All the actors of one `Autosave`: how they are made, joined, and stopped."""

import functools
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

import attrs
from loguru import logger

from actors.drain import Unsaved
from actors.events import Alert
from actors.formats.memo import MEMO
from actors.listener import Directory
from actors.messages import (
    ActorCrashed,
    Leftover,
    ListenerMessage,
    RetireSavers,
    SaverMessage,
)
from actors.notebook import Ledger
from actors.runtime import ActorSystem, Bulkhead, Crash, IdleSweep, Router, Runtime
from actors.saver import Backoff, SaverParts
from actors.settings import Settings
from actors.storage import Storage
from actors.subscriber import Subscribers
from actors.types import Mailbox, NotebookId

ActorFactory: TypeAlias = Callable[..., Any]
"""Makes an actor: one of ours, or of another Pykka type such as `ThreadingActor`."""

STOP_GRACE_S = 2.0
"""How long each group of actors may take to end its last message at the stop."""

_SAVER_NAME = "saver of "


@attrs.frozen
class Factories:
    """The classes, or other callables, that make the four kinds of actor."""

    listener: ActorFactory
    saver: ActorFactory
    codegen: ActorFactory
    notifier: ActorFactory


class Wiring:
    """The running actors.

    Args:
        factories: what makes the actors, also after a crash.
        settings: sizes and limits.
        storage: what savers write to.
        runtime: where actors run.
        on_finished: told of each closed notebook that has nothing left to save.
    """

    def __init__(
        self,
        factories: Factories,
        settings: Settings,
        storage: Storage,
        runtime: Runtime,
        on_finished: Callable[[NotebookId, int], object],
    ) -> None:
        self.runtime = runtime
        self._factories = factories
        self._settings = settings
        self._storage = storage
        self._directory = Directory()
        self._backoff = Backoff(settings.retry_min_s, settings.retry_max_s)
        MEMO.limit(settings.render_memo_bytes)
        dispatcher = functools.partial(
            runtime.dispatcher,
            quantum_messages=settings.quantum_messages,
            quantum_s=settings.quantum_s,
        )
        # Apart, so that transactions find their savers while all other threads are busy.
        listening = dispatcher("actors-listener", 1)
        # Savers, codegen and the notifier share the threads of the file work: a save that finds
        # nobody in its way goes on on one thread, and no other has to be woken.
        self._savers = dispatcher("actors-saver", settings.file_threads)
        self._bulkhead = Bulkhead(self._savers, settings.file_threads, runtime.notify)
        self._idle = IdleSweep[NotebookId](
            settings.passivate_after_s, runtime.later, self._retire_savers
        )
        self.system = ActorSystem(
            runtime,
            max_restarts=settings.max_restarts,
            restart_window_s=settings.restart_window_s,
            on_crash=self._on_crash,
        )
        self.subscribers = Subscribers(
            self.system, functools.partial(dispatcher, "actors-subscriber", 1)
        )
        # What must outlive a crash of an actor is made here and handed to each of its lives.
        self._notifier = self.system.start(
            functools.partial(factories.notifier, failing=set(), publish=self.subscribers.publish),
            name="notifier",
            dispatcher=self._savers,
        )
        self._codegen = [
            self.system.start(factories.codegen, name=f"codegen {number}", dispatcher=self._savers)
            for number in range(settings.codegen_actors)
        ]
        # One for all savers: a router of its own would send each one's first request to the same.
        self._any_codegen = Router(self._codegen)
        self.listener: Mailbox[ListenerMessage] = self.system.start(
            functools.partial(
                factories.listener,
                directory=self._directory,
                start_saver=self._start_saver,
                stop_saver=self.system.request_stop,
                retire_saver=self.system.retire,
                on_finished=on_finished,
            ),
            name="listener",
            dispatcher=listening,
            bound=10 * settings.max_mailbox,
        )

    def has_saver(self, notebook: NotebookId) -> bool:
        """Whether a notebook has an actor now; without one nothing of it is due."""
        return notebook in self._directory.savers

    def stop_saving(self) -> list[str]:
        """Stop the listener, the savers and codegen; return who did not come to an end."""
        orphans = list(self.system.stop([self.listener], STOP_GRACE_S))
        self._bulkhead.close()
        self.runtime.await_condition(lambda: not self._bulkhead.owners, STOP_GRACE_S)
        writing = {f"{_SAVER_NAME}{notebook}" for notebook in self._bulkhead.owners}
        savers = self.system.stop(self._directory.savers.values(), STOP_GRACE_S)
        codegen = self.system.stop(self._codegen, STOP_GRACE_S)
        return [*orphans, *sorted(writing.union(savers)), *codegen]

    def stop_telling(self, unsaved: Iterable[Unsaved]) -> list[str]:
        """Tell what was not saved, then stop the notifier and the subscribers."""
        for left in unsaved:
            logger.error("{} was not saved: {}", left.notebook, left.reason)
            self._notifier.tell(Leftover(left.notebook, left.reason))
        return [
            *self.system.stop([self._notifier], STOP_GRACE_S),
            *self.subscribers.stop(STOP_GRACE_S),
        ]

    def _retire_savers(self, idle: AbstractSet[NotebookId]) -> None:
        MEMO.age()
        if idle:
            self.listener.tell(RetireSavers(tuple(idle)))

    def _start_saver(self, notebook: NotebookId, ledger: Ledger) -> Mailbox[SaverMessage]:
        return self.system.start(
            functools.partial(self._make_saver, notebook, ledger),
            name=f"{_SAVER_NAME}{notebook}",
            dispatcher=self._savers,
            bound=self._settings.max_mailbox,
        )

    def _make_saver(self, notebook: NotebookId, ledger: Ledger) -> Any:
        parts = SaverParts(
            notebook=notebook,
            ledger=ledger,
            storage=self._storage,
            codegen=self._any_codegen,
            notifier=self._notifier,
            listener=self.listener,
            backoff=self._backoff,
            later=self.runtime.later,
            blocking=self._bulkhead,
            now=self.runtime.clock.monotonic,
            active=self._idle.note,
            generated_with=self._settings.generated_with,
        )
        return self._factories.saver(parts)

    def _on_crash(self, crash: Crash) -> None:
        notebook = NotebookId(crash.actor.removeprefix(_SAVER_NAME))
        if crash.actor == "notifier" and not crash.restarted:
            title = "The notifier is out of service"
            text = f"No alerts come any more, saving goes on. The error was {crash.error}"
            self.subscribers.publish(Alert.escaped(title, text, "danger", notebook))
        self._notifier.tell(
            ActorCrashed(notebook, crash.actor, crash.error, crash.message, crash.restarted)
        )
