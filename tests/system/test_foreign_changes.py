"""What others do to a notebook's file while an agent edits it."""

from pathlib import Path

import attrs
import pytest

from actors import Alert, Deferred, Document, Merged, Saved, SaveStatus, SetHeader
from actors.formats import parse
from tests.system.scenes import edit
from tests.system.watched_scene import PATH, Watched, text


@pytest.fixture
def watched():
    watched = Watched()
    yield watched
    watched.autosave.stop()


def test_an_edit_of_another_cell_in_another_editor_is_merged(watched):
    watched.outside("a = 1", "b = 1", "c = 2")
    assert isinstance(watched.edit(0, "a = 2").outcome, Saved)
    assert watched.file == watched.codes == ["a = 2", "b = 1", "c = 2"]
    assert watched.dangers == []


def test_a_host_that_applies_what_it_hears_has_the_document(watched):
    copy = watched.notebook.document
    watched.outside("a = 1", "new = 0", "c = 2")
    watched.edit(0, "a = 2")
    (merged,) = watched.heard(Merged)
    sent = attrs.evolve(copy.notebook.cells[0], code="a = 2", version=1)
    copy = Document(attrs.evolve(copy.notebook, cells=[sent, *copy.notebook.cells[1:]]), 1)
    assert (merged.transaction.source, merged.version) == ("file-watch", 2)
    assert merged.before.cells == copy.notebook.cells
    applied = copy.apply(merged.transaction).notebook
    assert [(c.id, c.code) for c in applied] == [
        (c.id, c.code) for c in watched.notebook.document.notebook
    ]


def test_a_dependency_added_to_the_header_stays(watched):
    header = '# /// script\n# dependencies = ["polars"]\n# ///\n'
    watched.outside("a = 1", "b = 1", "c = 1", header=header)
    watched.edit(0, "a = 2")
    assert "polars" in watched.storage.read(PATH).decode()
    (change,) = watched.heard(Merged)[0].transaction.changes
    assert change == SetHeader(watched.notebook.document.notebook.header)
    assert watched.file == ["a = 2", "b = 1", "c = 1"]


def test_the_same_cell_changed_twice_leaves_the_file_alone_and_says_so_once(watched):
    watched.outside("a = 99", "b = 1", "c = 1")
    outcome = watched.edit(0, "a = 2").outcome
    watched.runtime.advance(600)
    assert isinstance(outcome, Deferred)
    assert "a = 2" in outcome.reason
    assert watched.file == ["a = 99", "b = 1", "c = 1"]
    first, *later = watched.dangers
    assert str(PATH) in first.description
    assert "resolve" in first.description
    assert watched.notebook.draft in first.description
    assert len(later) <= 1  # after five minutes, and an hour, once more
    assert watched.heard(SaveStatus)[-1].cause == "conflict"


def test_what_is_in_conflict_is_a_draft(watched):
    watched.outside("a = 99", "b = 1", "c = 1")
    watched.edit(0, "a = 2")
    (draft,) = watched.archive.drafts(PATH)
    assert (draft.id, draft.cause) == (watched.notebook.draft, "conflict")
    assert watched.draft == text("a = 2", "b = 1", "c = 1")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("ours", ["a = 2", "b = 1", "c = 2"]),
        ("theirs", ["a = 99", "b = 1", "c = 2"]),
        ("both", ["a = 2", "a = 99", "b = 1", "c = 2"]),
    ],
)
def test_a_choice_ends_a_conflict_and_its_draft(watched, choice, expected):
    watched.outside("a = 99", "b = 1", "c = 2")
    watched.edit(0, "a = 2")
    assert isinstance(watched.resolve(choice).outcome, Saved)
    assert watched.file == watched.codes == expected
    assert watched.archive.drafts() == []
    assert watched.heard(Alert)[-1].variant is None


def test_a_choice_holds_for_one_conflict_only(watched):
    watched.outside("a = 99", "b = 1", "c = 1")
    watched.edit(0, "a = 2")
    watched.resolve("ours")
    watched.outside("a = 100", "b = 1", "c = 1")
    assert isinstance(watched.edit(0, "a = 3").outcome, Deferred)
    assert watched.file == ["a = 100", "b = 1", "c = 1"]


def test_a_choice_without_a_conflict_changes_nothing(watched):
    assert watched.resolve("theirs").outcome.sha256 is not None
    watched.outside("a = 99", "b = 1", "c = 1")
    assert isinstance(watched.edit(0, "a = 2").outcome, Deferred)


def test_a_stop_does_not_wait_for_a_person(watched):
    watched.outside("a = 99", "b = 1", "c = 1")
    watched.edit(0, "a = 2")
    before_s = watched.runtime.clock.monotonic()
    (unsaved,) = watched.autosave.stop().unsaved
    assert watched.runtime.clock.monotonic() - before_s < 1
    assert watched.archive.draft_text(unsaved.draft) == text("a = 2", "b = 1", "c = 1")


def test_a_choice_is_about_the_text_that_was_seen(watched):
    watched.outside("a = 99", "b = 1", "c = 1")
    watched.edit(0, "a = 2")
    watched.outside("a = 100", "b = 1", "c = 1")
    assert isinstance(watched.resolve("ours").outcome, Deferred)
    assert watched.file == ["a = 100", "b = 1", "c = 1"]
    assert isinstance(watched.resolve("ours").outcome, Saved)
    assert watched.file == ["a = 2", "b = 1", "c = 1"]


def test_a_conflict_ends_by_itself_when_the_other_side_goes_back(watched):
    watched.outside("a = 99", "b = 1", "c = 1")
    watched.edit(0, "a = 2")
    watched.outside("a = 1", "b = 1", "c = 1")
    watched.runtime.advance(60)
    assert watched.file == ["a = 2", "b = 1", "c = 1"]
    assert watched.heard(Alert)[-1].variant is None


def test_a_file_that_is_only_touched_is_no_conflict(watched):
    watched.storage.touch_outside(PATH)
    assert isinstance(watched.edit(0, "a = 2").outcome, Saved)
    assert watched.heard(Merged) == []


def test_a_file_that_was_deleted_is_made_again(watched):
    watched.storage.delete_outside(PATH)
    assert isinstance(watched.edit(0, "a = 2").outcome, Saved)
    assert watched.file == ["a = 2", "b = 1", "c = 1"]


@pytest.mark.parametrize("left", [b"", b"import mar", text("")])
def test_a_file_that_another_program_is_just_writing_is_waited_for(watched, left):
    watched.storage.write_outside(PATH, left)
    assert isinstance(watched.edit(0, "a = 2").outcome, Deferred)
    assert watched.storage.read(PATH) == left
    watched.outside("a = 1", "b = 2", "c = 1")
    watched.runtime.advance(60)
    assert watched.file == ["a = 2", "b = 2", "c = 1"]


def test_each_change_between_two_saves_is_merged(watched):
    for number in range(2, 6):
        watched.outside(f"a = {number}", *watched.file[1:])
        watched.edit(2, f"c = {number}")
        assert watched.file == [f"a = {number}", "b = 1", f"c = {number}"]


def test_a_failed_save_after_which_somebody_edits_loses_neither(watched):
    watched.storage.fail_next("input/output error")
    watched.edit(0, "a = 2")
    watched.outside("a = 1", "b = 1", "c = 3")
    watched.runtime.advance(10)
    assert watched.file == ["a = 2", "b = 1", "c = 3"]


def test_a_text_that_a_failed_save_left_is_no_change_of_others(watched):
    watched.storage.fail_next("the folder could not be synced")
    watched.edit(0, "a = 2")
    watched.outside("a = 2", "b = 1", "c = 1")  # what the failed save has left
    watched.edit(0, "a = 3")
    assert watched.file == ["a = 3", "b = 1", "c = 1"]
    assert watched.heard(Merged) == []


def test_their_text_and_ours_are_both_versions(watched):
    watched.outside("a = 1", "b = 1", "c = 2")
    watched.edit(0, "a = 2")
    watched.runtime.advance(10)
    versions = watched.archive.versions(PATH)
    texts = [watched.archive.version_text(PATH, version.number) for version in versions]
    assert [version.source for version in versions] == ["code-mode", "file-watch"]
    assert texts == [text("a = 2", "b = 1", "c = 2"), text("a = 1", "b = 1", "c = 2")]


def test_a_rename_behind_a_save_takes_nobodys_text_for_anothers(watched):
    receipt = watched.notebook.submit(edit(watched.notebook.document.notebook.cells[0].id, "a = 2"))
    renamed = watched.notebook.rename("/other.md")
    watched.runtime.run_until_idle()
    assert isinstance(receipt.outcome, Saved)
    assert isinstance(renamed.outcome, Saved)
    assert watched.heard(Merged) == []
    data = watched.storage.read(Path("/other.md"))
    assert [cell.code for cell in parse(data, ".md")] == ["a = 2", "b = 1", "c = 1"]


def test_a_change_that_a_rename_to_another_format_carries_along_is_read_in_the_old_one(watched):
    watched.outside("a = 1", "b = 1", "c = 2")
    watched.notebook.rename("/other.md")
    watched.edit(0, "a = 2")
    data = watched.storage.read(Path("/other.md"))
    assert [cell.code for cell in parse(data, ".md")] == ["a = 2", "b = 1", "c = 2"]


def test_a_text_over_which_merging_fails_is_a_conflict_and_no_crash(watched, monkeypatch):
    def raising(*_):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("actors.foreign.reconcile", raising)
    watched.outside("a = 1", "b = 1", "c = 2")
    outcome = watched.edit(0, "a = 2").outcome
    assert isinstance(outcome, Deferred)
    assert "a mistake of ours" in outcome.reason
    assert watched.heard(SaveStatus)[-1].cause == "conflict"
    assert watched.file == ["a = 1", "b = 1", "c = 2"]
