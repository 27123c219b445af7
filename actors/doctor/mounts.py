"""The mount that a directory is on, as the kernel tells, and what its type means."""

import re

import attrs

from actors.doctor.finding import Finding, Level, Promise

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

_UNSAFE = frozenset({"nobarrier", "barrier=0", "barrier=none", "fsync_mode=nobarrier", "volatile"})
"""With these a sync does not reach the disk: ext4, xfs, btrfs, reiserfs; f2fs; overlay."""

_NAME = "file system"


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


def judge(mount: Mount) -> Finding:
    """Say what a mount means for notebooks, by its type and its options."""
    found = f"{mount.kind} on {mount.source}, mounted at {mount.point}"
    if "ro" in mount.options:
        means = "The mount is read-only: no notebook can be saved here."
        advice = "mount it writable, or choose another directory"
        return Finding(_NAME, Level.BROKEN, f"{found}, ro", means, advice, Promise.SAVING)
    if mount.kind in MEMORY:
        means = "It is in memory: everything here is gone after a power cut or a reboot."
        advice = "choose a directory on a disk"
        return Finding(_NAME, Level.BROKEN, found, means, advice, Promise.DURABILITY)
    if unsafe := sorted(mount.options & _UNSAFE):
        means = "With this option a sync does not wait for the disk; a power cut may undo saves."
        advice = f"mount it without {unsafe[0]}"
        found = f"{found}, {', '.join(unsafe)}"
        return Finding(_NAME, Level.BROKEN, found, means, advice, Promise.DURABILITY)
    return _by_kind(mount, found)


def _by_kind(mount: Mount, found: str) -> Finding:
    if mount.kind in LOCAL:
        return Finding(_NAME, Level.OK, found, "A file system on a disk of this machine.")
    if mount.kind == "overlay":
        means = (
            "Most often a container's own layer, which goes when the container is removed. "
            "What it is kept on cannot be seen from here."
        )
        advice = "mount a volume for notebooks"
    elif mount.kind in NO_JOURNAL:
        means = "This type keeps no journal: a power cut in a save may damage the folder itself."
        advice = "choose a file system with a journal"
    elif mount.kind in NETWORK:
        means = (
            "Another machine keeps the files. What was synced is as safe as that one keeps it, "
            "and what others see at which moment is for its protocol."
        )
        advice = "ask whoever runs it, or choose a local disk"
    elif mount.kind.startswith("fuse"):
        means = "A program keeps the files. Whether a sync reaches a disk is up to it."
        advice = "look into that program's documentation, or choose a local disk"
    else:
        means = "The doctor does not know this type, nor where it keeps files."
        advice = "look into its documentation, or choose a local disk"
    return Finding(_NAME, Level.UNKNOWN, found, means, advice, Promise.DURABILITY)
