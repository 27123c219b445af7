from collections.abc import Mapping
from typing import Any

from actors import Autosave, Deferred, Outcome, Refused, Saved


def create(cell_id: str, code: str, source: str) -> Mapping[str, Any]:
    cell = {"cellId": cell_id, "code": code, "name": "", "config": {}}
    return {"changes": [{"type": "create-cell", **cell}], "source": source}


# [words]
def in_words(outcome: Outcome) -> str:
    match outcome:
        case Saved(version, _, path):
            return f"durable in {path.name}, which holds version {version}"
        case Deferred(reason):
            return f"applied, but not in the file: {reason}"
        case Refused(reason):
            return f"not applied: {reason}"


# [end]

with Autosave() as autosave:
    notebook = autosave.open("analysis.py")
    for transaction in (
        create("a", "x = 1", source="kernel"),
        create("b", "y = 2", source="code-mode"),
        create("b", "y = 3", source="code-mode"),
        {"changes": [{"type": "set-code", "cellId": "a", "code": None}], "source": "code-mode"},
    ):
        print(in_words(notebook.submit(transaction).wait(timeout=5)))
