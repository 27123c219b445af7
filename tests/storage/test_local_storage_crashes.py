"""Real processes, disks and limits: kill -9, a full disk, a read-only one, no permission."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import actors
from actors.errors import StorageError
from actors.storage import LocalStorage

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
SIZE = 300_000

PRELUDE = """
import os, resource, signal, sys
from pathlib import Path
from actors.errors import StorageError
from actors.storage import LocalStorage
from actors.storage.system_calls import SystemCalls

path = Path("nb.py")

def attempt(storage, data):
    try:
        print(storage.replace(path, data).written)
    except StorageError as error:
        print(error)
"""


def child(script: str, folder: Path) -> "subprocess.Popen[str]":
    """Start a process in `folder` that has `PRELUDE` and then `script` to run."""
    return subprocess.Popen(
        [sys.executable, "-u", "-c", PRELUDE + script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(actors.__file__).parents[1])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answer_of(script: str, folder: Path) -> str:
    """Return what such a process says to the end."""
    with child(script, folder) as process:
        return process.communicate()[0].strip()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def sweep_as_if_much_later(folder: Path) -> None:
    for litter in folder.iterdir():
        os.utime(litter, (0, 0))
    LocalStorage().sweep(folder / "nb.py")


# -- kill -9 ---------------------------------------------------------------------


@pytest.mark.parametrize("call", ["open", "lock", "write", "fstat", "fchmod", "fsync", "replace"])
def test_a_process_killed_at_any_call_leaves_the_old_text_and_litter_that_is_swept(tmp_path, call):
    (tmp_path / "nb.py").write_bytes(b"old")
    (tmp_path / "nb.py").chmod(0o640)  # so that its temporary file is given another mode
    script = f"""
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

attempt(LocalStorage(SystemCalls({call}=die)), b"the new text")
"""
    assert answer_of(script, tmp_path) == ""
    sweep_as_if_much_later(tmp_path)
    assert (tmp_path / "nb.py").read_bytes() == b"old"
    assert names_in(tmp_path) == ["nb.py"]


@pytest.mark.parametrize("saves", range(1, 9))
def test_a_process_killed_while_it_saves_leaves_a_text_not_older_than_it_promised(tmp_path, saves):
    script = f"""
version = 0
while True:
    version += 1
    LocalStorage().replace(path, b"%08d" % version * {SIZE // 8})
    print(version)
"""
    with child(script, tmp_path) as process:
        assert process.stdout is not None
        promised = [int(process.stdout.readline()) for _ in range(saves)]
        process.kill()
        promised += [int(line) for line in process.stdout]
    text = (tmp_path / "nb.py").read_bytes()
    assert text == text[:8] * (SIZE // 8)
    assert int(text[:8]) >= promised[-1]
    sweep_as_if_much_later(tmp_path)
    assert names_in(tmp_path) == ["nb.py"]


def test_the_file_of_a_living_process_is_not_swept(tmp_path):
    script = """
def wait(fd):
    print("at the disk")
    sys.stdin.readline()

attempt(LocalStorage(SystemCalls(fsync=wait)), b"text")
"""
    with child(script, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at the disk\n"
        sweep_as_if_much_later(tmp_path)
        assert process.communicate("go on\n" * 2)[0] == "at the disk\nTrue\n"
    assert (tmp_path / "nb.py").read_bytes() == b"text"


# -- limits and permissions --------------------------------------------------------


def test_a_limit_of_file_sizes_leaves_the_old_text(tmp_path):
    (tmp_path / "nb.py").write_bytes(b"old")
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    script = f"""
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, {hard}))
attempt(LocalStorage(), b"x" * 5000)
"""
    assert "raise the limit of file sizes" in answer_of(script, tmp_path)
    assert (tmp_path / "nb.py").read_bytes() == b"old"
    assert names_in(tmp_path) == ["nb.py"]


@ROOT_ONLY
def test_a_file_that_others_protected_is_not_replaced_through_its_folder(tmp_path):
    (tmp_path / "nb.py").write_bytes(b"old")
    tmp_path.chmod(0o777)
    script = 'os.setuid(65534); attempt(LocalStorage(), b"theirs")'
    assert "the file is read-only for this process" in answer_of(script, tmp_path)
    assert (tmp_path / "nb.py").read_bytes() == b"old"


@ROOT_ONLY
def test_a_folder_without_permission_leaves_the_old_text(tmp_path):
    (tmp_path / "nb.py").write_bytes(b"old")
    (tmp_path / "nb.py").chmod(0o666)
    tmp_path.chmod(0o755)
    script = 'os.setuid(65534); attempt(LocalStorage(), b"theirs")'
    assert "change the permissions" in answer_of(script, tmp_path)
    assert (tmp_path / "nb.py").read_bytes() == b"old"


# -- disks -------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {getattr(error, 'stderr', error)}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_leaves_the_old_text_and_is_used_again_when_there_is_space(disk):
    path = disk / "nb.py"
    storage = LocalStorage()
    storage.replace(path, b"old" * 20_000)
    (disk / "filler").write_bytes(b"x" * 160_000)
    with pytest.raises(StorageError, match="free some space on the disk"):
        storage.replace(path, b"new" * 20_000)
    assert path.read_bytes() == b"old" * 20_000
    assert names_in(disk) == ["filler", "nb.py"]
    (disk / "filler").unlink()
    assert storage.replace(path, b"new" * 20_000).written


def test_a_read_only_disk_is_explained_and_its_texts_are_there(disk):
    LocalStorage().replace(disk / "nb.py", b"old")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(StorageError, match="make the file system writable"):
        LocalStorage().replace(disk / "nb.py", b"the new text")
    assert LocalStorage().read(disk / "nb.py") == b"old"
    assert not LocalStorage().replace(disk / "nb.py", b"old").written


def test_a_rename_to_another_disk_is_refused_and_changes_nothing(disk, tmp_path):
    LocalStorage().replace(disk / "nb.py", b"text")
    with pytest.raises(StorageError, match="on the same file system"):
        LocalStorage().rename(disk / "nb.py", tmp_path / "nb.py")
    assert (names_in(disk), names_in(tmp_path)) == (["nb.py"], ["disk"])
