"""What a host that watches files gets by a look at once, and not with the next edit."""

import pytest

from actors import Deferred, Merged, NotebookClosedError, Saved, SaveStatus, SetCode
from tests.system.watched_scene import PATH, Watched, text


@pytest.fixture
def watched():
    watched = Watched()
    yield watched
    watched.autosave.stop()


def test_a_look_takes_a_change_of_another_program_in_and_writes_nothing(watched):
    watched.outside("a = 1", "b = 1", "c = 2")
    outcome = watched.look()
    assert watched.codes == ["a = 1", "b = 1", "c = 2"]
    assert outcome == Saved(1, watched.sha256, PATH)
    (merged,) = watched.heard(Merged)
    assert (merged.version, watched.replaced) == (1, [])


def test_a_text_in_another_layout_stays_as_it_is(watched):
    theirs = text("a = 1", "b = 1", "c = 2").replace(b"\n\n\n@app", b"\n\n# mine\n@app")
    watched.storage.write_outside(PATH, theirs)
    assert isinstance(watched.look(), Saved)
    assert watched.storage.read(PATH) == theirs


def test_a_look_at_what_was_left_does_nothing_at_all(watched):
    watched.edit(0, "a = 2")
    document, heard = watched.notebook.document, len(watched.events)
    watched.storage.touch_outside(PATH)
    assert watched.look() == Saved(1, watched.sha256, PATH)
    assert watched.notebook.document is document
    assert len(watched.events) == heard


def test_edits_go_on_from_what_a_look_has_found(watched):
    watched.outside("a = 1", "b = 1", "c = 2")
    watched.look()
    assert isinstance(watched.edit(0, "a = 2").outcome, Saved)
    assert watched.file == watched.codes == ["a = 2", "b = 1", "c = 2"]
    assert len(watched.heard(Merged)) == 1


def test_what_asks_for_no_save_is_merged_and_not_written(watched):
    cell = watched.notebook.document.notebook.cells[0].id
    watched.send(SetCode(cell, "a = 2"), source="frontend")
    watched.outside("a = 1", "b = 1", "c = 2")
    assert isinstance(outcome := watched.look(), Deferred)
    assert "only these sources do" in outcome.reason
    assert watched.codes == ["a = 2", "b = 1", "c = 2"]
    assert (watched.file, watched.replaced) == (["a = 1", "b = 1", "c = 2"], [])


def test_unsaved_work_is_saved_with_what_the_look_has_found(watched):
    watched.storage.fail_next("disk full")
    watched.edit(0, "a = 2")
    watched.outside("a = 1", "b = 1", "c = 2")
    assert isinstance(watched.look(), Saved)
    assert watched.file == watched.codes == ["a = 2", "b = 1", "c = 2"]


def test_a_dispute_over_unsaved_work_is_told_at_once_and_the_work_is_a_draft(watched):
    watched.storage.fail_next("disk full")
    watched.edit(0, "a = 2")
    watched.outside("a = 99", "b = 1", "c = 1")
    assert isinstance(watched.look(), Deferred)
    status = watched.heard(SaveStatus)[-1]
    assert (status.state, status.cause) == ("failing", "conflict")
    assert watched.draft == text("a = 2", "b = 1", "c = 1")
    assert "resolve" in watched.dangers[-1].description


def test_a_text_that_cannot_be_read_alarms_nobody_where_nothing_is_at_stake(watched):
    watched.storage.write_outside(PATH, text("a = 1", "b = 2", "c = 1")[:120])
    assert isinstance(watched.look(), Deferred)
    assert (watched.codes, watched.events) == (["a = 1", "b = 1", "c = 1"], [])
    watched.outside("a = 1", "b = 2", "c = 1")  # the other program has written it all
    assert isinstance(watched.look(), Saved)
    assert watched.codes == ["a = 1", "b = 2", "c = 1"]


@pytest.mark.parametrize(("choice", "first"), [("ours", "a = 2"), ("theirs", "a = 99")])
def test_a_choice_ends_a_dispute_that_only_a_look_has_found(watched, choice, first):
    cell = watched.notebook.document.notebook.cells[0].id
    watched.send(SetCode(cell, "a = 2"), source="frontend")
    watched.outside("a = 99", "b = 1", "c = 1")
    assert "a = 2" in watched.look().reason
    assert isinstance(watched.resolve(choice).outcome, Saved)
    assert watched.file == watched.codes == [first, "b = 1", "c = 1"]


def test_a_choice_against_a_text_that_cannot_be_read_puts_ours_in_its_place(watched):
    watched.storage.write_outside(PATH, b"def (:\n")
    watched.look()
    assert isinstance(watched.resolve("ours").outcome, Saved)
    assert watched.file == ["a = 1", "b = 1", "c = 1"]


def test_a_dispute_is_over_when_the_other_side_goes_back(watched):
    before = watched.storage.read(PATH)
    watched.storage.write_outside(PATH, b"def (:\n")
    watched.look()
    watched.storage.write_outside(PATH, before)
    assert isinstance(watched.look(), Saved)
    assert isinstance(watched.resolve("ours").outcome, Saved)
    assert watched.replaced == []


def test_a_file_that_vanished_is_no_edit(watched):
    watched.storage.delete_outside(PATH)
    assert "is not there" in watched.look().reason
    assert (watched.codes, watched.events) == (["a = 1", "b = 1", "c = 1"], [])
    assert watched.storage.read(PATH) is None


def test_a_file_that_cannot_be_read_says_why_and_changes_nothing(watched):
    watched.storage.fail_next("no such device", on="read")
    assert watched.look() == Deferred("no such device")
    assert watched.events == []


@pytest.mark.parametrize(("path", "mode"), [(None, "edit"), (PATH, "run")])
def test_a_notebook_that_is_never_saved_has_nothing_to_look_at(watched, path, mode):
    other = Watched(path=path, mode=mode)
    other.outside("a = 2")
    assert isinstance(other.look(), Deferred)
    assert other.events == []


def test_a_file_that_another_program_makes_is_taken_in(watched):
    new = PATH.with_name("new.py")
    notebook = watched.autosave.open(new)
    watched.storage.write_outside(new, text("theirs = 1"))
    receipt = notebook.look()
    watched.runtime.run_until_idle()
    assert isinstance(receipt.outcome, Saved)
    assert [cell.code for cell in notebook.document.notebook] == ["theirs = 1"]


def test_a_change_that_a_look_takes_in_is_a_version(watched):
    watched.outside("a = 1", "b = 1", "c = 2")
    watched.look()
    watched.runtime.advance(60)
    assert [version.source for version in watched.notebook.versions()] == ["file-watch"]


def test_a_closed_notebook_cannot_be_looked_at(watched):
    watched.notebook.close()
    with pytest.raises(NotebookClosedError):
        watched.notebook.look()
