"""What is left at the end: waiting for unsaved work, and saying what stayed unsaved."""

from collections.abc import Iterable
from pathlib import Path

import attrs

from actors.notebook import Ledger
from actors.receipt import Deferred, Receipt
from actors.runtime import Runtime
from actors.types import NotebookId


@attrs.frozen
class Unsaved:
    """One notebook whose file does not hold its last edits."""

    notebook: NotebookId
    path: Path | None
    version: int
    """The document version that is not in a file."""

    reason: str


@attrs.frozen
class DrainReport:
    """How the stop of an `Autosave` went."""

    unsaved: tuple[Unsaved, ...] = ()
    """Notebooks with work that is in no file; empty is good."""

    orphans: tuple[str, ...] = ()
    """Actors that were still busy and were left behind, by name."""


def wait_for_all(receipts: Iterable[Receipt], runtime: Runtime, timeout_s: float | None) -> bool:
    """Wait until all receipts are settled, up to a timeout; return whether they are."""
    pending = list(receipts)
    for receipt in pending:
        receipt.add_done_callback(lambda _: runtime.notify())

    def all_settled() -> bool:
        while pending and pending[-1].outcome is not None:
            pending.pop()
        return not pending

    return runtime.await_condition(all_settled, timeout_s)


def unsaved_work(notebook: NotebookId, ledger: Ledger) -> Unsaved | None:
    """Return what of this notebook is in no file, if anything is."""
    document = ledger.document
    if ledger.mode == "run" or (document.version == 0 and not ledger.is_due):
        return None
    if ledger.is_due:
        reason = ledger.last_failure or "the time to save it was not enough"
    elif ledger.path is None and isinstance(standing := ledger.standing(), Deferred):
        reason = standing.reason
    else:
        return None
    return Unsaved(notebook, ledger.path, document.version, reason)
