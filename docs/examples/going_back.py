from pathlib import Path

from actors import Autosave, Cell, CellId, SetCode, Settings, Transaction

CELL, FILE = CellId("load"), Path("analysis.py").resolve()


def edit(code: str) -> Transaction:
    return Transaction([SetCode(CELL, code)], "code-mode")


with Autosave(Settings(history_merge_s=0)) as autosave:
    notebook = autosave.open(FILE, cells=[Cell(CELL, "", name="load")])
    for code in ("df = 1", "df = 2"):
        notebook.submit(edit(code)).wait(timeout=5)
# [restore]
with Autosave() as autosave:
    notebook = autosave.open(FILE)
    oldest = notebook.versions()[-1]
    print(notebook.restore(oldest.number, cell="load").wait(timeout=5))
# [end]
print("df = 1" in FILE.read_text())
