"""The mount that a folder is on, as the kernel tells, and what its type means."""

import os
import re
from pathlib import Path

import attrs

MEMORY = frozenset({"ramfs", "tmpfs"})

NETWORK = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "glusterfs", "gpfs", "lustre"),
        *("nfs", "nfs4", "orangefs", "smb3", "smbfs", "virtiofs"),
    }
)
"""The disk is another machine's, or that of the host of this virtual one."""

LOCAL = frozenset({"apfs", "bcachefs", "btrfs", "ext3", "ext4", "f2fs", "jfs", "xfs", "zfs"})

NO_JOURNAL = frozenset({"exfat", "ext2", "msdos", "vfat"})


@attrs.frozen
class Mount:
    """One line of `/proc/self/mountinfo`."""

    point: str
    kind: str
    source: str
    options: frozenset[str]
    """Those of the mount and those of the file system."""


def find(table: str, number: int) -> Mount | None:
    """Return the mount with a number; `None` when the table does not have it."""
    for line in table.split("\n"):
        mount, _, file_system = line.partition(" - ")
        fields, rest = mount.split(" "), file_system.split(" ")
        if fields[0] == str(number) and len(fields) > 5 and len(rest) > 2:
            options = frozenset([*fields[5].split(","), *rest[2].split(",")])
            return Mount(_plain(fields[4]), rest[0], _plain(rest[1]), options)
    return None


def _plain(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def mount_id(folder: Path | str) -> int:
    """Return the number that the mount of a folder has in the mount table.

    Exact where a comparison of paths is not: under bind mounts, and where one
    mount hides another.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        lines = Path(f"/proc/self/fdinfo/{fd}").read_text("ascii").splitlines()
    finally:
        os.close(fd)
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(fields["mnt_id"])


def mount_table() -> str:
    """Return what the kernel says of all mounts that this process sees."""
    return os.fsdecode(Path("/proc/self/mountinfo").read_bytes())


def disk_type(folder: str) -> str:
    """Return the type of the file system that a folder is on; empty where nobody tells."""
    try:
        found = find(mount_table(), mount_id(folder))
    except (OSError, ValueError, KeyError):
        return ""
    return found.kind if found else ""
