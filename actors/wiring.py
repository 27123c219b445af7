"""All the actors of one `Autosave`: how they are made, joined, and stopped."""

import functools
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

import attrs
from loguru import logger

from actors.alerts import Incidents
from actors.archivist import ArchivistActor, Uncommitted
from actors.drafting import Drafting
from actors.drain import Unsaved
from actors.events import Alert
from actors.formats.memo import MEMO
from actors.guards import Guards
from actors.listener import Directory
from actors.messages import (
    ActorCrashed,
    DraftFound,
    DraftKept,
    Leftover,
    ListenerMessage,
    OwnedElsewhere,
    RetireSavers,
    SaverMessage,
)
from actors.notebook import Ledger, Meter
from actors.opening import Opened, Opening
from actors.overdue import Overdue
from actors.owning import Disown
from actors.runtime import ActorSystem, Bulkhead, Crash, IdleSweep, Router, Runtime
from actors.saver import Backoff, SaverParts
from actors.settings import Settings
from actors.storage import Archive, Storage
from actors.subscriber import Subscribers
from actors.types import Mailbox, NotebookId
from actors.version_buffer import EachVersion, VersionBuffer

ActorFactory: TypeAlias = Callable[..., Any]
"""Makes an actor: one of ours, or of another Pykka type such as `ThreadingActor`."""

STOP_GRACE_S = 2.0
"""How long each group of actors may take to end its last message at the stop."""

LAST_DRAFTS_AGAIN_S = 0.2
"""How long to wait before a draft is tried again that failed at the stop."""

VERSIONS_WAITING = 1_000
"""Messages with versions that wait for a disk that hangs; later ones are let go."""

_SAVER_NAME = "saver of "


@attrs.frozen
class Factories:
    """The classes, or other callables, that make the four kinds of actor."""

    listener: ActorFactory
    saver: ActorFactory
    codegen: ActorFactory
    notifier: ActorFactory


@attrs.frozen
class Stores:
    """Where notebooks are kept, and what is in no file."""

    files: Storage
    archive: Archive | None
    """`None` where neither drafts nor versions are kept."""


class Wiring:
    """The running actors.

    Args:
        factories: what makes the actors, also after a crash.
        settings: sizes and limits.
        stores: what savers and the archivist write to.
        runtime: where actors run.
        on_finished: told of each closed notebook that has nothing left to save.
    """

    def __init__(
        self,
        factories: Factories,
        settings: Settings,
        stores: Stores,
        runtime: Runtime,
        on_finished: Callable[[NotebookId, int], object],
    ) -> None:
        self.runtime = runtime
        self._factories = factories
        self._settings = settings
        self._stores = stores
        self._guards = Guards.of(stores.files, settings)
        self.meter = Meter()
        """Sums the counts of all notebooks."""

        self.opening = Opening(
            stores.files, stores.archive, self._guards.owning, settings, self.meter
        )
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
            functools.partial(
                factories.notifier,
                incidents=Incidents(settings, runtime.clock.monotonic),
                later=runtime.later,
                publish=self.subscribers.publish,
            ),
            name="notifier",
            dispatcher=self._savers,
        )
        self._archivist = self._start_archivist(dispatcher)
        self._history = self._start_history()
        clock = runtime.clock.monotonic
        self._overdue = Overdue(settings.draft_after_s, runtime.later, clock)
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

    def tell_of(self, notebook: NotebookId, opened: Opened) -> None:
        """Tell what the people of a notebook should know when it was opened."""
        path = opened.ledger.path
        if path is not None and opened.owner is not None:
            self._notifier.tell(OwnedElsewhere(notebook, path, opened.owner))
        if path is not None and opened.draft is not None:
            self._notifier.tell(DraftFound(notebook, path, opened.draft))

    def disown(self, notebook: NotebookId, ledger: Ledger) -> None:
        """Let others have a notebook's file, after what is being written to it; returns at once."""
        if ledger.file.lease is not None:
            folder = None if ledger.path is None else str(ledger.path.parent)
            self._bulkhead.run(notebook, folder, Disown(self._guards.owning, ledger.file))

    def stop_saving(self, notebooks: Iterable[tuple[NotebookId, Ledger]]) -> list[str]:
        """Stop the listener, the savers and codegen; return who did not come to an end."""
        orphans = list(self.system.stop([self.listener], STOP_GRACE_S))
        self._bulkhead.close()
        self.runtime.await_condition(lambda: not self._bulkhead.owners, STOP_GRACE_S)
        hanging = set(self._bulkhead.owners)
        savers = self.system.stop(self._directory.savers.values(), STOP_GRACE_S)
        codegen = self.system.stop(self._codegen, STOP_GRACE_S)
        for notebook, ledger in notebooks:  # last: each save that is begun takes the file again
            self.disown(notebook, ledger)
        self.runtime.await_condition(
            lambda: hanging.issuperset(self._bulkhead.owners), STOP_GRACE_S
        )
        writing = {f"{_SAVER_NAME}{notebook}" for notebook in self._bulkhead.owners}
        return [*orphans, *sorted(writing.union(savers)), *codegen]

    def stop_drafting(self, notebooks: Iterable[tuple[NotebookId, Ledger]]) -> list[str]:
        """Keep as drafts what is in no file, then stop the archivist; return it if it hangs."""
        if self._archivist is None:
            return []
        if self._settings.drafts:
            self._keep_last(list(notebooks))
        if self._history is not None:
            self._history.flush()
        return list(self.system.stop([self._archivist], STOP_GRACE_S))

    def _keep_last(self, notebooks: list[tuple[NotebookId, Ledger]]) -> None:
        """Keep drafts of these, and try again for as long as a stop may take."""
        now = self.runtime.clock.monotonic
        until_s = now() + STOP_GRACE_S
        while True:
            notes = [_Note(ledger, self.runtime.notify) for _, ledger in notebooks]
            for (notebook, ledger), note in zip(notebooks, notes, strict=True):
                parts = self._parts_of(notebook, ledger)
                note.is_open = Drafting(parts, note.mailbox).keep_last()
            self.runtime.await_condition(
                lambda: not any(note.is_open for note in notes),  # noqa: B023 - called in the loop
                until_s - now(),
            )
            if now() >= until_s or not any(ledger.is_unprotected for _, ledger in notebooks):
                return
            self.runtime.await_condition(lambda: False, LAST_DRAFTS_AGAIN_S)

    def stop_telling(self, unsaved: Iterable[Unsaved]) -> list[str]:
        """Tell what was not saved, then stop the notifier and the subscribers."""
        for left in unsaved:
            logger.error("{}", left)
            self._notifier.tell(Leftover(left.notebook, left.reason, left.draft))
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
        return self._factories.saver(self._parts_of(notebook, ledger))

    def _parts_of(self, notebook: NotebookId, ledger: Ledger) -> SaverParts:
        settings = self._settings
        return SaverParts(
            notebook=notebook,
            ledger=ledger,
            storage=self._stores.files,
            codegen=self._any_codegen,
            notifier=self._notifier,
            listener=self.listener,
            backoff=self._backoff,
            later=self.runtime.later,
            blocking=self._bulkhead,
            now=self.runtime.clock.monotonic,
            active=self._idle.note,
            archivist=self._archivist if settings.drafts else None,
            history=self._history,
            overdue=self._overdue if settings.drafts else None,
            owning=self._guards.owning,
            obstacle=self._guards.obstacle,
            held_at_most_s=settings.git_wait_s,
            time=self.runtime.clock.now,
            generated_with=settings.generated_with,
        )

    def _start_archivist(self, dispatcher: Callable[..., Any]) -> Any:
        if self._stores.archive is None:
            return None
        return self.system.start(
            functools.partial(
                ArchivistActor,
                archive=self._stores.archive,
                notifier=self._notifier,
                owner=self._guards.owner.text,
                uncommitted=Uncommitted(),
                now=self.runtime.clock.now,
            ),
            name="archivist",
            bound=VERSIONS_WAITING,
            dispatcher=dispatcher("actors-archive", 1),
        )

    def _start_history(self) -> VersionBuffer | EachVersion | None:
        if self._archivist is None or not self._settings.history:
            return None
        if self._settings.history_merge_s == 0:
            return EachVersion(self._archivist)
        return VersionBuffer(self._archivist, self.runtime.later)

    def _on_crash(self, crash: Crash) -> None:
        notebook = NotebookId(crash.actor.removeprefix(_SAVER_NAME))
        if crash.actor == "notifier" and not crash.restarted:
            title = "The notifier is out of service"
            text = f"No alerts come any more, saving goes on. The error was {crash.error}"
            self.subscribers.publish(Alert.escaped(title, text, "danger", notebook))
        self._notifier.tell(
            ActorCrashed(notebook, crash.actor, crash.error, crash.message, crash.restarted)
        )


@attrs.define
class _Note:
    """Takes note of the draft of a notebook whose saver has stopped."""

    ledger: Ledger
    notify: Callable[[], object]
    is_open: bool = False
    """Whether the archivist has still to answer."""

    def mailbox(self) -> Mailbox[SaverMessage]:
        return self

    def tell(self, message: SaverMessage, /) -> None:
        draft = self.ledger.draft
        if isinstance(message, DraftKept) and draft is not None:
            draft.kept = max(draft.kept, message.version)
        self.is_open = False
        self.notify()
