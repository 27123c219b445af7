"""Which work becomes a draft, when, and when that is let go of."""

from pathlib import Path

import attrs
import pytest

from actors import Saved, SaverActor, StorageError
from actors.messages import Rename
from tests.system.scenes import create, edit
from tests.system.simulated import Scene

FILE = Path("/n/nb.py")
AFTER_S = 1.0
"""`Settings.draft_after_s`."""


@pytest.fixture
def scene():
    scene = Scene(draft_after_s=AFTER_S)
    yield scene
    scene.autosave.stop()


def failing(scene, times=1_000):
    """Return a notebook that cannot be saved, with an edit."""
    scene.storage.fail_next(StorageError("no space left", "disk full"), times)
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("a", "x = 0"))
    return notebook


def test_an_unnamed_notebook_has_a_draft_from_its_first_edit(scene):
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 0"))
    ((draft, text),) = scene.drafts().items()
    assert (draft, "x = 0" in text) == (notebook.draft, True)


def test_an_unnamed_notebook_without_code_has_none(scene):
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", " \n"))
    scene.wait(10 * AFTER_S)
    assert scene.drafts() == {}
    assert scene.autosave.stop().unsaved == ()


def test_naming_and_saving_an_unnamed_notebook_lets_go_of_its_draft(scene):
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 0"))
    receipt = notebook.rename(FILE)
    scene.runtime.run_until_idle()
    assert isinstance(receipt.outcome, Saved)
    assert (scene.drafts(), notebook.draft) == ({}, None)


def test_a_name_that_cannot_be_saved_to_leaves_the_draft(scene):
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 0"))
    scene.storage.fail_next("disk full", 1_000, on="replace")
    notebook.rename(FILE)
    scene.runtime.run_until_idle()
    assert list(scene.drafts()) == [notebook.draft]


def test_what_is_saved_in_time_never_becomes_a_draft(scene):
    notebook = scene.autosave.open(FILE)
    for step in range(10):
        scene.submit(notebook, create(f"c{step}", "x = 0"))
        scene.wait(AFTER_S / 3)
    assert "PutDraft" not in scene.archive.committed


def test_a_failing_notebook_has_a_draft_at_once(scene):
    notebook = failing(scene)
    assert list(scene.drafts()) == [notebook.draft]
    (draft,) = scene.archive.drafts(FILE)
    assert (draft.cause, draft.version) == ("disk full", 1)


def test_a_notebook_that_waits_to_be_saved_has_a_draft_in_time_and_not_at_once():
    scene = Scene(draft_after_s=AFTER_S, save_quiet_s=60, save_max_delay_s=60)
    scene.submit(scene.autosave.open(FILE), create("a", "x = 0"))
    scene.wait(0.49 * AFTER_S)
    assert scene.drafts() == {}
    scene.wait(0.51 * AFTER_S)
    assert len(scene.drafts()) == 1
    scene.autosave.stop()
    assert scene.drafts() == {}


def test_constant_edits_refresh_a_draft_no_more_than_twice_in_each_delay(scene):
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 0"))
    for step in range(100):
        scene.submit(notebook, edit("a", f"x = {step}"))
        scene.wait(AFTER_S / 10)
    assert 10 <= scene.archive.committed.count("PutDraft") <= 21
    scene.wait(1.5 * AFTER_S)
    assert "x = 99" in scene.drafts()[notebook.draft]


def test_a_draft_that_could_not_be_kept_is_kept_later(scene):
    scene.archive.fail_next("disk full", 3)
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 0"))
    assert notebook.draft is None
    scene.wait(10 * AFTER_S)
    assert list(scene.drafts()) == [notebook.draft]


def test_a_save_lets_go_of_the_draft(scene):
    notebook = failing(scene, times=1)
    assert len(scene.drafts()) == 1
    scene.wait(1)
    assert (scene.drafts(), notebook.draft) == ({}, None)


def test_a_draft_that_could_not_be_let_go_of_goes_later(scene):
    notebook = failing(scene, times=1)
    scene.archive.fail_next("disk full")
    scene.wait(1)
    assert len(scene.drafts()) == 1
    scene.submit(notebook, edit("a", "x = 1"))
    scene.submit(scene.autosave.open(), create("b", "another's draft is the next commit"))
    assert [draft.path for draft in scene.archive.drafts()] == [None]


def test_closing_an_unnamed_notebook_keeps_its_draft(scene):
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 0"))
    scene.submit(notebook, edit("a", "x = 'last'"))
    notebook.close()
    scene.wait(2 * AFTER_S)
    assert "x = 'last'" in next(iter(scene.drafts().values()))
    assert len(scene.autosave._registry) == 0


def test_a_draft_that_is_newer_than_the_file_is_told_of_when_it_is_opened(scene):
    failing(scene)
    scene.autosave.stop()
    scene.start_again()
    scene.autosave.open(FILE)
    scene.wait(2)
    assert "nb.py has a draft that is newer" in scene.titles()


def test_a_draft_that_the_file_holds_is_not_told_of(scene):
    failing(scene)
    ((draft, text),) = scene.drafts().items()
    scene.autosave.stop()
    scene.mend()
    scene.storage.replace(FILE, text.encode())
    scene.start_again()
    scene.autosave.open(FILE)
    scene.wait(2)
    assert (list(scene.drafts()), scene.titles()) == ([draft], [])


def test_without_drafts_none_is_kept():
    scene = Scene(drafts=False)
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 0"))
    scene.wait(10)
    (unsaved,) = scene.autosave.stop().unsaved
    assert (scene.drafts(), notebook.draft, unsaved.draft) == ({}, None, None)


def test_what_a_notebook_has_when_it_goes_out_of_service_is_a_draft_at_once(scene):
    class Fragile(SaverActor):
        def on_receive(self, message):
            if isinstance(message, Rename):
                raise RuntimeError("fragile")  # noqa: TRY004 - any crash
            super().on_receive(message)

    scene.autosave.stop()
    scene.settings = attrs.evolve(scene.settings, save_quiet_s=60, save_max_delay_s=60)
    scene.start(Fragile)
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("a", "x = 0"))
    for _ in range(scene.settings.max_restarts + 1):
        notebook.rename("/n/other.py")
        scene.runtime.run_until_idle()
    assert scene.storage.read(FILE) is None
    ((_, text),) = scene.drafts().items()
    assert "x = 0" in text
