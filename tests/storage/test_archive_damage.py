"""A database that is damaged, replaced, gone, or made by a newer release."""

import errno
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from actors.errors import StorageError
from actors.storage import SqliteArchive
from actors.storage.archive.trouble import storage_error
from tests.storage.archive_scene import NOW_S, a_draft, a_version, ids


def test_tables_of_a_newer_release_are_left_alone(archive, other):
    archive.commit([a_draft()])
    archive.close()
    with closing(sqlite3.connect(archive.path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="upgrade notebook-actors"):
        other.drafts()
    assert archive.path.exists()


def test_damage_that_one_who_reads_finds_is_set_aside(archive, folder):
    folder.mkdir(0o700)
    archive.path.write_bytes(b"no database at all" * 1_000)
    with pytest.raises(StorageError, match=r"is damaged"):
        archive.drafts()
    assert archive.drafts() == []


@pytest.mark.parametrize("garbage", [b"no database at all" * 1_000, b"\0" * 8_192])
def test_a_file_that_is_no_database_is_set_aside_and_a_new_one_made(archive, folder, garbage):
    folder.mkdir(0o700)
    archive.path.write_bytes(garbage)
    with pytest.raises(StorageError, match=r"is damaged .* is kept as .*damaged-2"):
        archive.commit([a_draft()])
    archive.commit([a_draft()])
    assert ids(archive) == ["0000000a"]
    (kept,) = folder.glob("state.sqlite3.damaged-*")
    assert (kept.read_bytes(), stat.S_IMODE(kept.stat().st_mode)) == (garbage, 0o600)


def test_a_database_that_is_damaged_while_it_is_open_is_set_aside(archive, other, folder):
    archive.commit([a_draft("a"), a_version(b"1" * 10_000)])
    archive.close()
    ids(other)
    with archive.path.open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xff" * (archive.path.stat().st_size - 4_096))
    with pytest.raises(StorageError, match=r"is damaged"):
        other.commit([a_draft("b"), a_version(b"2")])
    for each in (other, archive):
        each.commit([a_draft("c")])
        assert ids(each) == ["c"]
    assert len(list(folder.glob("*.damaged-????????T??????.??????"))) == 1
    assert len(list(folder.glob("*.damaged-*-wal"))) == 1


def test_one_that_finds_it_damaged_after_another_does_not_set_aside_the_new_one(
    archive, other, folder
):
    archive.commit([a_draft("a")])
    stale, other._reading._identity = other._reading._identity, None
    assert stale is None
    other._reading._identity = (0, 0)
    assert other._reading._set_aside() is None
    assert ids(archive) == ["a"]


def test_a_text_that_cannot_be_unpacked_is_an_error_of_ours(archive):
    archive.commit([a_draft("a")])
    with archive._writing.transaction("damage") as database:
        database.execute("UPDATE texts SET packed = x'00'")
    with pytest.raises(StorageError, match="the text of draft a is damaged"):
        archive.draft_text("a")


def test_a_damaged_text_is_an_error_and_not_another_text(archive):
    archive.commit([a_draft("a", b"1" * 1_000), a_draft("b", b"2" * 1_000)])
    with archive._writing.transaction("damage") as database:
        database.execute("UPDATE texts SET packed = (SELECT packed FROM texts WHERE id = 1)")
    assert archive.draft_text("a") == b"1" * 1_000
    with pytest.raises(StorageError, match="the text of draft b is damaged"):
        archive.draft_text("b")


@pytest.mark.parametrize("move", [True, False])
def test_a_folder_that_is_gone_is_made_again(archive, folder, tmp_path, move):
    archive.commit([a_draft("a")])
    if move:
        folder.rename(tmp_path / "moved")
    else:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    archive.commit([a_draft("b")])
    assert ids(archive) == ["b"]
    with closing(SqliteArchive(folder, now=lambda: NOW_S)) as other:
        assert ids(other) == ["b"]


def test_a_commit_into_a_database_that_is_taken_away_meanwhile_is_no_success(archive, folder):
    archive.commit([a_draft("a")])
    with (
        pytest.raises(StorageError, match="removed or replaced at this moment"),
        archive._writing.transaction("keep work"),
    ):
        archive.path.rename(folder / "elsewhere")


def test_closing_does_not_wait_for_ever_for_a_disk_that_hangs(folder):
    with closing(SqliteArchive(folder, now=lambda: NOW_S, busy_timeout_s=0.01)) as archive:
        archive.commit([a_draft()])
        with archive._writing.reading("hang"):
            archive.close()
        assert ids(archive) == ["0000000a"]


@pytest.mark.parametrize(("place", "cause"), [("none", "gone"), ("file/none", "gone")])
def test_a_place_that_is_not_there_is_gone_whatever_the_database_says(tmp_path, place, cause):
    (tmp_path / "file").touch()
    error = storage_error("keep it", tmp_path / place / "db", sqlite3.OperationalError("?"))
    assert error.cause == cause


def test_a_disk_that_fails_under_the_folder_is_an_error_of_ours(archive, monkeypatch):
    def failing(path: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    archive.commit([a_draft()])
    monkeypatch.setattr("actors.storage.archive.connection._identity", failing)
    with pytest.raises(StorageError, match="check the disk, which may be failing"):
        archive.drafts()


def test_a_file_in_place_of_the_folder_is_an_error_of_one_line(archive, folder):
    folder.write_text("in the way")
    for use in (archive.drafts, lambda: archive.commit([a_draft()])):
        with pytest.raises(StorageError) as raised:
            use()
        assert str(raised.value).isprintable()
    folder.unlink()
    assert archive.drafts() == []


def test_a_log_that_a_crash_left_beside_a_new_database_is_not_taken_for_its_own(archive, folder):
    archive.commit([a_draft("old")])
    log = folder.joinpath("state.sqlite3-wal").read_bytes()
    archive.close()
    archive.path.unlink()
    folder.joinpath("state.sqlite3-wal").write_bytes(log)
    archive.commit([a_draft("new")])
    assert ids(archive) == ["new"]
