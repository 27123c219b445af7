"""Files that cannot be replaced are written in place: through the spill, whole, or repaired."""

import errno
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.errors import ChangedError, StorageError
from actors.storage import Etag, LocalStorage, MemoryArchive, Replaced
from actors.storage.overwriting import is_torn
from actors.storage.simulated_disk import Call, Killed, Process
from actors.testing import Fault, SimulatedDisk

A, B = Path("/d/nb.py"), Path("/d/other name.py")
OLD, NEW, THEIRS = b"the old text", b"the new text, longer", b"a text of theirs"


class Scene:
    """A file with two names, or where only it itself may be written."""

    def __init__(self, *, old: bytes = OLD, size: int | None = None) -> None:
        self.disk = SimulatedDisk(size=size)
        self.disk.external.make_folder("/d")
        self.disk.external.write(A, old, sync=True)
        self.disk.external.link(A, B)
        self.disk.sync()
        self.spill = MemoryArchive()
        self.names: list[str] = []
        self.restart()

    def restart(self, *, uid: int = 0) -> None:
        self.process: Process = self.disk.process(uid=uid, gid=uid)
        self.storage = LocalStorage(self.process.calls, spill=self.spill)

    def save(
        self, data: bytes = NEW, *, expected: tuple[Etag, ...] | None = (Etag.of(OLD),)
    ) -> Replaced:
        return self.storage.replace(A, data, expected=expected)

    def at(self, number: int, act: Callable[[SimulatedDisk], Fault | None]) -> None:
        """Before the call with this number let something happen."""
        self.names.clear()

        def before(call: Call) -> Fault | None:
            if call.process is not self.process:
                return None
            self.names.append(call.name)
            return act(self.disk) if len(self.names) - 1 == number else None

        self.disk.before = before

    def kill(self, disk: SimulatedDisk) -> None:
        disk.kill(self.process)

    @property
    def text(self) -> bytes | None:
        return self.disk.external.read(A)

    @property
    def spilled(self) -> tuple[bytes, bytes] | None:
        return self.spill.overwrite_of(A)


def calls_of_a_save(old: bytes, new: bytes) -> list[str]:
    scene = Scene(old=old)
    scene.at(-1, lambda disk: None)
    scene.save(new, expected=(Etag.of(old),))
    return scene.names


CALLS = calls_of_a_save(OLD, NEW)
FIRST_BYTE = CALLS.index("fallocate")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_all_names_of_a_file_have_its_new_text(scene):
    before = scene.disk.external.stat(A)
    assert scene.save().written
    after = scene.disk.external.stat(A)
    assert (scene.text, scene.disk.external.read(B)) == (NEW, NEW)
    assert (after.st_ino, after.st_nlink, scene.spilled) == (before.st_ino, 2, None)


@pytest.mark.parametrize("new", [b"", b"short", OLD[::-1], b"long" * 5_000])
def test_a_text_of_any_length_takes_the_place_of_another(scene, new):
    replaced = scene.save(new)
    assert (scene.text, scene.spilled) == (new, None)
    assert not scene.save(new, expected=(Etag(replaced.sha256, replaced.stamp),)).written


def test_both_texts_are_in_the_spill_before_the_first_byte_is_changed(scene):
    kept = []
    scene.at(FIRST_BYTE, lambda disk: kept.append((scene.spilled, scene.text)))
    scene.save()
    assert kept == [((NEW, OLD), OLD)]


def test_a_save_in_place_does_not_read_twice_nor_truncate_first():
    assert " ".join(CALLS) == (
        "open stat open fstat access fstat read read stat "
        "fallocate pwrite ftruncate utime fsync fstat close stat fstat fsync close"
    )


# -- what may not be replaced otherwise ---------------------------------------------------


def user_scene(folder_mode: int, file_mode: int, *, owner: int = 0) -> Scene:
    scene = Scene()
    scene.disk.external.delete(B)
    scene.disk.external.chown(A, owner, owner)
    scene.disk.external.chmod(A, file_mode)
    scene.disk.external.chmod("/d", folder_mode)
    scene.restart(uid=1000)
    return scene


@pytest.mark.parametrize(("folder_mode", "owner"), [(0o755, 0), (0o1777, 2000), (0o777, 2000)])
def test_a_file_that_this_user_may_write_but_not_replace_keeps_its_owner(folder_mode, owner):
    scene = user_scene(folder_mode, 0o666, owner=owner)
    assert scene.save().written
    after = scene.disk.external.stat(A)
    assert (scene.text, after.st_uid, after.st_mode & 0o777) == (NEW, owner, 0o666)
    assert scene.disk.external.names("/d") == ["nb.py"]


@pytest.mark.parametrize("folder_mode", [0o755, 0o1777, 0o777])
def test_a_file_that_is_read_only_stays_refused(folder_mode):
    scene = user_scene(folder_mode, 0o644, owner=2000)
    with pytest.raises(StorageError, match="change the permissions") as raised:
        scene.save()
    assert (scene.text, scene.spilled, raised.value.cause) == (OLD, None, "permission")


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV, errno.EPERM])
def test_a_file_whose_rename_is_refused_is_written_in_place(number):
    scene = Scene()
    scene.disk.external.delete(B)
    inode = scene.disk.external.stat(A).st_ino
    scene.disk.before = lambda call: Fault(error=number) if call.name == "exchange" else None
    assert scene.save().written
    assert (scene.text, scene.disk.external.stat(A).st_ino) == (NEW, inode)
    assert scene.disk.external.names("/d") == ["nb.py"]


def test_without_a_spill_what_cannot_be_replaced_is_refused():
    scene = user_scene(0o755, 0o666)
    with pytest.raises(StorageError, match="change the permissions"):
        LocalStorage(scene.process.calls).replace(A, NEW)
    assert scene.text == OLD


def test_without_a_spill_the_names_of_a_file_part(scene):
    LocalStorage(scene.process.calls).replace(A, NEW)
    assert (scene.text, scene.disk.external.read(B)) == (NEW, OLD)


def test_a_file_with_one_name_does_not_touch_the_spill(scene):
    scene.disk.external.delete(B)
    scene.spill.begin_overwrite = None
    assert scene.save().written


# -- others ---------------------------------------------------------------------------------


def test_a_text_of_another_program_is_left_alone(scene):
    scene.disk.external.write(B, THEIRS)
    with pytest.raises(ChangedError):
        scene.save()
    assert (scene.text, scene.spilled) == (THEIRS, None)


@pytest.mark.parametrize("way", ["in place", "beside"])
@pytest.mark.parametrize("call", range(FIRST_BYTE))
def test_an_edit_before_the_last_look_is_left_alone(scene, call, way):
    write = scene.disk.external.write if way == "in place" else scene.disk.external.write_beside
    scene.at(call, lambda disk: write(A, THEIRS))
    with pytest.raises(ChangedError):
        scene.save()
    assert (scene.text, scene.spilled) == (THEIRS, None)


@pytest.mark.parametrize("call", range(FIRST_BYTE, CALLS.index("stat", FIRST_BYTE) + 1))
def test_a_file_that_is_replaced_meanwhile_is_not_taken_for_saved(scene, call):
    scene.at(call, lambda disk: disk.external.write_beside(A, THEIRS))
    with pytest.raises(ChangedError):
        scene.save()
    assert (scene.text, scene.spilled) == (THEIRS, None)


# -- what fails -----------------------------------------------------------------------------


@pytest.mark.parametrize("call", range(len(CALLS)))
def test_a_call_that_fails_leaves_a_whole_text_and_the_next_attempt_succeeds(scene, call):
    scene.at(call, lambda disk: Fault(error=errno.EIO))
    try:
        scene.save()
    except StorageError:
        assert scene.text in {OLD, NEW}
    assert scene.spilled is None
    scene.save(expected=(Etag.of(OLD), Etag.of(NEW)))
    assert (scene.text, scene.disk.external.read(B)) == (NEW, NEW)


@pytest.mark.parametrize("name", ["pwrite", "ftruncate", "fsync"])
def test_what_cannot_even_be_put_back_is_repaired_by_the_next_attempt(scene, name):
    scene.disk.before = lambda call: (
        Fault(error=errno.EIO) if call.name == name and not call.is_folder_sync else None
    )
    with pytest.raises(StorageError):
        scene.save()
    assert scene.spilled == (NEW, OLD)
    scene.disk.before = None
    scene.save(b"newer still", expected=(Etag.of(OLD), Etag.of(NEW)))
    assert (scene.text, scene.spilled) == (b"newer still", None)


def test_what_somebody_wrote_over_a_torn_text_is_left_alone(scene):
    scene.disk.before = lambda call: Fault(error=errno.EIO) if call.name == "pwrite" else None
    with pytest.raises(StorageError):
        scene.save()
    scene.disk.before = None
    scene.disk.external.write(A, THEIRS)
    with pytest.raises(ChangedError):
        scene.save()
    assert (scene.text, scene.spilled) == (THEIRS, None)


@pytest.mark.parametrize("limit", [1, 3])
def test_short_writes_are_continued(scene, limit):
    scene.disk.before = lambda call: Fault(short=limit) if call.name == "pwrite" else None
    assert scene.save().written
    assert scene.text == NEW


def test_a_disk_that_is_full_is_found_out_before_the_first_byte_is_changed():
    scene = Scene(size=len(OLD) + 3)
    calls: list[str] = []
    scene.disk.before = lambda call: calls.append(call.name)
    with pytest.raises(StorageError) as raised:
        scene.save()
    assert (raised.value.cause, scene.text, scene.spilled) == ("disk full", OLD, None)
    assert "pwrite" not in calls


def test_a_spill_that_keeps_nothing_leaves_the_file_alone(scene):
    def refuse(*_: object) -> None:
        raise StorageError("the state directory is full", "disk full")

    scene.spill.begin_overwrite = refuse
    with pytest.raises(StorageError, match="state directory"):
        scene.save()
    assert scene.text == OLD


def test_a_spill_that_does_not_let_go_does_not_stop_a_save(scene):
    def refuse(*_: object) -> None:
        raise StorageError("the state directory is full", "disk full")

    let_go, scene.spill.end_overwrite = scene.spill.end_overwrite, refuse
    scene.save()
    scene.spill.end_overwrite = let_go
    scene.disk.external.delete(B)
    scene.save(b"by a rename", expected=(Etag.of(NEW),))
    assert (scene.text, scene.spilled) == (b"by a rename", None)


# -- crashes --------------------------------------------------------------------------------


@pytest.mark.parametrize("new", [NEW, b"short", b""])
def test_a_process_that_dies_at_any_call_leaves_a_whole_text_or_one_that_is_repaired(new):
    for call, name in enumerate(names := calls_of_a_save(OLD, new)):
        scene = Scene()
        scene.at(call, scene.kill)
        with pytest.raises(Killed):
            scene.save(new)
        check_repaired(scene, new, f"killed at {call}, {name} of {names}")


@pytest.mark.parametrize("new", [NEW, b"short", b"THE OLD TEXT"])
def test_a_power_cut_at_any_call_leaves_a_whole_text_or_one_that_is_repaired(new):
    for call, name in enumerate(calls_of_a_save(OLD, new)):
        for seed in range(25):
            scene = Scene()
            scene.at(call, crashing(seed))
            with pytest.raises(Killed):
                scene.save(new)
            check_repaired(scene, new, f"power cut at {call}, {name}, seed {seed}")


def crashing(seed: int) -> Callable[[SimulatedDisk], None]:
    return lambda disk: disk.crash(random.Random(seed))


def check_repaired(scene: Scene, new: bytes, when: str) -> None:
    scene.disk.before = None
    scene.restart()
    was, spilled = scene.text, scene.spilled
    if was == OLD and spilled:
        with pytest.raises(ChangedError):
            scene.storage.repair(A)
        assert (scene.text, scene.spilled) == (OLD, (new, OLD)), when
        return
    assert scene.storage.repair(A) is (was not in {OLD, new}), when
    scene.disk.crash(random.Random(0))
    text = new if spilled else was
    assert (scene.text, scene.disk.external.read(B), scene.spilled) == (text, text, None), when


@pytest.mark.parametrize("then", ["kill", "crash"])
def test_a_repair_that_dies_is_repaired(then):
    for call in range(30):
        scene = torn_scene()
        end = scene.kill if then == "kill" else crashing(1)
        scene.at(call, end)
        try:
            scene.storage.repair(A)
        except Killed:
            scene.disk.before = None
            scene.restart()
            scene.storage.repair(A)
        assert (scene.text, scene.spilled) == (NEW, None)


def torn_scene() -> Scene:
    """Return a file that a process has left half-written, as the next one finds it."""
    scene = Scene()
    scene.disk.before = kill_at_second_pwrite(scene)
    with pytest.raises(Killed):
        scene.save()
    scene.disk.before = None
    scene.restart()
    assert scene.text == NEW[:7] + OLD[7:] + bytes(len(NEW) - len(OLD))
    return scene


def kill_at_second_pwrite(scene: Scene) -> Callable[[Call], Fault | None]:
    writes: list[Call] = []

    def before(call: Call) -> Fault | None:
        if call.name != "pwrite":
            return None
        writes.append(call)
        if len(writes) == 2:
            scene.disk.kill(call.process)
            return None
        return Fault(short=7)

    return before


@pytest.mark.parametrize(
    "theirs", [THEIRS, b"", NEW + b"\n", OLD[:5], NEW[:7] + b"and then theirs"]
)
def test_a_text_that_somebody_wrote_after_the_crash_is_left_alone(theirs):
    scene = torn_scene()
    scene.disk.external.write(A, theirs)
    with pytest.raises(ChangedError, match="the text of a save that was broken off"):
        scene.storage.repair(A)
    assert (scene.text, scene.spilled) == (theirs, (NEW, OLD))


def test_a_file_that_was_removed_after_the_crash_is_not_made_again():
    scene = torn_scene()
    scene.disk.external.delete(A)
    with pytest.raises(ChangedError):
        scene.storage.repair(A)
    assert (scene.text, scene.spilled) == (None, (NEW, OLD))


def test_a_repair_is_for_nothing_where_nothing_was_broken_off(scene):
    scene.at(0, lambda disk: None)
    assert scene.storage.repair(A) is False
    assert scene.names == []
    assert LocalStorage(scene.process.calls).repair(A) is False


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        *((OLD, False), (NEW, False), (b"the new text", True), (b"the new texz", False)),
        *((OLD + bytes(8), True), (NEW[:9] + OLD[9:] + bytes(8), True), (OLD[:11], False)),
        *((NEW + b"!", False), (b"", False), (NEW[:-1], True)),
    ],
)
def test_only_a_mixture_of_both_texts_is_taken_for_torn(text, torn):
    assert is_torn(text, NEW, OLD) is torn
