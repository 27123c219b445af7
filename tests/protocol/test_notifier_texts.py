"""What alerts say: short, where the work is, what to do, and as the page shows it."""

import html
import re
from pathlib import Path
from typing import get_args

import pytest

from actors.alerts.causes import DECISIONS, way_out, whereabouts, whereabouts_of_many
from actors.alerts.words import TITLE_CHARACTERS, duration, file_name, listed, shortened
from actors.errors import Cause
from actors.messages import ActorCrashed, DraftFailed, DraftsRemoved, OwnedElsewhere
from actors.settings import Settings
from actors.types import NotebookId
from tests.protocol.notifier_scene import (
    DRAFT,
    NB,
    Scene,
    a_draft,
    failed,
    found,
    held,
    kept,
    left,
    many,
    succeeded,
)

CAUSES = get_args(Cause)
PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
CALL = Settings().resolve_by
LONG = NotebookId("x" * 240)


def shown(scene: Scene) -> list[tuple[str, str]]:
    """Return the texts of all alerts as a browser shows them."""
    return [
        (html.unescape(alert.title), html.unescape(alert.description)) for alert in scene.alerts
    ]


def everything(notebooks: list[NotebookId]) -> Scene:
    """Return a scene in which all has happened that is told to people."""
    scene = Scene()
    for draft in (DRAFT, None):
        for cause in CAUSES:
            for unsaved_s in (0.0, 300.0):
                failures = (failed(n, cause, draft=draft, unsaved_s=unsaved_s) for n in notebooks)
                scene.tell(*failures)
                scene.runtime.advance(60.0)
        scene.tell(*map(succeeded, notebooks))
        scene.runtime.advance(60.0)
        scene.tell(*map(held, notebooks), *map(found, notebooks), *map(kept, notebooks))
        scene.runtime.advance(60.0)
        scene.tell(*(OwnedElsewhere(n, failed(n).path, "u@h pid 1") for n in notebooks))
        scene.tell(DraftFailed(notebooks[0], DRAFT, 7, "why"), succeeded(notebooks[0]))
        scene.tell(DraftsRemoved(tuple(a_draft(n) for n in notebooks)), *left(notebooks, draft))
        for restarted in (True, False):
            scene.tell(ActorCrashed(NB, f"saver of {notebooks[0]}", "E()", "m", restarted))
    scene.stop()
    return scene


@pytest.mark.parametrize("notebooks", [[LONG], [NB], many(30)], ids=["long", "one", "many"])
def test_a_title_fits_in_one_line_and_a_description_has_three_sentences_at_most(notebooks):
    for title, description in shown(everything(notebooks)):
        assert len(title) <= TITLE_CHARACTERS
        assert len(re.findall(r"[.!?](?= [A-Z`\d]|$)", description)) <= 3, description
        assert description.endswith(".")


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("draft", [DRAFT, None])
def test_each_alert_says_where_the_work_is_and_what_to_do(cause, draft):
    scene = Scene()
    scene.tell(failed(cause=cause, reason="this is why", draft=draft))
    [(_, description)] = shown(scene)
    assert description == (
        f"this is why. {whereabouts(cause, draft)} {way_out(cause, draft, CALL, 'this is why')}"
    )
    assert (DRAFT if draft else "memory") in description


@pytest.mark.parametrize("cause", sorted(DECISIONS))
def test_a_decision_names_the_ways_out_and_the_draft_to_look_at(cause):
    assert f"`notebook-actors drafts diff {DRAFT}`" in way_out(cause, DRAFT, CALL)
    assert way_out(cause, None, CALL).startswith('Call notebook.resolve("ours")')


@pytest.mark.parametrize("cause", sorted(DECISIONS))
@pytest.mark.parametrize("notebooks", [[NB], many(30)], ids=["one", "many"])
@pytest.mark.parametrize("unsaved_s", [0.0, 300.0])
def test_a_host_that_has_its_own_way_to_decide_has_all_alerts_say_it(cause, notebooks, unsaved_s):
    scene = Scene(Settings(resolve_by="{choice} in the {menu}", escalate_after_s=[300]))
    scene.tell(*(failed(each, cause) for each in notebooks))
    scene.tell(*(failed(each, cause, unsaved_s=unsaved_s) for each in notebooks))
    scene.runtime.advance(60.0)
    for _, description in shown(scene):
        assert '"ours" in the {menu}' in description
        assert "{choice}" not in description
        assert "notebook.resolve" not in description


def test_a_reason_that_says_what_to_do_is_not_given_more_advice():
    assert (
        way_out("disk full", None, CALL, "no space")
        == "Make room there, and saving goes on by itself."
    )
    assert (
        way_out("disk full", None, CALL, "no space; free some")
        == "After that saving goes on by itself."
    )


@pytest.mark.parametrize(
    ("drafts", "text"),
    [
        ([DRAFT] * 9, "Copies of the work go to drafts, which `notebook-actors drafts` lists."),
        ([None] * 9, "All this work is in memory only: do not stop the server."),
    ],
)
def test_many_are_told_together_where_their_work_is(drafts, text):
    assert whereabouts_of_many(drafts) == text


@pytest.mark.parametrize("cause", CAUSES)
def test_the_page_shows_the_texts_of_each_cause(cause):
    scene = Scene()
    scene.tell(failed(cause=cause, reason="*Reason*", draft="ID", name="analysis"))
    [(title, description)] = shown(scene)
    assert f"| `{cause}` | {title} | {description} |" in PAGE.read_text(encoding="utf-8")


# -- words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.5, "0.5 seconds"),
        (1, "1 second"),
        (90, "90 seconds"),
        (60, "1 minute"),
        (300.0, "5 minutes"),
        (3_600.0, "1 hour"),
        (5_400.0, "90 minutes"),
        (172_800.0, "2 days"),
    ],
)
def test_a_duration_is_said_in_its_largest_whole_unit(seconds, text):
    assert duration(seconds) == text


def test_a_name_that_is_too_long_keeps_its_beginning_and_its_end():
    assert shortened("abcdefghij.py", 8) == "abcd….py"
    assert shortened("abcdefgh", 8) == "abcdefgh"


def test_a_name_with_a_line_end_stays_on_one_line():
    assert file_name(Path("/n/a\nb.py")) == r"'a\nb.py'"


@pytest.mark.parametrize(("count", "text"), [(1, "0"), (3, "0, 1, 2"), (4, "0, 1, 2 and 1 more")])
def test_a_list_names_the_first_three(count, text):
    assert listed([str(number) for number in range(count)]) == text
