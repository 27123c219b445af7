"""The pure model: cells, changes, documents. No I/O, no threads, no actors."""

from actors.notebook.cells import (
    DEFAULT_CONFIG,
    PLAIN_STYLE,
    Cell,
    CellConfig,
    Extra,
    Notebook,
    TextStyle,
)
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
from actors.notebook.latency import Latency
from actors.notebook.ledger import Ledger, Mode, NotebookStatistics

__all__ = [
    "DEFAULT_CONFIG",
    "PLAIN_STYLE",
    "Cell",
    "CellConfig",
    "Change",
    "CreateCell",
    "DeleteCell",
    "Document",
    "Extra",
    "Latency",
    "Ledger",
    "Mode",
    "MoveCell",
    "Notebook",
    "NotebookStatistics",
    "ReorderCells",
    "SetCode",
    "SetConfig",
    "SetName",
    "TextStyle",
    "Transaction",
]
