"""What else is said of a notebook in trouble: another cause, a long time, git, an owner."""

import pytest

from actors.alerts import NotebookState
from actors.messages import OwnedElsewhere
from actors.settings import Settings
from tests.protocol.notifier_scene import NB, OTHER, Scene, failed, held, many, succeeded

ELSEWHERE = OwnedElsewhere(NB, failed().path, "ann@hub pid 7")


# -- another cause ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("causes", "alerts"),
    [
        (["disk full", "disk full"], 1),
        (["disk full", "permission"], 2),
        (["disk full", "permission", "disk full", "permission"], 2),
        (["disk full", "conflict", "disk full"], 3),
        (["conflict", "shrink", "conflict"], 3),
        (["locked", "disk full", "locked"], 3),
        (["conflict", "conflict", "conflict"], 1),
    ],
)
def test_a_change_of_the_cause_is_alerted_when_there_is_something_else_to_do(causes, alerts):
    scene = Scene(Settings(storm_window_s=0))
    scene.tell(*(failed(NB, cause) for cause in causes), succeeded())
    assert scene.variants == [(NB, "danger")] * alerts + [(NB, None)]


def test_a_cause_that_was_over_before_it_was_told_is_not_told():
    scene = Scene()
    scene.tell(failed(OTHER, "gone"), failed(NB, "disk full"))
    scene.tell(failed(NB, "gone"), failed(NB, "disk full"))
    scene.runtime.advance(1.0)
    assert [alert.notebook for alert in scene.alerts] == [OTHER, NB]


def test_a_new_failure_is_alerted_for_causes_of_the_one_before():
    scene = Scene(Settings(storm_window_s=0))
    scene.tell(failed(NB, "gone"), succeeded(), failed(NB, "gone"))
    assert scene.variants == [(NB, "danger"), (NB, None), (NB, "danger")]


# -- for long --------------------------------------------------------------------------


def late(*ages_s: float) -> Scene:
    scene = Scene()
    for age_s in (0.0, *ages_s):
        scene.tell(failed(unsaved_s=age_s))
        scene.runtime.advance(60.0)
    return scene


def test_a_notebook_that_fails_for_long_is_alerted_again_at_each_age_once():
    scene = late(299.0, 300.0, 301.0, 3_599.0, 3_600.0, 90_000.0)
    assert scene.titles[1:] == [
        "nb.py has not been saved for 5 minutes",
        "nb.py has not been saved for 1 hour",
    ]


def test_several_ages_that_passed_at_once_are_one_alert():
    assert late(4_000.0, 4_001.0).titles[1:] == ["nb.py has not been saved for 1 hour"]


def test_each_failing_episode_is_told_to_last_long():
    scene = late(300.0)
    scene.tell(succeeded())
    scene.runtime.advance(1.0)
    scene.tell(failed(), failed(unsaved_s=300.0))
    scene.runtime.advance(1.0)
    assert scene.titles.count("nb.py has not been saved for 5 minutes") == 2


def test_many_that_fail_for_long_share_an_alert():
    scene = Scene()
    for unsaved_s in (0.0, 300.0):
        scene.tell(*(failed(notebook, unsaved_s=unsaved_s) for notebook in many(1_000)))
        scene.runtime.advance(1.0)
    assert scene.counts == [1, 999, 1, 999]
    assert scene.titles[3] == "999 more notebooks have not been saved for 5 minutes"


def test_one_that_recovers_before_it_was_told_to_last_long_is_not():
    scene = Scene()
    for unsaved_s in (0.0, 300.0):
        scene.tell(*(failed(notebook, unsaved_s=unsaved_s) for notebook in (NB, OTHER)))
    scene.runtime.advance(0.5)
    scene.tell(succeeded(OTHER))
    scene.runtime.advance(1.0)
    assert "other.py has not been saved for 5 minutes" not in scene.titles


def test_ages_may_be_given_in_any_order():
    scene = Scene(Settings(escalate_after_s=(20.0, 10.0)))
    scene.tell(failed(), failed(unsaved_s=10.0), failed(unsaved_s=20.0))
    assert scene.titles[1:] == [
        "nb.py has not been saved for 10 seconds",
        "nb.py has not been saved for 20 seconds",
    ]


def test_of_two_ages_that_passed_before_they_were_told_the_later_is_told():
    scene = Scene(Settings(storm_window_s=60))
    for unsaved_s in (0.0, 300.0, 3_600.0):
        scene.tell(*(failed(notebook, unsaved_s=unsaved_s) for notebook in (NB, OTHER)))
        scene.runtime.advance(0.0 if unsaved_s else 60.0)
    scene.stop()
    assert [alert.title for alert in scene.alerts if alert.notebook == OTHER] == [
        "other.py could not be saved",
        "other.py has not been saved for 1 hour",
    ]


def test_one_that_was_alerted_alone_at_first_has_a_notice_of_its_own_at_once():
    scene = Scene()
    for unsaved_s in (0.0, 300.0):
        scene.tell(*(failed(notebook, unsaved_s=unsaved_s) for notebook in sorted(many(9))))
        scene.runtime.advance(1.0)
    scene.tell(*(failed(notebook, unsaved_s=3_600.0) for notebook in reversed(many(9))))
    scene.runtime.advance(1.0)
    scene.tell(succeeded(many(1)[0]))
    assert scene.titles[-1] == "nb0.py is saved again"


def test_without_ages_nothing_is_told_again():
    scene = Scene(Settings(escalate_after_s=()))
    scene.tell(failed(), failed(unsaved_s=1e9))
    assert scene.titles == ["nb.py could not be saved"]


# -- git -------------------------------------------------------------------------------


def test_a_short_wait_for_git_is_a_status_and_no_alert():
    scene = Scene()
    scene.tell(held(held_s=0.0), held(held_s=1.9), succeeded())
    assert scene.alerts == []
    assert [status.state for status in scene.statuses] == ["waiting", "waiting", "saved"]


def test_a_long_wait_for_git_is_alerted_once_and_its_end_noticed():
    scene = Scene()
    scene.tell(held(held_s=2.0), held(held_s=4.0))
    scene.runtime.advance(1.0)
    scene.tell(held(held_s=5.0), succeeded())
    assert scene.variants == [(NB, "danger"), (NB, None)]


def test_a_failing_notebook_that_waits_for_git_is_not_alerted_again():
    scene = Scene()
    scene.tell(failed(), held(held_s=9.0), failed())
    assert scene.variants == [(NB, "danger")]


def test_a_wait_for_git_does_not_keep_a_failure_from_being_told():
    scene = Scene()
    scene.tell(failed(OTHER), failed(NB), held(NB, held_s=9.0))
    scene.runtime.advance(1.0)
    assert scene.titles == ["other.py could not be saved", "nb.py could not be saved"]


def test_a_failure_after_a_wait_for_git_is_alerted():
    scene = Scene()
    scene.tell(held(held_s=9.0), failed())
    assert scene.titles == ["nb.py waits for git", "nb.py could not be saved"]


# -- an owner elsewhere ----------------------------------------------------------------


def test_a_notebook_that_is_open_elsewhere_is_alerted_once_although_its_saves_fail():
    scene = Scene()
    scene.tell(ELSEWHERE, failed(NB, "locked"), failed(NB, "locked"), succeeded())
    assert scene.titles == ["nb.py is open elsewhere", "nb.py is saved again"]
    assert "ann@hub pid 7 has /dir/nb.py open" in scene.alerts[0].description


@pytest.mark.parametrize(("drafts", "where"), [(True, "go to a draft"), (False, "in memory only")])
def test_the_alert_of_an_owner_says_where_edits_go(drafts, where):
    scene = Scene(Settings(drafts=drafts))
    scene.tell(ELSEWHERE)
    assert where in scene.alerts[0].description


def test_each_time_it_is_opened_the_owner_is_told():
    scene = Scene()
    scene.tell(ELSEWHERE)
    scene.runtime.advance(1.0)
    scene.tell(ELSEWHERE)
    assert scene.variants == [(NB, "danger")] * 2


def test_a_failing_notebook_that_is_then_open_elsewhere_has_one_more_alert_and_one_notice():
    scene = Scene()
    scene.tell(failed(), ELSEWHERE, failed(NB, "locked"))
    scene.runtime.advance(1.0)
    scene.tell(failed(NB, "locked"), succeeded())
    assert scene.variants == [(NB, "danger"), (NB, "danger"), (NB, None)]


def test_a_failing_notebook_that_is_saved_before_its_owner_was_told_has_a_notice():
    scene = Scene()
    scene.tell(failed(NB), OwnedElsewhere(OTHER, failed(OTHER).path, "ann@hub pid 7"), ELSEWHERE)
    scene.tell(succeeded(NB))
    scene.stop()
    assert scene.variants == [(NB, "danger"), (OTHER, "danger"), (NB, None)]


def test_one_that_had_recovered_unnoticed_has_a_notice_when_its_owner_is_gone():
    scene = Scene()
    scene.tell(*(failed(notebook) for notebook in [*many(9), NB]))
    scene.runtime.advance(1.0)
    scene.tell(succeeded(NB), ELSEWHERE, succeeded(NB))
    scene.stop()
    assert scene.variants[-1] == (NB, None)
    assert not scene.incidents._recovered


# -- the state -------------------------------------------------------------------------


def test_a_host_can_ask_how_a_notebook_is():
    scene = Scene()
    began_s = scene.runtime.clock.monotonic()
    scene.tell(failed(OTHER), failed(NB))
    scene.runtime.advance(1.0)
    assert scene.incidents.state(NB) == NotebookState("failing", "disk full", 1, began_s)
    scene.tell(succeeded(NB))
    assert scene.incidents.state(NB).state == "ok"


def test_a_notebook_has_recovered_until_the_notice_is_out():
    scene = Scene()
    scene.tell(*(failed(notebook) for notebook in many(9)))
    scene.runtime.advance(1.0)
    scene.tell(*(succeeded(notebook) for notebook in many(9)))
    assert [scene.incidents.state(nb).state for nb in many(9)] == ["ok", *["recovered"] * 8]
    scene.runtime.advance(1.0)
    assert {scene.incidents.state(nb).state for nb in many(9)} == {"ok"}
