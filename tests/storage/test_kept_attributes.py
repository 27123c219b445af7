"""What a file has besides its text survives a save: attributes, lists, owner, links."""

import errno
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import actors
from actors.errors import StorageError
from actors.storage import LocalStorage, MemoryArchive
from actors.storage.system_calls import SystemCalls

pytestmark = pytest.mark.skipif(
    not hasattr(os, "setxattr"), reason="Python has no calls for attributes on this system"
)
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")

LIST, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
UNSET = 0xFFFFFFFF
# linux/posix_acl_xattr.h: the owner, user 65534, the group, the mask, all others.
RIGHTS = [(0x01, 6, UNSET), (0x02, 4, 65534), (0x04, 0, UNSET), (0x10, 4, UNSET), (0x20, 0, UNSET)]
ACCESS_LIST = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *right) for right in RIGHTS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "nb.py"
    path.write_bytes(b"old")
    path.chmod(0o640)
    return path


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def give(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"files cannot have {name} here: {error.strerror}")


def refusing(*numbers: int) -> Callable[..., Any]:
    failures = list(numbers) * 100

    def refuse(*_: object) -> None:
        number = failures.pop()
        raise OSError(number, os.strerror(number))

    return refuse


def spilling(**calls: Callable[..., Any]) -> LocalStorage:
    return LocalStorage(SystemCalls(**calls), spill=MemoryArchive())


# -- attributes and access lists -----------------------------------------------------------


@pytest.mark.parametrize(("name", "value"), [("user.tag", b"kept"), (LIST, ACCESS_LIST)])
def test_a_replaced_file_keeps_its_attributes(path, name, value):
    give(path, name, value)
    before = path.stat()
    assert LocalStorage().replace(path, b"new").written
    after = path.stat()
    assert (os.getxattr(path, name), after.st_mode) == (value, before.st_mode)
    assert after.st_ino != before.st_ino


def test_a_file_without_an_access_list_does_not_get_that_of_its_folder(path):
    give(path.parent, DEFAULT, ACCESS_LIST)
    LocalStorage().replace(path, b"new")
    assert (os.listxattr(path), path.stat().st_mode & 0o777) == ([], 0o640)


def test_a_new_file_gets_the_access_list_of_its_folder(tmp_path):
    give(tmp_path, DEFAULT, ACCESS_LIST)
    LocalStorage().replace(tmp_path / "nb.py", b"new")
    assert os.listxattr(tmp_path / "nb.py") == [LIST]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EACCES, errno.ENOTSUP])
def test_a_file_whose_attributes_cannot_be_given_to_another_is_written_in_place(path, number):
    give(path, "user.tag", b"kept")
    inode = path.stat().st_ino
    assert spilling(setxattr=refusing(number)).replace(path, b"new").written
    assert (path.read_bytes(), path.stat().st_ino) == (b"new", inode)
    assert names_in(path.parent) == ["nb.py"]


def test_without_a_spill_such_a_file_is_saved_without_them(path):
    give(path, "user.tag", b"lost")
    LocalStorage(SystemCalls(setxattr=refusing(errno.EPERM))).replace(path, b"new")
    assert (path.read_bytes(), os.listxattr(path)) == (b"new", [])


def test_where_an_access_list_is_lost_the_group_gets_no_rights_of_its_mask(path):
    give(path, LIST, ACCESS_LIST)
    LocalStorage(SystemCalls(setxattr=refusing(errno.EPERM))).replace(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_that_has_no_room_for_attributes_leaves_the_file_alone(path):
    give(path, "user.tag", b"kept")
    with pytest.raises(StorageError, match="free some space"):
        spilling(setxattr=refusing(errno.ENOSPC)).replace(path, b"new")
    assert (path.read_bytes(), names_in(path.parent)) == (b"old", ["nb.py"])


@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.ENOSYS, errno.EPERM])
def test_a_file_system_without_attributes_is_saved_to(path, number):
    storage = spilling(listxattr=lambda file, dir_fd=None: refusing(number)())
    assert storage.replace(path, b"new").written


def test_what_the_kernel_makes_from_the_text_is_not_carried_over(path):
    names = ["security.ima", "security.evm"]
    storage = spilling(
        listxattr=lambda file, dir_fd=None: names if dir_fd is not None else [],
        setxattr=refusing(errno.EPERM),
    )
    inode = path.stat().st_ino
    storage.replace(path, b"new")
    assert path.stat().st_ino != inode


def test_an_attribute_that_both_have_alike_is_not_set_again(path):
    storage = spilling(
        listxattr=lambda file, dir_fd=None: ["security.selinux"],
        getxattr=lambda fd, name: b"notebook_t",
        setxattr=refusing(errno.EPERM),
    )
    inode = path.stat().st_ino
    storage.replace(path, b"new")
    assert path.stat().st_ino != inode


def test_where_proc_is_not_mounted_the_attributes_are_found_all_the_same(path, monkeypatch):
    give(path, "user.tag", b"kept")

    def without_proc(file: str | int, **_: object) -> list[str]:
        if isinstance(file, str):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return os.listxattr(file)

    monkeypatch.setattr("actors.storage.system_calls._LISTXATTR", without_proc)
    LocalStorage().replace(path, b"new")
    assert os.getxattr(path, "user.tag") == b"kept"


# -- owner, links, folders, mounts -----------------------------------------------------------


@ROOT_ONLY
def test_an_owner_that_cannot_be_given_keeps_the_file(path):
    os.chown(path, 12345, 23456)
    path.chmod(0o664)
    inode = path.stat().st_ino
    assert spilling(fchown=refusing(errno.EPERM)).replace(path, b"new").written
    after = path.stat()
    assert (path.read_bytes(), after.st_ino) == (b"new", inode)
    assert (after.st_uid, after.st_gid, after.st_mode & 0o777) == (12345, 23456, 0o664)


def test_all_hard_links_have_the_new_text(path):
    (path.parent / "b.py").hardlink_to(path)
    assert spilling().replace(path, b"a longer text").written
    assert (path.parent / "b.py").read_bytes() == b"a longer text"
    assert path.samefile(path.parent / "b.py")


def test_a_link_to_a_file_with_several_names_stays_a_link(path):
    (path.parent / "b.py").hardlink_to(path)
    (path.parent / "link.py").symlink_to("nb.py")
    spilling().replace(path.parent / "link.py", b"new")
    assert (path.parent / "link.py").is_symlink()
    assert (path.parent / "b.py").read_bytes() == b"new"


@ROOT_ONLY
@pytest.mark.parametrize(("mode", "owner"), [(0o755, 0), (0o1777, 12345)])
def test_a_real_folder_in_which_nothing_may_be_replaced_is_saved_to(path, mode, owner):
    os.chown(path, owner, owner)
    path.chmod(0o666)
    path.parent.chmod(mode)
    script = """
import os; from pathlib import Path
from actors.storage import LocalStorage, MemoryArchive
os.setgid(65534); os.setuid(65534)
print(LocalStorage(spill=MemoryArchive()).replace(Path("nb.py"), b"new").written)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(actors.__file__).parents[1])}
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=path.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, path.read_bytes()) == ("True\n", b"new"), done.stderr
    assert (path.stat().st_uid, names_in(path.parent)) == (owner, ["nb.py"])


@pytest.fixture
def mounted(path: Path) -> Iterator[Path]:
    """A file that is a mount of its own, as containers are given single files."""
    source = path.parent / "source.py"
    source.write_bytes(b"mounted")
    mount = ["mount", "--bind", str(source), str(path)]
    try:
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"nothing can be mounted here: {getattr(error, 'stderr', error)}")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_a_file_that_is_a_mount_of_its_own_is_written_in_place(mounted):
    assert spilling().replace(mounted, b"new").written
    assert (mounted.parent / "source.py").read_bytes() == b"new"
    assert names_in(mounted.parent) == ["nb.py", "source.py"]


def test_without_a_spill_a_file_that_is_a_mount_is_refused_with_advice(mounted):
    with pytest.raises(StorageError, match="mount the folder that the file is in"):
        LocalStorage().replace(mounted, b"new")
    assert mounted.read_bytes() == b"mounted"
