"""A session's document with three cells, its agent, its person, and what the browser saves."""

from collections.abc import Iterable

from actors.integrations.marimo.stale import Adjusted, Superseded
from actors.notebook import (
    Cell,
    Change,
    CreateCell,
    Document,
    Notebook,
    SetConfig,
    Transaction,
)
from actors.types import CellId

AGENT, PERSON = "code-mode", "frontend"


class Session:
    """A session's document, with three cells that the browser was opened with."""

    def __init__(self) -> None:
        self.document = Document(Notebook([Cell(each, f"{each} = 0") for each in "abc"]))
        self.opened = self.document.notebook
        self.superseded = Superseded()
        self.is_meant = False

    def apply(self, *changes: Change, source: str = AGENT) -> Notebook:
        before, transaction = self.document, Transaction(changes, source)
        self.document = before.apply(transaction)
        self.is_meant = self.superseded.note(transaction, before.notebook, self.document.notebook)
        return self.document.notebook

    def save(self, shown: Iterable[Cell]) -> Adjusted:
        adjusted = self.superseded.adjust(shown, self.document.notebook)
        self.document = Document(self.document.notebook.with_cells(adjusted.cells))
        return adjusted

    def codes(self) -> dict[str, str]:
        return {cell.id: cell.code for cell in self.document.notebook}


def with_code(notebook: Notebook, cell_id: str, code: str) -> list[Cell]:
    return [Cell(cell.id, code) if cell.id == cell_id else cell for cell in notebook]


def new(cell_id: str, after: str | None = None) -> CreateCell:
    return CreateCell(CellId(cell_id), f"{cell_id} = 0", "_", Cell("", "").config, after=after)


def set_config(cell_id: str, **options: object) -> SetConfig:
    return SetConfig(CellId(cell_id), Cell("", "", config=options).config)
