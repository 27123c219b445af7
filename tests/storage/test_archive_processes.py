"""Real processes and disks: commits at once, kill -9, fork, a full disk, a read-only one."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

import actors
from actors.errors import StorageError
from actors.storage import SqliteArchive
from tests.storage.archive_scene import NB, NOW_S, a_draft, a_version, ids, texts

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

PRELUDE = """
import os, sys
from pathlib import Path
from actors.errors import StorageError
from actors.storage import Draft, SqliteArchive, Version
from actors.storage.archive import PutDraft, PutVersion

archive = SqliteArchive(Path("state"))

def put(draft_id, data):
    return PutDraft(Draft(
        id=draft_id, notebook="nb", path=None, suffix=".py", version=1, cause=None, reason="",
        base_sha256=None, owner="", time_s=2e9, size=0, sha256="",
    ), data)

def version(data, label):
    path = Path("/books/nb.py")
    return PutVersion(Version(
        path=path, number=0, sha256="", size=0, source="", label=label, time_s=2e9,
    ), data)

def attempt(action):
    try:
        print(action())
    except StorageError as error:
        print(f"{error.cause}: {error}")
"""


def child(script: str, folder: Path) -> "subprocess.Popen[str]":
    """Start a process in `folder` that has `PRELUDE` and then `script` to run."""
    checkout = Path(actors.__file__).parents[1]
    return subprocess.Popen(
        [sys.executable, "-u", "-c", PRELUDE + script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answer_of(script: str, folder: Path) -> str:
    """Return what such a process says to the end."""
    with child(script, folder) as process:
        return process.communicate()[0].strip()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SqliteArchive]:
    archive = SqliteArchive(tmp_path / "state", now=lambda: NOW_S)
    yield archive
    archive.close()


# -- processes -----------------------------------------------------------------------


def test_processes_that_begin_and_commit_at_once_lose_nothing(archive, tmp_path):
    script = """
sys.stdin.readline()
for number in range(25):
    name = f"{os.getpid()} {number}"
    archive.commit([version(name.encode(), name), put(name, b"%d" % number)])
archive.close()
"""
    processes = [child(script, tmp_path) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        with process:
            assert process.wait() == 0
    assert len(archive.drafts()) == len(archive.versions(NB)) == 4 * 25


@pytest.mark.parametrize("commits", [1, 2, 4, 8])
def test_a_process_killed_while_it_commits_leaves_whole_commits_not_fewer_than_it_promised(
    archive, tmp_path, commits
):
    script = """
number = 0
while True:
    number += 1
    text = b"%08d" % number * 20_000
    archive.commit([put("a", text), put("b", text), put(f"{number:08}", text)])
    print(number)
"""
    with child(script, tmp_path) as process:
        assert process.stdout is not None
        promised = [int(process.stdout.readline()) for _ in range(commits)]
        process.kill()
        promised += [int(line) for line in process.stdout]
    first, second = archive.draft_text("a"), archive.draft_text("b")
    assert first == second == first[:8] * 20_000
    assert int(first[:8]) >= promised[-1]
    assert len(archive.drafts()) == int(first[:8]) + 2


def test_a_process_that_dies_with_the_database_open_leaves_it_to_others(archive, tmp_path):
    answer_of('archive.commit([put("a", b"text")]); os._exit(1)', tmp_path)
    assert archive.draft_text("a") == b"text"


def test_a_child_that_was_forked_is_refused_and_harms_nothing(archive, tmp_path):
    script = """
archive.commit([put("a", b"text")])
child = os.fork()
if child == 0:
    attempt(archive.drafts)
    attempt(lambda: archive.commit([put("child", b"text")]))
    attempt(SqliteArchive(Path("state")).drafts)
    attempt(SqliteArchive(Path("own")).drafts)
    archive.close()
    sys.exit()
os.waitpid(child, 0)
archive.commit([put("b", b"text")])
"""
    *refused, own = answer_of(script, tmp_path).splitlines()
    assert [line.split(":")[0] for line in refused] == ["locked"] * 3
    assert "this process was forked" in refused[0]
    assert (own, sorted(ids(archive))) == ("[]", ["a", "b"])


# -- permissions ---------------------------------------------------------------------


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that other users can get at, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@ROOT_ONLY
def test_another_user_can_neither_read_nor_write_it(common):
    script = """
archive.commit([])
archive.close()
os.setuid(65534)
attempt(archive.drafts)
for mode in (os.R_OK, os.W_OK, os.X_OK):
    print(os.access(archive.path.parent, mode))
"""
    refusal, *rights = answer_of(script, common).splitlines()
    assert refusal.startswith("permission: cannot list the drafts in")
    assert rights == ["False"] * 3


@ROOT_ONLY
def test_a_database_that_this_user_may_not_open_is_explained(common):
    script = """
archive.commit([])
archive.close()
for path in (archive.path, archive.path.parent):
    os.chown(path, 65534, -1)
archive.path.chmod(0)
os.setuid(65534)
attempt(archive.drafts)
"""
    answer = answer_of(script, common)
    assert answer.startswith("permission: cannot list the drafts in")
    assert "change the permissions of the folder" in answer


@ROOT_ONLY
def test_a_place_where_this_user_may_make_nothing_is_explained(common):
    answer = answer_of("os.setuid(65534); attempt(archive.drafts)", common)
    assert answer.startswith("permission: cannot list the drafts in")


# -- disks ---------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {getattr(error, 'stderr', error)}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def on_disk(disk: Path) -> Iterator[SqliteArchive]:
    with closing(SqliteArchive(disk / "state", now=lambda: NOW_S)) as archive:
        yield archive


def fill(disk: Path) -> Path:
    """Take all space that is left; return the file that has it."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 1_024)
    return filler


def test_a_full_disk_keeps_what_was_committed_and_is_used_again_when_there_is_space(on_disk, disk):
    on_disk.commit([a_draft("a"), a_version(b"1")])
    filler = fill(disk)
    with pytest.raises(StorageError, match="the disk is full; free some space on it") as raised:
        on_disk.commit([a_draft("b", os.urandom(200_000)), a_version(b"2")])
    assert raised.value.cause == "disk full"
    filler.unlink()
    assert (ids(on_disk), texts(on_disk)) == (["a"], [b"1"])
    on_disk.commit([a_draft("b", os.urandom(200_000))])
    assert sorted(ids(on_disk)) == ["a", "b"]


def test_a_disk_that_is_full_from_the_start_is_explained(on_disk, disk):
    filler = fill(disk)
    with pytest.raises(StorageError, match="free some space") as raised:
        on_disk.commit([a_draft()])
    assert raised.value.cause == "disk full"
    filler.unlink()
    on_disk.commit([a_draft()])
    assert ids(on_disk, NB) == ["0000000a"]


def test_drafts_can_be_read_on_a_full_disk_by_one_who_opens_them_then(on_disk, disk):
    on_disk.commit([a_draft()])
    on_disk.close()
    filler = fill(disk)
    assert on_disk.draft_text(ids(on_disk)[0]) == b"text"
    filler.unlink()
    on_disk.commit([a_draft("b")])
    assert sorted(ids(on_disk)) == ["0000000a", "b"]


@pytest.mark.parametrize("ending", ["archive.close()", "os._exit(0)"])
def test_drafts_can_be_read_on_a_read_only_disk(disk, ending):
    answer_of(f'archive.commit([put("a", b"text")]); {ending}', disk)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with closing(SqliteArchive(disk / "state")) as archive:
        assert (ids(archive), archive.draft_text("a")) == (["a"], b"text")


def test_a_name_that_means_something_in_a_link_is_read_on_a_full_disk(disk):
    with closing(SqliteArchive(disk / "50%25?#\udcff", now=lambda: NOW_S)) as archive:
        archive.commit([a_draft()])
        archive.close()
        fill(disk)
        assert ids(archive) == ["0000000a"]


def test_drafts_whose_newest_cannot_be_read_on_a_full_disk_are_not_read_at_all(disk):
    answer_of('archive.commit([put("a", b"old")]); archive.close()', disk)
    answer_of('archive.commit([put("a", b"new")]); os._exit(0)', disk)
    (disk / "state" / "state.sqlite3-shm").unlink()
    fill(disk)
    with (
        closing(SqliteArchive(disk / "state")) as archive,
        pytest.raises(StorageError, match="the disk is full"),
    ):
        archive.drafts()


def test_what_cannot_be_read_on_a_full_disk_is_not_set_aside(on_disk, disk):
    on_disk.path.parent.mkdir(0o700)
    on_disk.path.write_bytes(b"no database at all" * 1_000)
    filler = fill(disk)
    with pytest.raises(StorageError):
        on_disk.drafts()
    assert [path.name for path in on_disk.path.parent.iterdir()] == ["state.sqlite3"]
    filler.unlink()


def test_a_read_only_disk_is_explained(on_disk, disk):
    on_disk.commit([a_draft()])
    on_disk.close()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(StorageError, match="make it writable") as raised:
        on_disk.commit([a_draft("b")])
    assert raised.value.cause == "read-only"
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    on_disk.commit([a_draft("b")])
    assert sorted(ids(on_disk)) == ["0000000a", "b"]
