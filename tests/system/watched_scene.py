"""A whole system in one thread, on stores in memory, with an editor beside it."""

import hashlib
from pathlib import Path
from typing import Any, TypeVar

import attrs

from actors import (
    Alert,
    Autosave,
    CellId,
    CodegenActor,
    CreateCell,
    DeleteCell,
    Document,
    Event,
    NotebookHandle,
    Receipt,
    SetCode,
    Settings,
    Transaction,
)
from actors.formats import parse, render
from actors.notebook import CellConfig, Mode
from actors.receipt import Outcome
from actors.storage import MemoryArchive, MemoryStorage
from actors.testing import SimulatedRuntime

PATH = Path("/nb.py")

_Kind = TypeVar("_Kind")


def text(*codes: str, header: str = "", suffix: str = ".py") -> bytes:
    notebook = parse(b"", suffix)
    document = Document(attrs.evolve(notebook, header=header))
    cells = [CreateCell(CellId(f"c{n}"), code, "_", CellConfig()) for n, code in enumerate(codes)]
    return render(document.apply(Transaction(cells)).notebook, suffix)


class Watched:
    """One notebook of three cells, its host's own copy of it, and what the host hears."""

    def __init__(
        self,
        *codes: str,
        path: Path | None = PATH,
        cells: Any = None,
        mode: Mode = "edit",
        codegen: Any = CodegenActor,
        **options: Any,
    ) -> None:
        self.runtime = SimulatedRuntime()
        self.replaced: list[Path] = []
        self.storage = MemoryStorage(
            {PATH: text(*(codes or ("a = 1", "b = 1", "c = 1")))}, before=self._before
        )
        self.archive = MemoryArchive(now=self.runtime.clock.now)
        self.autosave = Autosave(
            Settings(**options),
            storage=self.storage,
            archive=self.archive,
            codegen=codegen,
            runtime=self.runtime,
        )
        self.autosave.start()
        self.events: list[Event] = []
        self.autosave.subscribe(self.events.append)
        self.notebook: NotebookHandle = self.autosave.open(path, cells=cells, mode=mode)
        self.runtime.run_until_idle()

    def edit(self, place: int, code: str) -> Receipt:
        cell = self.notebook.document.notebook.cells[place]
        return self.send(SetCode(cell.id, code))

    def delete(self, place: int) -> Receipt:
        return self.send(DeleteCell(self.notebook.document.notebook.cells[place].id))

    def send(self, *changes: Any, source: str = "code-mode") -> Receipt:
        receipt = self.notebook.submit(Transaction(changes, source))
        self.runtime.run_until_idle()
        return receipt

    def resolve(self, choice: Any) -> Receipt:
        receipt = self.notebook.resolve(choice)
        self.runtime.run_until_idle()
        return receipt

    def look(self) -> Outcome:
        receipt = self.notebook.look()
        self.runtime.run_until_idle()
        assert receipt.outcome is not None
        return receipt.outcome

    def outside(self, *codes: str, header: str = "") -> None:
        self.storage.write_outside(PATH, text(*codes, header=header))

    def _before(self, operation: str, path: Path) -> None:
        if operation == "replace":
            self.replaced.append(path)

    @property
    def sha256(self) -> str:
        data = self.storage.read(PATH)
        assert data is not None
        return hashlib.sha256(data).hexdigest()

    @property
    def file(self) -> list[str]:
        data = self.storage.read(PATH)
        assert data is not None
        return [cell.code for cell in parse(data, ".py")]

    @property
    def codes(self) -> list[str]:
        return [cell.code for cell in self.notebook.document.notebook]

    def heard(self, kind: type[_Kind]) -> list[_Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def draft(self) -> bytes:
        assert self.notebook.draft is not None
        return self.archive.draft_text(self.notebook.draft)

    @property
    def dangers(self) -> list[Alert]:
        return [alert for alert in self.heard(Alert) if alert.variant == "danger"]
