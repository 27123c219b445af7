"""One session of a marimo server, and the notebook that its edits are saved by."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import attrs
from loguru import logger
from marimo._messaging.notebook.document import NotebookCell

from actors.errors import NotebookClosedError
from actors.events import Merged
from actors.handle import NotebookHandle
from actors.integrations.marimo.echoes import Echoes
from actors.integrations.marimo.following import Following
from actors.integrations.marimo.merging import take_in
from actors.integrations.marimo.translate import cells_of, to_marimo
from actors.notebook import (
    Cell,
    Choice,
    Document,
    Notebook,
    SetCode,
    SetConfig,
    SetName,
    Transaction,
)
from actors.notebook.merge import rebased, transaction_between
from actors.receipt import Deferred, Outcome, Receipt, Refused

AGENT = "code-mode"
"""The source of what an agent changes."""

TYPED = "typed"
"""The source of what a person has typed, and wants to be saved with the next save only."""

PERSON = "frontend"
"""The source of what a person saves."""


class SessionAutosave:
    """Hands what is to be saved of one session to the saver of its notebook.

    What is handed in is always a difference: between what the saver has been
    given so far and the session's document as it is now. So nothing is lost
    by an edit that nobody told of, and nothing is written for none.

    Lives in the server's event loop; `hand_in` may be called from any thread.
    """

    def __init__(self, session: Any, notebook: NotebookHandle) -> None:
        """Begin.

        Args:
            session: marimo's, whose document is the truth.
            notebook: where it is saved; just opened.
        """
        self.session = session
        self.notebook = notebook
        self.following = Following(session)
        self._given = notebook.document.notebook
        """What the saver's document becomes, once it has applied all that was handed in."""

        self._heard: tuple[Notebook, Transaction] | None = None
        # Those that marimo gives a new notebook are in no file yet, and to be handed in.
        self._options = app_options(session) if self._given.app_config else {}
        self._echoes = Echoes()
        self._under_way: set[Receipt] = set()
        self._handed_in = 0
        self._has_typed = False
        self._agreeing: asyncio.Task[None] | None = None
        self._working: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()

    # -- what marimo calls ---------------------------------------------------------------

    def hear(self, message: bytes) -> tuple[Document, Transaction] | None:
        """Take note of a message to the browsers; return the change that it tells of, if any."""
        if (heard := self.following.hear(message)) is not None:
            before, transaction = heard
            self._heard = before.notebook, transaction
            if self._echoes.brings_back(transaction, self._given):
                self.save_agent_edit()
        return heard

    def save_agent_edit(self) -> Receipt | None:
        """Hand in the document after an agent's edit; returns at once."""
        receipt = self.hand_in(self.following.now().notebook.cells, AGENT)
        follow_in_app(self.session)
        return receipt

    def hand_in(
        self, cells: tuple[Cell, ...], source: str, options: Mapping[str, Any] | None = None
    ) -> Receipt | None:
        """Hand in cells, and the options of the app if given; return `None` for no difference."""
        with self._lock:
            wanted = self._with_options(self._given.with_cells(cells), options)
            transaction = self._difference(wanted)
            if not (transaction.changes or (self._has_typed and source != TYPED)):
                return None
            receipt = self.notebook.submit(attrs.evolve(transaction, source=source))
            self._given, self._has_typed = wanted, source == TYPED
            self._handed_in += 1
            self._under_way.add(receipt)
        receipt.add_done_callback(lambda outcome: self._call_soon(self._settled, receipt, outcome))
        return receipt

    # -- what the saver tells -------------------------------------------------------------

    def catch_up(self) -> None:
        """Bring the session to what its notebook has already, and the file may not have.

        An earlier session has left it: its save fails, or is in conflict. A session
        begins with what marimo has read from the file, and that is nobody's edit.
        """
        shown = self._given.with_cells(cells_of(self.session.document.cells))
        transaction = transaction_between(shown, self._given)
        if transaction.changes and (path := self.notebook.path) is not None:
            version = self.notebook.document.version
            take_in(self.session, Merged(self.notebook.id, transaction, version, path, shown))

    def on_merged(self, merged: Merged) -> None:
        """Bring the session to what another program has made of the file."""
        after = Document(merged.before).apply(merged.transaction).notebook
        with self._lock:
            # What is under way is newer than the merge, and wins over it in the session
            # as it does in the saver.
            is_sure = not self._under_way
            self._given = rebased(merged.before, after, self._given).notebook
        take_in(self.session, merged)
        self._options = app_options(self.session)
        if not is_sure:
            self._agree()

    @property
    def draft(self) -> str | None:
        """The id of the draft that has what is in no file now; `None` without one."""
        return self.notebook.draft

    @property
    def disputed(self) -> bool:
        """Whether the file is left alone until it is said who is right."""
        return self.notebook.disputed

    def request_flush(self) -> Receipt:
        """Ask for all that was handed in to be durable; any thread may, and returns at once.

        That of the notebook would do, but for an edit that the saver has refused: it is
        not in the file before it was handed in anew.
        """
        return self._promise(self._flush)

    def resolve(self, choice: Choice) -> Receipt:
        """End a conflict with the file; any thread may, and returns at once.

        The receipt ends as that of `request_flush`.
        """
        return self._promise(partial(self._resolve, choice))

    def _promise(self, work: Callable[[], Awaitable[Outcome]]) -> Receipt:
        receipt = Receipt()
        self._call_soon(self._begin, receipt, work)
        return receipt

    def _begin(self, receipt: Receipt, work: Callable[[], Awaitable[Outcome]]) -> None:
        task = self._loop.create_task(self._keep(receipt, work))
        self._working.add(task)  # the loop itself holds it weakly
        task.add_done_callback(self._working.discard)

    async def _keep(self, receipt: Receipt, work: Callable[[], Awaitable[Outcome]]) -> None:
        outcome: Outcome = Deferred("the server stops")
        try:
            outcome = await work()
        except NotebookClosedError as error:
            outcome = Deferred(str(error))
        finally:
            receipt.settle(outcome)

    async def _flush(self) -> Outcome:
        if self._has_typed:  # it asks for no save, and the document is one
            self.save_agent_edit()
        outcome = await self.notebook.request_flush()
        while self._agreeing is not None and not self._agreeing.done():
            await asyncio.wait([self._agreeing])
            outcome = await self.notebook.request_flush()
        return outcome

    async def _resolve(self, choice: Choice) -> Outcome:
        # What people see is one side: what they have typed and not saved is part of it.
        self.save_agent_edit()
        await self.notebook.resolve(choice)
        return await self._flush()

    def close(self) -> Receipt:
        """Let go of the notebook, which goes on to be saved."""
        if self._agreeing is not None:
            self._agreeing.cancel()
        return self.notebook.close()

    def look(self) -> Receipt:
        """Have the saver look at the file, which somebody has changed.

        What a person has typed and not saved is handed in before, and not saved by
        that: so the saver knows what both have changed.
        """
        self.hand_in(self.following.now().notebook.cells, TYPED)
        return self.notebook.look()

    # -- agreement --------------------------------------------------------------------------

    def _settled(self, receipt: Receipt, outcome: Outcome) -> None:
        with self._lock:
            self._under_way.discard(receipt)
        if isinstance(outcome, Refused) and not self.notebook.closed:
            logger.debug("{}: {}", self.notebook.id, outcome.reason)
            self._agree()

    def _agree(self) -> None:
        """Find out what the saver's document is, and hand in what it lacks."""
        if self._agreeing is None or self._agreeing.done():
            self._agreeing = self._loop.create_task(self._agree_when_quiet())

    async def _agree_when_quiet(self) -> None:
        while True:
            handed_in = self._handed_in
            await self.notebook.request_flush()
            with self._lock:
                if self._handed_in == handed_in:
                    self._given = self.notebook.document.notebook
                    break
        self.save_agent_edit()

    # -- what is handed in ------------------------------------------------------------------

    def _difference(self, wanted: Notebook) -> Transaction:
        # The usual case is one edit since the last: it goes on as it came.
        if self._heard is not None:
            before, edit = self._heard
            now = self.following.document.notebook
            if before.cells is self._given.cells and now.cells is wanted.cells:
                return edit
        return transaction_between(self._given, wanted)

    def _with_options(self, notebook: Notebook, options: Mapping[str, Any] | None) -> Notebook:
        """Return a notebook with the app's options, if they are others than before.

        Those of the file that this marimo does not know are kept.
        """
        if options is None or options == self._options:
            return notebook
        self._options = dict(options)
        known = self.session.app_file_manager.app.config.asdict()
        kept = dict(notebook.app_config)
        kept = {name: kept[name] for name in kept if name not in known}
        return attrs.evolve(notebook, app_config={**kept, **options})

    def _call_soon(self, callback: Any, *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:  # the loop was closed: nobody waits any more
            return


def app_options(session: Any) -> dict[str, Any]:
    """Return the options of a session's app that are not the default."""
    return dict(session.app_file_manager.app.config.asdict_difference())


def document_is_of_app(session: Any) -> bool:
    """Whether a session's app and its document are one; in marimo 0.23 they are two things."""
    manager = session.app_file_manager.app.cell_manager
    return getattr(manager, "document", None) is session.document


def follow_in_app(session: Any) -> None:
    """Let a session's app follow its document, where they are two things (marimo 0.23)."""
    if document_is_of_app(session):
        return
    app, document = session.app_file_manager.app, session.document
    cells = document.cells
    app.with_data(
        cell_ids=[cell.id for cell in cells],
        codes=[cell.code for cell in cells],
        names=[cell.name for cell in cells],
        configs=[cell.config for cell in cells],
    )


def follow_in_document(session: Any) -> None:
    """Let a session's document have what a browser has just saved (marimo 0.23).

    There a save changes the app alone, and the document hears of it by the browser's
    own transactions, up to half a second later. Cells that come and go are
    left to these.
    """
    if document_is_of_app(session):
        return
    app, document = session.app_file_manager.app, session.document
    before, after = Notebook(cells_of(document.cells)), Notebook(cells_of(app_cells(app)))
    there = {cell.id for cell in before}
    values = [
        change
        for change in transaction_between(before, after).changes
        if isinstance(change, SetCode | SetName | SetConfig) and change.cell_id in there
    ]
    transaction = to_marimo(Transaction(values, PERSON))
    if transaction is not None:
        document.apply(transaction)


def app_cells(app: Any) -> list[Any]:
    """Return the cells of a session's app, in the form that its document has them."""
    return [
        NotebookCell(id=data.cell_id, code=data.code, name=data.name, config=data.config)
        for data in app.cell_manager.cell_data()
    ]
