"""Every call of a save that looks at what it replaces fails once, in every way; no litter."""

import errno
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from actors.errors import ChangedError, StorageError
from actors.storage import Etag, LocalStorage
from actors.storage.simulated_disk import Call
from actors.testing import Fault, SimulatedDisk

A = Path("/d/nb.py")
OLD, NEW = b"old text", b"the new text"
EITHER = (Etag.of(OLD), Etag.of(NEW))

CALLS = [
    *("open", "stat", "open", "lock", "write", "listxattr", "listxattr", "utime", "fstat"),
    *("fsync", "exchange", "stat", "unlink", "close", "fstat", "fsync", "close"),
]
# Without a lock nobody sweeps, without a time of its own the file is read the next time,
# litter is harmless, and what a close could report the fsync has.
FORGIVEN = {
    *(CALLS.index(name) for name in ("lock", "utime", "unlink")),
    *(number for number, name in enumerate(CALLS) if name == "close"),
}


class Scene:
    """A saved file, and a disk on which one call of the next save does not go well."""

    def __init__(self) -> None:
        self.disk = SimulatedDisk()
        self.disk.external.make_folder("/d")
        self.process = self.disk.process()
        self.storage = LocalStorage(self.process.calls)
        first = self.storage.replace(A, OLD)
        self.expected = (Etag(first.sha256, first.stamp),)

    def save_with(self, number: int, act: Callable[[], Fault | None]) -> None:
        names: list[str] = []

        def before(call: Call) -> Fault | None:
            names.append(call.name)
            return act() if len(names) - 1 == number else None

        self.disk.before = before
        try:
            self.storage.replace(A, NEW, expected=self.expected)
        finally:
            self.disk.before = None
            assert names[: number + 1] == CALLS[: number + 1]
            self.names = self.disk.external.names("/d")
            self.text = self.disk.external.read(A)

    def check_that_all_is_closed(self) -> None:
        assert all(self.process.opened(fd) is None for fd in range(1000, 1010))


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize("number", sorted(set(range(len(CALLS))) - FORGIVEN))
def test_a_call_that_fails_leaves_a_whole_file_and_nothing_else(scene, number):
    with pytest.raises(StorageError) as raised:
        scene.save_with(number, lambda: Fault(error=errno.EIO))
    assert not isinstance(raised.value, ChangedError)
    assert scene.text == (OLD if number <= CALLS.index("unlink") else NEW)
    assert scene.names == ["nb.py"]
    scene.check_that_all_is_closed()


@pytest.mark.parametrize("number", sorted(FORGIVEN - {len(CALLS) - 1}))
def test_a_call_that_may_fail_does_not_stop_a_save(scene, number):
    scene.save_with(number, lambda: Fault(error=errno.EIO))
    assert scene.text == NEW
    scene.check_that_all_is_closed()


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_after_any_failed_call_the_next_attempt_succeeds_and_nothing_is_left(scene, number):
    for fault in (Fault(error=errno.EIO), Fault(error=errno.EIO, after=True)):
        if fault.after and CALLS[number] in {"open", "write", "listxattr"}:
            continue
        with suppress(StorageError):
            scene.save_with(number, lambda fault=fault: fault)
        assert scene.text in {OLD, NEW}
        scene.storage.replace(A, b"newer", expected=EITHER)
        LocalStorage(scene.disk.calls()).sweep(A)
        assert scene.disk.external.names("/d") == ["nb.py"]
        first = scene.storage.replace(A, OLD)
        scene.expected = (Etag(first.sha256, first.stamp),)


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_an_interrupt_at_any_call_leaves_a_whole_file_and_nothing_else(scene, number):
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scene.save_with(number, interrupt)
    assert scene.text in {OLD, NEW}
    scene.storage.sweep(A)
    assert scene.disk.external.names("/d") == ["nb.py"]
    scene.storage.replace(A, b"newer", expected=EITHER)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP])
def test_where_nothing_can_be_exchanged_a_file_is_looked_at_before_its_rename(scene, number):
    scene.save_with(CALLS.index("exchange"), lambda: Fault(error=number))
    assert (scene.text, scene.names) == (NEW, ["nb.py"])


def test_where_neither_exchange_nor_exclusive_rename_nor_links_exist_a_new_file_is_made(scene):
    missing = {"exchange": errno.EINVAL, "rename_exclusive": errno.EINVAL, "link": errno.EPERM}
    scene.disk.external.delete(A)
    scene.disk.before = lambda call: (
        Fault(error=missing[call.name]) if call.name in missing else None
    )
    assert scene.storage.replace(A, NEW, expected=(Etag.of(None),)).written
    assert scene.disk.external.names("/d") == ["nb.py"]


def test_there_too_a_file_that_another_program_made_is_left_alone(scene):
    missing = {"exchange": errno.EINVAL, "rename_exclusive": errno.EINVAL, "link": errno.EPERM}
    scene.disk.external.delete(A)

    def before(call: Call) -> Fault | None:
        if call.name == "link":
            scene.disk.external.write(A, b"theirs")
        return Fault(error=missing[call.name]) if call.name in missing else None

    scene.disk.before = before
    with pytest.raises(ChangedError):
        scene.storage.replace(A, NEW, expected=(Etag.of(None),))
    assert scene.disk.external.read(A) == b"theirs"
    assert scene.disk.external.names("/d") == ["nb.py"]
