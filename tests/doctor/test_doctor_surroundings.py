"""What the system's own words about a directory are made into."""

import errno
import os

import attrs
import pytest

from actors.doctor import Level, Promise, mounts, surroundings
from actors.doctor.calls import Calls
from actors.storage.system_calls import SystemCalls
from tests.doctor.probing import failing

TABLE = (
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
    "28 27 0:25 / /data\\040of\\040all rw,relatime shared:7 master:1 - nfs4 srv:/x rw,vers=4.2\n"
)


def judged(kind, options="rw"):
    line = f"5 1 0:9 / /here {options} - {kind} source rw"
    mount = mounts.find(line, 5)
    assert mount is not None
    return mounts.judge(mount)


def asked(question, directory, **calls):
    return next(question(Calls(**calls), directory))


def owned(**fields):
    """Return a `stat` with other fields than the real one."""

    def stat(path):
        status = path.stat()
        values = {"mode": status.st_mode, "uid": status.st_uid, **fields}
        return os.stat_result([values["mode"], *status[1:4], values["uid"], *status[5:10]])

    return stat


def test_a_line_of_the_mount_table_is_read():
    mount = mounts.find(TABLE, 28)
    assert mount is not None
    assert (mount.kind, mount.source, mount.point) == ("nfs4", "srv:/x", "/data of all")
    assert {"rw", "relatime", "vers=4.2"} == mount.options
    assert mounts.find(TABLE, 29) is None


@pytest.mark.parametrize("kind", sorted(mounts.LOCAL))
def test_a_local_disk_is_fine(kind):
    assert judged(kind).level is Level.OK


@pytest.mark.parametrize("kind", sorted(mounts.MEMORY))
def test_what_is_in_memory_is_not_durable(kind):
    finding = judged(kind)
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.DURABILITY)


@pytest.mark.parametrize(
    "kind",
    [*sorted(mounts.NETWORK), *sorted(mounts.NO_JOURNAL), "fuse.sshfs", "overlay", "newfs"],
)
def test_what_this_machine_does_not_keep_leaves_durability_unknown(kind):
    finding = judged(kind)
    assert (finding.level, finding.promise) == (Level.UNKNOWN, Promise.DURABILITY)
    assert finding.advice


@pytest.mark.parametrize(
    ("kind", "option"), [("ext4", "nobarrier"), ("ext4", "barrier=0"), ("overlay", "volatile")]
)
def test_an_option_that_makes_syncs_idle_breaks_durability(kind, option):
    finding = judged(kind, f"rw,{option}")
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.DURABILITY)
    assert option in finding.advice


def test_a_read_only_mount_cannot_be_saved_to():
    assert judged("ext4", "ro").promise is Promise.SAVING


def test_a_system_without_a_mount_table_leaves_durability_unknown(tmp_path):
    for calls in ({"mount_table": failing(errno.ENOENT)}, {"mount_id": lambda path: -1}):
        finding = asked(surroundings.mount, tmp_path, **calls)
        assert (finding.level, finding.promise) == (Level.UNKNOWN, Promise.DURABILITY)


def test_locks_of_one_machine_only_are_told(tmp_path):
    table = "5 1 0:9 / / rw - nfs srv:/x rw,nolock"
    calls = Calls(mount_table=lambda: table, mount_id=lambda path: 5)
    _, finding = surroundings.mount(calls, tmp_path)
    assert (finding.name, finding.level) == ("lock scope", Level.WARNING)


@pytest.mark.parametrize(
    ("blocks", "files", "level"),
    [(10**9, 10**6, Level.OK), (10, 10**6, Level.WARNING), (10**9, 3, Level.WARNING)],
)
def test_little_space_is_a_warning(tmp_path, blocks, files, level):
    # block size, fragment size, blocks, free, available, files, free, available, flags, name
    asked_of = os.statvfs_result((4096, 4096, 10**10, blocks, blocks, 10**8, files, files, 0, 255))
    finding = asked(surroundings.space, tmp_path, statvfs=lambda path: asked_of)
    assert finding.level is level
    assert finding.figures == {"free_bytes": blocks * 4096, "free_files": files}
    assert "quotas: not known" in finding.found


def test_a_file_system_that_counts_no_files_has_no_room_to_tell(tmp_path):
    asked_of = os.statvfs_result((4096, 4096, 10**10, 10**9, 10**9, 0, 0, 0, 0, 255))
    finding = asked(surroundings.space, tmp_path, statvfs=lambda path: asked_of)
    assert (finding.level, list(finding.figures)) == (Level.OK, ["free_bytes"])


@pytest.mark.parametrize(
    ("mode", "owner", "level"),
    [
        (0o40755, 1000, Level.OK),
        (0o40775, 1, Level.NOTE),
        (0o41777, 1, Level.WARNING),
        (0o41777, 1000, Level.OK),
        (0o40777, 1000, Level.WARNING),
    ],
)
def test_whose_a_directory_is_matters(tmp_path, mode, owner, level):
    calls = {"stat": owned(mode=mode, uid=owner), "user": lambda: 1000, "may_use": lambda _: True}
    assert asked(surroundings.directory_access, tmp_path, **calls).level is level


def test_a_directory_that_may_not_be_used_cannot_be_saved_to(tmp_path):
    finding = asked(surroundings.directory_access, tmp_path, may_use=lambda path: False)
    assert (finding.level, finding.promise) == (Level.BROKEN, Promise.SAVING)


def test_rights_are_no_matter_on_a_read_only_file_system(tmp_path):
    asked_of = os.statvfs_result((1, 1, 1, 1, 1, 1, 1, 1, os.ST_RDONLY, 255))
    calls = {"statvfs": lambda path: asked_of, "may_use": lambda path: False}
    assert asked(surroundings.directory_access, tmp_path, **calls).level is Level.NOTE


def test_root_is_told_that_its_rights_are_not_everybodys(tmp_path):
    assert asked(surroundings.user, tmp_path, user=lambda: 0).level is Level.NOTE
    assert list(surroundings.user(Calls(user=lambda: 1000), tmp_path)) == []


def test_the_doctor_asks_the_same_system_as_the_storage():
    assert attrs.asdict(Calls().files) == attrs.asdict(SystemCalls())
