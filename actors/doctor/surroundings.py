"""What the system tells about a directory without a file being made in it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from actors.doctor import mounts
from actors.doctor.calls import Calls
from actors.doctor.finding import Finding, Level, Promise, unknown
from actors.doctor.saving import IN_PLACE

_LOW_BYTES = 100 * 1000**2
_LOW_FILES = 1000


def mount(calls: Calls, directory: Path) -> Iterator[Finding]:
    """Look the directory up in the mount table."""
    try:
        found = mounts.find(calls.mount_table(), calls.mount_id(directory))
    except (OSError, ValueError, KeyError):
        found = None
    if found is None:
        why = "this system does not tell the type of a mount"
        yield unknown("file system", why, Promise.DURABILITY)
        return
    yield mounts.judge(found)
    if lock := found.options & {"nolock", "local_lock=all", "local_lock=flock"}:
        means = "Locks hold on this machine only; others that use the directory do not see them."
        advice = "let one machine alone save into this directory"
        yield Finding("lock scope", Level.WARNING, f"mounted with {min(lock)}", means, advice)


def space(calls: Calls, directory: Path) -> Iterator[Finding]:
    """Ask how many bytes and files may be added."""
    asked = calls.statvfs(directory)
    free = asked.f_bavail * asked.f_frsize
    figures = {"free_bytes": float(free)}
    found = f"{_size(free)} free"
    if asked.f_files:
        figures["free_files"] = float(asked.f_favail)
        found += f", room for {asked.f_favail:,} files"
    found += "; quotas: not known"
    is_low = free < _LOW_BYTES or (asked.f_files and asked.f_favail < _LOW_FILES)
    if not is_low:
        means = "A save needs room for the new text beside the old one, for a moment."
        yield Finding("space", Level.OK, found, means, figures=figures)
        return
    means = "When it is used up, saves fail; the old texts stay whole."
    yield Finding("space", Level.WARNING, found, means, "free some space", figures=figures)


def directory_access(calls: Calls, directory: Path) -> Iterator[Finding]:
    """Look at whose the directory is."""
    status, user = calls.stat(directory), calls.user()
    found = f"mode {stat.S_IMODE(status.st_mode):03o}, user {status.st_uid}, group {status.st_gid}"
    if calls.statvfs(directory).f_flag & os.ST_RDONLY:
        means = "Rights do not matter as long as the file system is read-only."
        yield Finding("directory", Level.NOTE, found, means)
    elif not calls.may_use(directory):
        means = (
            "This user may not list, enter and write to it, and a new notebook needs all three. "
            "One that is there and writable is written in place, if it can be reached."
        )
        advice = f"give user {user} these rights, or choose another directory"
        yield Finding("directory", Level.BROKEN, found, means, advice, Promise.SAVING)
    elif user not in {0, status.st_uid} and status.st_mode & stat.S_ISVTX:
        means = f"It is sticky: a notebook may belong to somebody else. {IN_PLACE}"
        advice = "keep notebooks in a directory of the user's own"
        yield Finding("directory", Level.WARNING, found, means, advice)
    elif status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
        means = "Anybody may replace notebooks here."
        yield Finding(
            "directory", Level.WARNING, found, means, "take the right to write from others"
        )
    elif user not in {0, status.st_uid}:
        means = "It belongs to somebody else, who may remove notebooks or this user's access."
        yield Finding("directory", Level.NOTE, found, means)
    else:
        yield Finding("directory", Level.OK, found, "This user may make and replace files here.")


def user(calls: Calls, directory: Path) -> Iterator[Finding]:
    """Say when rights were not tested, because root has them all."""
    del directory
    if calls.user() == 0:
        means = "Root may write where others may not; what was found need not hold for them."
        advice = "run this as the user that the notebooks' host runs as"
        yield Finding("user", Level.NOTE, "examined as root", means, advice)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return (
                f"{count:.0f} {unit}" if count >= 10 or unit == "bytes" else f"{count:.1f} {unit}"
            )
        count /= 1000
    return f"{count:.1f} TB"
