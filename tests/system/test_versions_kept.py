"""Which texts of a file are versions, and what they say of who made them."""

from pathlib import Path

import attrs
import pytest

from actors import Autosave, Cell, Notebook, Settings
from actors.formats import parse, render
from actors.loadtest import Plan
from actors.loadtest.run import run_load_test
from actors.loadtest.watching import Watch
from actors.recording import read_recording
from actors.replay import replay
from actors.storage.archive.sqlite import DATABASE
from actors.storage.state_folder import default_folder
from tests.system.scenes import create, edit, saved
from tests.system.simulated import Scene
from tests.system.test_cli import RECORDINGS

FILE = Path("/n/nb.py")
WINDOW_S = 10.0
"""`Settings.history_merge_s`."""


@pytest.fixture
def scene():
    scene = Scene(history_merge_s=WINDOW_S)
    yield scene
    scene.autosave.stop()


def by(label, transaction):
    return attrs.evolve(transaction, extra=(("label", label),))


def versions(scene, notebook):
    """Return the versions when all of them have arrived, the oldest first."""
    scene.wait(2)
    return notebook.versions()[::-1]


def text(code):
    return render(Notebook([Cell("a", code)]), ".py")


def codes(scene, version):
    data = scene.archive.version_text(FILE, version.number)
    return [cell.code for cell in parse(data, ".py")]


def test_the_first_save_keeps_what_was_found_too(scene):
    scene.storage.replace(FILE, text("x = 'found'"))
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("b", "y = 1"))
    found, edited = versions(scene, notebook)
    assert (found.source, codes(scene, found)) == ("found", ["x = 'found'"])
    assert (edited.source, codes(scene, edited)) == ("code-mode", ["x = 'found'", "y = 1"])


def test_a_version_says_which_agent_made_it(scene):
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, by("ann", create("a", "x = 0")))
    scene.submit(notebook, by("bob", edit("a", "x = 1")))
    assert [each.label for each in versions(scene, notebook)] == ["ann", "bob"]


def test_edits_of_one_agent_within_the_window_are_one_version(scene):
    notebook = scene.autosave.open(FILE)
    for step in range(5):
        scene.submit(notebook, create(f"c{step}", f"x{step} = 0"))
        scene.wait(WINDOW_S / 5 - 0.1)
    (version,) = versions(scene, notebook)
    assert len(codes(scene, version)) == 5


def test_edits_of_one_agent_further_apart_are_versions_of_their_own(scene):
    notebook = scene.autosave.open(FILE)
    for step in range(3):
        scene.submit(notebook, create(f"c{step}", f"x{step} = 0"))
        scene.wait(WINDOW_S + 1)
    assert [len(codes(scene, each)) for each in versions(scene, notebook)] == [1, 2, 3]


def test_without_a_window_each_save_is_a_version():
    scene = Scene(history_merge_s=0)
    notebook = scene.autosave.open(FILE)
    for step in range(3):
        scene.submit(notebook, create(f"c{step}", f"x{step} = 0"))
    assert len(versions(scene, notebook)) == 3
    scene.autosave.stop()


def test_another_programs_text_is_a_version_before_the_merge(scene):
    scene.storage.replace(FILE, text("x = 0"))
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("b", "y = 1"))
    theirs = scene.storage.read(FILE).replace(b"x = 0", b"x = 'theirs'")
    scene.storage.replace(FILE, theirs)
    scene.submit(notebook, edit("b", "y = 2"))
    *_, watched, merged = versions(scene, notebook)
    assert (watched.source, codes(scene, watched)) == ("file-watch", ["x = 'theirs'", "y = 1"])
    assert (merged.source, codes(scene, merged)) == ("code-mode", ["x = 'theirs'", "y = 2"])


def test_versions_that_wait_are_kept_at_the_stop(scene):
    scene.submit(scene.autosave.open(FILE), create("a", "x = 0"))
    scene.autosave.stop()
    assert [each.source for each in scene.archive.versions(FILE)] == ["code-mode"]


def test_a_failing_archive_fails_no_save(scene):
    scene.archive.fail_next("disk full", 1_000)
    receipt = scene.submit(scene.autosave.open(FILE), create("a", "x = 0"))
    scene.wait(2)
    assert saved(receipt).version == 1


def test_without_history_none_is_kept():
    scene = Scene(history=False)
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("a", "x = 0"))
    assert versions(scene, notebook) == []
    scene.autosave.stop()
    assert "PutVersion" not in scene.archive.committed


def test_without_drafts_and_history_no_database_is_made(tmp_path):
    state = tmp_path / "state"
    settings = Settings(drafts=False, history=False, state_dir=state)
    with Autosave(settings) as autosave:
        notebook = autosave.open(tmp_path / "nb.py")
        saved(notebook.submit(create("a", "x = 0")))
        autosave.open().submit(create("a", "x = 0"))
        assert notebook.versions() == []
    assert not list(state.rglob(f"{DATABASE}*"))


def test_a_replay_and_a_load_test_leave_the_users_own_state_alone(tmp_path):
    replay([read_recording(RECORDINGS / "eda.ndjson")], tmp_path)
    assert run_load_test(Plan(sessions=2, edits=2, cells=2, folder=tmp_path)).ok
    assert run_load_test(Plan(sessions=2, edits=2, cells=2, storage="memory")).ok
    assert not (default_folder() / "state.sqlite3").exists()


def test_a_load_test_keeps_history_where_its_notebooks_are(tmp_path):
    found: list[Path] = []

    class Looks(Watch):
        def begin(self, phase, total):
            if phase == "remove":
                found.extend(tmp_path.rglob(DATABASE))

    run_load_test(Plan(sessions=2, edits=2, cells=2, folder=tmp_path), watch=Looks())
    assert len(found) == 1
    assert list(tmp_path.iterdir()) == []
