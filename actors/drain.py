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
    draft: str | None = None
    """The draft that has it; `None` when it is lost with this process."""

    def __str__(self) -> str:
        where = (
            "no draft has it, and it is lost with this process"
            if self.draft is None
            else f"draft {self.draft} has it: notebook-actors drafts restore {self.draft}"
        )
        return f"{self.notebook} was not saved: {self.reason}; {where}"


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
    document, standing = ledger.document, ledger.standing()
    is_only_here = ledger.is_unnamed and ledger.unsaved_since_s is not None
    if ledger.mode == "run" or not (ledger.is_due or is_only_here):
        return None
    reason = "the time to save it was not enough"
    if is_only_here and isinstance(standing, Deferred):
        reason = standing.reason
    elif ledger.last_failure is not None:
        reason = ledger.last_failure
    draft = ledger.draft
    is_kept = draft is not None and draft.kept == document.version
    return Unsaved(
        notebook, ledger.path, document.version, reason, draft.id if draft and is_kept else None
    )
