"""One owner a file: who gets it, who keeps it, who is told what, and what is left afterwards."""

import errno
import os
from contextlib import suppress
from pathlib import Path

import pytest

from actors.errors import OwnedError, StorageError
from actors.storage import LocalStorage
from actors.storage.ownership.lock_file import prefix_of
from actors.storage.simulated_disk import Call
from actors.testing import Fault
from tests.storage.ownership_scene import LEASE_S, LOCK, NOTEBOOK, Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def refused(act) -> str:
    """Return what the other one is told."""
    with pytest.raises(OwnedError) as raised:
        act()
    assert raised.value.cause == "locked"
    return str(raised.value)


def test_a_lock_file_says_who_has_the_notebook(scene):
    scene.ownership(1).acquire(NOTEBOOK)
    text = scene.disk.external.read(LOCK).decode()
    assert text.splitlines()[:3] == [
        "ana@here pid 1",
        "since 2026-01-01 00:00:00 UTC",
        "fence 1",
    ]


def test_the_second_is_told_who_has_it_since_when_and_what_to_do(scene):
    scene.ownership(1).acquire(NOTEBOOK)
    assert refused(lambda: scene.ownership(2).acquire(NOTEBOOK)) == (
        "cannot save /d/nb.py: ana@here pid 1 has it open since 2026-01-01 00:00:00 UTC; "
        "close it there: it is taken over when that process ends"
    )


def test_the_owner_on_another_machine_is_waited_for_as_long_as_its_lease(scene):
    scene.ownership(1, host="elsewhere").acquire(NOTEBOOK)
    told = refused(lambda: scene.ownership(2).acquire(NOTEBOOK))
    assert told.endswith("it is taken over when nothing was saved there for 300 s")


def test_a_release_leaves_nothing_and_lets_the_next_in(scene):
    scene.ownership(1).acquire(NOTEBOOK).release()
    assert scene.names() == []
    assert scene.ownership(2).acquire(NOTEBOOK).fence == 1


def test_each_takeover_raises_the_fencing_number(scene):
    for pid in (1, 2, 3):
        assert scene.ownership(pid).acquire(NOTEBOOK).fence == pid
        scene.living.remove(pid)


def test_an_owner_on_the_same_machine_that_is_idle_keeps_its_file(scene):
    lease = scene.ownership(1).acquire(NOTEBOOK)
    scene.disk.pass_time(100 * LEASE_S)
    refused(lambda: scene.ownership(2).acquire(NOTEBOOK))
    lease.check()


def test_an_owner_elsewhere_that_saves_keeps_its_file(scene):
    lease = scene.ownership(1, host="elsewhere").acquire(NOTEBOOK)
    for _ in range(20):
        scene.disk.pass_time(LEASE_S / 2)
        lease.check()
        refused(lambda: scene.ownership(2).acquire(NOTEBOOK))


def test_an_owner_elsewhere_that_does_not_save_loses_it_and_is_told(scene):
    late = scene.expired_lease()
    taken = scene.ownership(2).acquire(NOTEBOOK)
    assert "ana@here pid 2 has it open" in refused(late.check)
    assert "ana@here pid 2 has it open" in refused(late.check)
    late.release()
    taken.check()
    assert taken.fence == 2


def test_an_owner_elsewhere_that_was_not_missed_goes_on(scene):
    lease = scene.expired_lease()
    lease.check()
    refused(lambda: scene.ownership(2).acquire(NOTEBOOK))


@pytest.mark.parametrize("clock_ahead_s", [-10 * LEASE_S, 10 * LEASE_S])
def test_clocks_that_are_apart_change_nothing(scene, clock_ahead_s):
    taker = scene.ownership(2, clock_ahead_s=clock_ahead_s)
    lease = scene.ownership(1, host="elsewhere").acquire(NOTEBOOK)
    refused(lambda: taker.acquire(NOTEBOOK))
    scene.disk.pass_time(LEASE_S)
    taker.acquire(NOTEBOOK)
    refused(lease.check)


def test_one_that_lost_the_file_gets_it_back_when_the_other_is_gone(scene):
    late = scene.expired_lease()
    scene.ownership(2).acquire(NOTEBOOK).release()
    late.check()
    refused(lambda: scene.ownership(3).acquire(NOTEBOOK))


def test_a_lock_file_that_somebody_removed_is_made_again(scene):
    lease = scene.ownership(1).acquire(NOTEBOOK)
    scene.disk.external.delete(LOCK)
    lease.check()
    refused(lambda: scene.ownership(2).acquire(NOTEBOOK))
    assert lease.fence == 2


@pytest.mark.parametrize("by", ["time", "inode"])
def test_a_lock_that_somebody_removed_and_another_made_again_is_the_others(scene, by):
    lease = scene.ownership(1).acquire(NOTEBOOK)
    scene.disk.external.delete(LOCK)
    if by == "time":  # and the inode is the same, for its number was free again
        scene.disk.pass_time(1)
    else:
        scene.disk.external.write("/d/other.py", b"")
    scene.ownership(2).acquire(NOTEBOOK)
    assert "pid 2 has it open" in refused(lease.check)


def test_a_touched_lock_file_is_still_its_owners(scene):
    lease = scene.ownership(1).acquire(NOTEBOOK)
    scene.disk.pass_time(1)
    scene.disk.external.write(LOCK, scene.disk.external.read(LOCK))
    lease.check()
    assert lease.fence == 1


def test_a_clock_that_was_set_back_renews_the_lease(scene):
    lease = scene.ownership(1).acquire(NOTEBOOK)
    before = scene.disk.external.stat(LOCK).st_mtime_ns
    scene.disk.pass_time(-3600)
    lease.check()
    assert scene.disk.external.stat(LOCK).st_mtime_ns < before


@pytest.mark.parametrize("text", [b"", b"ana@here pid", b"\xff\xfe", b"x" * 10_000])
def test_a_lock_file_that_says_nothing_is_taken_over_after_a_lease(scene, text):
    scene.disk.external.write(LOCK, text)
    told = refused(lambda: scene.ownership(1).acquire(NOTEBOOK))
    assert f"remove {LOCK} if no other program has it open" in told
    scene.disk.pass_time(LEASE_S)
    assert scene.ownership(1).acquire(NOTEBOOK).fence == 1


def test_a_link_at_the_place_of_the_lock_is_not_followed(scene):
    scene.disk.external.write("/d/precious", b"text")
    scene.disk.external.symlink("precious", LOCK)
    scene.disk.pass_time(LEASE_S)
    scene.ownership(1).acquire(NOTEBOOK).release()
    assert scene.disk.external.read("/d/precious") == b"text"
    assert scene.names() == ["precious"]


def test_a_link_to_nothing_is_taken_for_a_lock_that_says_nothing(scene):
    scene.disk.external.symlink("nothing", LOCK)
    refused(lambda: scene.ownership(1).acquire(NOTEBOOK))
    scene.disk.pass_time(LEASE_S)
    scene.ownership(1).acquire(NOTEBOOK).release()
    assert scene.names() == []


def test_the_owner_is_known_to_others_and_only_while_it_lives(scene):
    here, other = scene.ownership(1), scene.ownership(2)
    assert other.owner_of(NOTEBOOK) is None
    here.acquire(NOTEBOOK)
    assert (here.owner_of(NOTEBOOK), other.owner_of(NOTEBOOK)) == (None, "ana@here pid 1")
    scene.living.remove(1)
    assert other.owner_of(NOTEBOOK) is None


def test_a_lock_belongs_to_the_file_that_a_link_leads_to(scene):
    scene.disk.external.make_folder("/e")
    scene.disk.external.symlink("../d/nb.py", "/e/link.py")
    scene.ownership(1).acquire(Path("/e/link.py"))
    assert scene.names() == [".nb.py.notebook-actors.lock"]
    refused(lambda: scene.ownership(2).acquire(NOTEBOOK))
    assert scene.ownership(2).owner_of(Path("/e/link.py")) == "ana@here pid 1"


def test_a_sweep_leaves_lock_files(scene):
    scene.ownership(1).acquire(NOTEBOOK)
    scene.disk.pass_time(10 * LEASE_S)
    assert LocalStorage(scene.disk.calls()).sweep(NOTEBOOK) == 0
    assert scene.names() == [".nb.py.notebook-actors.lock"]


@pytest.mark.parametrize("name", ["nb.py", "x" * 255, "é" * 127, "\udce9" * 255, ".a\n.py"])
def test_the_name_of_a_lock_is_hidden_short_and_of_one_notebook(name):
    prefix = prefix_of(f"/d/{name}")
    longest = Path(f"{prefix}.{'f' * 33}.notebook-actors.lock").name
    assert longest.startswith(".")
    assert len(os.fsencode(longest)) <= 143
    assert prefix != prefix_of(f"/d/{name[:-1]}z")


def test_a_folder_that_does_not_exist_says_so(scene):
    with pytest.raises(StorageError, match=r"cannot lock /none/nb\.py: .* check the name"):
        scene.ownership(1).acquire(Path("/none/nb.py"))


@pytest.mark.parametrize("name", ["open", "read"])
def test_one_who_cannot_read_the_lock_just_now_takes_nothing_over(scene, name):
    scene.ownership(1, host="elsewhere").acquire(NOTEBOOK)
    scene.disk.pass_time(LEASE_S)
    scene.disk.before = lambda call: (
        Fault(error=errno.EMFILE) if (call.name, call.path) == (name, LOCK) else None
    )
    with pytest.raises(StorageError, match="raise the limit of open files"):
        scene.ownership(2).acquire(NOTEBOOK)


def test_a_lock_that_is_swept_before_it_has_its_name_is_made_again(scene):
    swept: list[str] = []

    def before(call: Call) -> None:
        if call.name == "rename_exclusive" and not swept:
            swept.append(call.path)
            scene.disk.external.delete(call.path)

    scene.disk.before = before
    scene.ownership(1).acquire(NOTEBOOK).check()
    assert swept
    assert scene.names() == [".nb.py.notebook-actors.lock"]


def test_a_lock_can_be_read_by_others_whatever_the_umask(scene):
    private = scene.disk.process(uid=1000, gid=1000, umask=0o077)
    other = scene.disk.process(uid=2000, gid=2000)
    scene.ownership(1, process=private).acquire(NOTEBOOK)
    assert scene.ownership(2, process=other).owner_of(NOTEBOOK) == "ana@here pid 1"


def test_a_folder_at_the_place_of_the_lock_is_an_error(scene):
    scene.disk.external.make_folder(LOCK)
    scene.disk.pass_time(LEASE_S)
    with pytest.raises(StorageError, match="Is a directory"):
        scene.ownership(1).acquire(NOTEBOOK)


def test_a_full_disk_leaves_no_empty_lock(scene):
    full = scene.ownership(1)
    scene.disk.before = lambda call: Fault(error=errno.ENOSPC) if call.name == "write" else None
    with pytest.raises(StorageError, match="free some space"):
        full.acquire(NOTEBOOK)
    assert scene.names() == []


def test_whichever_call_of_a_takeover_fails_the_next_try_works(scene):
    for number in range(20):
        scene.dead_owners_lock()
        first = scene.disk.calls_made + number
        scene.disk.before = lambda call, first=first: (
            Fault(error=errno.EIO) if call.number == first else None
        )
        ownership = scene.ownership(2)
        with suppress(StorageError):
            ownership.acquire(NOTEBOOK)
        scene.disk.before = None
        ownership.acquire(NOTEBOOK).release()
        assert scene.names() == []


def test_a_release_never_raises(scene):
    lease = scene.ownership(1).acquire(NOTEBOOK)
    scene.disk.before = lambda call: Fault(error=errno.EIO)
    lease.release()
    scene.disk.before = None
    assert scene.names() == [".nb.py.notebook-actors.lock"]


def test_to_check_is_one_system_call(scene):
    lease = scene.ownership(1).acquire(NOTEBOOK)
    names = []
    scene.disk.before = lambda call: names.append(call.name)
    lease.check()
    assert names == ["stat"]
