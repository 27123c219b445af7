"""One saver between probes, for the tests of its protocol.

The text of a notebook is here the code of its one cell, and codegen answers
when the test says so.
"""

import hashlib
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from actors.etag import Etag
from actors.messages import (
    ArchivistMessage,
    CloseNotebook,
    Flush,
    Generate,
    Generated,
    NotebookFinished,
    NotifierMessage,
    Rename,
    SaverMessage,
    Submit,
)
from actors.notebook import Cell, Document, KnownFile, Ledger, Notebook, SetCode, Transaction
from actors.receipt import Receipt, Saved
from actors.runtime import ActorSystem, AtOnce, BlockingWork, Runnable, SimulatedRuntime
from actors.saver import Backoff, SaverActor, SaverParts
from actors.testing import MemoryStorage, Probe
from actors.types import CellId, Mailbox, NotebookId

A, NOTEBOOK = CellId("a"), NotebookId("nb")
PATH, OTHER = Path("/nb.py"), Path("/other.py")
WIRE = (
    '{"changes": [{"type": "set-code", "cellId": "a", "code": "x"}],'
    ' "source": "code-mode", "version": null}'
)


def edit(code: str, source: str = "code-mode") -> Transaction:
    return Transaction([SetCode(cell_id=A, code=code)], source)


def saved(version: int, text: str, path: Path = PATH) -> Saved:
    return Saved(version, hashlib.sha256(text.encode()).hexdigest(), path)


class Disk:
    """Where file work waits until the test says that the disk has done it."""

    def __init__(self) -> None:
        self.work: list[Runnable] = []
        self.places: list[Hashable] = []

    def run(self, owner: Hashable, place: Hashable, runnable: Runnable, /) -> None:
        assert owner == NOTEBOOK
        self.places.append(place)
        self.work.append(runnable)


class Scene:
    """One saver, whose neighbours and clock belong to the test."""

    def __init__(  # noqa: PLR0913 - what a test may choose
        self,
        saver: type[SaverActor] = SaverActor,
        *,
        path: Path | None = PATH,
        files: dict[Path, bytes] | None = None,
        max_restarts: int = 3,
        blocking: BlockingWork | None = None,
        archivist: Probe[ArchivistMessage] | None = None,
        **options: Any,
    ) -> None:
        self.runtime = SimulatedRuntime()
        self.storage = MemoryStorage(files)
        present = None if path is None else (files or {}).get(path)
        file = KnownFile(expected=(Etag.of(present),))
        self.ledger = Ledger(Document(Notebook([Cell(A, "")])), path, file=file, **options)
        self.codegen: Probe[Generate] = Probe()
        self.notifier: Probe[NotifierMessage] = Probe()
        self.listener: Probe[NotebookFinished] = Probe()
        self.active: Probe[NotebookId] = Probe()
        parts = SaverParts(
            notebook=NOTEBOOK,
            ledger=self.ledger,
            storage=self.storage,
            codegen=self.codegen,
            notifier=self.notifier,
            listener=self.listener,
            backoff=Backoff(1.0, 4.0, jitter=lambda: 0.0),
            later=self.runtime.later,
            now=self.runtime.clock.monotonic,
            blocking=blocking or AtOnce(),
            active=self.active.tell,
            archivist=archivist,
        )
        self.system = ActorSystem(self.runtime, max_restarts=max_restarts)
        self.line = self.runtime.dispatcher("line", 1, quantum_messages=1, quantum_s=1.0)
        self.make = lambda: saver(parts)
        self.mailbox = self.start()

    def start(self) -> Mailbox[SaverMessage]:
        return self.system.start(self.make, name="saver", dispatcher=self.line)

    def retire(self) -> bool:
        """Retire the saver and start another if it is idle; return whether it was."""
        is_idle = self.system.retire(self.mailbox)
        if is_idle:
            self.mailbox = self.start()
            self.runtime.run_until_idle()
        return is_idle

    def tell(self, message: SaverMessage) -> None:
        self.mailbox.tell(message)
        self.runtime.run_until_idle()

    def submit(self, payload: Any = "x") -> Receipt:
        """Submit a payload; a short text is an edit to this code."""
        short = isinstance(payload, str) and len(payload) < 10
        receipt = Receipt()
        self.tell(Submit(NOTEBOOK, receipt, edit(payload) if short else payload))
        return receipt

    def flush(self, *, patient: bool = False) -> Receipt:
        self.tell(Flush(NOTEBOOK, receipt := Receipt(), patient))
        return receipt

    def rename(self, path: Path = OTHER) -> Receipt:
        self.tell(Rename(NOTEBOOK, receipt := Receipt(), path))
        return receipt

    def close(self, closing: int = 1) -> Receipt:
        self.tell(CloseNotebook(NOTEBOOK, receipt := Receipt(), closing))
        return receipt

    def answer(self) -> list[str]:
        """Let codegen answer all requests up to now; return the texts it made."""
        requests = self.codegen.take()
        texts = ["".join(cell.code for cell in request.notebook) for request in requests]
        for request, text in zip(requests, texts, strict=True):
            request.reply_to.tell(Generated(request.ticket, text.encode()))
        self.runtime.run_until_idle()
        return texts

    def fail(self, times: int = 1) -> None:
        """Let the save that codegen works on, and the retries after it, fail."""
        self.storage.fail_next("disk full", times)
        for _ in range(times - 1):
            self.answer()
            self.runtime.advance(4.0)
        assert len(self.answer()) == 1

    @property
    def file(self) -> str | None:
        data = self.storage.read(self.ledger.path) if self.ledger.path else None
        return None if data is None else data.decode()

    def told(self) -> list[str]:
        """Return what the notifier was told since the last call, in short."""
        return [type(message).__name__ for message in self.notifier.take()]
