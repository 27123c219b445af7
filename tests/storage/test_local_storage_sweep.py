"""Litter of dead processes goes; everything else stays."""

import errno
import fcntl
import os
import time
from pathlib import Path

import pytest

from actors.storage import LocalStorage
from actors.storage.system_calls import SystemCalls
from actors.storage.temporary import EMPTY_GRACE_S, Marks, temporary_name


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def storage() -> LocalStorage:
    return LocalStorage()


def test_a_temporary_file_without_a_living_writer_is_swept(storage, tmp_path):
    (tmp_path / temporary_name("nb.py")).write_bytes(b"half a te")
    (tmp_path / temporary_name("another\none.py")).write_bytes(b"half a te")
    assert storage.sweep(tmp_path / "nb.py") == 2
    assert names_in(tmp_path) == []


def test_a_sweep_in_the_middle_of_a_save_leaves_it_its_file(tmp_path):
    swept = []

    def fsync(fd):
        swept.append(LocalStorage().sweep(tmp_path / "nb.py"))
        os.fsync(fd)

    LocalStorage(SystemCalls(fsync=fsync)).replace(tmp_path / "nb.py", b"text")
    assert swept == [0, 0]
    assert (tmp_path / "nb.py").read_bytes() == b"text"


def test_a_sweep_between_the_making_and_the_locking_leaves_the_file(tmp_path):
    def lock(fd, operation):
        assert LocalStorage().sweep(tmp_path / "nb.py") == 0
        fcntl.flock(fd, operation)

    LocalStorage(SystemCalls(lock=lock)).replace(tmp_path / "nb.py", b"text")
    assert (tmp_path / "nb.py").read_bytes() == b"text"


def test_an_empty_temporary_file_is_swept_when_it_is_old(storage, tmp_path):
    litter = tmp_path / temporary_name("nb.py")
    litter.touch()
    assert storage.sweep(tmp_path / "nb.py") == 0
    old = time.time() - EMPTY_GRACE_S - 1
    os.utime(litter, (old, old))
    assert storage.sweep(tmp_path / "nb.py") == 1


@pytest.mark.parametrize(
    "name",
    [
        "nb.py",
        ".nb.py.swp",
        ".nb.py.tmp",
        f"nb.py.1-{'01234567' * 5}.notebook-actors.tmp",
        f".nb.py.1-{'ABCDEF01' * 5}.notebook-actors.tmp",
        f".nb.py.1-{'01234567' * 5}.notebook-actors.tmp~",
        f".nb.py.x-{'01234567' * 5}.notebook-actors.tmp",
        f".nb.py.1-{'01234567' * 4}.notebook-actors.tmp",
    ],
)
def test_files_of_other_programs_are_never_swept(storage, tmp_path, name):
    (tmp_path / name).write_bytes(b"theirs")
    assert storage.sweep(tmp_path / "nb.py") == 0
    assert (tmp_path / name).read_bytes() == b"theirs"


def test_only_regular_files_are_swept_and_nothing_is_waited_for(storage, tmp_path):
    pipe = tmp_path / temporary_name("pipe")
    os.mkfifo(pipe)
    os.utime(pipe, (0, 0))
    (tmp_path / temporary_name("folder")).mkdir()
    (tmp_path / "kept").write_bytes(b"kept")
    (tmp_path / temporary_name("link")).symlink_to("kept")
    assert storage.sweep(tmp_path / "nb.py") == 0
    assert len(names_in(tmp_path)) == 4


def test_where_locks_do_not_work_files_are_saved_and_nothing_is_swept(tmp_path):
    def no_locks(fd, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    storage = LocalStorage(SystemCalls(lock=no_locks))
    (tmp_path / temporary_name("nb.py")).write_bytes(b"half")
    assert storage.replace(tmp_path / "nb.py", b"text").written
    assert storage.sweep(tmp_path / "nb.py") == 0
    assert len(names_in(tmp_path)) == 2


def test_there_is_nothing_to_sweep_in_a_folder_that_does_not_exist(storage, tmp_path):
    assert storage.sweep(tmp_path / "missing" / "nb.py") == 0


def test_the_litter_is_beside_the_file_that_a_link_leads_to(storage, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "nb.py").symlink_to("folder/nb.py")
    (tmp_path / "folder" / temporary_name("nb.py")).write_bytes(b"half")
    assert storage.sweep(tmp_path / "nb.py") == 1


@pytest.mark.parametrize("name", ["nb.py", "x" * 255, "é" * 127, "\udce9" * 255, ".a\n.py"])
def test_a_temporary_name_is_hidden_short_utf_8_and_never_the_same(name):
    made = temporary_name(name)
    assert made.startswith(".")
    assert len(made.encode()) <= 143
    assert made != temporary_name(name)


def test_every_temporary_name_is_known_again():
    assert all(Marks.of(temporary_name("nb.py")) for _ in range(500))
