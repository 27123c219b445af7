"""Another program changes the file before any system call of a save: its work is never lost."""

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.errors import ChangedError, StorageError
from actors.storage import Etag, LocalStorage
from actors.storage.simulated_disk import Call, Killed, Process
from actors.storage.system_calls import SystemCalls
from actors.storage.temporary import EMPTY_GRACE_S
from actors.testing import Fault, SimulatedDisk

A = Path("/d/nb.py")
OLD, OURS, THEIRS = b"old text", b"our text, longer", b"THE TEXT"  # theirs has the length of old

Edit = Callable[[SimulatedDisk], object]


def write_beside(disk: SimulatedDisk) -> None:
    disk.external.write("/d/beside", THEIRS, sync=True)
    disk.external.move("/d/beside", A)
    disk.sync()


EDITS: dict[str, Edit] = {
    "in place": lambda disk: disk.external.write(A, THEIRS, sync=True),
    "beside": write_beside,
    "moved onto it": lambda disk: disk.external.move("/d/theirs.py", A),
}


class Scene:
    """A file that was saved once, and the next save of it, of which each call can be met."""

    def __init__(self, *, exchanges: bool = True, old: bytes | None = OLD) -> None:
        self.disk = SimulatedDisk()
        self.disk.external.make_folder("/d")
        self.disk.external.write("/d/theirs.py", THEIRS, sync=True)
        self.exchanges = exchanges
        self.process: Process = self.disk.process()
        self.storage = LocalStorage(self.process.calls)
        self.expected = Etag.of(None)
        if old is not None:
            replaced = self.storage.replace(A, old)
            self.expected = Etag(replaced.sha256, replaced.stamp)
        self.disk.sync()
        self.names: list[str] = []
        self.error: StorageError | None = None

    def save(self, at: dict[int, Edit], *, data: bytes = OURS) -> None:
        """Save; before the call with a number of `at` something else happens."""
        self.names.clear()

        def before(call: Call) -> Fault | None:
            if call.process is self.process:
                self.names.append(call.name)
                at.get(len(self.names) - 1, lambda disk: None)(self.disk)
                if not self.exchanges and call.name in {"exchange", "rename_exclusive"}:
                    return Fault(error=errno.EINVAL)
            return None

        self.disk.before = before
        try:
            self.storage.replace(A, data, expected=(self.expected,))
        except StorageError as error:
            self.error = error
        except Killed:
            pass
        self.disk.before = None

    def restart(self) -> None:
        """Clear away what a dead process has left, as the next one does."""
        self.disk.pass_time(EMPTY_GRACE_S + 1)
        LocalStorage(self.disk.calls()).sweep(A)

    @property
    def text(self) -> bytes | None:
        return self.disk.external.read(A)

    @property
    def litter(self) -> list[str]:
        return [name for name in self.disk.external.names("/d") if name.endswith(".tmp")]

    def kill(self, disk: SimulatedDisk) -> None:
        disk.kill(self.process)


def calls_of_a_save(*, exchanges: bool = True, old: bytes | None = OLD) -> list[str]:
    scene = Scene(exchanges=exchanges, old=old)
    scene.save({})
    assert scene.error is None
    return scene.names


CALLS = calls_of_a_save()
WITHOUT_EXCHANGE = calls_of_a_save(exchanges=False)
NEW_FILE = calls_of_a_save(old=None)


def test_a_save_looks_at_what_it_replaced():
    assert " ".join(CALLS) == (
        "open stat open lock write listxattr listxattr utime fstat fsync "
        "exchange stat unlink close fstat fsync close"
    )


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("call", range(len(CALLS)))
def test_an_edit_before_any_call_is_in_the_file_afterwards(call, edit):
    scene = Scene()
    scene.save({call: edit})
    assert (scene.text, scene.litter) == (THEIRS, [])
    seen_in_time = call <= CALLS.index("exchange")
    assert isinstance(scene.error, ChangedError) is seen_in_time


@pytest.mark.parametrize("call", range(len(CALLS)))
def test_what_is_added_to_the_end_before_any_call_stays_there(call):
    scene = Scene()
    scene.save({call: lambda disk: disk.external.append(A, b" and more")})
    assert scene.text in {OLD + b" and more", OURS + b" and more"}
    assert (scene.text == OURS + b" and more") is (scene.error is None)


@pytest.mark.parametrize("first", range(len(CALLS)))
def test_an_edit_in_two_steps_is_whole_afterwards(first):
    for second in range(first + 1, len(CALLS) + 3):
        scene = Scene()
        empty, fill = editor_that_keeps_the_file_open(scene.disk)
        scene.save({first: empty, second: fill})
        fill(scene.disk)
        assert (scene.text, scene.litter) == (THEIRS, []), f"filled at {second}"


def editor_that_keeps_the_file_open(disk: SimulatedDisk) -> tuple[Edit, Edit]:
    process, fds = disk.process(), []

    def empty(_: SimulatedDisk) -> None:
        fds.append(process.open(A, os.O_WRONLY | os.O_TRUNC))

    def fill(_: SimulatedDisk) -> None:
        if fds:
            process.write(fds[0], THEIRS)
            process.close(fds.pop())

    return empty, fill


def test_of_two_edits_within_one_moment_both_are_kept():
    scene = Scene()
    back = CALLS.index("exchange") + 7  # the exchange that gives the first one back
    edits = {
        CALLS.index("exchange"): write_beside,
        back: lambda disk: disk.external.append(A, b"!"),
    }
    scene.save(edits)
    assert scene.names[back] == "exchange"
    kept = [name for name in scene.disk.external.names("/d") if name.endswith(".kept")]
    assert (scene.text, scene.litter) == (THEIRS, [])
    assert [scene.disk.external.read(f"/d/{name}") for name in kept] == [OURS + b"!"]


@pytest.mark.parametrize("call", range(len(CALLS)))
def test_a_file_that_was_only_touched_is_saved(call):
    scene = Scene()
    scene.save({call: lambda disk: disk.external.write_beside(A, disk.external.read(A) or b"")})
    assert (scene.text, scene.error, scene.litter) == (OURS, None, [])


@pytest.mark.parametrize("call", range(len(CALLS)))
def test_a_file_that_is_removed_is_written_again_or_stays_removed(call):
    scene = Scene()
    scene.save({call: lambda disk: disk.external.delete(A)})
    seen_in_time = call <= CALLS.index("exchange")
    assert (scene.text, scene.error) == (OURS if seen_in_time else None, None)
    assert scene.litter == []


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("exchanges", [True, False])
def test_a_file_that_another_program_makes_is_not_replaced_by_a_new_one(edit, exchanges):
    names = calls_of_a_save(exchanges=exchanges, old=None)
    for call in range(len(names)):
        scene = Scene(exchanges=exchanges, old=None)
        scene.save({call: edit})
        assert (scene.text, scene.litter) == (THEIRS, [])


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_without_an_exchange_one_moment_is_left(edit):
    for call, name in enumerate(WITHOUT_EXCHANGE):
        scene = Scene(exchanges=False)
        scene.save({call: edit})
        assert scene.text == (OURS if name == "replace" else THEIRS)
        assert scene.litter == []


def test_that_a_device_has_no_exchange_is_found_out_once():
    scene = Scene(exchanges=False)
    scene.save({})
    scene.expected = Etag.of(OURS)
    scene.save({}, data=b"more")
    assert (scene.text, scene.names.count("exchange")) == (b"more", 0)


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_what_is_no_file_any_more_is_left_alone(kind):
    def put_there(disk):
        disk.external.delete(A)
        disk.external.symlink("theirs.py", A) if kind == "link" else disk.external.make_folder(A)

    scene = Scene()
    scene.save({CALLS.index("exchange"): put_there})
    assert isinstance(scene.error, ChangedError)
    assert scene.litter == []
    assert (scene.text == THEIRS) if kind == "link" else (scene.disk.external.names(A) == [])


# -- and then the process dies, or the power fails --------------------------------------


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("call", range(len(CALLS)))
def test_an_edit_survives_the_death_of_the_process_at_any_later_call(call, edit):
    for dies in range(call, len(CALLS) + 3):
        scene = Scene()
        scene.save(
            {call: edit, dies: scene.kill} if dies > call else {call: both(edit, scene.kill)}
        )
        scene.restart()
        assert (scene.text, scene.litter) == (THEIRS, []), f"it died at {dies}"


def crashing(seed: int) -> Edit:
    return lambda disk: disk.crash(random.Random(seed))


def both(first: Edit, second: Edit) -> Edit:
    return lambda disk: (first(disk), second(disk))


# Later an edit in place goes into our file, whose name is no more durable than the save is.
@pytest.mark.parametrize("edit", [EDITS["in place"], EDITS["beside"]], ids=["in place", "beside"])
@pytest.mark.parametrize("call", range(CALLS.index("exchange") + 1))
def test_a_synced_edit_survives_a_power_cut_at_any_later_call(call, edit):
    for dies in range(call + 1, len(CALLS) + 3):
        for seed in range(3):
            scene = Scene()
            scene.save({call: edit, dies: crashing(seed)})
            scene.restart()
            assert scene.text == THEIRS, f"the power failed at {dies}, seed {seed}"


@pytest.mark.parametrize("dies", range(len(CALLS)))
def test_without_an_edit_the_death_of_the_process_leaves_a_text_of_ours(dies):
    scene = Scene()
    scene.save({dies: scene.kill})
    scene.restart()
    assert scene.text == (OLD if dies <= CALLS.index("exchange") else OURS)
    assert scene.litter == []


def test_a_text_that_cannot_be_given_back_is_given_back_by_the_next_process():
    scene = Scene()

    def break_the_exchange(disk):
        EDITS["beside"](disk)
        before, left = disk.before, [Fault(error=errno.EIO)] * 9

        def failing(call):
            before(call)
            return left.pop(0) if call.name == "exchange" and left else None

        disk.before = failing

    scene.save({CALLS.index("exchange"): break_the_exchange})
    assert isinstance(scene.error, StorageError)
    assert (scene.text, len(scene.litter)) == (OURS, 1)
    scene.restart()
    assert (scene.text, scene.litter) == (THEIRS, [])


def sweep(disk: SimulatedDisk) -> None:
    LocalStorage(disk.calls()).sweep(A)


@pytest.mark.parametrize("call", range(len(CALLS)))
def test_a_sweep_of_another_process_takes_nothing_from_a_save_under_way(call):
    scene = Scene()
    scene.save({call: sweep})
    assert (scene.text, scene.error, scene.litter) == (OURS, None, [])


@pytest.mark.parametrize("call", range(10))
def test_a_sweep_leaves_it_to_a_living_process_to_give_a_text_back(call):
    scene = Scene()
    at = CALLS.index("exchange")
    scene.save({at: write_beside, at + 1 + call: sweep})
    assert isinstance(scene.error, ChangedError)
    assert (scene.text, scene.litter) == (THEIRS, [])


# -- on the real disk ----------------------------------------------------------------------


def test_an_edit_of_the_same_length_within_one_tick_of_the_clock_is_noticed(tmp_path):
    storage, path = LocalStorage(), tmp_path / "nb.py"
    for _ in range(50):
        replaced = storage.replace(path, b"ours 123")
        with path.open("r+b") as other:
            other.write(b"THEIRS !")
        with pytest.raises(ChangedError):
            storage.replace(path, b"new", expected=(Etag(replaced.sha256, replaced.stamp),))


def rounding(fd: int, *, ns: tuple[int, int]) -> None:
    os.utime(fd, ns=(ns[0] // 10**9 * 10**9, ns[1] // 10**9 * 10**9))


def refusing(fd: int, *, ns: tuple[int, int]) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.mark.parametrize("utime", [rounding, refusing])
def test_where_a_file_has_no_time_of_its_own_its_text_is_read(tmp_path, utime):
    storage, path = LocalStorage(SystemCalls(utime=utime)), tmp_path / "nb.py"
    replaced = storage.replace(path, b"ours 123")
    assert replaced.stamp is None
    path.write_bytes(b"THEIRS !")
    with pytest.raises(ChangedError):
        storage.replace(path, b"new", expected=(Etag(replaced.sha256, replaced.stamp),))


def test_the_state_of_an_unchanged_file_is_known_when_no_write_can_have_it_any_more(tmp_path):
    storage, path = LocalStorage(), tmp_path / "nb.py"
    path.write_bytes(b"theirs")
    assert storage.replace(path, b"theirs").stamp is None  # it may change within this tick
    os.utime(path, (0, 0))
    stamp = storage.replace(path, b"theirs").stamp
    assert storage.replace(path, b"ours", expected=(Etag("by its stamp", stamp),)).written


def test_the_state_of_a_file_of_ours_is_known_at_once(tmp_path):
    storage, path = LocalStorage(), tmp_path / "nb.py"
    first = storage.replace(path, b"ours")
    again = storage.replace(path, b"ours", expected=(Etag(first.sha256, first.stamp),))
    assert (again.written, again.stamp) == (False, first.stamp)


def test_a_file_that_only_has_another_time_is_read_and_saved(tmp_path):
    storage, path = LocalStorage(), tmp_path / "nb.py"
    replaced = storage.replace(path, b"ours")
    os.utime(path, (0, 0))
    expected = (Etag(replaced.sha256, replaced.stamp),)
    assert storage.replace(path, b"new", expected=expected).written
