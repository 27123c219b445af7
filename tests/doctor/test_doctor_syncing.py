"""What the probes of fsync and of locks say."""

import errno
import fcntl
import os
import stat

import pytest

from actors.doctor import Level, Promise, locks, syncing
from actors.doctor.calls import Calls
from actors.storage.system_calls import SystemCalls
from tests.doctor.probing import failing, passing_on, tried, with_files


def is_folder(fd):
    return stat.S_ISDIR(os.fstat(fd).st_mode)


@pytest.mark.parametrize("probe", [syncing.sync_file, syncing.sync_folder])
def test_a_sync_is_timed(tmp_path, probe):
    finding = tried(probe, tmp_path)
    assert finding.level is Level.OK
    assert finding.figures["count"] > 0
    assert 0 < finding.figures["p50_ms"] <= finding.figures["max_ms"]


@pytest.mark.parametrize("number", [errno.EIO, errno.EINVAL])
def test_a_file_that_cannot_be_synced_cannot_be_saved(tmp_path, number):
    finding = tried(syncing.sync_file, tmp_path, with_files(fsync=failing(number)))
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.SAVING)


@pytest.mark.parametrize(
    ("number", "promise"),
    [
        (errno.EINVAL, Promise.DURABILITY),
        (errno.ENOTSUP, Promise.DURABILITY),
        (errno.EIO, Promise.SAVING),
    ],
)
def test_a_folder_that_cannot_be_synced_breaks_what_the_storage_makes_of_it(
    tmp_path, number, promise
):
    fsync = passing_on(os.fsync, but=is_folder, number=number)
    finding = tried(syncing.sync_folder, tmp_path, with_files(fsync=fsync))
    assert (finding.level, finding.promise) == (Level.BROKEN, promise)


def test_a_lock_of_a_killed_process_is_released(tmp_path):
    finding = tried(locks.locks, tmp_path)
    assert (finding.level, finding.found) == (
        Level.OK,
        "a lock holds between processes, and ends when its process is killed",
    )


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_files_that_cannot_be_locked_are_a_warning(tmp_path, number):
    finding = tried(locks.locks, tmp_path, with_files(lock=failing(number)))
    assert finding.level is Level.WARNING
    assert os.strerror(number) in finding.found


def test_a_lock_that_two_processes_get_is_a_warning(tmp_path):
    finding = tried(locks.locks, tmp_path, with_files(lock=lambda fd, how: None))
    assert (finding.level, finding.found) == (Level.WARNING, "two processes got the same lock")


def test_a_lock_that_outlives_its_process_is_a_warning(tmp_path):
    asked: list[int] = []
    slept: list[float] = []

    def held_for_ever(fd, how):
        asked.append(how)
        if len(asked) > 2:  # ours to see whether there are locks, and to end it
            raise BlockingIOError(errno.EWOULDBLOCK, "taken")
        fcntl.flock(fd, how)

    calls = Calls(files=SystemCalls(lock=held_for_ever), sleep=slept.append)
    finding = tried(locks.locks, tmp_path, calls)
    assert (finding.level, len(slept) > 1) == (Level.WARNING, True)
    assert finding.found == "a lock does not end when its process is killed"


def test_a_process_that_does_not_start_leaves_the_locks_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "_HOLD", "raise SystemExit(1)")
    assert tried(locks.locks, tmp_path).level is Level.UNKNOWN
