"""Disks that cannot be written: full, read-only, gone. Nothing is lost, and all of it ends."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors import Alert, Autosave, Deferred, Saved, SaveStatus
from tests.crashes.archiving import drafts_in
from tests.crashes.events_heard import Heard, edit, impatient
from tests.crashes.jobs import WAIT_S, step_of, text_of


def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Mount something on a folder for the time of a test, or skip the test."""
    folder.mkdir()
    mount = ["mount", *options, str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"nothing can be mounted here: {getattr(error, 'stderr', error)}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 64 KiB."""
    yield from mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=64k", "tmpfs")


@pytest.fixture
def bind(tmp_path: Path) -> Iterator[Path]:
    """A folder that is mounted over itself."""
    yield from mounted(tmp_path / "bound", "--bind", str(tmp_path / "bound"))


def remount(folder: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,bind,{mode}", str(folder)], check=True)


def fail(path, heard, notebook, *, cause, words):
    """Submit an edit that cannot be saved; check what is told, and that nothing is torn."""
    outcome = edit(notebook).wait(WAIT_S)
    assert isinstance(outcome, Deferred)
    assert words in outcome.reason
    status = heard.first(SaveStatus, state="failing")
    assert (status.cause, status.version, status.path) == (cause, 1, path)
    assert words in heard.first(Alert, variant="danger").description


def recover(path, heard):
    """Check that an edit that could not be saved is, without a word from anybody."""
    assert heard.first(SaveStatus, state="saved", path=path).version == 1
    assert step_of(path.read_bytes()) == 1
    heard.first(Alert, variant=None)


def test_a_full_disk_keeps_the_old_text_until_there_is_space_and_then_the_edit_is_saved(
    small_disk, tmp_path
):
    path, elsewhere = small_disk / "nb.py", tmp_path / "nb.py"
    path.write_bytes(text_of(0))
    elsewhere.write_bytes(text_of(0))
    fill(small_disk / "filler")
    with Autosave(impatient(tmp_path)) as autosave:
        heard = Heard(autosave)
        notebook = autosave.open(path)
        fail(path, heard, notebook, cause="disk full", words="free some space on the disk")
        assert step_of(path.read_bytes()) == 0
        assert isinstance(edit(autosave.open(elsewhere)).wait(WAIT_S), Saved)
        (small_disk / "filler").unlink()
        recover(path, heard)


def test_a_host_that_ends_while_its_disk_is_full_leaves_the_edit_in_a_draft(small_disk, tmp_path):
    path = small_disk / "nb.py"
    path.write_bytes(text_of(0))
    fill(small_disk / "filler")
    with Autosave(impatient(tmp_path)) as autosave:
        assert isinstance(edit(autosave.open(path)).wait(WAIT_S), Deferred)
    assert step_of(path.read_bytes()) == 0
    [(cause, codes)] = drafts_in(tmp_path)
    assert cause == "disk full"
    assert "v1 = 1" in codes


def fill(path):
    """Write until there is no space left."""
    with pytest.raises(OSError, match="No space"), path.open("wb", buffering=0) as file:  # noqa: PT012 - the loop is what raises
        while True:
            file.write(bytes(4096))


def test_a_read_only_mount_keeps_the_old_text_until_it_is_writable_again(bind, tmp_path):
    path = bind / "nb.py"
    path.write_bytes(text_of(0))
    with Autosave(impatient(tmp_path)) as autosave:
        heard = Heard(autosave)
        notebook = autosave.open(path)
        remount(bind, "ro")
        fail(path, heard, notebook, cause="read-only", words="make the file system writable")
        assert step_of(path.read_bytes()) == 0
        remount(bind, "rw")
        recover(path, heard)


def test_a_folder_that_was_removed_gets_the_whole_notebook_when_it_is_there_again(tmp_path):
    path = tmp_path / "project" / "nb.py"
    path.parent.mkdir()
    path.write_bytes(text_of(0))
    with Autosave(impatient(tmp_path)) as autosave:
        heard = Heard(autosave)
        notebook = autosave.open(path)
        shutil.rmtree(path.parent)
        fail(path, heard, notebook, cause="gone", words="its folder does not exist")
        path.parent.mkdir()
        recover(path, heard)
