"""kill -9 at every system call that touches a file, a name or a lock: of a save, of a draft."""

import os
from collections import Counter
from contextlib import closing
from itertools import count

import pytest

from actors.errors import ChangedError
from actors.storage import LocalStorage
from tests.crashes.after_a_crash import RUNS, go_on, much_later, names_in
from tests.crashes.archiving import archive, changes, check_archive
from tests.crashes.jobs import NEW, OLD, step_of, text_of
from tests.crashes.owning import ownership

pytestmark = pytest.mark.timeout(0 if RUNS else 300)  # a hundred processes are started

OF_A_HOST = {"save_once", "save_new", "rename_once"}


def test_a_save_killed_at_any_call_leaves_the_old_text_or_the_new_one(tracer, tmp_path):
    def check(path, said):
        step_of(path.read_bytes())  # asserts that it is whole
        go_on_after(path, said)

    killed_at = kill_at_each_call(tracer, "save_once", tmp_path, check)
    assert {"openat", "flock", "write", "fsync"} <= killed_at.keys()
    assert {"renameat", "renameat2"} & killed_at.keys()


def test_a_first_save_killed_at_any_call_leaves_no_file_or_a_whole_one(tracer, tmp_path):
    def check(path, said):
        text = path.read_bytes() if path.exists() else None
        assert text == text_of(NEW) or (text is None and not said)
        if text is None:
            write(path)
        go_on_after(path, [])

    killed_at = kill_at_each_call(tracer, "save_new", tmp_path, check, make=lambda path: None)
    assert {"openat", "write", "fsync"} <= killed_at.keys()


def test_a_rename_killed_at_any_call_leaves_the_notebook_under_a_name(tracer, tmp_path):
    def check(path, said):
        new = path.with_name("renamed.py")
        found = new if new.exists() else path
        assert found == new or not said
        much_later(path.parent)
        assert go_on(path.parent, found) == OLD

    killed_at = kill_at_each_call(tracer, "rename_once", tmp_path, check)
    assert {"fsync", "renameat2"} <= killed_at.keys()


def test_a_save_of_a_hard_linked_notebook_killed_at_any_call_is_repaired_when_it_is_opened(
    tracer, tmp_path
):
    def make(path):
        write(path)
        os.link(path, path.with_suffix(".link"))

    def check(path, said):
        go_on_after(path, said)
        assert path.samefile(path.with_suffix(".link"))

    killed_at = kill_at_each_call(tracer, "save_once", tmp_path, check, make)
    assert {"pwrite64", "fsync", "ftruncate"} <= killed_at.keys()


@pytest.mark.parametrize(("job", "old", "new"), [("grow", OLD, NEW), ("shrink", NEW, OLD)])
def test_a_write_in_place_killed_at_any_call_is_repaired_to_the_old_text_or_the_new_one(
    tracer, tmp_path, job, old, new
):
    def make(path):
        write(path, old)
        os.link(path, path.with_suffix(".link"))
        with closing(archive(path.parent)) as spill:
            spill.end_overwrite(path)  # so that the database is there

    def check(path, said):
        assert path.samefile(path.with_suffix(".link"))
        with closing(archive(path.parent)) as spill:
            try:
                LocalStorage(spill=spill).repair(path)
            except ChangedError:  # it was killed before the first byte; the spill has the rest
                assert spill.overwrite_of(path) == (text_of(new), path.read_bytes())
        assert step_of(path.read_bytes()) in ([new] if said else [old, new])

    killed_at = kill_at_each_call(tracer, f"{job}_in_place", tmp_path, check, make)
    assert {"pwrite64", "fsync", "ftruncate", "fallocate"} <= killed_at.keys()


def test_drafts_and_versions_kept_by_a_process_killed_at_any_call_are_whole_and_agree(
    tracer, tmp_path
):
    def check(path, said):
        check_archive(path.parent)
        with closing(archive(path.parent)) as kept:
            drafts, versions = kept.drafts(), kept.versions(path)
            assert len(versions) == sum(draft.version for draft in drafts)
            assert all(step_of(kept.draft_text(draft.id)) == draft.version for draft in drafts)
            assert len(versions) in {len(said), len(said) + 1}
            kept.commit(changes(path, 3))
            assert [draft.version for draft in kept.drafts()] == [3]

    killed_at = kill_at_each_call(tracer, "keep_twice", tmp_path, check)
    assert {"openat", "pwrite64", "fdatasync"} <= killed_at.keys()


@pytest.mark.parametrize("job", ["own", "take_over"])
def test_a_lock_of_a_process_killed_at_any_call_is_taken_over_and_leaves_nothing_behind(
    tracer, tmp_path, job
):
    def check(path, said):
        much_later(path.parent)
        LocalStorage().sweep(path)
        ownership().acquire(path).release()
        assert names_in(path.parent) == ["nb.py"], said

    killed_at = kill_at_each_call(tracer, job, tmp_path, check)
    assert {"openat", "write", "unlink"} <= killed_at.keys()


def write(path, step=OLD):
    path.write_bytes(text_of(step))


def kill_at_each_call(tracer, job, folder, check, make=write):
    """Kill a job at its first call, at its second … until it ends; return at which it was.

    Again from the first, until as many were killed as `CRASH_RUNS` asks for. Without it
    those calls do not count after which the disk is as before, and those on the database
    for such jobs only as are about it: they are ten times as many as those on the notebook.
    """
    killed_at = Counter[str]()
    while not killed_at or killed_at.total() < RUNS:
        for stop_at in count(1):
            path = folder / f"{killed_at.total()}-{stop_at}" / "nb.py"
            path.parent.mkdir()
            make(path)
            ignored = {"close", "fcntl", str(path.parent / "state") if job in OF_A_HOST else ""}
            calls, said = tracer.trace(job, path.parent, stop_at, () if RUNS else ignored)
            check(path, said)
            if len(calls) < stop_at:
                assert said, "a process that nobody kills comes to its end"
                break
            killed_at[calls[-1]] += 1
    print(killed_at.total(), "kills:", dict(killed_at))
    return killed_at


def go_on_after(path, said):
    """Open the notebook again: what was said is in it, and no litter stays."""
    kept = {other for other in names_in(path.parent) if not other.startswith(".")}
    much_later(path.parent)
    assert go_on(path.parent, path) in ([NEW] if "Saved" in said else [OLD, NEW])
    assert set(names_in(path.parent)) == kept
    check_archive(path.parent)
