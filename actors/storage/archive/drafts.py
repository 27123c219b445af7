"""Drafts in the database."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from actors.storage.archive.limits import Limits
from actors.storage.archive.protocol import Draft
from actors.storage.archive.stored_text import StoredText
from actors.storage.archive.texts import blob, total, word
from actors.storage.archive.texts import put as put_text

_SELECT = """
    SELECT drafts.id, notebook, path, suffix, version, cause, reason, base_sha256, owner, time_s,
           size, sha256
    FROM drafts JOIN texts ON texts.id = drafts.text
"""
_NEWEST_FIRST = "ORDER BY time_s DESC, seq DESC"

_PUT = """
    INSERT INTO drafts (id, notebook, path, suffix, version, cause, reason, base_sha256, owner,
                        time_s, text, stored)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        notebook = excluded.notebook, path = excluded.path, suffix = excluded.suffix,
        version = excluded.version, cause = excluded.cause, reason = excluded.reason,
        base_sha256 = excluded.base_sha256, owner = excluded.owner, time_s = excluded.time_s,
        text = excluded.text, stored = excluded.stored
"""


def put(database: sqlite3.Connection, draft: Draft, text: StoredText) -> None:
    """Keep a draft, in place of one with the same id."""
    row = (
        blob(draft.id),
        blob(draft.notebook),
        None if draft.path is None else os.fsencode(draft.path),
        blob(draft.suffix),
        draft.version,
        None if draft.cause is None else blob(draft.cause),
        blob(draft.reason),
        None if draft.base_sha256 is None else blob(draft.base_sha256),
        blob(draft.owner),
        draft.time_s,
    )
    database.execute(_PUT, (*row, put_text(database, text), text.stored))


def drop(database: sqlite3.Connection, draft_id: str) -> None:
    """Let go of a draft, if there is one."""
    database.execute("DELETE FROM drafts WHERE id = ?", (blob(draft_id),))


def move(database: sqlite3.Connection, old: Path, new: Path) -> None:
    """Give the drafts of a file its new name."""
    names = (os.fsencode(new), os.fsencode(old))
    database.execute("UPDATE drafts SET path = ? WHERE path = ?", names)


def of_all(database: sqlite3.Connection) -> list[Draft]:
    """Return all drafts, the newest first."""
    return [_draft(row) for row in database.execute(f"{_SELECT} {_NEWEST_FIRST}")]


def of_file(database: sqlite3.Connection, path: Path) -> list[Draft]:
    """Return the drafts of one file, the newest first."""
    rows = database.execute(f"{_SELECT} WHERE path = ? {_NEWEST_FIRST}", (os.fsencode(path),))
    return [_draft(row) for row in rows]


def text_of(database: sqlite3.Connection, draft_id: str) -> StoredText | None:
    """Return the text of a draft, if there is one."""
    row = database.execute(
        "SELECT sha256, size, packed FROM drafts JOIN texts ON texts.id = drafts.text "
        "WHERE drafts.id = ?",
        (blob(draft_id),),
    ).fetchone()
    return None if row is None else StoredText(*row)


def keep_limits(database: sqlite3.Connection, limits: Limits, now_s: float) -> list[Draft]:
    """Remove what is too old or too much; return it, the oldest first."""
    too_old_s = now_s - limits.drafts_max_age_s
    removed = list(_older_than(database, too_old_s))
    for draft in removed:
        drop(database, draft.id)
    while total(database, "drafts") > limits.drafts_max_bytes:
        oldest, *others = database.execute(f"{_SELECT} ORDER BY time_s, seq LIMIT 2").fetchall()
        if not others:
            break
        removed.append(_draft(oldest))
        drop(database, removed[-1].id)
    return removed


def _older_than(database: sqlite3.Connection, time_s: float) -> Iterator[Draft]:
    rows = database.execute(f"{_SELECT} WHERE time_s < ? ORDER BY time_s, seq", (time_s,))
    return map(_draft, rows)


def _draft(row: tuple[Any, ...]) -> Draft:
    draft_id, notebook, path, suffix, version, cause, reason, base, owner, time_s, size, sha = row
    return Draft(
        id=word(draft_id),
        notebook=word(notebook),
        path=None if path is None else Path(os.fsdecode(path)),
        suffix=word(suffix),
        version=version,
        cause=None if cause is None else cast("Any", word(cause)),
        reason=word(reason),
        base_sha256=None if base is None else word(base),
        owner=word(owner),
        time_s=time_s,
        size=size,
        sha256=sha.hex(),
    )
