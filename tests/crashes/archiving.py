"""Work that is kept in a database, by processes that are killed over it."""

import hashlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from actors.errors import Cause
from actors.formats import parse
from actors.storage import LocalStorage
from actors.storage.archive import (
    Change,
    Draft,
    Limits,
    PutDraft,
    PutVersion,
    SqliteArchive,
    Version,
)
from actors.storage.protocol import Etag
from tests.crashes.jobs import NEW, OLD, say, step_of, text_of


def keep_twice(folder: Path) -> None:
    """Keep a draft and a version of two steps, one after the other."""
    with closing(archive(folder)) as keeping:
        for step in (1, 2):
            keeping.commit(changes(folder / "nb.py", step))
            say(f"kept {step}")


def grow_in_place(folder: Path) -> None:
    """Bring a file from its old text to the new one without another inode."""
    _write_in_place(folder, OLD, NEW)


def shrink_in_place(folder: Path) -> None:
    """The other way round, to the shorter text."""
    _write_in_place(folder, NEW, OLD)


def _write_in_place(folder: Path, old: int, new: int) -> None:
    with closing(archive(folder)) as spill:
        storage = LocalStorage(spill=spill)
        expected = (Etag.of(text_of(old)),)
        storage.replace(folder / "nb.py", text_of(new), expected=expected)
        say("Saved")


def archive(folder: Path) -> SqliteArchive:
    """Return the store of drafts and versions of a folder."""
    return SqliteArchive(folder / "state", limits=Limits(history_merge_s=0))


def changes(path: Path, step: int) -> list[Change]:
    """Return what keeps the text of a step both as a draft and as a version."""
    text = text_of(step)
    digest = hashlib.sha256(text).hexdigest()
    draft = Draft(
        id="0123abcd",
        notebook="nb",
        path=path,
        suffix=".py",
        version=step,
        cause="disk full",
        reason="the disk is full",
        base_sha256=None,
        owner="me@here pid 1",
        time_s=time.time(),
        size=len(text),
        sha256=digest,
    )
    version = Version(
        path=path,
        number=0,
        sha256=digest,
        size=len(text),
        source="code-mode",
        label="",
        time_s=time.time(),
    )
    return [PutDraft(draft, text), PutVersion(version, text)]


def check_archive(folder: Path, newest: int = 20) -> None:
    """The database is whole, and what it lists can be read: so many drafts, all versions."""
    state = folder / "state"
    assert not list(state.glob("*.damaged-*"))
    with closing(archive(folder)) as kept:
        for draft in kept.drafts()[:newest]:
            step_of(kept.draft_text(draft.id))  # asserts that it is whole
        for path in {draft.path for draft in kept.drafts()} | set(folder.glob("*.py")):
            for version in [] if path is None else kept.versions(path):
                step_of(kept.version_text(version.path, version.number))
        with closing(sqlite3.connect(kept.path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def drafts_in(folder: Path) -> list[tuple[Cause | None, list[str]]]:
    """Return the cause of each draft, and the code of its cells."""
    with closing(archive(folder)) as kept:
        texts = [(draft.cause, kept.draft_text(draft.id)) for draft in kept.drafts()]
    return [(cause, [cell.code for cell in parse(text, ".py")]) for cause, text in texts]
