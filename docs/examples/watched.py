from pathlib import Path

from actors import Autosave, Cell, CellId, SetCode, Transaction

FILE, LOAD, PLOT = Path("analysis.py"), CellId("load"), CellId("plot")

with Autosave() as autosave:
    notebook = autosave.open(FILE, cells=[Cell(LOAD, "df = 1"), Cell(PLOT, "df + 1")])
    notebook.submit(Transaction([SetCode(LOAD, "df = 2")], "code-mode")).wait(timeout=5)
    text = FILE.read_text().replace("df + 1", "df + 100").replace("\n\n\n\n", "\n\n")
    FILE.write_text(text)  # in an editor
    # [look]
    # A watcher of the host's says that somebody touched the file.
    print(notebook.look().wait(timeout=5))
    print([cell.code for cell in notebook.document.notebook], FILE.read_text() == text)
    # [end]
