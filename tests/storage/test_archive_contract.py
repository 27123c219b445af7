"""What every `Archive` keeps: the same tests for the database and for the one in memory."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from actors.errors import StorageError
from actors.storage import Archive, MemoryArchive, SqliteArchive
from actors.storage.archive import DropDraft, Limits
from tests.storage.archive_scene import NB, NOW_S, OTHER, a_draft, a_version, ids, texts

Make = Callable[[Limits], Archive]


@pytest.fixture(params=["memory", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    archives: list[Archive] = []

    def make_one(limits: Limits) -> Archive:
        archive: Archive
        if request.param == "memory":
            archive = MemoryArchive(limits=limits, now=lambda: NOW_S)
        else:
            archive = SqliteArchive(tmp_path / "state", limits=limits, now=lambda: NOW_S)
        archives.append(archive)
        return archive

    yield make_one
    for archive in archives:
        archive.close()


@pytest.fixture
def archive(make: Make) -> Archive:
    return make(Limits())


# -- drafts ------------------------------------------------------------------------


def test_a_new_archive_is_empty(archive):
    assert (archive.drafts(), archive.drafts(NB), archive.versions(NB)) == ([], [], [])
    assert archive.overwrite_of(NB) is None


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff\xfe\r\n", b"x" * 3_000_001])
def test_a_draft_is_read_back_with_all_that_was_said_of_it(archive, data):
    put = a_draft(data=data)
    archive.commit([put])
    assert archive.drafts() == archive.drafts(NB) == [put.draft]
    assert archive.draft_text(put.draft.id) == data


def test_a_draft_of_an_unnamed_notebook_is_in_the_list_of_all_alone(archive):
    put = a_draft(path=None, cause=None, base_sha256=None)
    archive.commit([put])
    assert (archive.drafts(), archive.drafts(NB)) == ([put.draft], [])


def test_names_and_words_that_are_no_utf8_are_kept(archive):
    path = Path("/books/\udcff söndag 日.py")
    put = a_draft(path=path, reason="cannot save \udcff\ud800", notebook="\ud800", base_sha256="0")
    archive.commit([put, a_version(b"v", path=path, label="\udcff", source="'\"")])
    assert archive.drafts(path) == [put.draft]
    assert archive.versions(path)[0].label == "\udcff"


def test_a_draft_takes_the_place_of_one_with_its_id(archive):
    archive.commit([a_draft(data=b"old")])
    archive.commit([a_draft(data=b"new", path=OTHER, version=9)])
    assert (ids(archive), ids(archive, NB)) == (["0000000a"], [])
    assert (archive.drafts(OTHER)[0].version, archive.draft_text("0000000a")) == (9, b"new")


def test_drafts_are_listed_the_newest_first_and_of_two_at_once_the_later(archive):
    archive.commit([a_draft("b", time_s=2.0), a_draft("a", time_s=1.0), a_draft("c", time_s=2.0)])
    assert ids(archive) == ids(archive, NB) == ["c", "b", "a"]


def test_a_dropped_draft_is_gone_and_dropping_again_is_no_error(archive):
    archive.commit([a_draft("a"), a_draft("b")])
    archive.commit([DropDraft("a"), DropDraft("a"), DropDraft("never")])
    assert (ids(archive), archive.draft_text("b")) == (["b"], b"text")


def test_changes_are_made_in_their_order(archive):
    archive.commit([a_draft("a"), DropDraft("a"), DropDraft("b"), a_draft("b")])
    assert ids(archive) == ["b"]


def test_a_draft_that_does_not_exist_has_no_text(archive):
    with pytest.raises(StorageError, match="there is no draft"):
        archive.draft_text("never")


# -- versions ----------------------------------------------------------------------


def test_versions_are_numbered_for_each_file_and_listed_the_newest_first(archive):
    archive.commit([a_version(b"1"), a_version(b"1", path=OTHER), a_version(b"2", at_s=60)])
    found = [(version.number, version.sha256, version.time_s) for version in archive.versions(NB)]
    sha256 = [hashlib.sha256(data).hexdigest() for data in (b"2", b"1")]
    assert found == [(2, sha256[0], NOW_S + 60), (1, sha256[1], NOW_S)]
    assert (texts(archive), texts(archive, OTHER)) == ([b"1", b"2"], [b"1"])


def test_a_text_that_the_newest_version_has_adds_none_whoever_made_it(archive):
    archive.commit([a_version(b"1"), a_version(b"1", at_s=60, source="file-watch")])
    assert [version.source for version in archive.versions(NB)] == ["code-mode"]


def test_a_text_that_an_older_version_has_is_a_version(archive):
    archive.commit(
        [a_version(data, at_s=at_s) for data, at_s in ((b"1", 0), (b"2", 60), (b"1", 120))]
    )
    assert texts(archive) == [b"1", b"2", b"1"]


def test_a_burst_of_one_author_is_one_version_the_last(archive):
    archive.commit([a_version(b"0"), a_version(b"1", at_s=100), a_version(b"2", at_s=109.9)])
    (newest, _) = archive.versions(NB)
    assert (newest.number, newest.time_s, texts(archive)) == (2, NOW_S + 109.9, [b"0", b"2"])


def test_constant_edits_of_one_author_are_a_version_for_each_window(archive):
    archive.commit([a_version(b"%d" % second, at_s=second) for second in range(25)])
    assert texts(archive) == [b"9", b"19", b"24"]


@pytest.mark.parametrize(("source", "label"), [("code-mode", "b"), ("file-watch", "a")])
def test_another_author_within_the_window_is_another_version(archive, source, label):
    archive.commit([a_version(b"1", label="a"), a_version(b"2", source=source, label=label)])
    assert texts(archive) == [b"1", b"2"]


def test_a_clock_that_goes_back_loses_no_version(archive):
    archive.commit([a_version(b"1"), a_version(b"2", at_s=-5)])
    assert texts(archive) == [b"1", b"2"]


def test_without_a_window_each_text_is_a_version(make):
    archive = make(Limits(history_merge_s=0))
    archive.commit([a_version(b"1"), a_version(b"2")])
    assert texts(archive) == [b"1", b"2"]


@pytest.mark.parametrize("number", [0, 2, -1, 10**30])
def test_a_version_that_does_not_exist_has_no_text(archive, number):
    archive.commit([a_version(b"1")])
    with pytest.raises(StorageError):
        archive.version_text(NB, number)


# -- overwrites, names, threads ------------------------------------------------------


def test_a_text_on_its_way_is_there_until_it_has_arrived(archive):
    archive.begin_overwrite(NB, b"1", b"0")
    archive.begin_overwrite(NB, b"2", b"1")
    archive.begin_overwrite(OTHER, b"3", b"3")
    assert archive.overwrite_of(NB) == (b"2", b"1")
    archive.end_overwrite(NB)
    archive.end_overwrite(NB)
    assert (archive.overwrite_of(NB), archive.overwrite_of(OTHER)) == (None, (b"3", b"3"))


def test_a_file_that_is_moved_takes_its_versions_and_drafts_along(archive):
    archive.commit([a_draft(), a_version(b"1"), a_version(b"2", at_s=60)])
    archive.moved(NB, OTHER)
    assert (ids(archive, NB), texts(archive, NB)) == ([], [])
    assert (ids(archive, OTHER), texts(archive, OTHER)) == (["0000000a"], [b"1", b"2"])


def test_the_versions_of_a_moved_file_follow_those_that_its_new_name_has(archive):
    archive.commit([a_version(b"old", path=OTHER), a_version(b"1"), a_version(b"2", at_s=60)])
    archive.moved(NB, OTHER)
    archive.commit([a_version(b"3", path=OTHER, at_s=120)])
    assert [version.number for version in archive.versions(OTHER)] == [4, 3, 2, 1]
    assert texts(archive, OTHER) == [b"old", b"1", b"2", b"3"]


def test_moving_a_file_to_its_own_name_changes_nothing(archive):
    archive.commit([a_draft(), a_version(b"1")])
    archive.moved(NB, NB)
    assert (ids(archive, NB), texts(archive)) == (["0000000a"], [b"1"])


def test_a_text_that_two_refer_to_stays_until_the_last_lets_go(archive):
    archive.commit([a_draft("a"), a_draft("b"), a_version(b"text")])
    archive.commit([DropDraft("a"), a_version(b"other", at_s=1)])
    assert archive.draft_text("b") == b"text"


def test_a_closed_archive_is_opened_again_by_its_next_use(archive):
    archive.commit([a_draft()])
    archive.close()
    archive.close()
    assert ids(archive) == ["0000000a"]


def test_many_threads_keep_drafts_at_once(archive):
    with ThreadPoolExecutor(8) as threads:
        puts = [a_draft(f"{number:08x}", b"%d" % number) for number in range(40)]
        list(threads.map(lambda put: archive.commit([put]), puts))
        kept = threads.map(archive.draft_text, [put.draft.id for put in puts])
    assert list(kept) == [put.data for put in puts]
