from pathlib import Path

from actors import Document, Receipt, Saved, SaverActor, SaverParts
from actors.messages import (
    Generate,
    Generated,
    NotebookFinished,
    NotifierMessage,
    SaverMessage,
    SaveSucceeded,
    Submit,
)
from actors.notebook import Ledger
from actors.saver import Backoff
from actors.testing import MemoryStorage, Probe, SimulatedRuntime, start_actor
from actors.types import Mailbox, NotebookId

NOTEBOOK, FILE = NotebookId("analysis"), Path("/n/analysis.py")


def test_a_save_carries_what_came_while_the_one_before_was_made() -> None:
    runtime, storage = SimulatedRuntime(), MemoryStorage()
    codegen, notifier = Probe[Generate](), Probe[NotifierMessage]()
    parts = SaverParts(
        notebook=NOTEBOOK,
        ledger=Ledger(Document(), FILE),
        storage=storage,
        codegen=codegen,
        notifier=notifier,
        listener=Probe[NotebookFinished](),
        backoff=Backoff(0.1, 30.0),
        later=runtime.later,
    )
    saver: Mailbox[SaverMessage] = start_actor(runtime, lambda: SaverActor(parts))
    receipts = [Receipt(), Receipt(), Receipt()]
    for receipt in receipts:
        saver.tell(Submit(NOTEBOOK, receipt, {"changes": [], "source": "code-mode"}))
    runtime.run_until_idle()
    [first] = codegen.take()  # one request, although three edits came
    saver.tell(Generated(first.ticket, b"one"))
    runtime.run_until_idle()
    [second] = codegen.take()
    saver.tell(Generated(second.ticket, b"three"))
    runtime.run_until_idle()
    versions = [
        receipt.outcome.version for receipt in receipts if isinstance(receipt.outcome, Saved)
    ]
    assert versions == [1, 3, 3]
    assert storage.history(FILE) == (b"one", b"three")
    assert [type(message) for message in notifier.messages] == [SaveSucceeded, SaveSucceeded]
