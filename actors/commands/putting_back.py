"""Writing a text that was kept back into a file, so that nothing is lost on the way."""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from actors.commands.ending import WrongUseError
from actors.commands.stored import Stored
from actors.errors import ChangedError, StorageError
from actors.settings import Settings
from actors.storage import Archive, Etag, Version
from actors.storage.archive import Change, PutVersion
from actors.storage.ownership import Owner, Ownership
from actors.storage.state_folder import lock_folder
from actors.storage.system_calls import SystemCalls


def refuse_if_open(path: Path) -> None:
    """Leave a file alone that a running host has open: it would not know.

    Raises:
        WrongUseError: when there is such a host.
        StorageError: when that cannot be seen.
    """
    lease_s = Settings().lease_s
    ownership = Ownership(SystemCalls(), Owner.this_process(), lease_s, lock_folder())
    owner = ownership.owner_of(path)
    if owner is not None:
        raise WrongUseError(
            f"{path} is open in {owner}; restore it there, or close it there (--force writes it)"
        )


def present_text(stored: Stored, path: Path) -> bytes | None:
    """Return the text of a file, which a crash may have torn before it was written whole."""
    with suppress(ChangedError):  # then somebody has mended it
        stored.files.repair(path)
    return stored.files.read(path)


def put_back(
    stored: Stored, path: Path, present: bytes | None, data: bytes, label: str, *also: Change
) -> bool:
    """Make a kept text that of a file; what the file has now becomes a version first.

    Args:
        stored: Where versions are kept.
        path: The file, by its canonical name.
        present: The text that it was seen to have.
        data: The text that it gets, which then is a version too.
        label: What that is, such as `version 3`.
        also: What else to change in the archive when it is there.

    Returns:
        Whether the file was written; `False` if it had that text already.

    Raises:
        WrongUseError: when the file has changed since it was looked at.
        StorageError: when the present text cannot be kept, or the file not written.
    """
    archive = stored.archive
    if present is not None and present != data and not _is_kept(archive, path, present):
        archive.commit([_version(path, present, "found")])
    try:
        replaced = stored.files.replace(path, data, expected=(Etag.of(present),))
    except ChangedError as error:
        raise WrongUseError(
            f"{path} was changed just now, so it was left alone; try again"
        ) from error
    try:
        archive.commit([_version(path, data, "restore", label), *also])
    except StorageError as error:
        raise StorageError(f"{path} holds {label}, but: {error}", error.cause) from error
    return replaced.written


def _is_kept(archive: Archive, path: Path, data: bytes) -> bool:
    sha256 = Etag.of(data).sha256
    return any(version.sha256 == sha256 for version in archive.versions(path))


def _version(path: Path, data: bytes, source: str, label: str = "") -> PutVersion:
    sha256 = hashlib.sha256(data).hexdigest()
    version = Version(
        path=path,
        number=0,
        sha256=sha256,
        size=len(data),
        source=source,
        label=label,
        time_s=time.time(),
    )
    return PutVersion(version, data)
