"""Drafts, versions and archives, for the tests of the archives."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from actors.storage import Archive, Draft, Version
from actors.storage.archive import PutDraft, PutVersion

NB, OTHER = Path("/books/nb.py"), Path("/books/other.py")
NOW_S = 1_000_000.0


def a_draft(draft_id: str = "0000000a", data: bytes = b"text", **changes: Any) -> PutDraft:
    draft = Draft(
        id=draft_id,
        notebook="nb-1",
        path=NB,
        suffix=".py",
        version=3,
        cause="disk full",
        reason="the disk is full",
        base_sha256=None,
        owner="me@here pid 1",
        time_s=NOW_S,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    return PutDraft(attrs.evolve(draft, **changes), data)


def a_version(
    data: bytes, *, at_s: float = 0, path: Path = NB, source: str = "code-mode", label: str = ""
) -> PutVersion:
    sha256 = hashlib.sha256(data).hexdigest()
    version = Version(
        path=path,
        number=0,
        sha256=sha256,
        size=len(data),
        source=source,
        label=label,
        time_s=NOW_S + at_s,
    )
    return PutVersion(version, data)


def texts(archive: Archive, path: Path = NB) -> Sequence[bytes]:
    """Return the texts of a file's versions, the oldest first."""
    numbers = [version.number for version in archive.versions(path)]
    return [archive.version_text(path, number) for number in reversed(numbers)]


def ids(archive: Archive, path: Path | None = None) -> Sequence[str]:
    return [draft.id for draft in archive.drafts(path)]
