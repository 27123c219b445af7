"""What the mount that a directory is on means for notebooks, by its type and its options."""

from actors.doctor.finding import Finding, Level, Promise
from actors.storage.mounts import LOCAL, MEMORY, NETWORK, NO_JOURNAL, Mount, find

__all__ = ["LOCAL", "MEMORY", "NETWORK", "NO_JOURNAL", "Mount", "find", "judge"]

_UNSAFE = frozenset({"nobarrier", "barrier=0", "barrier=none", "fsync_mode=nobarrier", "volatile"})
"""With these a sync does not reach the disk: ext4, xfs, btrfs, reiserfs; f2fs; overlay."""

_NAME = "file system"


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
