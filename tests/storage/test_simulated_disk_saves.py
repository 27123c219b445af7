"""`LocalStorage` under faults and crashes at any call: whole, durable, swept; and its mutants."""

import errno
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import StorageError
from actors.storage import LocalStorage
from actors.storage.simulated_disk import Call, Killed, Process
from actors.storage.system_calls import SystemCalls
from actors.storage.temporary import EMPTY_GRACE_S
from actors.testing import Fault, RandomFaults, SimulatedDisk, every_choice

SEEDS = st.integers(0, 2**32)
A, B, OTHER = Path("/d/a.py"), Path("/d/b.py"), Path("/e/c.py")
Storage = Callable[[SystemCalls], LocalStorage]


class Run:
    """Saves and renames by one seed, with faults; the power or the process goes at one call."""

    def __init__(
        self,
        seed: int,
        storage: Storage = LocalStorage,
        *,
        renames: bool = True,
        rate: float = 0.05,
    ) -> None:
        self.chance = random.Random(seed)
        self.seed = seed
        self.storage = storage
        self.disk = SimulatedDisk(reorders=self.chance.random() < 0.5)
        self.disk.external.make_folder("/d")
        self.disk.external.make_folder("/e")
        self.faults = RandomFaults(self.chance, rate if self.chance.random() < 0.7 else 0)
        self.ends_at = self.disk.calls_made + self.chance.randrange(1, 130)
        self.crashes = self.chance.random() < 0.7
        self.is_old = self.chance.random() < 0.3  # a file system without an exclusive rename
        self.version = 0
        self.moving: tuple[Path, Path] | None = None
        # What each path may hold: after a success one text, in doubt several.
        self.possible: dict[Path, set[bytes | None]] = {path: {None} for path in (A, B, OTHER)}

    def check(self) -> None:
        """Run, end at a call, restart, and look."""
        for _ in range(2):  # what came back from the first crash has to survive the second
            self.live(self.disk.process())
            self.disk.before = None
            storage = LocalStorage(self.disk.calls())
            self.look(storage)
            self.ends_at = self.disk.calls_made + self.chance.randrange(1, 130)

    def live(self, process: Process) -> None:
        self.disk.before = self.before
        storage = self.storage(process.calls)
        try:
            while True:
                self.act(storage)
        except Killed:
            pass
        # No process that comes later can know what a failed sync has lost: see the last test.
        self.crashes |= any(call.name == "fsync" for call, _ in self.faults.injected)
        if self.crashes:
            self.disk.crash(self.chance)

    def before(self, call: Call) -> Fault | None:
        if call.number >= self.ends_at:
            self.disk.kill(call.process)
            return None
        if call.name == "rename_exclusive" and self.is_old:
            return Fault(error=errno.EINVAL)
        return self.faults(call)

    def act(self, storage: LocalStorage) -> None:
        path = self.chance.choice([A, B, OTHER])
        if self.chance.random() < 0.3:
            self.rename(storage, path, self.chance.choice([A, B, OTHER]))
        else:
            self.replace(storage, path)

    def replace(self, storage: LocalStorage, path: Path) -> None:
        if self.chance.random() < 0.8:
            self.version += 1
        text = b"version %d" % self.version * (1 + self.version % 3)
        before = self.possible[path]
        self.moving = None
        self.possible[path] = before | {text}
        try:
            storage.replace(path, text)
        except StorageError:
            return
        self.possible[path] = {text}

    def rename(self, storage: LocalStorage, old: Path, new: Path) -> None:
        source, target = self.possible[old], self.possible[new]
        if old != new:
            self.possible[old] = source | {None}
            self.possible[new] = source | target
            # Where it is not in doubt that there is a text, it is always under one of both.
            self.moving = (old, new) if None not in source else None
        try:
            storage.rename(old, new)
            self.moving = None
        except StorageError:
            return
        self.possible[old], self.possible[new] = {None}, source - {None}

    def look(self, storage: LocalStorage) -> None:
        if self.moving is not None:
            texts = [storage.read(path) for path in self.moving]
            assert texts != [None, None], f"seed {self.seed}: no name is left of {self.moving}"
            self.moving = None
        for path, possible in self.possible.items():
            text = storage.read(path)
            assert text in possible, f"seed {self.seed}: {path} holds {text!r}, not {possible}"
            if self.crashes:  # else what is seen may be lost yet
                self.possible[path] = {text}
        self.disk.pass_time(EMPTY_GRACE_S + 1)
        for path in (A, OTHER):
            storage.sweep(path)
        names = {*self.disk.external.names("/d"), *self.disk.external.names("/e")}
        assert names <= {"a.py", "b.py", "c.py"}, f"seed {self.seed}: litter {names}"


@given(SEEDS)
def test_saves_and_renames_are_whole_and_durable_and_leave_no_litter(seed):
    Run(seed).check()


def test_a_thousand_schedules_hold():
    run_many(LocalStorage, 1000)


# -- mutants: each is caught, and the message names its seed ---------------------------


def without(kind: str) -> Storage:
    """Return a storage that does not sync its files, or not its folders."""

    def storage(calls: SystemCalls) -> LocalStorage:
        def fsync(fd: int) -> None:
            is_folder = bool(calls.fstat(fd).st_mode & 0o040000)
            if is_folder != (kind == "folder"):
                calls.fsync(fd)

        return LocalStorage(attrs.evolve(calls, fsync=fsync))

    return storage


class InPlace(LocalStorage):
    """Opens the file itself for writing."""

    def _write(self, path: Path, place: Any, data: bytes, expectation: object) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        fd = self.calls.open(place.name, flags, 0o666, dir_fd=place.folder)
        try:
            self.calls.write(fd, memoryview(data))
            self.calls.fsync(fd)
        finally:
            self.calls.close(fd)


def ignoring_short_writes(calls: SystemCalls) -> LocalStorage:
    """Return a storage that takes a short write for a whole one, and does not look at the size."""
    sizes: dict[int, int] = {}

    def write(fd: int, data: memoryview) -> int:
        calls.write(fd, data)
        sizes[fd] = len(data)
        return len(data)

    def fstat(fd: int) -> os.stat_result:
        found = calls.fstat(fd)
        return os.stat_result((*found[:6], sizes.pop(fd, found.st_size), *found[7:]))

    return LocalStorage(attrs.evolve(calls, write=write, fstat=fstat))


def unlinking_before_the_rename(calls: SystemCalls) -> LocalStorage:
    """Return a storage that makes room for the new file first."""

    def replace(source: str, target: str, **fds: int) -> None:
        with suppress(FileNotFoundError):
            calls.unlink(target, dir_fd=fds["dst_dir_fd"])
        calls.replace(source, target, **fds)

    return LocalStorage(attrs.evolve(calls, replace=replace))


class Forgetful(LocalStorage):
    """Syncs again what a sync has lost, and believes it."""

    def _is_doubtful(self, path: Path) -> bool:
        return False


MUTANTS: dict[str, Storage] = {
    "no sync of the file": without("file"),
    "no sync of the folder": without("folder"),
    "in place": InPlace,
    "short writes ignored": ignoring_short_writes,
    "unlink before the rename": unlinking_before_the_rename,
    "a failed sync is repeated": Forgetful,
}


def run_many(storage: Storage, schedules: int) -> None:
    for seed in range(schedules):
        Run(seed, storage).check()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_is_caught_with_its_seed(mutant):
    with pytest.raises(AssertionError, match="seed") as caught:
        run_many(MUTANTS[mutant], 2000)
    print(f"{mutant}: {str(caught.value).splitlines()[0]}")


def test_a_full_disk_keeps_the_old_text_and_no_litter():
    disk = SimulatedDisk(size=100)
    disk.external.make_folder("/d")
    storage = LocalStorage(disk.calls())
    storage.replace(A, b"x" * 60)
    with pytest.raises(StorageError, match="free some space"):
        storage.replace(A, b"y" * 60)
    assert (storage.read(A), disk.external.names("/d")) == (b"x" * 60, ["a.py"])


def test_the_same_seed_makes_the_same_calls():
    def calls_of(seed: int) -> tuple[int, int]:
        run = Run(seed)
        run.check()
        return run.disk.calls_made, len(run.faults.injected)

    assert [calls_of(seed) for seed in range(20)] == [calls_of(seed) for seed in range(20)]


def test_a_fault_has_the_number_of_its_error():
    disk = SimulatedDisk()
    disk.before = lambda call: Fault(error=errno.EROFS) if call.name == "open" else None
    with pytest.raises(StorageError, match="make the file system writable"):
        LocalStorage(disk.calls()).replace(A, b"text")


def test_a_new_process_does_not_know_what_a_sync_of_another_has_lost():
    def texts_left(choice: Any) -> bytes | None:
        disk = SimulatedDisk()
        disk.external.make_folder("/d")
        storage = LocalStorage(disk.calls())
        storage.replace(A, b"old")
        disk.before = lambda call: Fault(error=errno.EIO) if call.is_folder_sync else None
        with pytest.raises(StorageError, match="may undo"):
            storage.replace(A, b"new")
        disk.before = None
        assert not LocalStorage(disk.calls()).replace(A, b"new").written
        disk.crash(choice)
        return disk.external.read(A)

    assert {texts_left(choice) for choice in every_choice()} == {b"old", b"new"}


def test_a_power_cut_between_link_and_unlink_leaves_a_name_where_changes_are_reordered():
    def names_left(choice: Any) -> list[str]:
        disk = SimulatedDisk()
        disk.external.make_folder("/d")
        LocalStorage(disk.calls()).replace(A, b"text")
        calls = disk.calls()
        renaming = attrs.evolve(calls, rename_exclusive=unsupported, unlink=last_of(disk, calls))
        with pytest.raises(Killed):
            LocalStorage(renaming).rename(A, B)
        disk.crash(choice)
        return disk.external.names("/d")

    assert all("b.py" in names_left(choice) for choice in every_choice())


def unsupported(*args: object, **kwargs: object) -> None:
    raise OSError(errno.EINVAL, "there is no exclusive rename")


def last_of(disk: SimulatedDisk, calls: SystemCalls) -> Callable[..., None]:
    """Return an `unlink` that its process does not survive."""

    def unlink(name: str, *, dir_fd: int) -> None:
        calls.unlink(name, dir_fd=dir_fd)
        disk.before = lambda call: disk.kill(call.process)

    return unlink
