"""What tests of the ledger share: one cell, one file, and short words for calls."""

from pathlib import Path
from typing import Any

from actors.notebook import Cell, DeleteCell, Document, Ledger, Notebook, SetCode, Transaction
from actors.receipt import Receipt, Saved
from actors.types import CellId

A = CellId("a")
PATH, OTHER = Path("/nb.py"), Path("/other.py")
START = Document(Notebook([Cell(A, "start")]))
UNFIT = Transaction([DeleteCell(cell_id=CellId("nobody"))], "code-mode")


def saved(version: int, path: Path = PATH) -> Saved:
    return Saved(version, f"hash of {version}", path)


def edit(code: str, source: str = "code-mode") -> Transaction:
    return Transaction([SetCode(cell_id=A, code=code)], source)


def new(path: Path | None = PATH, **options: Any) -> Ledger:
    return Ledger(START, path, **options)


def apply(
    ledger: Ledger, code: str = "x", source: str = "code-mode", *, now_s: float = 0.0
) -> Receipt:
    receipt = Receipt()
    ledger.apply(edit(code, source), receipt, now_s)
    return receipt


def flush(ledger: Ledger, *, patient: bool = False) -> Receipt:
    receipt = Receipt()
    ledger.flush(receipt, patient=patient)
    return receipt


def save(ledger: Ledger) -> None:
    """Save at once what is due."""
    ledger.durable(saved(ledger.begin_save().version), written=True)
