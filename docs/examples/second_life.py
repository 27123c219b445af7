from pathlib import Path

from actors import Autosave, CreateCell, Settings, Transaction
from actors.formats import parse
from actors.storage import SqliteArchive
from actors.storage.archive import DropDraft

STATE = Path("state")
cell = {"cellId": "a", "code": "x = 1", "name": "", "config": {}}
with Autosave(Settings(state_dir=STATE)) as autosave:
    autosave.open().submit({"changes": [{"type": "create-cell", **cell}], "source": "code-mode"})

# [again]
archive = SqliteArchive(STATE)  # as long as no host has it open, or beside one
with Autosave(Settings(state_dir=STATE)) as autosave:
    for draft in archive.drafts():
        if draft.path is not None:
            continue  # `open` reports these
        kept = parse(archive.draft_text(draft.id), draft.suffix)
        changes = [CreateCell(cell.id, cell.code, cell.name, cell.config) for cell in kept]
        notebook = autosave.open()
        notebook.submit(Transaction(changes, "host"))
        print(notebook.rename(f"recovered-{draft.version}.py").wait(timeout=5))
        archive.commit([DropDraft(draft.id)])
archive.close()
# [end]
