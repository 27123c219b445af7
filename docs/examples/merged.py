from pathlib import Path

from actors import Alert, Autosave, Cell, CellId, Event, Merged, SetCode, Transaction
from actors.codec import transaction_to_wire

FILE, LOAD, PLOT = Path("analysis.py"), CellId("load"), CellId("plot")


def edit(cell: CellId, code: str) -> Transaction:
    return Transaction([SetCode(cell, code)], "code-mode")


# [hear]
def on_event(event: Event) -> None:
    match event:
        case Merged(transaction=transaction, version=version):
            # Here a host brings its own copy, and its browsers, to the same state.
            changes = transaction_to_wire(transaction)["changes"]
            print("merged, version", version, changes)
        case Alert(title=title):
            print("alert:", title)


# [use]
with Autosave() as autosave:
    autosave.subscribe(on_event)
    notebook = autosave.open(FILE, cells=[Cell(LOAD, "df = 1"), Cell(PLOT, "df + 1")])
    notebook.submit(edit(LOAD, "df = 2")).wait(timeout=5)
    # Somebody edits the other cell in an editor, and saves.
    FILE.write_text(FILE.read_text().replace("df + 1", "df + 100"))
    notebook.submit(edit(LOAD, "df = 3")).wait(timeout=5)
    codes = [cell.code for cell in notebook.document.notebook]
print(codes, "df + 100" in FILE.read_text())
# [end]
