"""A replaced file keeps its mode, owner, group and links."""

import errno
import os
import stat
from pathlib import Path

import pytest

from actors.errors import StorageError
from actors.storage import LocalStorage
from actors.storage.system_calls import SystemCalls


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def storage() -> LocalStorage:
    return LocalStorage()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# -- access --------------------------------------------------------------------------


def test_a_new_file_has_the_mode_that_the_umask_gives_to_any(storage, tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    storage.replace(tmp_path / "nb.py", b"text")
    assert mode_of(tmp_path / "nb.py") == mode_of(tmp_path / "plain")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755, 0o2770, 0o4711])
def test_a_replaced_file_keeps_its_mode_whatever_the_umask(storage, tmp_path, mode):
    (tmp_path / "nb.py").write_bytes(b"old")
    (tmp_path / "nb.py").chmod(mode)
    storage.replace(tmp_path / "nb.py", b"new text")
    assert mode_of(tmp_path / "nb.py") == mode


@pytest.mark.parametrize(
    ("mode", "at_first"),
    [(0o600, 0o600), (0o640, 0o600), (0o604, 0o600), (0o4711, 0o711), (0o644, 0o644)],
)
def test_the_text_is_never_in_a_file_that_is_open_to_more_than_its_own(tmp_path, mode, at_first):
    (tmp_path / "nb.py").write_bytes(b"old")
    (tmp_path / "nb.py").chmod(mode)
    modes = []

    def write(fd, data):
        modes.append(stat.S_IMODE(os.fstat(fd).st_mode))
        return os.write(fd, data)

    LocalStorage(SystemCalls(write=write)).replace(tmp_path / "nb.py", b"secret")
    assert modes == [at_first]


def test_a_umask_takes_nothing_from_a_file_that_is_replaced(tmp_path):
    (tmp_path / "nb.py").write_bytes(b"old")
    (tmp_path / "nb.py").chmod(0o666)
    umask = os.umask(0o077)
    try:
        LocalStorage().replace(tmp_path / "nb.py", b"new text")
    finally:
        os.umask(umask)
    assert mode_of(tmp_path / "nb.py") == 0o666


@pytest.mark.parametrize("mode", [0o444, 0o555, 0o066])
def test_a_file_that_its_owner_made_read_only_is_asked_about(tmp_path, mode):
    (tmp_path / "nb.py").write_bytes(b"old")
    (tmp_path / "nb.py").chmod(mode)
    calls = SystemCalls(access=lambda name, how, dir_fd: False)
    with pytest.raises(StorageError, match="the file is read-only for this process"):
        LocalStorage(calls).replace(tmp_path / "nb.py", b"new text")
    assert (names_in(tmp_path), (tmp_path / "nb.py").stat().st_size) == (["nb.py"], 3)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another owner")
def test_a_file_of_another_owner_is_asked_about_whatever_its_mode(tmp_path):
    (tmp_path / "nb.py").write_bytes(b"old")
    os.chown(tmp_path / "nb.py", 12345, -1)
    calls = SystemCalls(access=lambda name, how, dir_fd: False)
    with pytest.raises(StorageError, match="the file is read-only for this process"):
        LocalStorage(calls).replace(tmp_path / "nb.py", b"new text")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_replaced_file_keeps_its_owner_and_group(tmp_path):
    given = []

    def fchown(fd, uid, gid):
        given.append((uid, gid))
        os.fchown(fd, uid, gid)

    path = tmp_path / "nb.py"
    path.write_bytes(b"old")
    os.chown(path, 12345, 23456)
    path.chmod(0o6750)
    LocalStorage(SystemCalls(fchown=fchown)).replace(path, b"new text")
    assert (path.stat().st_uid, path.stat().st_gid, mode_of(path)) == (12345, 23456, 0o6750)
    assert given == [(12345, 23456)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another group")
def test_where_the_group_cannot_be_kept_no_other_group_gets_its_rights(tmp_path):
    def refuse(fd, uid, gid):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    path = tmp_path / "nb.py"
    path.write_bytes(b"old")
    os.chown(path, 12345, 23456)
    path.chmod(0o6764)
    LocalStorage(SystemCalls(fchown=refuse)).replace(path, b"new text")
    assert (path.read_bytes(), mode_of(path)) == (b"new text", 0o744)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another owner")
def test_where_the_owner_cannot_be_kept_the_group_still_is(tmp_path):
    def as_a_member(fd, uid, gid):
        if uid != -1:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        os.fchown(fd, uid, gid)

    path = tmp_path / "nb.py"
    path.write_bytes(b"old")
    os.chown(path, 12345, 23456)
    path.chmod(0o660)
    LocalStorage(SystemCalls(fchown=as_a_member)).replace(path, b"new text")
    assert (path.stat().st_gid, mode_of(path)) == (23456, 0o660)


# -- links ---------------------------------------------------------------------------


def test_a_link_stays_a_link_and_its_target_is_replaced(storage, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "real.py").write_bytes(b"old")
    (tmp_path / "nb.py").symlink_to("kept/real.py")
    storage.replace(tmp_path / "nb.py", b"new text")
    assert (tmp_path / "nb.py").readlink() == Path("kept/real.py")
    assert (tmp_path / "kept" / "real.py").read_bytes() == b"new text"
    assert names_in(tmp_path / "kept") == ["real.py"]


def test_the_target_of_a_dangling_link_is_made(storage, tmp_path):
    (tmp_path / "nb.py").symlink_to("real.py")
    assert storage.read(tmp_path / "nb.py") is None
    storage.replace(tmp_path / "nb.py", b"text")
    assert (tmp_path / "nb.py").is_symlink()
    assert (tmp_path / "real.py").read_bytes() == b"text"


def test_links_are_followed_to_the_end(storage, tmp_path):
    (tmp_path / "c.py").symlink_to("b.py")
    (tmp_path / "b.py").symlink_to(tmp_path / "a.py")
    storage.replace(tmp_path / "c.py", b"text")
    assert (tmp_path / "a.py").read_bytes() == b"text"


def test_a_link_that_leads_to_itself_is_refused(storage, tmp_path):
    (tmp_path / "nb.py").symlink_to("nb.py")
    with pytest.raises(StorageError, match="mend the symbolic link"):
        storage.replace(tmp_path / "nb.py", b"text")
    assert names_in(tmp_path) == ["nb.py"]


def test_a_file_and_the_links_to_it_and_to_its_folder_have_one_name(storage, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "nb.py").symlink_to("real.py")
    (tmp_path / "link").symlink_to("folder")
    real = storage.canonical(tmp_path / "folder" / "real.py")
    assert storage.canonical(tmp_path / "link" / "nb.py") == real


def test_renaming_a_link_moves_the_file_that_it_leads_to(storage, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "real.py").write_bytes(b"text")
    (tmp_path / "nb.py").symlink_to("folder/real.py")
    storage.rename(tmp_path / "nb.py", tmp_path / "new.py")
    assert storage.read(tmp_path / "nb.py") is None
    assert (tmp_path / "new.py").read_bytes() == b"text"
    assert not (tmp_path / "new.py").is_symlink()


def test_rename_does_not_overwrite_a_dangling_link(storage, tmp_path):
    (tmp_path / "a.py").write_bytes(b"text")
    (tmp_path / "b.py").symlink_to("nowhere")
    with pytest.raises(StorageError, match="choose another name"):
        storage.rename(tmp_path / "a.py", tmp_path / "b.py")
    assert (tmp_path / "b.py").is_symlink()
