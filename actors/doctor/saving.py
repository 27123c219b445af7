"""Probes of what a save does: make a file, replace one, keep who may read it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from actors.doctor.finding import Finding, Level, Promise, unknown
from actors.doctor.probe_folder import Probe
from actors.doctor.timing import repeated, spread
from actors.errors import StorageError
from actors.storage import LocalStorage, MemoryArchive
from actors.storage.system_calls import UNSUPPORTED

_TEXT_BYTES = 8_000
"""A notebook of some 20 cells."""

IN_PLACE = "It is then written in place: a crash in the middle is repaired at the next start."
"""What it means that a file cannot be replaced by another."""

SLOW_S = 0.1
"""From here on a person notices that the file lags behind."""


def save(probe: Probe) -> Iterator[Finding]:
    """Save a notebook again and again, as an agent's edits do."""
    storage, path = LocalStorage(probe.calls.files), probe.folder / "notebook.py"
    texts = [letter * _TEXT_BYTES for letter in (b"a", b"b")]
    try:
        times = repeated(lambda turn: storage.replace(path, texts[turn % 2]))
        kept = storage.read(path) == texts[(len(times) - 1) % 2]
    except StorageError as error:
        reason, advice = _words(error)
        means = "No notebook can be saved here."
        yield Finding("save", Level.BROKEN, reason, means, advice, Promise.SAVING)
        return
    if not kept:
        found = "what was saved is not what is read"
        means = "No notebook is safe here."
        yield Finding("save", Level.BROKEN, found, means, "check the disk", Promise.SAVING)
        return
    found, figures = spread(f"{len(times)} saves of 8 kB", times)
    if figures["p50_ms"] > SLOW_S * 1000:
        means = "Edits wait that long for their receipts; those that come meanwhile share a save."
        advice = "choose a faster disk, if that is too long"
        yield Finding("save", Level.WARNING, found, means, advice, figures=figures)
        return
    means = "That long an edit waits for its receipt, when nothing else is going on."
    yield Finding("save", Level.OK, found, means, figures=figures)


def replace(probe: Probe) -> Iterator[Finding]:
    """Replace a file by rename, while somebody reads the old one."""
    files = probe.calls.files
    old, new = probe.write("old.py", b"old text"), probe.write("new.py", b"new text")
    with probe.opened(old, os.O_RDONLY) as reader:
        try:
            files.replace(new, old)
        except OSError as error:
            found = f"a file that is open cannot be replaced: {error.strerror}"
            means = "A save fails while anybody reads the notebook."
            advice = "choose another directory"
            yield Finding("replace", Level.BROKEN, found, means, advice, Promise.SAVING)
            return
        before = files.read(reader, 100)
    with probe.opened(old, os.O_RDONLY) as reader:
        after = files.read(reader, 100)
    if (before, after) == (b"old text", b"new text"):
        found = "one rename replaces a file, also one that is open"
        means = "A reader sees the old text or the new one, whole."
        yield Finding("replace", Level.OK, found, means)
        return
    found = "a reader of a replaced file does not see one whole text"
    means = "A notebook can be read torn."
    advice = "choose another directory"
    yield Finding("replace", Level.BROKEN, found, means, advice, Promise.ATOMICITY)


def rename(probe: Probe) -> Iterator[Finding]:
    """Give a file another name, where nothing may be overwritten."""
    probe.write("from.py", b"mine")
    taken = probe.write("taken.py", b"theirs")
    with probe.opened(probe.folder, os.O_RDONLY | os.O_DIRECTORY) as folder:
        fds = {"src_dir_fd": folder, "dst_dir_fd": folder}
        try:
            with suppress(FileExistsError):
                probe.calls.files.rename_exclusive("from.py", "taken.py", **fds)
            if taken.read_bytes() != b"theirs":
                yield _OVERWRITES
                return
            probe.calls.files.rename_exclusive("from.py", "free.py", **fds)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            yield _without_exclusive(probe, fds)
            return
    found = "a rename that overwrites nothing is one step"
    yield Finding("rename", Level.OK, found, "A notebook can be renamed, and never onto another.")


def _without_exclusive(probe: Probe, fds: dict[str, int]) -> Finding:
    try:
        probe.calls.files.link("from.py", "linked.py", **fds, follow_symlinks=False)
    except OSError:
        found = "there is no rename that overwrites nothing, and there are no hard links"
        means = "Notebooks can be saved, but `rename` is refused."
        return Finding("rename", Level.WARNING, found, means, "rename them while they are closed")
    found = "there is no rename that overwrites nothing; a hard link serves for it"
    means = "A notebook can be renamed; a crash in the middle leaves it under both names."
    return Finding("rename", Level.NOTE, found, means)


_OVERWRITES = Finding(
    "rename",
    Level.BROKEN,
    "a rename that must overwrite nothing overwrites",
    "Renaming a notebook onto the name of another destroys that one.",
    "choose another directory",
    Promise.NOT_OVERWRITING,
)


def create_refused(error: StorageError) -> Finding:
    """Return the finding that nothing can be made in a directory."""
    reason, advice = _words(error)
    means = "No notebook can be saved here. What needs a file to try was not measured."
    return Finding("create", Level.BROKEN, reason, means, advice, Promise.SAVING)


def saved_as_notebooks_are(probe: Probe, path: Path) -> None:
    """Save `b"new"`, in place where nothing else keeps what the file has."""
    LocalStorage(probe.calls.files, spill=MemoryArchive()).replace(path, b"new")


def created(probe: Probe) -> Iterator[Finding]:
    """Make a file."""
    probe.write("made.py")
    found = "folders and files can be made"
    yield Finding("create", Level.OK, found, "This user may make files here.")


def could_not(name: str, error: OSError, promise: Promise | None = None) -> Finding:
    """Return the finding that a probe did not come to its end."""
    return unknown(name, error.strerror or str(error), promise)


def _words(error: StorageError) -> tuple[str, str]:
    """Return reason and advice without the path, which is a probe's."""
    cause = error.__cause__
    reason = cause.strerror if isinstance(cause, OSError) else None
    return reason or str(error), str(error).rpartition("; ")[2]
