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
    SetAppConfig,
    SetCode,
    SetConfig,
    SetHeader,
    SetName,
    Transaction,
)
from actors.notebook.document import Document
from actors.notebook.known_file import Choice, KeptDraft, KnownFile, choice_of
from actors.notebook.latency import Latency
from actors.notebook.ledger import Ledger, Mode
from actors.notebook.meter import Meter
from actors.notebook.policy import SavePolicy
from actors.notebook.statistics import NotebookStatistics

__all__ = [
    "DEFAULT_CONFIG",
    "PLAIN_STYLE",
    "Cell",
    "CellConfig",
    "Change",
    "Choice",
    "CreateCell",
    "DeleteCell",
    "Document",
    "Extra",
    "KeptDraft",
    "KnownFile",
    "Latency",
    "Ledger",
    "Meter",
    "Mode",
    "MoveCell",
    "Notebook",
    "NotebookStatistics",
    "ReorderCells",
    "SavePolicy",
    "SetAppConfig",
    "SetCode",
    "SetConfig",
    "SetHeader",
    "SetName",
    "TextStyle",
    "Transaction",
    "choice_of",
]
