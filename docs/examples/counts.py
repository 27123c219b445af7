from actors import Autosave, Cell, SetCode, Transaction
from actors.types import CellId

CELL = CellId("a")

with Autosave() as autosave:
    notebook = autosave.open("analysis.py", cells=[Cell(CELL, "")])
    for number in range(50):
        notebook.submit(Transaction([SetCode(CELL, f"x = {number}")], "code-mode"))
    notebook.submit(b"nonsense")
    notebook.flush(timeout=5)
    counts = autosave.statistics()

print(counts.edits, "edits,", counts.refused, "refused,", counts.waiting, "waiting")
print(counts.saves + counts.coalesced == counts.edits)
