"""What the probes of a save say, on a real directory and where a call is at fault."""

import errno
import itertools
import os

import pytest

from actors.doctor import Level, Promise, saving
from actors.storage.system_calls import SystemCalls
from tests.doctor.probing import NOT_SUPPORTED, failing, tried, with_files


def copied(source, target, *, src_dir_fd=None, dst_dir_fd=None):
    """Stand in for a rename by a copy into the old file, as bad FUSE programs do."""
    fd = os.open(source, os.O_RDONLY, dir_fd=src_dir_fd)
    into = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, dir_fd=dst_dir_fd)
    os.write(into, os.read(fd, 100_000))
    os.close(fd)
    os.close(into)
    os.unlink(source, dir_fd=src_dir_fd)


def overwriting(source, target, *, src_dir_fd, dst_dir_fd):
    os.replace(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)


@pytest.mark.parametrize("probe", [saving.created, saving.save, saving.replace, saving.rename])
def test_a_usual_directory_does_what_a_save_needs(tmp_path, probe):
    assert tried(probe, tmp_path).level is Level.OK


def test_a_save_is_timed_through_the_storage_itself(tmp_path):
    renames = []

    def counted(*args, **kwargs):
        renames.append(args)
        SystemCalls().replace(*args, **kwargs)

    finding = tried(saving.save, tmp_path, with_files(replace=counted))
    assert finding.figures["count"] == len(renames) > 0
    assert 0 < finding.figures["p50_ms"] <= finding.figures["max_ms"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_save_that_fails_breaks_the_promise_and_says_why(tmp_path, number):
    finding = tried(saving.save, tmp_path, with_files(write=failing(number)))
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.SAVING)
    assert finding.found == os.strerror(number)
    assert finding.advice


def test_a_text_that_reads_back_differently_is_found_out(tmp_path):
    finding = tried(saving.save, tmp_path, with_files(read=lambda fd, n: b""))
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.SAVING)


def test_a_slow_save_is_a_warning(tmp_path, monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr("time.perf_counter", lambda: next(seconds))
    finding = tried(saving.save, tmp_path)
    assert (finding.level, finding.figures["count"]) == (Level.WARNING, 2)


def test_a_file_that_cannot_be_replaced_while_it_is_open_breaks_saving(tmp_path):
    finding = tried(saving.replace, tmp_path, with_files(replace=failing(errno.EBUSY)))
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.SAVING)


def test_a_rename_that_writes_into_the_old_file_is_not_atomic(tmp_path):
    finding = tried(saving.replace, tmp_path, with_files(replace=copied))
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.ATOMICITY)


def test_a_hard_link_serves_where_no_rename_is_exclusive(tmp_path):
    calls = with_files(rename_exclusive=failing(NOT_SUPPORTED))
    assert tried(saving.rename, tmp_path, calls).level is Level.NOTE


def test_without_hard_links_either_a_rename_is_refused(tmp_path):
    unable = failing(NOT_SUPPORTED)
    finding = tried(saving.rename, tmp_path, with_files(rename_exclusive=unable, link=unable))
    assert (finding.level, finding.promise) == (Level.WARNING, None)


def test_an_exclusive_rename_that_overwrites_breaks_a_promise(tmp_path):
    finding = tried(saving.rename, tmp_path, with_files(rename_exclusive=overwriting))
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.NOT_OVERWRITING)


def test_the_calls_are_those_of_the_storage():
    assert with_files().files == SystemCalls()
