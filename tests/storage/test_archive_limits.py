"""The limits of an archive: what goes is told, and the newest of each stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.settings import Settings
from actors.storage import Archive, MemoryArchive, SqliteArchive
from actors.storage.archive import Change, DropDraft, Limits, Removed
from actors.storage.archive.stored_text import StoredText
from tests.storage.archive_scene import NB, NOW_S, OTHER, a_draft, a_version, ids, texts

SIZE = StoredText.of(b"1").stored
"""What a text of one byte takes."""


class Clock:
    """Seconds since 1970, as the test says."""

    def __init__(self) -> None:
        self.now_s = NOW_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Any]:
    archives: list[Archive] = []

    def make_one(**limits: Any) -> Archive:
        values: dict[str, Any] = {"history_merge_s": 0, "check_every": 1, **limits}
        archive: Archive
        if request.param == "memory":
            archive = MemoryArchive(limits=Limits(**values), now=clock)
        else:
            archive = SqliteArchive(tmp_path / "state", limits=Limits(**values), now=clock)
        archives.append(archive)
        return archive

    yield make_one
    for archive in archives:
        archive.close()


# -- drafts ------------------------------------------------------------------------


def test_drafts_that_are_too_old_go_and_are_told_the_oldest_first(make, clock):
    archive, old, older = make(drafts_max_age_s=100), a_draft("a"), a_draft("b", time_s=NOW_S - 1)
    archive.commit([old, older])
    clock.now_s += 101
    removed = archive.commit([a_draft("c", time_s=clock.now_s)])
    assert removed == Removed((older.draft, old.draft), 0)
    assert ids(archive) == ["c"]


def test_a_draft_that_is_kept_again_is_young(make, clock):
    archive = make(drafts_max_age_s=100)
    archive.commit([a_draft("a")])
    clock.now_s += 60
    archive.commit([a_draft("a", time_s=clock.now_s)])
    clock.now_s += 60
    assert archive.commit([]) == Removed()


def test_of_too_many_bytes_the_oldest_drafts_go_and_are_told(make):
    archive = make(drafts_max_bytes=2 * SIZE)
    puts = [a_draft(name, name.encode(), time_s=NOW_S + at_s) for at_s, name in enumerate("abcd")]
    removed = archive.commit(puts)
    assert removed.drafts == (puts[0].draft, puts[1].draft)
    assert ids(archive) == ["d", "c"]


def test_the_newest_draft_stays_however_large(make):
    archive = make(drafts_max_bytes=1)
    archive.commit([a_draft("a", b"1" * 100)])
    assert ids(archive) == ["a"]


def test_a_draft_in_place_of_another_is_counted_once(make):
    archive = make(drafts_max_bytes=2 * SIZE)
    for _ in range(5):
        assert archive.commit([a_draft("a", b"1"), a_draft("b", b"2")]) == Removed()
    archive.commit([DropDraft("a"), a_draft("c", b"3")])
    assert sorted(ids(archive)) == ["b", "c"]


# -- versions ----------------------------------------------------------------------


def test_of_too_many_versions_the_oldest_of_that_file_go(make):
    archive = make(history_max_versions=2)
    changes = [a_version(b"%d" % number, at_s=number) for number in range(4)]
    assert archive.commit([a_version(b"o", path=OTHER), *changes]) == Removed((), 2)
    assert (texts(archive), texts(archive, OTHER)) == ([b"2", b"3"], [b"o"])
    assert [version.number for version in archive.versions(NB)] == [4, 3]


def test_versions_that_are_too_old_go_but_the_newest_of_each_file(make, clock):
    archive = make(history_max_age_s=100)
    archive.commit([a_version(b"1"), a_version(b"2", at_s=1), a_version(b"o", path=OTHER)])
    clock.now_s += 1_000
    assert archive.commit([]) == Removed((), 1)
    assert (texts(archive), texts(archive, OTHER)) == ([b"2"], [b"o"])


def test_of_too_many_bytes_the_oldest_versions_go_but_the_newest_of_each_file(make):
    archive = make(history_max_bytes=3 * SIZE)
    archive.commit([a_version(b"o", path=OTHER)])
    archive.commit([a_version(b"%d" % number, at_s=number) for number in range(5)])
    assert (texts(archive), texts(archive, OTHER)) == ([b"3", b"4"], [b"o"])


def test_newest_versions_stay_when_they_alone_are_too_many_bytes(make):
    archive = make(history_max_bytes=1)
    archive.commit([a_version(b"1"), a_version(b"2", at_s=60), a_version(b"o", path=OTHER)])
    assert (texts(archive), texts(archive, OTHER)) == ([b"2"], [b"o"])


def test_versions_and_drafts_do_not_count_against_each_other(make):
    archive = make(history_max_bytes=2 * SIZE, drafts_max_bytes=2 * SIZE)
    changes: list[Change] = [a_draft("a"), a_version(b"1"), a_version(b"2", at_s=60)]
    archive.begin_overwrite(NB, b"x" * 1_000, b"y" * 1_000)
    assert archive.commit(changes) == Removed()


def test_age_and_bytes_of_versions_are_looked_at_with_every_so_many_commits(make):
    archive = make(history_max_bytes=1, check_every=3)
    counts = [archive.commit([a_version(b"%d" % at_s, at_s=at_s)]).versions for at_s in range(7)]
    assert counts == [0, 0, 0, 3, 0, 0, 3]


def test_limits_are_the_settings_of_the_same_names():
    names = [field.name for field in attrs.fields(Limits) if field.name != "check_every"]
    values: dict[str, Any] = {name: number for number, name in enumerate(names, 2)}
    assert Limits.of(Settings(**values)) == Limits(**values)
    assert Limits.of(Settings()) == Limits()


# -- any drafts, any limits ------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 300), st.binary(max_size=40)), max_size=12
    ),
    st.integers(1, 200),
    st.integers(1, 300),
)
def test_every_draft_that_is_gone_was_told(puts, max_bytes, max_age_s):
    clock = Clock()
    limits = Limits(drafts_max_bytes=max_bytes, drafts_max_age_s=max_age_s)
    archive = MemoryArchive(limits=limits, now=clock)
    there: set[str] = set()
    for name, age_s, data in puts:
        removed = archive.commit([a_draft(name, data, time_s=NOW_S - age_s)])
        there = (there | {name}) - {draft.id for draft in removed.drafts}
        assert there == set(ids(archive))
