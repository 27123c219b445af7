"""Probes of what a file may have besides: access lists and extended attributes."""

import struct
from collections.abc import Iterator
from pathlib import Path

from actors.doctor.finding import Finding, Level
from actors.doctor.probe_folder import Probe
from actors.doctor.saving import saved_as_notebooks_are

_ATTRIBUTE = "user.notebook_actors"
_ACCESS_LIST = "system.posix_acl_access"
_DEFAULT_LIST = "system.posix_acl_default"

_NOBODY = 65534
_UNSET = 0xFFFFFFFF

# The layout of linux/posix_acl_xattr.h: version 2, then tag, rights and id of
# the owner, of a named user, of the group, of the mask, and of all others.
_ONE_USER_MORE = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", *entry)
    for entry in (
        (0x01, 6, _UNSET),
        (0x02, 4, _NOBODY),
        (0x04, 4, _UNSET),
        (0x10, 4, _UNSET),
        (0x20, 0, _UNSET),
    )
)


def access_list(probe: Probe) -> Iterator[Finding]:
    """Save to a file with an access list."""
    yield from _kept(probe, "access lists", _ACCESS_LIST, _ONE_USER_MORE)


def extended_attribute(probe: Probe) -> Iterator[Finding]:
    """Save to a file with an extended attribute."""
    yield from _kept(probe, "attributes", _ATTRIBUTE, b"kept")


def _kept(probe: Probe, name: str, attribute: str, value: bytes) -> Iterator[Finding]:
    path = probe.write("kept.py", b"old")
    try:
        probe.calls.setxattr(path, attribute, value)
    except OSError as error:
        found = f"files cannot have them here: {error.strerror or error}"
        yield Finding(name, Level.OK, found, "There is nothing that a save could lose.")
        return
    saved_as_notebooks_are(probe, path)
    if _value(probe, path, attribute) == value:
        yield Finding(name, Level.OK, "a save keeps them", "Notebooks may have them.")
        return
    if attribute == _ACCESS_LIST:
        means = "With the first save a notebook has what new files of its folder get instead."
        advice = "set them on the folder, as defaults, where they are needed"
    else:
        means = "With the first save a notebook has none of them any more."
        advice = "do not rely on them"
    yield Finding(name, Level.NOTE, "files can have them; a save does not keep them", means, advice)


def _value(probe: Probe, path: Path, attribute: str) -> bytes | None:
    try:
        return probe.calls.getxattr(path, attribute)
    except OSError:
        return None


def new_files(probe: Probe) -> Iterator[Finding]:
    """Make a file and look at what the folder and the umask gave it."""
    status = probe.calls.stat(probe.write("new.py"))
    directory = probe.calls.stat(probe.directory)
    whose = f"mode {status.st_mode & 0o777:03o}, group {status.st_gid}"
    if _value(probe, probe.directory, _DEFAULT_LIST):
        found = f"new files get the access list that the directory has as its default ({whose})"
    elif status.st_gid == directory.st_gid and directory.st_mode & 0o2000:
        found = f"new files get the directory's group, which is setgid ({whose})"
    else:
        found = f"new files get what the umask gives ({whose})"
    means = "That is for new notebooks; a save of one that exists keeps its mode."
    if directory.st_mode & 0o2000 and status.st_gid != directory.st_gid:
        means = "The directory is setgid, and yet new notebooks are not of its group."
        advice = "check the mount's options"
        yield Finding("new files", Level.WARNING, found, means, advice)
        return
    yield Finding("new files", Level.OK, found, means)
