"""Probes of fsync, of a file and of a folder."""

import os
from collections.abc import Iterator

from actors.doctor.finding import Finding, Level, Promise
from actors.doctor.probe_folder import Probe
from actors.doctor.timing import repeated, spread
from actors.storage.system_calls import UNSUPPORTED

_MORE = memoryview(b"more")


def sync_file(probe: Probe) -> Iterator[Finding]:
    """Sync a file that was just written to."""
    files, path = probe.calls.files, probe.write("synced.py")
    with probe.opened(path, os.O_WRONLY) as fd:
        files.write(fd, memoryview(b"first"))  # a full disk is not a failed sync
        try:
            times = repeated(lambda _: files.fsync(fd), lambda _: files.write(fd, _MORE))
        except OSError as error:
            found = f"a file cannot be synced: {error.strerror}"
            means = "Every save fails, because a power cut could undo it."
            advice = "check the disk, or choose another directory"
            yield Finding("sync file", Level.BROKEN, found, means, advice, Promise.SAVING)
            return
    found, figures = spread("fsync of a file", times)
    means = "The system reports the text as kept; whether the disk keeps its word cannot be seen."
    yield Finding("sync file", Level.OK, found, means, figures=figures)


def sync_folder(probe: Probe) -> Iterator[Finding]:
    """Sync a folder in which a name was just made."""
    files = probe.calls.files
    with probe.opened(probe.folder, os.O_RDONLY | os.O_DIRECTORY) as fd:
        probe.write("named.py")  # what fails here is not a sync
        try:
            times = repeated(lambda _: files.fsync(fd), lambda turn: probe.write(f"{turn}.py"))
        except OSError as error:
            yield _no_sync(error)
            return
    found, figures = spread("fsync of a folder", times)
    means = "The system reports a new name as kept, and so a file that was replaced."
    yield Finding("sync folder", Level.OK, found, means, figures=figures)


def _no_sync(error: OSError) -> Finding:
    advice = "choose a local disk"
    if error.errno in UNSUPPORTED:
        found = "this file system cannot sync a folder"
        means = (
            "A save that was reported as done may be undone by a power cut; the old text is back."
        )
        return Finding("sync folder", Level.BROKEN, found, means, advice, Promise.DURABILITY)
    found = f"a folder cannot be synced: {error.strerror}"
    means = "Saves are reported as failed, though the new text is there."
    return Finding("sync folder", Level.BROKEN, found, means, advice, Promise.SAVING)
