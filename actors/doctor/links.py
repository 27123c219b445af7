"""Probes of hard and symbolic links, and of a save to a file that has them."""

import os
from collections.abc import Iterator

from actors.doctor.finding import Finding, Level
from actors.doctor.probe_folder import Probe
from actors.doctor.saving import IN_PLACE, could_not, saved_as_notebooks_are


def hard_links(probe: Probe) -> Iterator[Finding]:
    """Give a file a second name, save to the first, and read the second."""
    first, second = probe.write("first.py", b"old"), probe.folder / "second.py"
    try:
        probe.calls.files.link(first, second)
    except OSError as error:
        found = f"hard links cannot be made: {error.strerror}"
        yield Finding("hard links", Level.NOTE, found, "Notebooks do not need them.")
        return
    saved_as_notebooks_are(probe, first)
    if second.read_bytes() == b"new":
        found = "a save reaches all names of a file"
        means = f"A notebook may have several names. {IN_PLACE}"
        yield Finding("hard links", Level.OK, found, means)
        return
    found = "hard links can be made; a save parts the names"
    means = "The notebook's other names keep the text from before the first save."
    advice = "give a notebook one name, or use symbolic links"
    yield Finding("hard links", Level.NOTE, found, means, advice)


def symbolic_links(probe: Probe) -> Iterator[Finding]:
    """Save through a symbolic link, and look at the link and its target."""
    target, link = probe.write("target.py", b"old"), probe.folder / "link.py"
    try:
        probe.calls.symlink("target.py", link)
    except OSError as error:
        found = f"symbolic links cannot be made: {error.strerror}"
        yield Finding("symbolic links", Level.NOTE, found, "Notebooks do not need them.")
        return
    saved_as_notebooks_are(probe, link)
    if link.is_symlink() and target.read_bytes() == b"new":
        found = "a save through a link writes its target"
        yield Finding("symbolic links", Level.OK, found, "The link stays a link.")
        return
    found = "a save does not keep a symbolic link"
    means = "The link's target keeps the old text."
    yield Finding("symbolic links", Level.WARNING, found, means, "open the target, not the link")


def mode(probe: Probe) -> Iterator[Finding]:
    """Save to a file and compare who may read and write it, before and after."""
    path = probe.write("kept.py", b"old")
    try:
        path.chmod(0o640)
    except OSError as error:
        yield could_not("mode", error)
        return
    before = probe.calls.stat(path)
    if before.st_mode & 0o777 != 0o640:
        found = f"a file that is given mode 640 has {before.st_mode & 0o777:03o}"
        means = "The mount decides who may read notebooks, not their modes."
        yield Finding("mode", Level.NOTE, found, means)
        return
    saved_as_notebooks_are(probe, path)
    after = probe.calls.stat(path)
    if _access(before) == _access(after):
        found = "a save keeps mode, owner and group"
        yield Finding("mode", Level.OK, found, "Who could read a notebook still can.")
        return
    found = f"{_shown(before)} becomes {_shown(after)} with a save"
    means = "Others may not be able to read a notebook any more after a save."
    yield Finding("mode", Level.WARNING, found, means, "check what the mount does to owners")


def _access(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mode, status.st_uid, status.st_gid


def _shown(status: os.stat_result) -> str:
    return f"mode {status.st_mode & 0o7777:03o} of user {status.st_uid}, group {status.st_gid}"
