from pathlib import Path

import attrs

from actors import Alert, Event, NotifierActor
from actors.alerts import Incidents
from actors.messages import NotifierMessage, SaveFailed, SaveSucceeded
from actors.testing import SimulatedRuntime, start_actor
from actors.types import Mailbox, NotebookId

NOTEBOOK, FILE = NotebookId("analysis"), Path("/n/analysis.py")
FAILED = SaveFailed(NOTEBOOK, 1, FILE, "the disk is full", retry_in_s=0.1)
SUCCEEDED = SaveSucceeded(NOTEBOOK, 2, FILE, "5ac3…", written=True)


class Loud(NotifierActor):
    def on_alert(self, alert: Alert) -> None:
        super().on_alert(attrs.evolve(alert, title=alert.title.upper()))


def test_one_alert_and_one_notice_however_often_it_fails() -> None:
    runtime, events = SimulatedRuntime(), list[Event]()
    mailbox: Mailbox[NotifierMessage] = start_actor(
        runtime,
        lambda: Loud(incidents=Incidents(), later=runtime.later, publish=events.append),
    )
    for message in (FAILED, FAILED, FAILED, SUCCEEDED):
        mailbox.tell(message)
    assert events == [], "nothing runs before the test says so"
    runtime.run_until_idle()
    titles = [event.title for event in events if isinstance(event, Alert)]
    assert titles == ["ANALYSIS.PY COULD NOT BE SAVED", "ANALYSIS.PY IS SAVED AGAIN"]
