"""Local files: the order of the calls, what is refused, odd paths."""

import os
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from actors.errors import StorageError
from actors.storage import Etag, LocalStorage
from actors.storage.system_calls import SystemCalls


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def storage() -> LocalStorage:
    return LocalStorage()


def traced(log: list[str]) -> SystemCalls:
    """Return the real calls, which write their names into `log`."""

    def logging(name: str) -> Callable[..., Any]:
        call = getattr(SystemCalls(), name)

        def logged(*args, **kwargs):
            log.append(name)
            return call(*args, **kwargs)

        return logged

    return SystemCalls(**{field.name: logging(field.name) for field in attrs.fields(SystemCalls)})


# -- the order of the calls ----------------------------------------------------------


def test_a_save_is_written_synced_renamed_and_the_folder_synced_in_this_order(tmp_path):
    (tmp_path / "nb.py").write_bytes(b"old text")
    log: list[str] = []
    LocalStorage(traced(log)).replace(tmp_path / "nb.py", b"new")
    held = sys.platform == "linux"  # the old file, until it is replaced
    assert log == [
        *("open", "stat", *["open"] * held, "time", "open", "lock", "write"),
        *("listxattr", "listxattr", "utime", "fstat", "fsync"),
        *("replace", *["close"] * held, "close", "fstat", "fsync", "close"),
    ]


def test_a_new_file_takes_no_other_calls(tmp_path):
    log: list[str] = []
    LocalStorage(traced(log)).replace(tmp_path / "nb.py", b"new")
    expected = "open stat time open lock write utime fstat fsync replace close fstat fsync close"
    assert " ".join(log) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is held")
def test_the_old_file_is_freed_after_the_rename_not_by_it(tmp_path):
    (tmp_path / "nb.py").write_bytes(b"old text")
    old = (tmp_path / "nb.py").stat().st_ino
    held: list[int] = []

    def replace(*args, **kwargs):
        SystemCalls().replace(*args, **kwargs)
        held.extend(fd.stat().st_ino for fd in Path("/proc/self/fd").iterdir() if fd.exists())

    LocalStorage(SystemCalls(replace=replace)).replace(tmp_path / "nb.py", b"new")
    assert old in held


def test_an_unchanged_file_keeps_its_inode_but_is_synced_with_its_folder(tmp_path):
    path = tmp_path / "nb.py"
    path.write_bytes(b"text")  # by another program, which synced nothing
    before = path.stat()
    log: list[str] = []
    assert not LocalStorage(traced(log)).replace(path, b"text").written
    assert log.count("fsync") == 2
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_text_that_grows_while_it_is_compared_is_not_taken_for_ours(tmp_path):
    (tmp_path / "nb.py").write_bytes(b"text")

    def read(fd, size):
        with (tmp_path / "nb.py").open("ab") as other:
            other.write(b" and more")
        return os.read(fd, size)

    assert LocalStorage(SystemCalls(read=read)).replace(tmp_path / "nb.py", b"text").written
    assert (tmp_path / "nb.py").read_bytes() == b"text"


def test_unchanged_is_asked_of_the_disk_not_of_memory(storage, tmp_path):
    storage.replace(tmp_path / "nb.py", b"ours")
    (tmp_path / "nb.py").write_bytes(b"else")
    assert storage.replace(tmp_path / "nb.py", b"ours").written
    assert (tmp_path / "nb.py").read_bytes() == b"ours"


def test_a_file_that_was_deleted_outside_is_written_again(storage, tmp_path):
    storage.replace(tmp_path / "nb.py", b"text")
    (tmp_path / "nb.py").unlink()
    assert storage.replace(tmp_path / "nb.py", b"text").written
    assert (tmp_path / "nb.py").read_bytes() == b"text"


def test_no_temporary_file_and_no_open_descriptor_is_left(tmp_path):
    log: list[str] = []
    storage = LocalStorage(traced(log))
    for data in (b"a", b"b", b"b"):
        storage.replace(tmp_path / "nb.py", data)
    storage.rename(tmp_path / "nb.py", tmp_path / "b.py")
    storage.sweep(tmp_path / "b.py")
    (tmp_path / "link.py").symlink_to("b.py")
    storage.replace(tmp_path / "link.py", b"c")
    assert names_in(tmp_path) == ["b.py", "link.py"]
    assert log.count("open") == log.count("close")


# -- what is no file -----------------------------------------------------------------


@pytest.mark.parametrize("operation", ["read", "replace"])
def test_a_folder_is_refused(storage, tmp_path, operation):
    arguments = () if operation == "read" else (b"text",)
    with pytest.raises(StorageError, match=r"[Ii]s a directory; choose another name"):
        getattr(storage, operation)(tmp_path, *arguments)


@pytest.mark.parametrize("path", [".", "..", "/"])
def test_a_path_without_a_name_is_refused(storage, path):
    with pytest.raises(StorageError, match="choose another name"):
        storage.replace(Path(path), b"text")


@pytest.mark.parametrize("path", [".", "..", "/"])
def test_a_rename_to_a_path_without_a_name_is_refused(storage, tmp_path, path):
    (tmp_path / "nb.py").write_bytes(b"text")
    with pytest.raises(StorageError, match="choose another name"):
        storage.rename(tmp_path / "nb.py", Path(path))
    assert names_in(tmp_path) == ["nb.py"]


@pytest.mark.parametrize("operation", ["read", "replace"])
def test_a_pipe_is_refused_without_waiting_for_it(storage, tmp_path, operation):
    os.mkfifo(tmp_path / "nb.py")
    arguments = () if operation == "read" else (b"text",)
    with pytest.raises(StorageError, match="not a regular file"):
        getattr(storage, operation)(tmp_path / "nb.py", *arguments)
    assert stat.S_ISFIFO((tmp_path / "nb.py").stat().st_mode)


def test_a_device_and_a_socket_are_refused(storage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("nb.py")
        for path in (Path("nb.py"), Path("/dev/null")):
            with pytest.raises(StorageError, match="not a regular file"):
                storage.replace(path, b"text")


def test_a_folder_is_not_renamed(storage, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError, match=r"[Ii]s a directory"):
        storage.rename(tmp_path / "folder", tmp_path / "b")
    assert names_in(tmp_path) == ["folder"]


# -- paths ---------------------------------------------------------------------------


def test_a_missing_folder_is_named_as_the_reason(storage, tmp_path):
    path = tmp_path / "missing" / "nb.py"
    with pytest.raises(StorageError) as raised:
        storage.replace(path, b"text")
    assert str(raised.value) == (
        f"cannot save {path}: its folder does not exist; check the name of the file and its folder"
    )


def test_a_folder_that_is_a_file_is_refused(storage, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for call in (storage.read, lambda path: storage.replace(path, b"text")):
        with pytest.raises(StorageError, match="choose a path whose parts are folders"):
            call(tmp_path / "file" / "nb.py")


def test_a_name_of_all_the_bytes_that_a_name_may_have_is_saved(storage, tmp_path):
    for name in ("x" * 255, "é" * 127, "日" * 85):
        storage.replace(tmp_path / name, b"text")
        assert (tmp_path / name).read_bytes() == b"text"


def test_a_name_that_is_too_long_is_refused(storage, tmp_path):
    with pytest.raises(StorageError, match="choose a shorter name"):
        storage.replace(tmp_path / ("x" * 256), b"text")


@pytest.mark.skipif(os.uname().sysname == "Darwin", reason="macOS has UTF-8 names only")
def test_a_name_that_is_not_utf_8_is_saved_and_shown_escaped(storage, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9\n.py")
    storage.replace(path, b"text")
    assert [os.fsencode(name) for name in names_in(tmp_path)] == [b"caf\xe9\n.py"]
    with pytest.raises(StorageError) as raised:
        storage.rename(path, path)
    assert str(raised.value).isprintable()


def test_a_path_in_a_folder_that_is_renamed_meanwhile_stays_together(tmp_path):
    (tmp_path / "a").mkdir()

    def write_and_rename_the_folder(fd, data):
        (tmp_path / "a").rename(tmp_path / "b")
        return os.write(fd, data)

    calls = SystemCalls(write=write_and_rename_the_folder)
    LocalStorage(calls).replace(tmp_path / "a" / "nb.py", b"text")
    assert names_in(tmp_path / "b") == ["nb.py"]


def test_rename_between_folders_syncs_the_file_and_both(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "nb.py").write_bytes(b"text")
    synced = []

    def fsync(fd):
        synced.append(os.fstat(fd).st_ino)
        os.fsync(fd)

    LocalStorage(SystemCalls(fsync=fsync)).rename(tmp_path / "a" / "nb.py", tmp_path / "b" / "n.py")
    files = (tmp_path / "b" / "n.py", tmp_path / "b", tmp_path / "a")
    assert synced == [file.stat().st_ino for file in files]


def test_what_is_known_to_be_another_text_is_not_read_to_find_that_out(tmp_path):
    def refuse(fd: int, size: int) -> bytes:
        raise AssertionError("the file was read")

    storage = LocalStorage(SystemCalls(read=refuse))
    first = storage.replace(tmp_path / "nb.py", b"old")
    etag = Etag(first.sha256, first.stamp)
    assert storage.replace(tmp_path / "nb.py", b"new", expected=(etag,)).written
