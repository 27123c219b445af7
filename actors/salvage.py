"""A text that a crash has kept from reaching its file, which is another one by now."""

import hashlib
import secrets
import time
from pathlib import Path

from actors.storage import Archive, Draft
from actors.storage.archive import PutDraft


def salvage(archive: Archive, path: Path, reason: str) -> None:
    """Make a draft of the text that was on its way into a file in place.

    Raises:
        StorageError: when that could not be done; the archive still has the text.
    """
    kept = archive.overwrite_of(path)
    if kept is None:
        return
    data, old = kept
    draft = Draft(
        id=secrets.token_hex(4),
        notebook=str(path),
        path=path,
        suffix=path.suffix,
        version=0,
        cause="conflict",
        reason=reason,
        base_sha256=hashlib.sha256(old).hexdigest(),
        owner="",
        time_s=time.time(),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    archive.commit([PutDraft(draft, data)])
    archive.end_overwrite(path)
