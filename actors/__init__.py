"""Crash-safe autosave for notebooks that agents edit."""

from loguru import logger

from actors.autosave import Autosave
from actors.codegen import CodegenActor
from actors.drain import DrainReport, Unsaved
from actors.errors import (
    AutosaveError,
    DecodeError,
    FormatError,
    NotebookClosedError,
    StorageError,
    TransactionError,
)
from actors.events import Alert, Event, Merged, SaveStatus
from actors.handle import NotebookHandle
from actors.listener import ListenerActor
from actors.notebook import (
    Cell,
    CellConfig,
    CreateCell,
    DeleteCell,
    Document,
    MoveCell,
    Notebook,
    NotebookStatistics,
    ReorderCells,
    SetAppConfig,
    SetCode,
    SetConfig,
    SetHeader,
    SetName,
    Transaction,
)
from actors.notifier import NotifierActor
from actors.receipt import Deferred, Outcome, Receipt, Refused, Saved
from actors.runtime import Actor
from actors.saver import SaverActor, SaverParts
from actors.settings import Settings
from actors.statistics import Statistics
from actors.types import CellId, NotebookId

__version__ = "0.1.0"

__all__ = [
    "Actor",
    "Alert",
    "Autosave",
    "AutosaveError",
    "Cell",
    "CellConfig",
    "CellId",
    "CodegenActor",
    "CreateCell",
    "DecodeError",
    "Deferred",
    "DeleteCell",
    "Document",
    "DrainReport",
    "Event",
    "FormatError",
    "ListenerActor",
    "Merged",
    "MoveCell",
    "Notebook",
    "NotebookClosedError",
    "NotebookHandle",
    "NotebookId",
    "NotebookStatistics",
    "NotifierActor",
    "Outcome",
    "Receipt",
    "Refused",
    "ReorderCells",
    "SaveStatus",
    "Saved",
    "SaverActor",
    "SaverParts",
    "SetAppConfig",
    "SetCode",
    "SetConfig",
    "SetHeader",
    "SetName",
    "Settings",
    "Statistics",
    "StorageError",
    "Transaction",
    "TransactionError",
    "Unsaved",
    "__version__",
]

# A library is silent until its host says otherwise: `logger.enable("actors")`.
logger.disable("actors")
