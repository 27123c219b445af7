"""Where the lock of a file is: in a folder of the user's own, or beside the file."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from actors.errors import OwnedError
from actors.storage import SqliteArchive
from actors.storage.ownership import Lease, Owner, Ownership
from actors.storage.state_folder import lock_folder
from actors.storage.system_calls import SystemCalls
from actors.testing import every_choice
from tests.storage.ownership_scene import (
    CONTAINER,
    LEASE_S,
    LOCK,
    MACHINE,
    NOTEBOOK,
    STATE,
    FewSwitches,
    Program,
    Scene,
    Steps,
    outcome,
)

BESIDE = [".nb.py.notebook-actors.lock"]
ANA, BOB = 1000, 2000


@pytest.fixture
def scene() -> Scene:
    """Return a disk on which Ana has a folder of her own, with a notebook."""
    scene = Scene()
    for folder in ("/d", STATE):
        scene.disk.external.chown(folder, ANA, ANA)
        scene.disk.external.chmod(folder, 0o755)
    scene.disk.external.write(NOTEBOOK, b"")
    scene.disk.external.chown(NOTEBOOK, ANA, ANA)
    return scene


def user(scene: Scene, pid: int, uid: int = ANA, **how: Any) -> Ownership:
    how.setdefault("pids", MACHINE)
    return scene.ownership(pid, process=scene.disk.process(uid=uid, gid=uid), **how)


def where(scene: Scene) -> str:
    """Return where the one lock is."""
    beside = [name for name in scene.names() if name.endswith(".lock")]
    apart = scene.disk.external.names(STATE)
    assert len(beside) + len(apart) == 1
    return "beside" if beside else "apart"


def test_in_a_folder_of_the_users_own_nothing_is_seen_of_a_lock(scene):
    lease = user(scene, 1).acquire(NOTEBOOK)
    assert scene.names() == ["nb.py"]
    with pytest.raises(OwnedError, match="pid 1 has it open"):
        user(scene, 2).acquire(NOTEBOOK)
    lease.release()
    assert scene.disk.external.names(STATE) == []


@pytest.mark.parametrize(
    ("folder", "file", "found"),
    [
        (0o755, 0o644, "apart"),
        (0o700, 0o600, "apart"),
        (0o555, 0o644, "apart"),
        (0o775, 0o644, "beside"),
        (0o777, 0o644, "beside"),
        (0o1777, 0o644, "beside"),
        (0o755, 0o664, "beside"),
        (0o755, 0o646, "beside"),
    ],
    ids=lambda mode: mode if isinstance(mode, str) else f"{mode:o}",
)
def test_a_file_that_others_may_write_is_locked_beside_it(scene, folder, file, found):
    scene.disk.external.chmod("/d", folder)
    scene.disk.external.chmod(NOTEBOOK, file)
    user(scene, 1).acquire(NOTEBOOK)
    assert where(scene) == found


@pytest.mark.parametrize("whose", ["/d", NOTEBOOK])
def test_what_is_somebody_elses_is_locked_beside_it_for_root_too(scene, whose):
    scene.disk.external.chown(whose, BOB, BOB)
    user(scene, 1, uid=0).acquire(NOTEBOOK)
    assert where(scene) == "beside"


def test_a_file_that_is_not_there_yet_is_as_private_as_its_folder(scene):
    scene.disk.external.delete(NOTEBOOK)
    user(scene, 1).acquire(NOTEBOOK)
    assert where(scene) == "apart"


@pytest.mark.parametrize(
    ("group", "attributes", "found"),
    [
        (ANA, [], "apart"),
        (ANA, ["system.posix_acl_access"], "beside"),
        (BOB, [], "beside"),
        (None, [], "beside"),
    ],
)
def test_a_group_that_is_the_users_alone_may_write(scene, group, attributes, found):
    scene.disk.external.chmod("/d", 0o775)
    ownership = user(scene, 1, own_group=lambda: group, listxattr=lambda _: attributes)
    ownership.acquire(NOTEBOOK)
    assert where(scene) == found


@pytest.mark.parametrize(
    ("kind", "machine", "container"),
    [
        *((kind, "apart", "beside") for kind in ("ext4", "xfs", "btrfs", "zfs", "vfat", "fuseblk")),
        *((kind, "apart", "apart") for kind in ("overlay", "tmpfs")),
        *((kind, "beside", "beside") for kind in ("nfs", "nfs4", "cifs", "9p", "virtiofs")),
        *((kind, "beside", "beside") for kind in ("fuse.sshfs", "lustre", "newfs", "")),
    ],
)
def test_what_other_machines_or_containers_may_see_is_locked_beside_it(
    scene, kind, machine, container
):
    for pids, expected in ((MACHINE, machine), (CONTAINER, container)):
        lease = user(scene, 1, pids=pids, disk_type=lambda _: kind).acquire(NOTEBOOK)
        assert where(scene) == expected
        lease.release()


def test_the_type_of_a_disk_is_asked_once(scene):
    types = iter(["ext4"])
    ownership = user(scene, 1, disk_type=lambda _: next(types))
    ownership.acquire(NOTEBOOK)
    ownership.acquire(Path("/d/other.py"))


def test_to_check_a_lock_that_is_apart_is_one_system_call(scene):
    lease = user(scene, 1).acquire(NOTEBOOK)
    names: list[str] = []
    scene.disk.before = lambda call: names.append(call.name)
    lease.check()
    assert names == ["stat"]


@pytest.mark.parametrize(("mode", "found"), [(0o755, "beside"), (0o775, "apart")])
def test_a_lock_moves_with_a_renewal_when_the_folder_was_opened_or_closed(scene, mode, found):
    scene.disk.external.chmod("/d", mode)
    lease = user(scene, 1).acquire(NOTEBOOK)
    scene.disk.external.chmod("/d", mode ^ 0o020)
    lease.check()
    assert where(scene) != found
    scene.disk.pass_time(LEASE_S / 3)
    lease.check()
    assert where(scene) == found


@pytest.mark.parametrize(("first", "then"), [(0o755, 0o775), (0o775, 0o755)])
def test_whoever_has_the_other_lock_keeps_the_file(scene, first, then):
    scene.disk.external.chmod("/d", first)
    lease = user(scene, 1).acquire(NOTEBOOK)
    scene.disk.external.chmod("/d", then)
    with pytest.raises(OwnedError, match="pid 1 has it open"):
        user(scene, 2).acquire(NOTEBOOK)
    assert user(scene, 3).owner_of(NOTEBOOK) == "ana@here pid 1"
    lease.check()
    where(scene)  # there is one


def test_a_lock_of_a_container_beside_the_file_is_seen_with_the_next_renewal(scene):
    lease = user(scene, 1).acquire(NOTEBOOK)
    user(scene, 2, uid=0, pids=CONTAINER).acquire(NOTEBOOK)
    scene.disk.pass_time(LEASE_S / 3)
    with pytest.raises(OwnedError, match="pid 2 has it open"):
        lease.check()
    assert where(scene) == "beside"


def test_a_dead_owners_lock_beside_the_file_is_cleared_away(scene):
    user(scene, 1, folder=None).acquire(NOTEBOOK)
    scene.living.remove(1)
    user(scene, 2).acquire(NOTEBOOK)
    assert where(scene) == "apart"


def test_a_link_to_nothing_beside_the_file_is_waited_for(scene):
    scene.disk.external.symlink("nothing", LOCK)
    with pytest.raises(OwnedError, match=f"remove {LOCK}"):
        user(scene, 1).acquire(NOTEBOOK)
    assert scene.disk.external.names(STATE) == []


@pytest.mark.parametrize("other", [{"host": "elsewhere"}, {"pids": CONTAINER}])
def test_machines_and_containers_with_one_home_do_not_confuse_their_own_files(scene, other):
    user(scene, 1).acquire(NOTEBOOK)
    user(scene, 2, **other, disk_type=lambda _: "overlay").acquire(NOTEBOOK)


def test_a_folder_that_cannot_be_made_leaves_the_lock_beside_the_file(scene):
    scene.disk.external.chown(STATE, BOB, BOB)
    user(scene, 1, folder=STATE / "locks").acquire(NOTEBOOK)
    assert scene.names() == [*BESIDE, "nb.py"]


def test_the_folder_is_made_for_the_user_alone_and_durably(scene):
    synced: list[str] = []
    process = scene.disk.process(uid=ANA, gid=ANA, umask=0o777)
    scene.disk.before = lambda call: synced.append(call.path) if call.name == "fsync" else None
    folder = STATE / "a" / "locks"
    scene.ownership(1, process=process, folder=folder, pids=MACHINE).acquire(NOTEBOOK)
    modes = [scene.disk.external.stat(path).st_mode & 0o777 for path in (folder.parent, folder)]
    assert (modes, synced) == ([0o700, 0o700], ["/state", "/state/a"])


def acquiring(scene: Scene, pid: int, disk: str) -> Program:
    ownership = user(scene, pid, disk_type=lambda _: disk)
    return lambda: outcome(lambda: ownership.acquire(NOTEBOOK))


def test_of_two_that_decide_otherwise_at_the_same_time_one_owns_at_most(scene):
    results = set()
    for choice in every_choice():
        programs = [acquiring(scene, 1, "ext4"), acquiring(scene, 2, "nfs4")]
        leases = Steps(scene.disk).run(programs, FewSwitches(choice, 2))
        won = [lease for lease in leases if isinstance(lease, Lease)]
        assert len(won) <= 1
        results.add(len(won))
        for lease in won:
            lease.release()
        assert (scene.names(), scene.disk.external.names(STATE)) == (["nb.py"], [])
    assert 1 in results


@pytest.fixture
def folder() -> Path:
    folder = lock_folder()
    assert folder is not None
    return folder


def test_a_real_folder_of_ones_own_is_found_to_be_private(tmp_path, folder):
    ownership = Ownership(SystemCalls(), Owner.this_process(), LEASE_S, folder)
    lease = ownership.acquire(tmp_path / "nb.py")
    lease.check()
    assert list(tmp_path.iterdir()) == []
    lease.release()
    assert list(folder.iterdir()) == []


def test_the_archive_closes_a_folder_to_others_that_locks_are_in(tmp_path, folder):
    ownership = Ownership(SystemCalls(), Owner.this_process(), LEASE_S, folder)
    ownership.acquire(tmp_path / "nb.py")
    folder.parent.chmod(0o755)
    with closing(SqliteArchive()) as archive:
        archive.commit([])
    assert archive.path.parent == folder.parent
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_a_user_without_a_home_has_all_locks_beside_the_files(monkeypatch):
    monkeypatch.setattr("actors.storage.state_folder.default_folder", lambda: Path("~/state"))
    assert lock_folder() is None
