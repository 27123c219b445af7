"""An earlier version comes back in a host that has the notebook open."""

from pathlib import Path

import pytest

from actors import (
    Deferred,
    FormatError,
    NotebookClosedError,
    Refused,
    StorageError,
)
from actors.formats import parse
from actors.notebook import Document
from actors.storage.archive import PutVersion, Version
from tests.system.scenes import create, edit, saved
from tests.system.simulated import Scene

FILE = Path("/n/nb.py")


@pytest.fixture
def scene():
    scene = Scene(history_merge_s=0)
    yield scene
    scene.autosave.stop()


@pytest.fixture
def notebook(scene):
    """Return a notebook with three versions: cell a, then b below, then a changed."""
    notebook = scene.autosave.open(FILE)
    for transaction in (create("a", "x = 0"), create("b", "y = 0"), edit("a", "x = 1")):
        scene.submit(notebook, transaction)
    scene.wait(2)
    return notebook


def restored(scene, notebook, *args):
    """Restore, and return how that ended."""
    receipt = notebook.restore(*args)
    scene.runtime.run_until_idle()
    return receipt.outcome


def codes(notebook):
    return [cell.code for cell in notebook]


def in_file(scene):
    return codes(parse(scene.storage.read(FILE), ".py"))


def test_a_version_comes_back_as_a_transaction_that_is_saved(scene, notebook):
    assert [version.number for version in notebook.versions()] == [3, 2, 1]
    assert restored(scene, notebook, 2).version == 4
    assert codes(notebook.document.notebook) == in_file(scene) == ["x = 0", "y = 0"]


def test_a_cell_comes_back_and_the_others_stay(scene, notebook):
    scene.submit(notebook, edit("b", "y = 1"))
    restored(scene, notebook, 2, "#1")
    assert in_file(scene) == ["x = 0", "y = 1"]


def test_cells_keep_their_ids(scene, notebook):
    restored(scene, notebook, 2)
    assert [cell.id for cell in notebook.document.notebook] == ["a", "b"]


def test_the_hosts_copy_follows_the_event(scene, notebook):
    copy = notebook.document.notebook
    restored(scene, notebook, 1)
    (merged,) = scene.merges()
    assert (merged.transaction.source, merged.version, merged.before) == ("restore", 4, copy)
    after = Document(copy).apply(merged.transaction).notebook
    assert codes(after) == codes(notebook.document.notebook) == ["x = 0"]


def test_it_is_saved_whatever_sources_ask_for_a_save():
    scene = Scene(persist_sources={"host"}, history_merge_s=0)
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("a", "x = 0", "host"))
    scene.submit(notebook, edit("a", "x = 1", "host"))
    scene.wait(2)
    assert restored(scene, notebook, 1).version == 3
    assert in_file(scene) == ["x = 0"]
    scene.autosave.stop()


def test_it_is_a_version_that_says_what_was_restored(scene, notebook):
    restored(scene, notebook, 1)
    restored(scene, notebook, 3, "#2")
    scene.wait(2)
    of_cell, of_all, *_ = notebook.versions()
    assert (of_all.source, of_all.label) == ("restore", "version 1")
    assert (of_cell.source, of_cell.label) == ("restore", "#2 of version 3")


def test_nothing_to_bring_back_is_a_flush(scene, notebook):
    assert restored(scene, notebook, 3).version == 3
    assert scene.merges() == []


def test_what_an_agent_did_since_is_no_obstacle(scene, notebook):
    """The transaction is made from the document as it is when its turn comes."""
    before = notebook.submit(create("c", "z = 0"))
    receipt = notebook.restore(2)
    after = notebook.submit(edit("a", "x = 'after'"))
    scene.runtime.run_until_idle()
    assert all(saved(each) for each in (before, receipt, after))
    assert in_file(scene) == ["x = 'after'", "y = 0"]


def test_a_cell_that_the_version_has_not_is_refused(scene, notebook):
    outcome = restored(scene, notebook, 1, "load")
    assert isinstance(outcome, Refused)
    assert "no cell 'load' in that version" in outcome.reason


def test_a_failing_save_defers_it_and_keeps_a_draft(scene, notebook):
    scene.storage.fail_next(times=1_000)
    assert isinstance(restored(scene, notebook, 1), Deferred)
    assert notebook.draft in scene.drafts()


def test_a_version_that_is_not_there_changes_nothing(scene, notebook):
    with pytest.raises(StorageError, match="no version 9"):
        notebook.restore(9)
    assert notebook.document.version == 3


def test_a_version_that_is_no_notebook_changes_nothing(scene, notebook):
    torn = Version(path=FILE, number=0, sha256="", size=1, source="file-watch", label="", time_s=0)
    scene.archive.commit([PutVersion(torn, b"def (")])
    with pytest.raises(FormatError):
        notebook.restore(notebook.versions()[0].number)
    assert notebook.document.version == 3


def test_an_unnamed_notebook_has_no_versions(scene):
    notebook = scene.autosave.open()
    assert notebook.versions() == []
    with pytest.raises(StorageError, match="has no versions"):
        notebook.restore(1)


def test_a_closed_notebook_cannot_be_restored(scene, notebook):
    notebook.close()
    with pytest.raises(NotebookClosedError):
        notebook.restore(1)


def test_a_renamed_notebook_has_the_versions_that_it_had(scene, notebook):
    receipt = notebook.rename(FILE.with_name("other.py"))
    scene.runtime.run_until_idle()
    scene.wait(2)
    assert saved(receipt).path.name == "other.py"
    restored(scene, notebook, 1)
    assert codes(notebook.document.notebook) == ["x = 0"]
