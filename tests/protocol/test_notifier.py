"""The notifier: one alert when a notebook starts to fail, one notice when it is safe."""

import html
from pathlib import Path
from typing import Any

import pytest

from actors.events import Alert, Merged, SaveStatus
from actors.messages import (
    ActorCrashed,
    DraftFailed,
    DraftsRemoved,
    Leftover,
    MergedFile,
    OwnedElsewhere,
    Publish,
    SaveFailed,
    SaveHeld,
)
from actors.notebook import Cell, Notebook, SetHeader, Transaction
from actors.notifier import NotifierActor
from actors.types import CellId, NotebookId
from tests.protocol.notifier_scene import (
    NB,
    OTHER,
    Scene,
    a_draft,
    failed,
    held,
    kept,
    left,
    many,
    succeeded,
)

EVIL = "<img src=x onerror=\"alert('x')\">"


def crashed(*, restarted: bool, error: str = "ValueError()", actor: str = "saver of nb") -> Any:
    return ActorCrashed(NB, actor, error, "Submit(...)", restarted)


# -- alerts ------------------------------------------------------------------------


def test_many_failures_are_one_alert_and_the_success_after_them_one_notice():
    scene = Scene()
    scene.tell(*[failed()] * 50, succeeded(), succeeded())
    assert scene.variants == [(NB, "danger"), (NB, None)]


def test_each_failing_episode_has_its_own_alert():
    scene = Scene()
    scene.tell(failed(), succeeded())
    scene.runtime.advance(1.0)
    scene.tell(failed(), failed(), succeeded())
    assert scene.variants == [(NB, "danger"), (NB, None)] * 2


def test_a_save_that_always_worked_is_worth_no_alert():
    scene = Scene()
    scene.tell(succeeded(), succeeded())
    assert scene.alerts == []


def test_notebooks_fail_and_recover_each_for_itself():
    scene = Scene()
    scene.tell(failed(), failed(OTHER, "gone"), succeeded(), failed(OTHER, "gone"))
    scene.tell(succeeded(OTHER))
    assert scene.variants == [(NB, "danger"), (OTHER, "danger"), (NB, None), (OTHER, None)]


def test_the_alert_says_which_file_and_why_and_the_notice_where_it_is_now():
    scene = Scene()
    scene.tell(failed(reason="disk full; free some space"), succeeded())
    alert, notice = scene.alerts
    assert alert.title == "nb.py could not be saved"
    assert alert.description == (
        "disk full; free some space. The work is in memory only: do not stop the server. "
        "After that saving goes on by itself."
    )
    assert notice.title == "nb.py is saved again"
    assert "/dir/nb.py" in notice.description


@pytest.mark.parametrize(
    "messages",
    [
        [failed(name=EVIL), succeeded(name=EVIL)],
        [failed(reason=EVIL)],
        [failed(draft=EVIL)],
        [failed(NotebookId(f"{EVIL}{number}")) for number in range(9)],
        [SaveHeld(NB, 7, Path(EVIL), EVIL, 9.0)],
        [crashed(restarted=True, error=EVIL)],
        [crashed(restarted=False, error=EVIL)],
        [DraftFailed(NB, EVIL, 7, EVIL)],
        [DraftsRemoved((a_draft(name=EVIL, path=Path(EVIL)),))],
        [OwnedElsewhere(NB, Path(EVIL), EVIL)],
        [kept(NB, EVIL)],
        [Leftover(NB, EVIL)],
        [Leftover(NotebookId(EVIL), "reason")],
        left(NotebookId(f"{EVIL}{number}") for number in range(9)),
    ],
    ids=[
        "path",
        "reason",
        "draft",
        "storm",
        "held",
        "crash",
        "end",
        "outage",
        "removed",
        "owner",
        "unnamed",
        "left",
        "left-id",
        "left-many",
    ],
)
def test_no_alert_holds_markup_of_a_path_or_an_error(messages):
    scene = Scene()
    scene.tell(*messages)
    scene.stop()
    texts = [text for alert in scene.alerts for text in (alert.title, alert.description)]
    assert not any(set("<>\"'") & set(text) for text in texts)
    assert any(EVIL in html.unescape(text) for text in texts)


def test_a_crash_is_alerted_each_time_and_says_how_it_goes_on():
    scene = Scene()
    scene.tell(crashed(restarted=True), crashed(restarted=False))
    assert scene.titles == ["An error in saver of nb", "saver of nb is out of service"]
    assert scene.variants == [(NB, "danger")] * 2


# -- the end -----------------------------------------------------------------------


def test_work_that_was_not_saved_at_the_end_is_alerted():
    scene = Scene()
    scene.tell(Leftover(NB, "disk full"))
    assert scene.events == [], "there may be more of them"
    scene.stop()
    text = "disk full (nb). It is in no draft, and is lost when the server ends."
    assert scene.events == [Alert("Work was not saved", text, "danger", NB)]


@pytest.mark.parametrize(
    "leftover", [Leftover(NB, "full", "0123abcd"), Leftover(NB, "full; kept as draft 0123abcd")]
)
def test_the_last_alert_says_which_draft_has_the_work(leftover):
    scene = Scene()
    scene.tell(leftover)
    scene.stop()
    assert "`notebook-actors drafts restore 0123abcd`" in scene.alerts[0].description


def test_more_than_three_that_were_not_saved_share_the_last_alert():
    scene = Scene()
    scene.tell(*left(many(3), "0123abcd"), *left([OTHER]))
    scene.stop()
    [alert] = scene.alerts
    assert (alert.title, alert.also) == ("4 notebooks were not saved", (*many(3)[1:], OTHER))
    assert "3 are in drafts" in alert.description
    assert "1 are in no draft, and are lost when the server ends: other." in alert.description


def test_when_drafts_have_all_that_was_not_saved_nothing_is_said_to_be_lost():
    scene = Scene()
    scene.tell(*left(many(9), "0123abcd"))
    scene.stop()
    assert "9 are in drafts" in scene.alerts[0].description
    assert "lost" not in scene.alerts[0].description


def test_what_was_not_saved_at_the_end_is_not_told_to_fail_as_well():
    scene = Scene()
    scene.tell(*map(failed, many(9)), *left(many(9)))
    scene.stop()
    assert scene.titles == ["nb0.py could not be saved", "9 notebooks were not saved"]


def test_three_that_were_not_saved_have_an_alert_each():
    scene = Scene()
    scene.tell(*left(many(3)))
    scene.stop()
    assert scene.titles == ["Work was not saved"] * 3


# -- other events ------------------------------------------------------------------


def test_each_attempt_is_published_as_a_status():
    scene = Scene()
    failure = SaveFailed(NB, 7, Path("/n.py"), "why", 0.1, "gone", failures=3, unsaved_s=9.0)
    scene.tell(failure, succeeded(), held(held_s=0.5))
    assert scene.statuses == [
        SaveStatus(
            notebook=NB,
            state="failing",
            version=7,
            path=Path("/n.py"),
            reason="why",
            cause="gone",
            failures=3,
            unsaved_s=9.0,
        ),
        SaveStatus(
            notebook=NB,
            state="saved",
            version=7,
            path=Path("/dir/nb.py"),
            sha256="hash",
            written=True,
        ),
        SaveStatus(
            notebook=NB,
            state="waiting",
            version=7,
            path=Path("/dir/nb.py"),
            reason="git has the lock",
        ),
    ]


def test_an_alert_comes_before_the_status_that_it_is_about():
    scene = Scene()
    scene.tell(failed(), succeeded())
    assert [type(event) for event in scene.events] == [Alert, SaveStatus] * 2


def test_a_merged_file_is_an_event_and_no_alert():
    scene = Scene()
    transaction = Transaction([SetHeader("# theirs")], "file-watch")
    before = Notebook([Cell(CellId("a"), "x = 1")])
    scene.tell(MergedFile(NB, Path("/n.py"), 8, transaction, before))
    assert scene.events == [Merged(NB, transaction, 8, Path("/n.py"), before)]


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

    scene = Scene(notifier=Keeping)
    scene.tell(failed(), crashed(restarted=True), succeeded(), Leftover(NB, "reason"))
    scene.stop()
    assert [alert.variant for alert in kept] == ["danger", "danger", None, "danger"]
    assert [type(event) for event in scene.events] == [SaveStatus] * 2


def test_an_on_alert_that_raises_loses_neither_the_status_nor_what_comes_after():
    class Unreachable(NotifierActor):
        def on_alert(self, alert):
            super().on_alert(alert)
            raise ConnectionError("no mail today")

    scene = Scene(notifier=Unreachable, max_restarts=0)
    scene.tell(failed(), succeeded(), *left(many(2)))
    scene.stop()
    assert [type(event) for event in scene.events] == [Alert, SaveStatus] * 2 + [Alert, Alert]


def test_a_notifier_that_crashed_still_knows_who_is_failing():
    scene = Scene()
    crash: Any = "no message of ours"
    scene.tell(failed(), crash, failed(), succeeded())
    assert scene.variants == [(NB, "danger"), (NB, None)]


def test_what_was_collected_is_told_in_time_although_the_notifier_crashed_over_its_timer():
    broken = [True]

    class NoTimerAtFirst(NotifierActor):
        def __init__(self, *, later, **parts):
            super().__init__(later=self._start_timer, **parts)
            self._runtime_later = later

        def _start_timer(self, delay_s, action):
            if broken:
                raise RuntimeError(broken.pop())
            self._runtime_later(delay_s, action)

    scene = Scene(notifier=NoTimerAtFirst)
    scene.tell(failed(), failed(OTHER))
    assert scene.variants == [(NB, "danger")]
    scene.runtime.advance(1.0)
    assert scene.variants == [(NB, "danger"), (OTHER, "danger")]
