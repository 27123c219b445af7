"""What a crash of the simulated disk may leave, one kind of change after the other."""

import errno
import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from actors.storage.simulated_disk import Killed, Process
from actors.testing import Fault, SimulatedDisk, every_choice

NEW = os.O_WRONLY | os.O_CREAT


def every_outcome(
    change: Callable[[SimulatedDisk], object], *, reorders: bool = True
) -> set[tuple[tuple[str, bytes], ...]]:
    """Return each state of `/` that a crash may leave after `change`; `old` was durable."""
    states = set()
    for choice in every_choice():
        disk = SimulatedDisk(reorders=reorders)
        disk.external.write("/old", b"old", sync=True)
        disk.sync()
        change(disk)
        disk.crash(choice)
        states.add(files_of(disk))
    return states


def files_of(disk: SimulatedDisk) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, disk.external.read(f"/{name}") or b"") for name in disk.external.names("/"))


def write(process: Process, path: str, data: bytes, *, sync: bool = False) -> None:
    fd = process.open(path, NEW)
    process.write(fd, data)
    if sync:
        process.calls.fsync(fd)
    process.close(fd)


def sync_root(process: Process) -> None:
    process.calls.fsync(process.open("/", os.O_RDONLY))


def test_an_unsynced_write_is_lost_whole_in_part_or_zeros():
    states = every_outcome(lambda disk: write(disk.process(), "/old", b"oldXY"))
    assert {dict(state)["old"] for state in states} == {
        *(b"old", b"oldXY", b"old\0\0"),  # lost, whole, the size only
        b"oldX",  # a part
    }


def test_writes_of_one_file_reach_the_disk_in_any_order():
    def change(disk):
        disk.external.append("/old", b"1")
        disk.external.append("/old", b"2")

    texts = {dict(state)["old"] for state in every_outcome(change)}
    assert texts == {b"old", b"old1", b"old12", b"old\x002", b"old\0", b"old\0\0", b"old1\0"}


def test_a_write_in_place_may_leave_an_empty_file():
    states = every_outcome(lambda disk: disk.external.write("/old", b"n"))
    assert {dict(state)["old"] for state in states} == {b"old", b"", b"\0", b"n"}


def test_a_synced_file_without_a_synced_name_is_there_whole_or_not_at_all():
    states = every_outcome(lambda disk: write(disk.process(), "/a", b"text", sync=True))
    assert states == {(("old", b"old"),), (("a", b"text"), ("old", b"old"))}


def test_a_synced_name_without_a_synced_text_may_be_an_empty_file():
    def change(disk):
        process = disk.process()
        write(process, "/a", b"t")
        sync_root(process)

    assert {dict(state)["a"] for state in every_outcome(change)} == {b"", b"\0", b"t"}


def test_what_file_and_folder_were_synced_for_survives():
    def change(disk):
        process = disk.process()
        write(process, "/a", b"text", sync=True)
        process.replace("/a", "/old")
        sync_root(process)

    assert every_outcome(change) == {(("old", b"text"),)}


def test_a_rename_leaves_the_old_file_or_the_new_one_and_never_none():
    def change(disk):
        write(disk.process(), "/new", b"new", sync=True)
        disk.sync()
        disk.external.move("/new", "/old")

    assert every_outcome(change) == {(("new", b"new"), ("old", b"old")), (("old", b"new"),)}


def test_a_link_and_an_unlink_may_be_reordered_so_that_no_name_is_left():
    def change(disk):
        disk.external.link("/old", "/new")
        disk.external.delete("/old")

    assert () in every_outcome(change)
    assert () not in every_outcome(change, reorders=False)


def test_changes_of_one_name_keep_their_order():
    def change(disk):
        disk.external.move("/old", "/a")
        disk.external.symlink("x", "/old")
        disk.external.delete("/a")

    names = {tuple(name for name, _ in state) for state in names_only(change)}
    assert names == {("old",), ("a",), ("a", "old"), ()}


def names_only(change: Callable[[SimulatedDisk], object]) -> list[list[tuple[str, None]]]:
    states = []
    for choice in every_choice():
        disk = SimulatedDisk()
        disk.external.write("/old", b"old", sync=True)
        disk.sync()
        change(disk)
        disk.crash(choice)
        states.append([(name, None) for name in disk.external.names("/")])
    return states


def test_a_mode_is_durable_with_a_sync_of_its_file():
    def change(*, sync: bool) -> set[int]:
        modes = set()
        for choice in every_choice():
            disk = SimulatedDisk()
            disk.external.write("/old", b"old", sync=True)
            disk.sync()
            disk.external.chmod("/old", 0o600)
            if sync:
                process = disk.process()
                process.calls.fsync(process.open("/old", os.O_RDONLY))
            disk.crash(choice)
            modes.add(disk.external.stat("/old").st_mode & 0o777)
        return modes

    assert (change(sync=False), change(sync=True)) == ({0o644, 0o600}, {0o600})


# -- failed syncs ------------------------------------------------------------------


def failing_once(disk: SimulatedDisk, fault: Fault, name: str = "fsync") -> None:
    faults = [fault]
    disk.before = lambda call: faults.pop() if faults and call.name == name else None


def test_what_a_failed_sync_lost_is_not_saved_by_the_next_one():
    def change(disk):
        process = disk.process()
        failing_once(disk, Fault(error=errno.EIO))
        fd = process.open("/old", os.O_WRONLY)
        process.write(fd, b"n")
        with pytest.raises(OSError, match="Input/output"):
            process.calls.fsync(fd)
        process.calls.fsync(fd)
        assert disk.external.read("/old") == b"nld"  # seen as ever, until the crash

    assert {dict(state)["old"] for state in every_outcome(change)} == {b"old", b"nld"}


def test_a_name_that_a_failed_sync_of_its_folder_lost_is_saved_by_another_change_of_it():
    def change(disk, *, again: bool) -> None:
        process = disk.process()
        write(process, "/a", b"a", sync=True)
        failing_once(disk, Fault(error=errno.EIO))
        with pytest.raises(OSError, match="Input/output"):
            sync_root(process)
        if again:
            process.replace("/a", "/b")
        sync_root(process)

    once = {len(state) for state in every_outcome(lambda disk: change(disk, again=False))}
    twice = every_outcome(lambda disk: change(disk, again=True))
    assert (once, twice) == ({1, 2}, {(("b", b"a"), ("old", b"old"))})


# -- processes, space and chance -----------------------------------------------------


def test_a_killed_process_loses_its_locks_and_nothing_that_it_wrote():
    disk = SimulatedDisk()
    process, other = disk.process(), disk.process()
    write(process, "/a", b"text")
    process.lock(process.open("/a", os.O_RDONLY), 2)
    disk.kill(process)
    other.lock(other.open("/a", os.O_RDONLY), 2 | 4)
    assert disk.external.read("/a") == b"text"
    with pytest.raises(Killed):
        process.calls.stat("/a")


def test_a_full_disk_takes_what_fits_and_then_nothing():
    disk = SimulatedDisk(size=5)
    process = disk.process()
    fd = process.open("/a", NEW)
    assert process.write(fd, b"seven77") == 5
    with pytest.raises(OSError, match="No space"):
        process.write(fd, b"x")
    disk.external.delete("/a")
    assert disk.used == 5  # still open
    process.close(fd)
    assert disk.used == 0


def test_a_process_that_has_too_many_files_open_gets_no_more():
    process = SimulatedDisk().process(max_files=1)
    process.open("/", os.O_RDONLY)
    with pytest.raises(OSError, match="Too many open files"):
        process.open("/", os.O_RDONLY)


def test_the_same_seed_gives_the_same_disk_after_a_crash():
    def crashed(seed: int) -> Any:
        disk = SimulatedDisk()
        for index in range(8):
            disk.external.write(f"/{index}", b"text" * index)
        disk.crash(random.Random(seed))
        return files_of(disk)

    assert crashed(1) == crashed(1)
    assert len({crashed(seed) for seed in range(20)}) > 10


def test_an_editor_that_writes_beside_leaves_another_inode_and_no_litter():
    disk = SimulatedDisk()
    disk.external.write("/old", b"old", sync=True)
    before = disk.external.stat("/old")
    disk.external.write_beside("/old", b"new")
    assert files_of(disk) == (("old", b"new"),)
    assert disk.external.stat("/old").st_ino != before.st_ino


def test_a_folder_is_removed_when_it_is_empty_and_not_before():
    disk = SimulatedDisk()
    disk.external.make_folder("/folder")
    disk.external.write("/folder/file", b"text")
    with pytest.raises(OSError, match="not empty"):
        disk.external.remove_folder("/folder")
    disk.external.delete("/folder/file")
    disk.external.remove_folder("/folder")
    assert disk.external.names("/") == []
