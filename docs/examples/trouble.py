import json
from pathlib import Path

from actors import Alert, Autosave, Event

edit = {"changes": [], "source": "code-mode"}


def show(event: Event) -> None:
    if isinstance(event, Alert):
        print(json.dumps(event.to_wire(), indent=2))


with Autosave() as autosave:
    autosave.subscribe(show)
    notebook = autosave.open("reports/analysis.py")  # there is no such folder yet
    outcome = notebook.submit(edit).wait(timeout=5)
    Path("reports").mkdir()
    notebook.request_flush(patient=True).wait(timeout=5)  # until it works
print(outcome)
