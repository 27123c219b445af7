"""Every system call of a save fails once, in every way: old text or new, and no litter."""

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from actors.errors import StorageError
from actors.storage import LocalStorage
from actors.storage.system_calls import SystemCalls

CALLS = [field.name for field in attrs.fields(SystemCalls)]
OLD, NEW = b"old text", b"the new text"

HELD = sys.platform == "linux"  # the old file, until it is replaced
SAVE = [
    *("open", "stat", *["open"] * HELD),
    *("time", "open", "lock", "write", "listxattr", "listxattr", "utime", "fstat"),
    *("fchmod", "fsync", "replace", "close"),
    *(*["close"] * HELD, "fstat", "fsync", "close"),
]
RENAMED = SAVE.index("replace")
# Without a lock nobody sweeps, without a time of its own the file is read the next
# time, what a close could report the fsync has, and the old file is held for speed only.
FORGIVEN = {
    *(SAVE.index("lock"), SAVE.index("utime"), SAVE.index("close")),
    *[2, SAVE.index("close") + 1] * HELD,
}
CLOCK = SAVE.index("time")  # cannot fail


class Trace:
    """The real calls, counted; the one with the number `fails_at` raises `error` instead."""

    def __init__(self, fails_at: int = -1, error: BaseException | None = None) -> None:
        self.names: list[str] = []
        self.open_fds: set[int] = set()
        self.calls = SystemCalls(**{name: self._traced(name) for name in CALLS})
        self._fails_at = fails_at
        self._error = error or OSError(errno.EIO, os.strerror(errno.EIO))

    def _traced(self, name: str) -> Callable[..., Any]:
        call = getattr(SystemCalls(), name)

        def traced(*args: Any, **kwargs: Any) -> Any:
            self.names.append(name)
            if name == "close":  # closes even when it fails, as Linux does
                self.open_fds.discard(args[0])
                call(*args)
            if len(self.names) - 1 == self._fails_at:
                raise self._error
            if name == "close":
                return None
            result = call(*args, **kwargs)
            if name == "open":
                self.open_fds.add(result)
            return result

        return traced


def failing(name: str, number: int, times: int = 1) -> SystemCalls:
    """Return the real calls, of which the first `times` of one kind fail."""
    call = getattr(SystemCalls(), name)
    failures = [OSError(number, os.strerror(number)) for _ in range(times)]

    def fail_first(*args, **kwargs):
        if failures:
            raise failures.pop()
        return call(*args, **kwargs)

    return attrs.evolve(SystemCalls(), **{name: fail_first})


def fsync_failing_on(*kinds: str) -> tuple[LocalStorage, list[str]]:
    """Return a storage whose fsyncs fail on these (`file`, `folder`), and those to come."""
    failures = list(kinds)

    def fsync(fd):
        kind = "folder" if is_folder(fd) else "file"
        if failures[:1] == [kind]:
            raise OSError(errno.EIO, failures.pop(0))
        os.fsync(fd)

    return LocalStorage(SystemCalls(fsync=fsync)), failures


def is_folder(fd: int) -> bool:
    return stat.S_ISDIR(os.fstat(fd).st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "nb.py"
    path.write_bytes(OLD)
    path.chmod(0o640)  # not the mode that its temporary file begins with
    return path


# -- each call, one after the other ----------------------------------------------


@pytest.mark.parametrize("point", sorted(set(range(len(SAVE))) - FORGIVEN - {CLOCK}))
def test_a_call_that_fails_leaves_a_whole_file_and_nothing_else(tmp_path, path, point):
    trace = Trace(point)
    with pytest.raises(StorageError):
        LocalStorage(trace.calls).replace(path, NEW)
    assert trace.names[: point + 1] == SAVE[: point + 1]
    assert path.read_bytes() == (OLD if point <= RENAMED else NEW)
    assert (names_in(tmp_path), trace.open_fds) == (["nb.py"], set())


@pytest.mark.parametrize("point", range(len(SAVE)))
def test_an_interrupt_at_any_call_leaves_a_whole_file_and_nothing_else(tmp_path, path, point):
    trace = Trace(point, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        LocalStorage(trace.calls).replace(path, NEW)
    assert path.read_bytes() == (OLD if point <= RENAMED else NEW)
    assert (names_in(tmp_path), trace.open_fds) == (["nb.py"], set())


@pytest.mark.parametrize("point", sorted(FORGIVEN))
def test_a_call_that_may_fail_does_not_stop_a_save(tmp_path, path, point):
    trace = Trace(point)
    assert LocalStorage(trace.calls).replace(path, NEW).written
    assert path.read_bytes() == NEW
    assert names_in(tmp_path) == ["nb.py"]
    assert trace.open_fds == set()


@pytest.mark.parametrize("point", sorted(set(range(len(SAVE))) - FORGIVEN - {CLOCK}))
def test_after_any_failed_call_the_next_attempt_succeeds(tmp_path, path, point):
    storage = LocalStorage(Trace(point).calls)
    with pytest.raises(StorageError):
        storage.replace(path, NEW)
    storage.replace(path, NEW)
    assert path.read_bytes() == NEW
    assert names_in(tmp_path) == ["nb.py"]
    assert not storage.replace(path, NEW).written


@pytest.mark.parametrize("point", range(13))
def test_whatever_call_of_a_rename_fails_the_text_is_under_one_name(tmp_path, path, point):
    trace = Trace(point)
    with pytest.raises(StorageError):
        LocalStorage(trace.calls).rename(path, tmp_path / "b.py")
    assert [(tmp_path / name).read_bytes() for name in names_in(tmp_path)] == [OLD]
    assert trace.open_fds == set()


@pytest.mark.parametrize("point", range(4))
def test_whatever_call_of_a_read_fails_nothing_stays_open(path, point):
    trace = Trace(point)
    with pytest.raises(StorageError):
        LocalStorage(trace.calls).read(path)
    assert trace.open_fds == set()


@pytest.mark.parametrize(
    ("name", "number", "advice"),
    [
        ("write", errno.ENOSPC, "free some space"),
        ("write", errno.EDQUOT, "larger quota"),
        ("write", errno.EIO, "the disk, which may be failing"),
        ("fsync", errno.ENOSPC, "free some space"),
        ("fsync", errno.EIO, "the disk, which may be failing"),
        ("open", errno.EACCES, "change the permissions"),
        ("open", errno.EMFILE, "ulimit -n"),
        ("replace", errno.EIO, "the disk, which may be failing"),
        ("replace", errno.EROFS, "make the file system writable"),
        ("stat", errno.ESTALE, "still connected"),
        ("fchmod", errno.EIO, "the disk, which may be failing"),
    ],
)
def test_a_failure_is_explained_and_leaves_the_old_text(tmp_path, path, name, number, advice):
    with pytest.raises(StorageError, match=f"^cannot save .*nb.py: .*; .*{advice}") as raised:
        LocalStorage(failing(name, number)).replace(path, NEW)
    assert str(raised.value).isprintable()
    assert path.read_bytes() == OLD
    assert names_in(tmp_path) == ["nb.py"]


def test_a_new_file_that_fails_is_not_there_at_all(tmp_path):
    with pytest.raises(StorageError):
        LocalStorage(failing("fsync", errno.EIO)).replace(tmp_path / "nb.py", NEW)
    assert names_in(tmp_path) == []


def test_what_could_not_be_removed_is_swept_later(tmp_path, path):
    calls = attrs.evolve(failing("fsync", errno.ENOSPC), unlink=failing("unlink", errno.EIO).unlink)
    storage = LocalStorage(calls)
    with pytest.raises(StorageError, match="free some space"):
        storage.replace(path, NEW)
    assert len(names_in(tmp_path)) == 2
    assert storage.sweep(path) == 1
    assert names_in(tmp_path) == ["nb.py"]


# -- writes that are not what they seem --------------------------------------------


def test_short_writes_are_continued(path):
    def write(fd, data):
        return os.write(fd, data[:5])

    LocalStorage(SystemCalls(write=write)).replace(path, b"0123456789abc")
    assert path.read_bytes() == b"0123456789abc"


def test_a_disk_that_fills_up_in_the_middle_of_the_text_leaves_the_old_one(tmp_path, path):
    def write(fd, data):
        if len(data) < len(NEW):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(fd, data[:5])

    with pytest.raises(StorageError, match="free some space"):
        LocalStorage(SystemCalls(write=write)).replace(path, NEW)
    assert path.read_bytes() == OLD
    assert names_in(tmp_path) == ["nb.py"]


def test_a_write_of_nothing_is_an_error_not_an_endless_loop(tmp_path, path):
    with pytest.raises(StorageError, match="takes no more bytes"):
        LocalStorage(SystemCalls(write=lambda fd, data: 0)).replace(path, NEW)
    assert path.read_bytes() == OLD
    assert names_in(tmp_path) == ["nb.py"]


def test_a_write_that_claims_more_than_arrived_is_found_out(tmp_path, path):
    def write(fd, data):
        os.write(fd, data[:5])
        return len(data)

    with pytest.raises(StorageError, match=f"only 5 of {len(NEW)} bytes arrived"):
        LocalStorage(SystemCalls(write=write)).replace(path, NEW)
    assert path.read_bytes() == OLD
    assert names_in(tmp_path) == ["nb.py"]


# -- fsync that fails ----------------------------------------------------------------


def test_after_a_failed_fsync_the_bytes_are_written_anew_not_synced_again(path):
    written = []

    def write(fd, data):
        written.append(os.fstat(fd).st_ino)
        return os.write(fd, data)

    calls = attrs.evolve(failing("fsync", errno.EIO), write=write)
    storage = LocalStorage(calls)
    with pytest.raises(StorageError):
        storage.replace(path, NEW)
    storage.replace(path, NEW)
    assert len(written) == 2


def test_after_a_failed_fsync_of_the_folder_the_visible_text_is_not_trusted(path):
    storage, _ = fsync_failing_on("folder")
    with pytest.raises(StorageError, match="a power cut may undo what was done"):
        storage.replace(path, NEW)
    assert path.read_bytes() == NEW
    assert storage.replace(path, NEW).written
    assert not storage.replace(path, NEW).written


def test_an_unchanged_text_that_cannot_be_synced_is_written_anew(path):
    storage, failures = fsync_failing_on("file")
    inode = path.stat().st_ino
    assert storage.replace(path, OLD).written
    assert (path.read_bytes(), path.stat().st_ino == inode, failures) == (OLD, False, [])


def test_an_unchanged_text_in_a_folder_that_cannot_be_synced_is_written_anew(path):
    storage, failures = fsync_failing_on("folder")
    assert storage.replace(path, OLD).written
    assert failures == []


def test_a_doubtful_text_stays_doubtful_until_it_is_written_anew(path):
    storage, failures = fsync_failing_on("file", "file")
    with pytest.raises(StorageError):
        storage.replace(path, OLD)  # neither the old bytes nor the new file can be synced
    assert failures == []
    assert storage.replace(path, OLD).written  # though an fsync would succeed now


def test_a_text_that_cannot_be_compared_is_written(path):
    def read(fd, size):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    assert LocalStorage(SystemCalls(read=read)).replace(path, OLD).written


def test_a_rename_that_may_be_undone_is_taken_back_and_the_text_written_anew(tmp_path, path):
    storage, _ = fsync_failing_on("folder")
    with pytest.raises(StorageError, match="a power cut may undo what was done"):
        storage.rename(path, tmp_path / "b.py")
    assert names_in(tmp_path) == ["nb.py"]
    assert storage.replace(path, OLD).written


def test_where_a_rename_cannot_be_taken_back_the_text_is_written_anew(tmp_path, path):
    def moving_once(*args: str, **fds: int) -> None:
        if moved:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        SystemCalls().rename_exclusive(*args, **fds)
        moved.append(True)

    moved: list[bool] = []
    failing_folder = fsync_failing_on("folder")[0].calls
    storage = LocalStorage(attrs.evolve(failing_folder, rename_exclusive=moving_once))
    with pytest.raises(StorageError, match="a power cut may undo what was done"):
        storage.rename(path, tmp_path / "b.py")
    assert storage.replace(tmp_path / "b.py", OLD).written


def test_a_doubtful_text_stays_doubtful_under_another_name(tmp_path, path):
    storage, failures = fsync_failing_on("file")
    with pytest.raises(StorageError):
        storage.rename(path, tmp_path / "b.py")
    storage.rename(path, tmp_path / "b.py")
    assert failures == []
    assert storage.replace(tmp_path / "b.py", OLD).written
    assert not storage.replace(tmp_path / "b.py", OLD).written


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_without_folders_to_sync_is_saved_to(path, number):
    def fsync(fd):
        if is_folder(fd):
            raise OSError(number, os.strerror(number))
        os.fsync(fd)

    assert LocalStorage(SystemCalls(fsync=fsync)).replace(path, NEW).written


# -- file systems that can less --------------------------------------------------------


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP])
def test_where_no_exclusive_rename_exists_a_link_does_not_overwrite_either(tmp_path, path, number):
    storage = LocalStorage(failing("rename_exclusive", number, times=2))
    (tmp_path / "taken.py").write_bytes(b"theirs")
    with pytest.raises(StorageError, match="choose another name"):
        storage.rename(path, tmp_path / "taken.py")
    storage.rename(path, tmp_path / "free.py")
    assert names_in(tmp_path) == ["free.py", "taken.py"]
    assert (tmp_path / "taken.py").read_bytes() == b"theirs"


def test_a_rename_by_link_that_removed_the_old_name_with_an_error_keeps_the_new_one(tmp_path, path):
    def unlink(name, *, dir_fd):
        os.unlink(name, dir_fd=dir_fd)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    calls = attrs.evolve(failing("rename_exclusive", errno.EINVAL), unlink=unlink)
    with pytest.raises(StorageError):
        LocalStorage(calls).rename(path, tmp_path / "new.py")
    assert (tmp_path / "new.py").read_bytes() == OLD


def test_a_rename_by_link_that_cannot_remove_the_old_name_gives_the_new_one_back(tmp_path, path):
    calls = attrs.evolve(
        failing("rename_exclusive", errno.EINVAL), unlink=failing("unlink", errno.EACCES).unlink
    )
    with pytest.raises(StorageError, match="change the permissions"):
        LocalStorage(calls).rename(path, tmp_path / "b.py")
    assert names_in(tmp_path) == ["nb.py"]


def test_a_mode_that_cannot_be_set_does_not_stop_a_save(path):
    assert LocalStorage(failing("fchmod", errno.EPERM)).replace(path, NEW).written
    assert path.read_bytes() == NEW


def test_a_folder_that_cannot_be_listed_is_a_storage_error(path):
    with pytest.raises(StorageError, match="cannot clear the folder of"):
        LocalStorage(failing("listdir", errno.EIO)).sweep(path)
