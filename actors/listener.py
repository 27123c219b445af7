"""The actor that receives transactions and gives each to its notebook's saver."""

from collections.abc import Callable
from typing import TypeAlias, assert_never

import attrs
from loguru import logger

from actors.messages import (
    CloseNotebook,
    Flush,
    ForgetNotebook,
    ListenerMessage,
    Look,
    NotebookFinished,
    NotebookMessage,
    OpenNotebook,
    Rename,
    Resolve,
    Restore,
    RetireSavers,
    SaverMessage,
    Submit,
)
from actors.notebook import Ledger
from actors.runtime import Actor
from actors.types import Mailbox, NotebookId

StartSaver: TypeAlias = Callable[[NotebookId, Ledger], Mailbox[SaverMessage]]


RETIRED_AT_ONCE = 100
"""Savers that are looked at before other messages have their turn; 0.3 ms or so."""


@attrs.frozen
class Directory:
    """Which notebooks are open and which have a saver; outlives a crash."""

    ledgers: dict[NotebookId, Ledger] = attrs.field(factory=dict)
    savers: dict[NotebookId, Mailbox[SaverMessage]] = attrs.field(factory=dict)


class ListenerActor(Actor[ListenerMessage]):
    """Routes; holds no document and does no I/O.

    Receives `OpenNotebook` (again for one whose saver is out of service, which
    then gets another saver), then any of `Submit`, `Flush`, `Rename`, `Resolve`,
    `Look`, `Restore` and `CloseNotebook`, which it passes to the notebook's saver unchanged and in
    order, starting the saver at the first. A message for a notebook that is
    not open is refused. `RetireSavers` names those that may not need their
    savers any more. `NotebookFinished` goes on to whoever closes
    notebooks, who answers with `ForgetNotebook` when nobody uses it.

    Args:
        directory: what is open.
        start_saver: makes the saver of one notebook.
        on_finished: told of each closed notebook that has nothing left to
            save, and of which of its closings that is.
        stop_saver: ends a saver after what it has in its mailbox.
        retire_saver: ends a saver if it is idle, and returns whether it was.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        start_saver: StartSaver,
        stop_saver: Callable[[Mailbox[SaverMessage]], object],
        retire_saver: Callable[[Mailbox[SaverMessage]], bool],
        on_finished: Callable[[NotebookId, int], object],
    ) -> None:
        super().__init__()
        self._directory = directory
        self._start_saver = start_saver
        self._stop_saver = stop_saver
        self._retire_saver = retire_saver
        self._on_finished = on_finished

    def on_receive(self, message: ListenerMessage) -> None:
        """Route one message."""
        match message:
            case Submit() | Flush() | Rename() | CloseNotebook() | Resolve() | Look() | Restore():
                self._forward(message)
            case OpenNotebook(notebook, ledger):
                self._open(notebook, ledger)
            case NotebookFinished(notebook, closing):
                self._on_finished(notebook, closing)
            case ForgetNotebook(notebook):
                self._forget(notebook)
            case RetireSavers(notebooks, first):
                self._retire(notebooks, first)
            case _:
                assert_never(message)

    def _open(self, notebook: NotebookId, ledger: Ledger) -> None:
        if self._directory.ledgers.get(notebook) is not ledger:
            # One before it has the same id if we crashed over its `ForgetNotebook`; its
            # saver has another document.
            self._forget(notebook)
        self._directory.ledgers[notebook] = ledger
        if ledger.out_of_service is not None:
            # Whoever opens it again wants to try again, with the work that it has.
            ledger.out_of_service = None
            self._directory.savers.pop(notebook, None)

    def _forward(self, message: NotebookMessage) -> None:
        saver = self._directory.savers.get(message.notebook)
        ledger = self._directory.ledgers.get(message.notebook)
        if ledger is None:
            message.undelivered("the notebook is closed")
        elif saver is not None:
            saver.tell(message)
        elif isinstance(message, Flush | CloseNotebook):
            # All is saved, if anything was submitted at all: 100,000 such
            # notebooks are not worth 100,000 actors at shutdown.
            message.receipt.settle(ledger.standing())
            if isinstance(message, CloseNotebook):
                self._on_finished(message.notebook, message.closing)
        else:
            self._start_with(message, ledger)

    def _start_with(self, message: NotebookMessage, ledger: Ledger) -> None:
        try:
            saver = self._start_saver(message.notebook, ledger)
        except Exception as error:  # noqa: BLE001 - a user's own saver; other notebooks go on
            logger.exception("the saver of {} cannot be made", message.notebook)
            message.undelivered(f"its saver cannot be made: {error!r}")
            return
        self._directory.savers[message.notebook] = saver
        saver.tell(message)

    def _forget(self, notebook: NotebookId) -> None:
        self._directory.ledgers.pop(notebook, None)
        saver = self._directory.savers.pop(notebook, None)
        if saver is not None:
            self._stop_saver(saver)

    def _retire(self, notebooks: tuple[NotebookId, ...], first: int) -> None:
        savers, behind = self._directory.savers, first + RETIRED_AT_ONCE
        for notebook in notebooks[first:behind]:
            saver = savers.get(notebook)
            if saver is not None and self._retire_saver(saver):
                del savers[notebook]
        if behind < len(notebooks):  # the others after those who wait for something
            self.mailbox.tell(RetireSavers(notebooks, behind))
