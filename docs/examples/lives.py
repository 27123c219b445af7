from pathlib import Path

from actors import Autosave

edit = {"changes": [], "source": "code-mode"}
with Autosave() as autosave:
    # [unnamed]
    notebook = autosave.open()
    print(notebook.submit(edit).wait(timeout=5))
    print(notebook.rename("first.py").wait(timeout=5))
    # [rename]
    Path("taken.py").write_text("somebody else's", encoding="utf-8")
    print(notebook.rename("taken.py").wait(timeout=5))
    print(notebook.rename("second.py").wait(timeout=5))
    # [twice]
    again = autosave.open("second.py")
    print(again is notebook)
    # [run]
    viewer = autosave.open("second.py", mode="run")
    print(viewer.submit({"changes": [], "source": "code-mode"}).wait(timeout=5))
    # [close]
    again.close()  # the first of two: the notebook stays open
    print(notebook.close().wait(timeout=5))
    # [end]
