"""Files in folders where no lock can be made are locked in a folder of the user's own."""

import errno
from pathlib import Path

import pytest

from actors.errors import OwnedError, StorageError
from actors.storage.ownership import Ownership
from actors.testing import Fault
from tests.storage.ownership_scene import LEASE_S, NOTEBOOK, Scene


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.disk.external.chmod("/d", 0o555)
    return scene


def user(scene: Scene, pid: int, **how) -> Ownership:
    """Return what a process owns that is not root's, who may write everywhere."""
    return scene.ownership(pid, process=scene.disk.process(uid=1000, gid=1000), **how)


def test_two_processes_of_a_user_see_each_other_there(scene):
    lease = user(scene, 1).acquire(NOTEBOOK)
    with pytest.raises(OwnedError, match="ana@here pid 1 has it open"):
        user(scene, 2).acquire(NOTEBOOK)
    assert user(scene, 3).owner_of(NOTEBOOK) == "ana@here pid 1"
    lease.check()
    lease.release()
    assert scene.disk.external.names("/state") == scene.names() == []


def test_the_dead_owner_of_a_file_there_loses_it(scene):
    user(scene, 1).acquire(NOTEBOOK)
    scene.living.remove(1)
    assert user(scene, 2).acquire(NOTEBOOK).fence == 2


def test_files_of_the_same_name_are_told_apart(scene):
    scene.disk.external.make_folder("/e", 0o555)
    user(scene, 1).acquire(NOTEBOOK)
    user(scene, 2).acquire(Path("/e/nb.py"))


def test_who_has_the_lock_beside_the_file_is_seen_first(scene):
    scene.ownership(1).acquire(NOTEBOOK)  # root may
    with pytest.raises(OwnedError, match="ana@here pid 1"):
        user(scene, 2).acquire(NOTEBOOK)


def test_a_dead_owners_lock_that_cannot_be_removed_is_no_obstacle(scene):
    scene.dead_owners_lock()
    user(scene, 2).acquire(NOTEBOOK).check()


def test_an_owner_elsewhere_whose_age_cannot_be_seen_keeps_its_file(scene):
    scene.ownership(1, host="elsewhere").acquire(NOTEBOOK)
    scene.disk.pass_time(10 * LEASE_S)
    with pytest.raises(OwnedError):
        user(scene, 2).acquire(NOTEBOOK)


def test_a_folder_that_becomes_writable_gets_its_lock_with_the_next_renewal(scene):
    lease = user(scene, 1).acquire(NOTEBOOK)
    scene.disk.external.chmod("/d", 0o777)
    scene.disk.pass_time(LEASE_S / 3)
    lease.check()
    assert scene.names() == [".nb.py.notebook-actors.lock"]
    assert scene.disk.external.names("/state") == []


def test_to_one_who_could_lock_beside_the_file_it_is_lost_with_the_next_renewal(scene):
    lease = user(scene, 1).acquire(NOTEBOOK)
    scene.ownership(2, folder=None).acquire(NOTEBOOK)
    lease.check()
    scene.disk.pass_time(LEASE_S / 3)
    with pytest.raises(OwnedError, match="pid 2"):
        lease.check()


def test_a_disk_that_is_read_only_is_locked_there_too(scene):
    process = scene.disk.process()
    scene.disk.before = lambda call: (
        Fault(error=errno.EROFS) if (call.path[:3], call.path[-4:]) == ("/d/", ".tmp") else None
    )
    scene.ownership(1, process=process).acquire(NOTEBOOK)
    assert len(scene.disk.external.names("/state")) == 1


@pytest.mark.parametrize("folder", [None, Path("/hers/locks"), NOTEBOOK, Path("/d")])
def test_where_no_lock_can_be_made_at_all_the_folder_of_the_file_is_named(scene, folder):
    scene.disk.external.make_folder("/hers", 0o700)
    scene.disk.external.write(NOTEBOOK, b"")
    with pytest.raises(StorageError, match=r"cannot lock /d/nb\.py.*change the permissions"):
        user(scene, 1, folder=folder).acquire(NOTEBOOK)
