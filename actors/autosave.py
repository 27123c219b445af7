"""The thing that a host embeds: wires the actors, starts, drains and stops them."""

import asyncio
import atexit
import os
import signal
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from actors.clock import SystemClock
from actors.codegen import CodegenActor
from actors.drain import DrainReport, unsaved_work, wait_for_all
from actors.errors import AutosaveError, NotebookClosedError
from actors.formats import parse
from actors.handle import NotebookHandle
from actors.listener import ListenerActor
from actors.messages import Flush, ForgetNotebook, ListenerMessage, OpenNotebook
from actors.notebook import Cell, Mode
from actors.notifier import NotifierActor
from actors.opening import distinct
from actors.receipt import Outcome, Receipt, Refused
from actors.registry import Entry, Registry
from actors.runtime import Runtime, ThreadRuntime
from actors.saver import SaverActor
from actors.settings import Settings
from actors.signals import SignalHandlers
from actors.statistics import Statistics
from actors.storage import Archive, LocalStorage, SqliteArchive, Storage
from actors.storage.archive import Limits
from actors.storage.comparing import comparing
from actors.subscriber import Callback
from actors.types import Mailbox, NotebookId
from actors.wiring import ActorFactory, Factories, Stores, Wiring

_NOBODY = NotebookId("")
"""No notebook has this id, so the listener itself answers what is sent to it."""

_FORKED = "this Autosave is its parent process's; a child makes another one"


class Autosave:
    """Puts every persisted change of any number of notebooks on disk, in order.

    Use it as a context manager, or call `start` and `stop`. All methods may
    be called from any thread; those that may take long say so.

    Args:
        settings: see `Settings`.
        storage: where files are kept; local files by default.
        archive: where drafts and versions are kept; a database in
            `Settings.state_dir` by default.
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
        archive: Archive | None = None,
        listener: ActorFactory = ListenerActor,
        saver: ActorFactory = SaverActor,
        codegen: ActorFactory = CodegenActor,
        notifier: ActorFactory = NotifierActor,
        runtime: Runtime | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.report: DrainReport | None = None
        """How the stop went; `None` before it has come to its end."""

        self._has_own_archive = archive is None and (self.settings.drafts or self.settings.history)
        if self._has_own_archive:
            archive = SqliteArchive(
                self.settings.state_dir,
                limits=Limits.of(self.settings),
                now=(SystemClock() if runtime is None else runtime.clock).now,
            )
        self._archive = archive
        self._storage: Storage = comparing(storage or LocalStorage(spill=archive))
        self._factories = Factories(listener, saver, codegen, notifier)
        self._runtime = runtime
        self._registry = Registry()
        self._pid = os.getpid()  # of the process that starts it; another one is a fork
        self._wiring: Wiring | None = None
        self._signals = SignalHandlers(self.stop)
        self._stopping = threading.Lock()
        self._stopped = False

    # -- life ----------------------------------------------------------------------

    def start(self) -> None:
        """Start the threads and the actors; `with` does it."""
        if self._wiring is not None:
            raise AutosaveError("this Autosave was started before; make another one")
        self._pid = os.getpid()
        self._wiring = Wiring(
            self._factories,
            self.settings,
            Stores(self._storage, self._archive),
            self._runtime or ThreadRuntime(),
            self._on_finished,
        )
        # A host that forgets to stop us must not lose what it was promised:
        # worker threads are daemons and would end in mid-save with the process.
        atexit.register(self.stop)

    def stop(self, timeout: float | None = None) -> DrainReport:
        """Save what is not saved, for a bounded time, then end all actors.

        Blocks for `timeout` seconds at most (`Settings.drain_timeout_s` by
        default), and a few more for a storage that hangs. Failing notebooks
        are tried again until then.

        Returns:
            What was not saved, and which draft has it; subscribers are told as
            alerts as well. Also kept as `report`.
        """
        if self._is_forked:
            return DrainReport()  # the parent does all of it
        with self._stopping:
            if self._stopped:
                return self.report or DrainReport()
            wiring = self._running()
            self._stopped = True
            try:
                timeout_s = self.settings.drain_timeout_s if timeout is None else timeout
                self.report = self._drain(wiring, timeout_s)
            finally:
                wiring.runtime.close()
                if self._has_own_archive and self._archive is not None:
                    self._archive.close()
                atexit.unregister(self.stop)
                self._signals.uninstall()
            return self.report

    def stop_on_signals(self, *signals: signal.Signals) -> None:
        """Save what is not saved before the process ends by one of these, `SIGTERM` by default.

        The signal does its work after `stop`, and what is in no file then is said on
        stderr, a line each. To be called on the main thread, which has to come back to
        Python for a signal to be noticed: it may sleep or wait, but not be lost in a long
        computation in C. Hosts that handle their signals themselves call `stop` instead.
        """
        self._signals.install(signals or (signal.SIGTERM,))

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
        twice; one that was put out of service is tried again, with the work
        that it has. In `"run"` mode each open is a notebook of its own.

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
            ValueError: when it is open already with other cells than these, or
                when two of these have the same id.
            NotebookClosedError: when this `Autosave` is not running.
        """
        wiring = self._running()
        cells = None if cells is None else distinct(cells)
        path = None if path is None else Path(path).absolute()
        file = None if path is None or mode == "run" else self._file_of(path)
        self._await_close(wiring, file)
        present = self._registry.reopen(file)
        if present is None:
            opened = wiring.opening.open(path, file, cells, mode)
            notebook = self._registry.new_id("unnamed" if path is None else str(path))
            entry = Entry(notebook, opened.ledger, self, file)
            announcement = OpenNotebook(notebook, opened.ledger)
            present = self._registry.add(entry, lambda: wiring.listener.tell(announcement))
            if present is entry:
                wiring.tell_of(notebook, opened)
                return entry
        if present.ledger.out_of_service is not None:
            wiring.listener.tell(OpenNotebook(present.id, present.ledger))
        if cells is not None and cells != present.ledger.document.notebook.cells:
            present.close()
            raise ValueError(f"{path} is open already with other cells; open it without `cells`")
        return present

    def subscribe(
        self, callback: Callback, *, loop: asyncio.AbstractEventLoop | None = None
    ) -> Callable[[], None]:
        """Call `callback(event)` for each `Alert`, `SaveStatus` and `Merged` from now on.

        Args:
            callback: may be slow and may raise; both harm nobody else.
            loop: call it inside this event loop; otherwise on a thread that
                is this subscriber's alone.

        Returns:
            A function that ends the subscription.
        """
        return self._running().subscribers.add(callback, loop)

    def statistics(self) -> Statistics:
        """Return counts, depths and latencies since the start, also after the stop."""
        wiring = self._wiring
        if self._is_forked:  # before a lock, as in `claim`
            raise NotebookClosedError(_FORKED)
        if wiring is None:
            raise AutosaveError("not started: use `with Autosave() as autosave:`")
        return Statistics.of(len(self._registry), wiring.meter, wiring.system.statistics())

    # -- what handles call -----------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether this was started, in this process, and not stopped."""
        return self._wiring is not None and not self._stopped and not self._is_forked

    @property
    def listener(self) -> Mailbox[ListenerMessage]:
        """The listener's mailbox.

        Raises:
            NotebookClosedError: when this `Autosave` is not running.
        """
        return self._running().listener

    @property
    def archive(self) -> Archive | None:
        """Where versions and drafts are; `None` where none are kept.

        Raises:
            NotebookClosedError: when this `Autosave` is not running.
        """
        self._running()
        return self._archive

    def claim(self, handle: NotebookHandle, path: Path | str, receipt: Receipt) -> Path | None:
        """Reserve a file for a rename; `None` when the receipt was refused over it."""
        self._running()  # before a lock that another thread held when this process was forked
        target = Path(path).absolute()
        try:
            parse(b"", target.suffix)
            file = self._file_of(target)
            self._registry.claim(handle, file)
        except AutosaveError as error:
            receipt.settle(Refused(str(error)))
            return None

        def settle_claim(outcome: Outcome) -> None:
            self._registry.unclaim(handle, file, renamed=not isinstance(outcome, Refused))

        receipt.add_done_callback(settle_claim)
        return target

    def wait(self, receipt: Receipt, timeout: float | None) -> Outcome:
        """Wait for a receipt, running the actors meanwhile where a test does that.

        Raises:
            TimeoutError: when it is still open after `timeout` seconds.
        """
        wait_for_all([receipt], self._running().runtime, timeout)
        return receipt.wait(0)

    def release(self, handle: NotebookHandle) -> int | None:
        """Count one close of a notebook; return its number if it was the last."""
        return self._registry.close_once(handle)

    # -- inside ----------------------------------------------------------------------

    def _running(self) -> Wiring:
        if self._wiring is None:
            raise NotebookClosedError("not started: use `with Autosave() as autosave:`")
        if self._stopped:
            raise NotebookClosedError("this Autosave was stopped; make another one")
        if self._is_forked:
            raise NotebookClosedError(_FORKED)
        return self._wiring

    @property
    def _is_forked(self) -> bool:
        # Its threads are the parent's alone, and so are its files.
        return os.getpid() != self._pid

    def _file_of(self, path: Path) -> str:
        """Return the canonical name; one text where it is the path itself."""
        name, file = str(path), str(self._storage.canonical(path))
        return name if file == name else file

    def _await_close(self, wiring: Wiring, file: str | None) -> None:
        """Let a notebook that was closed just now reach its file, unless that fails.

        One whose work cannot be saved goes on instead, with the document it has.
        """
        entry = self._registry.closing(file)
        if entry is None:
            return
        timeout_s = self.settings.drain_timeout_s
        wait_for_all([entry.request_flush()], wiring.runtime, timeout_s)
        ledger = entry.ledger
        wiring.runtime.await_condition(
            lambda: (
                ledger.last_failure is not None
                or ledger.out_of_service is not None
                or self._registry.closing(file) is not entry
            ),
            timeout_s,
        )

    def _on_finished(self, notebook: NotebookId, closing: int) -> None:
        """Forget a closed notebook that has nothing left to save, unless it was reopened."""
        wiring = self._wiring
        assert wiring is not None, "it is an actor that calls this"

        entry = self._registry.remove_if_closed(
            notebook, closing, lambda: wiring.listener.tell(ForgetNotebook(notebook))
        )
        if entry is not None:
            wiring.disown(entry.id, entry.ledger)
            wiring.runtime.notify()

    def _drain(self, wiring: Wiring, timeout_s: float) -> DrainReport:
        until_s = wiring.runtime.clock.monotonic() + timeout_s
        # What was submitted before the stop is ahead of this message in the listener's
        # mailbox. When this one is refused, all that has reached a saver: a notebook without
        # one has nothing on the way and nothing due, and is not asked.
        arrived = Receipt()
        wiring.listener.tell(Flush(_NOBODY, arrived))
        wait_for_all([arrived], wiring.runtime, timeout_s)
        entries = self._registry.entries()
        receipts = []
        for entry in entries:
            if wiring.has_saver(entry.id):
                receipts.append(Receipt())
                wiring.listener.tell(Flush(entry.id, receipts[-1], patient=True))
        left_s = max(0.0, until_s - wiring.runtime.clock.monotonic())
        wait_for_all(receipts, wiring.runtime, left_s)
        orphans = wiring.stop_saving((entry.id, entry.ledger) for entry in entries)
        left = [entry for entry in entries if unsaved_work(entry.id, entry.ledger) is not None]
        orphans += wiring.stop_drafting((entry.id, entry.ledger) for entry in left)
        works = (unsaved_work(entry.id, entry.ledger) for entry in left)
        unsaved = tuple(work for work in works if work is not None)
        return DrainReport(unsaved, (*orphans, *wiring.stop_telling(unsaved)))
