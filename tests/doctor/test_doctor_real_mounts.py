"""Real mounts, in a namespace of their own that ends with the test's child process."""

import json
import shutil
import subprocess
import sys

import pytest


def refusal():
    """Return why nothing can be mounted here; empty when it can."""
    if not shutil.which("unshare"):
        return "there is no `unshare` here"
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        check=False,
        capture_output=True,
        text=True,
    )
    return tried.stderr.strip()


REFUSAL = refusal()
pytestmark = pytest.mark.skipif(bool(REFUSAL), reason=f"mounting is not allowed: {REFUSAL}")


def examined(script, directory):
    """Run a shell script in a new namespace, then the doctor; return status and report."""
    doctor = f'exec "{sys.executable}" -m actors doctor "$1" --json -'
    command = ["unshare", "--mount", "sh", "-ec", f"{script}\n{doctor}", "sh", str(directory)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ended.stderr == ""
    return ended.returncode, json.loads(ended.stdout)


def broken(report):
    return {found["name"] for found in report["findings"] if found["level"] == "broken"}


def test_a_tmpfs_is_not_durable(tmp_path):
    status, report = examined('mount -t tmpfs tmpfs "$1"', tmp_path)
    assert (status, broken(report)) == (1, {"file system"})
    assert report["promises"]["durability"] is False
    assert "do not survive a power cut" in report["verdict"]


def test_a_read_only_bind_mount_cannot_be_saved_to(tmp_path):
    script = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"'
    status, report = examined(script, tmp_path)
    assert (status, broken(report)) == (1, {"create", "file system"})
    assert report["verdict"] == "Notebooks cannot be saved here: Read-only file system."


def test_a_full_disk_cannot_be_saved_to(tmp_path):
    script = 'mount -t tmpfs -o size=64k tmpfs "$1"; head -c 64k /dev/zero > "$1/full"'
    status, report = examined(script, tmp_path)
    assert (status, broken(report)) == (1, {"save", "file system"})
    assert report["verdict"] == "Notebooks cannot be saved here: No space left on device."


def test_a_disk_without_room_for_names_cannot_be_saved_to(tmp_path):
    status, report = examined('mount -t tmpfs -o nr_inodes=1 tmpfs "$1"', tmp_path)
    assert (status, broken(report)) == (1, {"create", "file system"})
    assert report["verdict"] == "Notebooks cannot be saved here: No space left on device."
