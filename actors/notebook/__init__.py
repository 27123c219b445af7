"""The pure model: cells, changes, documents. No I/O, no threads, no actors."""

from actors.notebook.cells import DEFAULT_CONFIG, Cell, CellConfig, Extra, Notebook
from actors.notebook.changes import (
    Change,
    CreateCell,
    DeleteCell,
    MoveCell,
    ReorderCells,
    SetCode,
    SetConfig,
    SetName,
    Transaction,
)
from actors.notebook.document import Document

__all__ = [
    "DEFAULT_CONFIG",
    "Cell",
    "CellConfig",
    "Change",
    "CreateCell",
    "DeleteCell",
    "Document",
    "Extra",
    "MoveCell",
    "Notebook",
    "ReorderCells",
    "SetCode",
    "SetConfig",
    "SetName",
    "Transaction",
]
