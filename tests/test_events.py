"""Events: frozen values; alerts are escaped, and marimo reads their wire form."""

import json
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from marimo._messaging.notification import AlertNotification
from marimo._messaging.serde import serialize_kernel_message

from actors import Alert, SaveStatus
from actors.types import NotebookId

NOTEBOOK = NotebookId("/nb.py")
STATUS = SaveStatus(notebook=NOTEBOOK, state="saved", version=1, path=Path("/nb.py"))


def test_an_alert_from_plain_texts_shows_them_and_runs_none():
    alert = Alert.escaped("<b>&", "<script>\"alert('x')\"</script>", "danger", NOTEBOOK)
    assert alert.title == "&lt;b&gt;&amp;"
    assert alert.description == ("&lt;script&gt;&quot;alert(&#x27;x&#x27;)&quot;&lt;/script&gt;")
    assert (alert.variant, alert.notebook) == ("danger", NOTEBOOK)


def test_an_alert_made_by_hand_may_hold_html():
    assert Alert("<b>x</b>", "<i>y</i>", None, NOTEBOOK).title == "<b>x</b>"


@pytest.mark.parametrize("variant", ["danger", None])
def test_the_wire_form_is_marimos_own(variant: Literal["danger"] | None):
    alert = Alert.escaped("A title", "It's <told>", variant, NOTEBOOK)
    marimos: Any = AlertNotification(alert.title, alert.description, alert.variant)
    assert alert.to_wire() == json.loads(serialize_kernel_message(marimos))


@pytest.mark.parametrize("event", [Alert("t", "d", None, NOTEBOOK), STATUS])
def test_events_are_frozen_values(event):
    assert len({event, attrs.evolve(event)}) == 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.notebook = "other"
