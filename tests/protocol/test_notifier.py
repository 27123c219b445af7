"""The notifier: one alert when a notebook starts to fail, one notice when it is safe."""

import html
from pathlib import Path
from typing import Any

import pytest

from actors.events import Alert, Event, SaveStatus
from actors.messages import (
    ActorCrashed,
    Leftover,
    NotifierMessage,
    Publish,
    SaveFailed,
    SaveSucceeded,
)
from actors.notifier import NotifierActor
from actors.runtime import SimulatedRuntime
from actors.testing import start_actor
from actors.types import NotebookId

NB, OTHER = map(NotebookId, ("nb", "other"))
EVIL = "<img src=x onerror=\"alert('x')\">"


class Scene:
    """A notifier whose one subscriber is a list."""

    def __init__(
        self, notifier: type[NotifierActor] = NotifierActor, *, max_restarts: int = 3
    ) -> None:
        self.runtime = SimulatedRuntime()
        self.events: list[Event] = []
        failing: set[NotebookId] = set()
        self.mailbox = start_actor(
            self.runtime,
            lambda: notifier(failing=failing, publish=self.events.append),
            max_restarts=max_restarts,
        )

    def tell(self, *messages: NotifierMessage) -> None:
        for message in messages:
            self.mailbox.tell(message)
        self.runtime.run_until_idle()

    @property
    def alerts(self) -> list[Alert]:
        return [event for event in self.events if isinstance(event, Alert)]

    @property
    def variants(self) -> list[tuple[str, str | None]]:
        return [(alert.notebook, alert.variant) for alert in self.alerts]


def failed(notebook: NotebookId = NB, *, reason: str = "disk full", name: str = "nb") -> SaveFailed:
    return SaveFailed(notebook, 7, Path("/dir") / f"{name}.py", reason, 0.1)


def succeeded(notebook: NotebookId = NB, *, name: str = "nb") -> SaveSucceeded:
    return SaveSucceeded(notebook, 7, Path("/dir") / f"{name}.py", "hash", written=True)


def crashed(*, restarted: bool, error: str = "ValueError()") -> ActorCrashed:
    return ActorCrashed(NB, "saver of nb", error, "Submit(...)", restarted)


# -- alerts ------------------------------------------------------------------------


def test_many_failures_are_one_alert_and_the_success_after_them_one_notice():
    scene = Scene()
    scene.tell(*[failed()] * 50, succeeded(), succeeded())
    assert scene.variants == [(NB, "danger"), (NB, None)]


def test_each_failing_episode_has_its_own_alert():
    scene = Scene()
    scene.tell(failed(), succeeded(), failed(), failed(), succeeded())
    assert scene.variants == [(NB, "danger"), (NB, None)] * 2


def test_a_save_that_always_worked_is_worth_no_alert():
    scene = Scene()
    scene.tell(succeeded(), succeeded())
    assert scene.alerts == []


def test_notebooks_fail_and_recover_each_for_itself():
    scene = Scene()
    scene.tell(failed(), failed(OTHER), succeeded(), failed(OTHER), succeeded(OTHER))
    assert scene.variants == [(NB, "danger"), (OTHER, "danger"), (NB, None), (OTHER, None)]


def test_the_alert_says_which_file_and_why_and_the_notice_where_it_is_now():
    scene = Scene()
    scene.tell(failed(reason="disk full; free some space"), succeeded())
    alert, notice = scene.alerts
    assert alert.title == "nb.py could not be saved"
    assert alert.description.startswith("disk full; free some space. The work is kept")
    assert notice.title == "nb.py is saved again"
    assert "/dir/nb.py" in notice.description


@pytest.mark.parametrize(
    "messages",
    [
        [failed(name=EVIL), succeeded(name=EVIL)],
        [failed(reason=EVIL)],
        [crashed(restarted=True, error=EVIL)],
        [crashed(restarted=False, error=EVIL)],
        [Leftover(NB, EVIL)],
        [Leftover(NotebookId(EVIL), "reason")],
    ],
    ids=["path", "reason", "crash", "end", "leftover", "id"],
)
def test_no_alert_holds_markup_of_a_path_or_an_error(messages):
    scene = Scene()
    scene.tell(*messages)
    texts = [text for alert in scene.alerts for text in (alert.title, alert.description)]
    assert not any(set("<>\"'") & set(text) for text in texts)
    assert any(EVIL in html.unescape(text) for text in texts)


def test_a_crash_is_alerted_each_time_and_says_how_it_goes_on():
    scene = Scene()
    scene.tell(crashed(restarted=True), crashed(restarted=False))
    assert [alert.title for alert in scene.alerts] == [
        "An error in saver of nb",
        "saver of nb is out of service",
    ]
    assert scene.variants == [(NB, "danger")] * 2


def test_work_that_was_not_saved_at_the_end_is_alerted():
    scene = Scene()
    scene.tell(Leftover(NB, "disk full"))
    assert scene.events == [Alert("Work was not saved", "disk full (nb)", "danger", NB)]


# -- other events ------------------------------------------------------------------


def test_each_attempt_is_published_as_a_status():
    scene = Scene()
    scene.tell(failed(), failed(), succeeded())
    path = Path("/dir/nb.py")
    failing = SaveStatus(notebook=NB, state="failing", version=7, path=path, reason="disk full")
    done = SaveStatus(notebook=NB, state="saved", version=7, path=path, sha256="hash", written=True)
    statuses = [event for event in scene.events if isinstance(event, SaveStatus)]
    assert statuses == [failing, failing, done]


def test_an_alert_comes_before_the_status_that_it_is_about():
    scene = Scene()
    scene.tell(failed(), succeeded())
    assert [type(event) for event in scene.events] == [Alert, SaveStatus] * 2


def test_an_event_of_an_actors_own_is_published_as_it_is():
    scene = Scene()
    scene.tell(Publish(event := Alert("<b>bold</b>", "", None, NB)))
    assert scene.events == [event]


# -- subclasses and crashes --------------------------------------------------------


def test_a_subclass_sends_alerts_elsewhere_too_or_instead():
    kept: list[Alert] = []

    class Keeping(NotifierActor):
        def on_alert(self, alert):
            kept.append(alert)

    scene = Scene(Keeping)
    scene.tell(failed(), Leftover(NB, "reason"), crashed(restarted=True), succeeded())
    assert [alert.variant for alert in kept] == ["danger", "danger", "danger", None]
    assert [type(event) for event in scene.events] == [SaveStatus] * 2


def test_an_on_alert_that_raises_loses_neither_the_status_nor_what_comes_after():
    class Unreachable(NotifierActor):
        def on_alert(self, alert):
            super().on_alert(alert)
            raise ConnectionError("no mail today")

    scene = Scene(Unreachable, max_restarts=0)
    scene.tell(failed(), Leftover(NB, "reason"), succeeded())
    assert [type(event) for event in scene.events] == [Alert, SaveStatus, Alert, Alert, SaveStatus]


def test_a_notifier_that_crashed_still_knows_who_is_failing():
    scene = Scene()
    crash: Any = "no message of ours"
    scene.tell(failed(), crash, failed(), succeeded())
    assert scene.variants == [(NB, "danger"), (NB, None)]
