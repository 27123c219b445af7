from actors import Autosave

cell = {"cellId": "a", "code": "x = 1", "name": "", "config": {}}
edit = {"changes": [{"type": "create-cell", **cell}], "source": "code-mode"}

with Autosave() as autosave:  # or `async with`
    autosave.subscribe(print)  # alerts and save states
    notebook = autosave.open("analysis.py")  # reads the file, if there is one
    receipt = notebook.submit(edit)  # returns at once; from any thread
    outcome = receipt.wait(timeout=5)  # or `await receipt`
print(outcome)
