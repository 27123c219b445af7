"""The database on a disk: who may read it, what becomes of it, what is said when it cannot be."""

import errno
import fcntl
import os
import stat
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from actors.errors import StorageError
from actors.storage import SqliteArchive
from tests.storage.archive_scene import NB, NOW_S, a_draft, a_version, ids, texts

NAMES = ["state.sqlite3", "state.sqlite3-shm", "state.sqlite3-wal"]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# -- where it is, and who may read it ------------------------------------------------


def test_nothing_is_made_before_the_first_use(archive, folder):
    assert not folder.exists()
    archive.close()
    assert not folder.exists()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_folder_and_files_are_this_users_alone_whatever_the_umask(archive, folder, umask):
    before = os.umask(umask)
    try:
        archive.commit([a_draft()])
    finally:
        os.umask(before)
    assert (mode(folder), modes(folder)) == (0o700, dict.fromkeys(NAMES, 0o600))


def test_what_is_open_to_others_is_closed(archive, folder):
    archive.commit([a_draft()])
    archive.close()
    folder.chmod(0o755)
    archive.path.chmod(0o644)
    assert ids(archive) == ["0000000a"]
    assert (mode(folder), mode(archive.path)) == (0o700, 0o600)


def test_a_folder_that_is_open_to_others_and_has_other_files_is_refused_and_left_alone(
    archive, folder
):
    folder.mkdir(0o755)
    folder.chmod(0o755)
    (folder / "theirs.txt").touch()
    with pytest.raises(StorageError, match="others may look into it"):
        archive.commit([a_draft()])
    assert modes(folder).keys() == {"theirs.txt"}
    assert mode(folder) == 0o755


def test_a_link_in_place_of_the_database_is_not_followed(archive, folder, tmp_path):
    folder.mkdir(0o700)
    archive.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="not a regular file"):
        archive.drafts()
    assert not (tmp_path / "elsewhere").exists()


def test_without_a_folder_it_is_in_the_state_of_this_user(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert SqliteArchive().path == tmp_path / "notebook-actors" / "state.sqlite3"


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch):
    monkeypatch.setattr(
        "actors.storage.archive.sqlite.default_folder", lambda: Path("~/.local/state")
    )
    with pytest.raises(StorageError, match="set XDG_STATE_HOME"):
        SqliteArchive().drafts()


def test_a_relative_folder_stays_where_it_was(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    archive = SqliteArchive(Path("state"))
    monkeypatch.chdir("/")
    with closing(archive):
        archive.commit([a_draft()])
    assert (tmp_path / "state" / "state.sqlite3").exists()


def test_a_folder_whose_name_is_no_utf8_is_a_folder(tmp_path):
    with closing(SqliteArchive(tmp_path / "\udcff söndag", now=lambda: NOW_S)) as archive:
        archive.commit([a_draft()])
        assert ids(archive) == ["0000000a"]


# -- many at once --------------------------------------------------------------------


def test_archives_on_one_database_see_each_others_commits(archive, other):
    archive.commit([a_draft("a")])
    assert ids(other) == ["a"]
    other.commit([a_draft("b")])
    assert sorted(ids(archive)) == ["a", "b"]


def test_a_commit_that_cannot_get_its_turn_says_that_it_is_locked(folder):
    with closing(SqliteArchive(folder, now=lambda: NOW_S, busy_timeout_s=0.05)) as archive:
        archive.commit([a_draft("a")])
        with archive._reading.reading("hold it") as holder:
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="has been writing there for long") as raised:
                archive.commit([a_draft("b")])
            holder.execute("ROLLBACK")
        assert raised.value.cause == "locked"
        assert archive.commit([a_draft("b")]).drafts == ()


def test_opening_waits_for_another_that_opens_but_not_for_ever(folder):
    folder.mkdir(0o700)
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        with closing(SqliteArchive(folder, now=lambda: NOW_S, busy_timeout_s=0.05)) as archive:
            with pytest.raises(StorageError, match="another process holds") as raised:
                archive.drafts()
            assert raised.value.cause == "locked"
            fcntl.flock(fd, fcntl.LOCK_UN)
            assert archive.drafts() == []
    finally:
        os.close(fd)


@pytest.mark.parametrize(("number", "works"), [(errno.ENOLCK, True), (errno.EIO, False)])
def test_a_file_system_without_locks_will_do(archive, monkeypatch, number, works):
    def flock(fd: int, operation: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr("fcntl.flock", flock)
    with nullcontext() if works else pytest.raises(StorageError, match="cannot list the drafts"):
        assert archive.drafts() == []


def test_a_limit_of_its_size_is_a_full_disk(archive):
    archive.commit([a_draft("a")])
    with archive._writing.reading("limit") as database:
        database.execute("PRAGMA max_page_count = 25")
    with pytest.raises(StorageError) as raised:
        archive.commit([a_draft("b", os.urandom(200_000))])
    assert (raised.value.cause, ids(archive)) == ("disk full", ["a"])


def test_who_reads_does_not_wait_for_who_writes(archive):
    archive.commit([a_draft("a")])
    with archive._writing.transaction("write") as writer:
        writer.execute("DELETE FROM drafts")
        assert ids(archive, NB) == ["a"]


def test_a_commit_is_on_the_disk_when_it_returns(archive):
    with archive._writing.reading("look") as database:
        assert database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_commit_that_raises_leaves_nothing_of_itself(archive):
    impossible = a_draft("b", path=Path("/\ud800.py"))
    with pytest.raises(StorageError):
        archive.commit([a_draft("a"), a_version(b"1"), impossible])
    assert (ids(archive), texts(archive)) == ([], [])
