"""Pure: from what happens to saves and drafts to the alerts that people see."""

from actors.alerts.incidents import Incidents, NotebookState
from actors.alerts.single import crashed, removed

__all__ = ["Incidents", "NotebookState", "crashed", "removed"]
