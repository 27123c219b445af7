from actors import Autosave, Cell, SetCode, Settings, Transaction
from actors.types import CellId

CELL = CellId("a")

with Autosave(Settings(save_quiet_s=0.2, save_max_delay_s=5)) as autosave:
    notebook = autosave.open("analysis.py", cells=[Cell(CELL, "")])
    edits = [Transaction([SetCode(CELL, f"x = {number}")], "code-mode") for number in range(50)]
    receipts = [notebook.submit(edit) for edit in edits]
    print(receipts[0].wait(timeout=5) is receipts[-1].wait(timeout=5))
    print(notebook.statistics().saves, "save")
