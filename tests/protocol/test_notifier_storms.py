"""Many notebooks with the same trouble at once share alerts, which say how many they are."""

import pytest

from actors.alerts.storms import LONGEST_WINDOW_S
from actors.alerts.topics import DECISIONS_AT_ONCE
from actors.errors import Cause
from actors.messages import OwnedElsewhere, StormOver
from actors.settings import Settings
from tests.protocol.notifier_scene import (
    DRAFT,
    NB,
    OTHER,
    Scene,
    about,
    failed,
    found,
    held,
    kept,
    many,
    succeeded,
)

THOUSAND = many(1_000)


def storm(count: int, cause: Cause = "disk full") -> Scene:
    """Return a scene in which so many have failed at once, and the first window is over."""
    scene = Scene()
    scene.tell(*(failed(notebook, cause) for notebook in many(count)))
    scene.runtime.advance(1.0)
    return scene


# -- the first, the few and the many -------------------------------------------------


def test_the_first_of_many_is_alerted_at_once():
    scene = Scene()
    scene.tell(*(failed(notebook) for notebook in THOUSAND))
    assert scene.variants == [(THOUSAND[0], "danger")]


def test_a_thousand_notebooks_on_a_full_disk_are_two_alerts_that_add_up_to_a_thousand():
    scene = storm(1_000)
    assert scene.counts == [1, 999]
    assert {notebook for alert in scene.alerts for notebook in about(alert)} == {*THOUSAND}
    assert scene.titles[1] == "999 more notebooks could not be saved"
    assert "The disk is full: nb1.py, nb2.py, nb3.py and 996 more." in scene.alerts[1].description


def test_a_thousand_that_fail_within_three_seconds_are_three_alerts():
    scene = Scene()
    for notebook in THOUSAND:
        scene.tell(failed(notebook))
        scene.runtime.advance(0.0025)
    scene.runtime.advance(LONGEST_WINDOW_S)
    assert len(scene.alerts) <= 3
    assert sum(scene.counts) == 1_000


def test_those_that_fail_again_and_again_in_a_storm_are_told_once():
    scene = storm(100)
    for _ in range(20):
        scene.tell(*(failed(notebook) for notebook in many(100)))
        scene.runtime.advance(5.0)
    assert scene.counts == [1, 99]


@pytest.mark.parametrize(("count", "counts"), [(4, [1] * 4), (5, [1, 4])])
def test_up_to_three_that_were_collected_have_an_alert_each(count, counts):
    assert storm(count).counts == counts


def test_windows_grow_while_others_go_on_to_fail():
    scene = Scene()
    for notebook in THOUSAND:
        scene.tell(failed(notebook))
        scene.runtime.advance(2.0)
    scene.runtime.advance(LONGEST_WINDOW_S)
    assert sum(scene.counts) == 1_000
    assert len(scene.alerts) < 50


def test_no_alert_waits_longer_than_the_longest_window():
    scene = Scene()
    for number, notebook in enumerate(THOUSAND):
        scene.tell(failed(notebook))
        scene.runtime.advance(1.0)
        late = THOUSAND[: max(0, number - int(LONGEST_WINDOW_S))]
        assert {*late} <= {each for alert in scene.alerts for each in about(alert)}


def test_when_a_storm_is_over_the_next_begins_with_the_first_window():
    scene = storm(10)
    scene.runtime.advance(2.0 + LONGEST_WINDOW_S)
    scene.tell(*(failed(notebook, "disk full") for notebook in many(30)))
    scene.runtime.advance(1.0)
    assert scene.counts == [1, 9, 1, 19]


def test_notebooks_with_different_causes_share_no_alert():
    scene = Scene()
    scene.tell(*(failed(notebook, "disk full") for notebook in many(20)[:10]))
    scene.tell(*(failed(notebook, "gone") for notebook in many(20)[10:]))
    scene.runtime.advance(1.0)
    assert scene.counts == [1, 1, 9, 9]


def test_with_no_window_nothing_is_collected():
    scene = Scene(Settings(storm_window_s=0))
    scene.tell(*(failed(notebook) for notebook in many(100)))
    scene.tell(*(succeeded(notebook) for notebook in many(100)))
    assert scene.counts == [1] * 200
    assert scene.runtime.next_timer() is None


def test_a_stale_timer_ends_nothing():
    scene = Scene()
    scene.tell(*map(failed, many(9)), StormOver(99))
    assert scene.counts == [1]


def test_an_idle_notifier_has_no_timer():
    scene = storm(10)
    scene.runtime.advance(2.0)
    assert scene.runtime.next_timer() is None


# -- those that need a decision --------------------------------------------------------


@pytest.mark.parametrize("cause", ["conflict", "shrink"])
def test_each_that_needs_a_decision_is_alerted_alone_and_at_once(cause):
    scene = Scene()
    scene.tell(*(failed(notebook, cause) for notebook in many(DECISIONS_AT_ONCE)))
    assert scene.counts == [1] * DECISIONS_AT_ONCE


def test_when_too_many_need_a_decision_the_rest_share_an_alert():
    scene = storm(DECISIONS_AT_ONCE + 30, "conflict")
    assert scene.counts == [1] * DECISIONS_AT_ONCE + [30]
    assert scene.titles[-1] == "30 more notebooks were changed by somebody else, too"


# -- the end of it ---------------------------------------------------------------------


def test_the_recovery_of_a_thousand_is_one_notice_for_the_first_and_one_with_a_count():
    scene = storm(1_000)
    scene.tell(*(succeeded(notebook) for notebook in THOUSAND))
    scene.runtime.advance(1.0)
    assert scene.variants[2:] == [(THOUSAND[0], None), (THOUSAND[1], None)]
    assert scene.counts[2:] == [1, 999]
    assert scene.titles[3] == "999 notebooks are saved again"


def test_one_that_recovers_before_it_was_told_of_is_not_told_of():
    scene = Scene()
    scene.tell(failed(), failed(OTHER), succeeded(OTHER))
    scene.runtime.advance(1.0)
    assert scene.variants == [(NB, "danger")]


def test_one_that_fails_again_before_its_notice_was_out_is_not_told_of_again():
    scene = storm(10)
    back = many(10)[5]
    scene.tell(succeeded(back), failed(back))
    scene.runtime.advance(LONGEST_WINDOW_S)
    assert scene.counts == [1, 9]
    scene.tell(succeeded(back))
    scene.runtime.advance(LONGEST_WINDOW_S)
    assert scene.variants[2:] == [(back, None)]


def test_what_is_being_collected_at_the_stop_is_told_at_once():
    scene = Scene()
    scene.tell(*(failed(notebook) for notebook in many(10)))
    scene.stop()
    assert scene.counts == [1, 9]


def test_no_state_is_kept_of_notebooks_that_are_out_of_trouble():
    scene = storm(100)
    scene.tell(*(kept(notebook, path=None) for notebook in many(100)))
    scene.tell(*(succeeded(notebook) for notebook in many(100)))
    scene.runtime.advance(LONGEST_WINDOW_S)
    assert not scene.incidents._incidents
    assert not scene.incidents._recovered
    assert not scene.incidents._unnamed


# -- other news that many may share ----------------------------------------------------


def test_many_that_wait_for_git_share_an_alert_and_a_notice():
    scene = Scene()
    scene.tell(*(held(notebook) for notebook in many(10)))
    scene.runtime.advance(1.0)
    assert scene.titles == ["nb0.py waits for git", "9 more notebooks wait for git"]
    scene.tell(*(succeeded(notebook) for notebook in many(10)))
    scene.runtime.advance(1.0)
    assert scene.titles[2:] == ["nb0.py is saved again", "9 notebooks are saved again"]


def test_many_that_are_open_elsewhere_share_an_alert():
    scene = Scene()
    path = failed().path
    scene.tell(*(OwnedElsewhere(notebook, path, "user@host pid 1") for notebook in many(10)))
    scene.runtime.advance(1.0)
    assert scene.titles == ["nb.py is open elsewhere", "9 more notebooks are open elsewhere"]


@pytest.mark.parametrize(
    ("message", "title"),
    [(found, "30 more drafts are newer than files"), (kept, "30 more notebooks have no name")],
)
def test_many_drafts_share_an_alert_after_the_first_twenty(message, title):
    scene = Scene()
    scene.tell(*(message(notebook) for notebook in many(50)))
    scene.runtime.advance(1.0)
    assert scene.counts == [1] * 20 + [30]
    assert scene.titles[-1] == title


def test_the_alert_of_many_says_how_many_are_in_drafts_and_how_many_are_not():
    scene = Scene()
    scene.tell(*(failed(notebook, draft=DRAFT) for notebook in many(6)))
    scene.tell(*(failed(notebook) for notebook in many(9)[6:]))
    scene.runtime.advance(1.0)
    assert "Copies of 5 go to drafts" in scene.alerts[1].description
    assert "3 are in memory only: do not stop the server." in scene.alerts[1].description
