from pathlib import Path

from actors import Alert, Autosave, Cell, CellId, Event, SetCode, Transaction

FILE, LOAD = Path("analysis.py"), CellId("load")


def edit(code: str) -> Transaction:
    return Transaction([SetCode(LOAD, code)], "code-mode")


def on_event(event: Event) -> None:
    if isinstance(event, Alert):
        print(event.title, event.description, sep="\n", end="\n\n")


# [use]
with Autosave() as autosave:
    autosave.subscribe(on_event)
    notebook = autosave.open(FILE, cells=[Cell(LOAD, "df = 1")])
    notebook.submit(edit("df = 2")).wait(timeout=5)
    FILE.write_text(FILE.read_text().replace("df = 2", "df = 100"))  # in an editor
    left_alone = notebook.submit(edit("df = 3")).wait(timeout=5)
    theirs = FILE.read_text()
    resolved = notebook.resolve("both").wait(timeout=5)
print(type(left_alone).__name__, "df = 100" in theirs)
print(type(resolved).__name__, [cell.code for cell in notebook.document.notebook])
# [end]
