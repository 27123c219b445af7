from pathlib import Path

from actors import Autosave, Settings
from actors.storage import SqliteArchive

# [host]
cell = {"cellId": "a", "code": "x = 1", "name": "", "config": {}}
edit = {"changes": [{"type": "create-cell", **cell}], "source": "code-mode"}

with Autosave(Settings(state_dir=Path("state"))) as autosave:
    autosave.open().submit(edit)  # it has no name, and never gets one
# [rescue]
archive = SqliteArchive(Path("state"))  # without a folder: the user's own
for draft in archive.drafts():
    text = archive.draft_text(draft.id)
    print(draft.path, draft.suffix, draft.cause, len(text), "bytes")
archive.close()
