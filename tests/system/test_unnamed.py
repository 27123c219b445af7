"""A notebook without a file, whose work is a draft."""

from pathlib import Path

import pytest

from actors import Alert, Saved
from actors.formats import parse
from tests.system.scenes import create, edit
from tests.system.watched_scene import Watched


@pytest.fixture
def watched():
    watched = Watched(path=None)
    yield watched
    watched.autosave.stop()


def drafts(watched):
    texts = map(watched.archive.draft_text, [draft.id for draft in watched.archive.drafts()])
    return [[cell.code for cell in parse(text, ".py")] for text in texts]


def submit(watched, transaction):
    receipt = watched.notebook.submit(transaction)
    watched.runtime.run_until_idle()
    return receipt


def test_its_first_edit_is_a_draft_and_its_people_are_told(watched):
    submit(watched, create("a", "x = 1"))
    assert drafts(watched) == [["x = 1"]]
    (notice,) = watched.heard(Alert)
    assert notice.variant is None
    assert watched.notebook.draft in notice.description


def test_a_close_keeps_what_was_edited_last(watched):
    submit(watched, create("a", "x = 1"))
    watched.notebook.submit(edit("a", "x = 2"))
    watched.notebook.close()
    watched.runtime.run_until_idle()
    assert drafts(watched) == [["x = 2"]]
    assert watched.autosave.statistics().notebooks == 0


def test_a_close_waits_for_an_archive_that_fails(watched):
    watched.archive.fail_next("disk full", times=2)
    submit(watched, create("a", "x = 1"))
    watched.notebook.close()
    watched.runtime.run_until_idle()
    assert watched.autosave.statistics().notebooks == 1
    watched.runtime.advance(10)
    assert drafts(watched) == [["x = 1"]]
    assert watched.autosave.statistics().notebooks == 0


def test_a_name_takes_the_draft_over(watched):
    submit(watched, create("a", "x = 1"))
    renamed = watched.notebook.rename("/named.py")
    watched.runtime.run_until_idle()
    assert isinstance(renamed.outcome, Saved)
    assert [cell.code for cell in parse(watched.storage.read(Path("/named.py")), ".py")] == [
        "x = 1"
    ]
    assert drafts(watched) == []


def test_what_opening_sends_makes_no_draft(watched):
    submit(watched, create("a", "", source="kernel"))
    assert drafts(watched) == []
    assert watched.heard(Alert) == []


def test_a_notebook_in_run_mode_has_none(watched):
    watched.notebook = watched.autosave.open(mode="run")
    submit(watched, create("a", "x = 1"))
    assert drafts(watched) == []
