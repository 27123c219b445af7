"""The thing that a host embeds: wires the actors, starts, drains and stops them."""

import asyncio
import atexit
import functools
import hashlib
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import attrs
from loguru import logger

from actors import formats
from actors.codegen import CodegenActor
from actors.drain import DrainReport, unsaved_work, wait_for_all
from actors.errors import AutosaveError, NotebookClosedError
from actors.events import Alert
from actors.handle import NotebookHandle
from actors.listener import Directory, ListenerActor
from actors.messages import (
    ActorCrashed,
    Flush,
    ForgetNotebook,
    Leftover,
    ListenerMessage,
    OpenNotebook,
    SaverMessage,
)
from actors.notebook import Cell, Document, Ledger, Mode, Notebook
from actors.notifier import NotifierActor
from actors.receipt import Outcome, Receipt, Refused, Saved
from actors.registry import Entry, Registry
from actors.runtime import Actor, ActorSystem, Crash, Dispatcher, Router, Runtime, ThreadRuntime
from actors.saver import Backoff, SaverActor, SaverParts
from actors.settings import Settings
from actors.statistics import Statistics, Totals
from actors.storage import LocalStorage, Storage
from actors.subscriber import Callback, Subscribers
from actors.types import Mailbox, NotebookId

ActorFactory: TypeAlias = Callable[..., Actor[Any]]

STOP_GRACE_S = 2.0
"""How long each group of actors may take to end its last message at the stop."""

_SAVER_NAME = "saver of "


class Autosave:
    """Puts every persisted change of any number of notebooks on disk, in order.

    Use it as a context manager, or call `start` and `stop`. All methods may
    be called from any thread; those that may take long say so.

    Args:
        settings: see `Settings`.
        storage: where files are kept; local files by default.
        listener: class or factory that replaces `ListenerActor`.
        saver: class or factory that replaces `SaverActor`.
        codegen: class or factory that replaces `CodegenActor`.
        notifier: class or factory that replaces `NotifierActor`. Each of the
            four is called with what the class that it replaces is called with,
            and again when its actor has crashed.
        runtime: where actors run; threads of this object's own by default,
            `actors.testing.SimulatedRuntime` in tests.
    """

    def __init__(  # noqa: PLR0913 - the actors are named one by one, by design
        self,
        settings: Settings | None = None,
        *,
        storage: Storage | None = None,
        listener: ActorFactory = ListenerActor,
        saver: ActorFactory = SaverActor,
        codegen: ActorFactory = CodegenActor,
        notifier: ActorFactory = NotifierActor,
        runtime: Runtime | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.report: DrainReport | None = None
        self._storage = storage or LocalStorage()
        self._factories = _Factories(listener, saver, codegen, notifier)
        self._runtime = runtime
        self._registry = Registry()
        self._directory = Directory()
        self._totals = Totals()
        self._swept: set[Path] = set()
        self._wired: _Wired | None = None
        self._stopping = threading.Lock()

    # -- life ----------------------------------------------------------------------

    def start(self) -> None:
        """Start the threads and the actors; `with` does it."""
        if self._wired is not None or self.report is not None:
            raise AutosaveError("this Autosave was started before; make another one")
        self._wired = self._wire(self._runtime or ThreadRuntime())
        # A host that forgets to stop us must not lose what it was promised:
        # worker threads are daemons and would end in mid-save with the process.
        atexit.register(self.stop)

    def stop(self, timeout: float | None = None) -> DrainReport:
        """Save what is not saved, for a bounded time, then end all actors.

        Blocks for `timeout` seconds at most (`Settings.drain_timeout_s` by
        default), and a few more for a storage that hangs. Failing notebooks
        are tried again until then.

        Returns:
            What was not saved, which subscribers are told as alerts as well;
            also kept as `report`.
        """
        with self._stopping:
            if self.report is not None:
                return self.report
            wired = self._running()
            self.report = DrainReport()  # from here on `open` and `submit` refuse
            try:
                timeout_s = self.settings.drain_timeout_s if timeout is None else timeout
                self.report = self._drain(wired, timeout_s)
            finally:
                wired.runtime.close()
                atexit.unregister(self.stop)
            return self.report

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)

    # -- notebooks -------------------------------------------------------------------

    def open(
        self,
        path: Path | str | None = None,
        *,
        cells: Iterable[Cell] | None = None,
        mode: Mode = "edit",
    ) -> NotebookHandle:
        """Open a notebook; reads its file, so it takes as long as that does.

        The same file opened twice is one notebook, which has to be closed
        twice; in `"run"` mode each open is a notebook of its own.

        Args:
            path: its file; one that does not exist is made by the first save.
                `None` is an unnamed notebook, which `rename` gives a file.
            cells: the cells as the host knows them, when it owns the cell ids;
                the header and app options still come from the file.
            mode: in `"run"` mode transactions are applied but never saved.

        Raises:
            FormatError: when the file is no notebook, or has a suffix that we
                do not know.
            StorageError: when it cannot be read.
            ValueError: when it is open already with other cells than these.
            NotebookClosedError: when this `Autosave` is not running.
        """
        wired = self._running()
        cells = None if cells is None else tuple(cells)
        path = None if path is None else Path(path).absolute()
        file = None if path is None or mode == "run" else self._storage.canonical(path)
        present = self._registry.reopen(file)
        if present is None:
            ledger = self._read(path, cells, mode)
            notebook = self._registry.new_id("unnamed" if path is None else str(path))
            handle = NotebookHandle(notebook, ledger, self)
            opened = Entry(handle, ledger, set() if file is None else {file})
            present = self._registry.add(opened)
            if present is opened:
                wired.listener.tell(OpenNotebook(notebook, ledger))
                return handle
        if cells is not None and cells != present.ledger.document.notebook.cells:
            present.handle.close()
            raise ValueError(f"{path} is open already with other cells; open it without `cells`")
        return present.handle

    def subscribe(
        self, callback: Callback, *, loop: asyncio.AbstractEventLoop | None = None
    ) -> Callable[[], None]:
        """Call `callback(event)` for each `Alert` and `SaveStatus` from now on.

        Args:
            callback: may be slow and may raise; both harm nobody else.
            loop: call it inside this event loop; otherwise on a thread that
                is this subscriber's alone.

        Returns:
            A function that ends the subscription.
        """
        return self._running().subscribers.add(callback, loop)

    def statistics(self) -> Statistics:
        """Return counts, depths and latencies since the start."""
        wired = self._wired
        if wired is None:
            raise AutosaveError("not started: use `with Autosave() as autosave:`")
        ledgers = [entry.ledger for entry in self._registry.entries()]
        return self._totals.with_open(ledgers, wired.system.statistics())

    # -- what handles call -----------------------------------------------------------

    @property
    def listener(self) -> Mailbox[ListenerMessage]:
        """The listener's mailbox.

        Raises:
            NotebookClosedError: when this `Autosave` is not running.
        """
        return self._running().listener

    def claim(self, handle: NotebookHandle, path: Path | str, receipt: Receipt) -> Path | None:
        """Reserve a file for a rename; `None` when the receipt was refused over it."""
        target = Path(path).absolute()
        try:
            formats.parse(b"", target.suffix)
            file = self._storage.canonical(target)
            is_new = self._registry.claim(handle, file)
        except AutosaveError as error:
            receipt.settle(Refused(str(error)))
            return None

        def settle_claim(outcome: Outcome) -> None:
            self._registry.unclaim(handle, file, keep=not isinstance(outcome, Refused))

        if is_new:
            receipt.add_done_callback(settle_claim)
        return target

    def wait(self, receipt: Receipt, timeout: float | None) -> Outcome:
        """Wait for a receipt, running the actors meanwhile where a test does that.

        Raises:
            TimeoutError: when it is still open after `timeout` seconds.
        """
        wait_for_all([receipt], self._running().runtime, timeout)
        return receipt.wait(0)

    def release(self, handle: NotebookHandle) -> bool:
        """Count one close of a notebook; return whether it was the last."""
        return self._registry.close_once(handle)

    # -- inside ----------------------------------------------------------------------

    def _running(self) -> "_Wired":
        if self._wired is None:
            raise NotebookClosedError("not started: use `with Autosave() as autosave:`")
        if self.report is not None:
            raise NotebookClosedError("this Autosave was stopped; make another one")
        return self._wired

    def _read(self, path: Path | None, cells: tuple[Cell, ...] | None, mode: Mode) -> Ledger:
        data = None
        notebook = Notebook()
        if path is not None:
            self._sweep(path)
            data = self._storage.read(path)
            notebook = formats.parse(data or b"", path.suffix)
        if cells is not None:
            notebook = attrs.evolve(notebook, cells=cells)
        saved = None
        if path is not None and data is not None and cells is None:
            saved = Saved(0, hashlib.sha256(data).hexdigest(), path)
        return Ledger(
            Document(notebook),
            path,
            mode=mode,
            persist_sources=self.settings.persist_sources,
            saved=saved,
        )

    def _sweep(self, path: Path) -> None:
        """Remove what a crash left in this folder, once in our life."""
        if path.parent in self._swept:
            return
        self._swept.add(path.parent)
        try:
            self._storage.sweep(path)
        except AutosaveError as error:
            logger.debug("could not look for stale files: {}", error)

    # -- wiring ----------------------------------------------------------------------

    def _wire(self, runtime: Runtime) -> "_Wired":
        settings = self.settings
        dispatcher = functools.partial(
            runtime.dispatcher,
            quantum_messages=settings.quantum_messages,
            quantum_s=settings.quantum_s,
        )
        workers = dispatcher("actors-worker", settings.worker_threads)
        files = dispatcher("actors-file", settings.file_threads)
        system = ActorSystem(
            runtime,
            max_restarts=settings.max_restarts,
            restart_window_s=settings.restart_window_s,
            on_crash=self._on_crash,
        )
        subscribers = Subscribers(system, functools.partial(dispatcher, "actors-subscriber", 1))
        make = self._factories
        failing: set[NotebookId] = set()
        codegen = [
            system.start(make.codegen, name=f"codegen {number}", dispatcher=workers)
            for number in range(settings.codegen_actors)
        ]
        notifier = system.start(
            lambda: make.notifier(failing=failing, publish=subscribers.publish),
            name="notifier",
            dispatcher=workers,
        )
        listener = system.start(
            lambda: make.listener(
                directory=self._directory,
                start_saver=self._start_saver,
                stop_saver=system.request_stop,
                on_finished=self._on_finished,
            ),
            name="listener",
            dispatcher=workers,
        )
        return _Wired(runtime, system, subscribers, files, codegen, notifier, listener)

    def _start_saver(self, notebook: NotebookId, ledger: Ledger) -> Mailbox[SaverMessage]:
        wired = self._wired
        assert wired is not None, "the listener starts savers, and it was started"
        parts = SaverParts(
            notebook=notebook,
            ledger=ledger,
            storage=self._storage,
            codegen=Router(wired.codegen),
            notifier=wired.notifier,
            listener=wired.listener,
            backoff=Backoff(self.settings.retry_min_s, self.settings.retry_max_s),
            later=wired.runtime.later,
        )
        factory = functools.partial(self._factories.saver, parts)
        return wired.system.start(
            factory, name=f"{_SAVER_NAME}{notebook}", dispatcher=wired.file_dispatcher
        )

    def _on_finished(self, notebook: NotebookId) -> None:
        """Forget a closed notebook that has nothing left to save, unless it was reopened."""
        entry = self._registry.remove_if_closed(notebook)
        if entry is not None and self._wired is not None:
            self._totals.add(entry.ledger)
            self._wired.listener.tell(ForgetNotebook(notebook))

    def _on_crash(self, crash: Crash) -> None:
        wired = self._wired
        if wired is None:
            return
        notebook = NotebookId(crash.actor.removeprefix(_SAVER_NAME))
        if crash.actor == "notifier" and not crash.restarted:
            title = "The notifier is out of service"
            text = f"No alerts come any more, saving goes on. The error was {crash.error}"
            wired.subscribers.publish(Alert.escaped(title, text, "danger", notebook))
        wired.notifier.tell(
            ActorCrashed(notebook, crash.actor, crash.error, crash.message, crash.restarted)
        )

    # -- the end ---------------------------------------------------------------------

    def _drain(self, wired: "_Wired", timeout_s: float) -> DrainReport:
        entries = self._registry.entries()
        receipts = []
        for entry in entries:
            receipts.append(Receipt())
            wired.listener.tell(Flush(entry.handle.id, receipts[-1], patient=True))
        wait_for_all(receipts, wired.runtime, timeout_s)
        orphans = [*wired.system.stop([wired.listener], STOP_GRACE_S)]
        orphans += wired.system.stop(self._directory.savers.values(), STOP_GRACE_S)
        orphans += wired.system.stop(wired.codegen, STOP_GRACE_S)
        unsaved = tuple(
            left
            for entry in entries
            if (left := unsaved_work(entry.handle.id, entry.ledger)) is not None
        )
        for left in unsaved:
            logger.error("{} was not saved: {}", left.notebook, left.reason)
            wired.notifier.tell(Leftover(left.notebook, left.reason))
        orphans += wired.system.stop([wired.notifier], STOP_GRACE_S)
        orphans += wired.subscribers.stop(STOP_GRACE_S)
        return DrainReport(unsaved, tuple(orphans))


@attrs.frozen
class _Factories:
    listener: ActorFactory
    saver: ActorFactory
    codegen: ActorFactory
    notifier: ActorFactory


@attrs.frozen
class _Wired:
    """What lives between `start` and `stop`."""

    runtime: Runtime
    system: ActorSystem
    subscribers: Subscribers
    file_dispatcher: Dispatcher
    codegen: list[Mailbox[Any]]
    notifier: Mailbox[Any]
    listener: Mailbox[ListenerMessage]
