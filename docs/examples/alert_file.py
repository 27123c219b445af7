import json
from functools import partial
from pathlib import Path
from typing import Any

from actors import Alert, Autosave, NotifierActor


# [notifier]
class AlertFile(NotifierActor):
    """Shows each alert as usual, and appends it to a JSON-lines file."""

    def __init__(self, file: Path, **parts: Any) -> None:
        super().__init__(**parts)
        self._file = file

    def on_alert(self, alert: Alert) -> None:
        super().on_alert(alert)
        line = json.dumps(alert.to_wire() | {"notebook": alert.notebook})
        with self._file.open("a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")


# [use]
alerts = Path("alerts.jsonl")
with Autosave(notifier=partial(AlertFile, alerts)) as autosave:
    notebook = autosave.open("reports/analysis.py")  # there is no such folder yet
    notebook.submit({"changes": [], "source": "code-mode"}).wait(timeout=5)
    Path("reports").mkdir()
    notebook.request_flush(patient=True).wait(timeout=5)

for line in alerts.read_text(encoding="utf-8").splitlines():
    alert = json.loads(line)
    print(alert["variant"], "-", alert["title"])
# [end]
