"""Texts in the database that are on their way into a file in place."""

import os
import sqlite3
from pathlib import Path

from actors.storage.archive.stored_text import StoredText
from actors.storage.archive.texts import put as put_text

_PUT = """
    INSERT INTO overwrites (path, is_old, text, stored) VALUES (?, ?, ?, ?)
    ON CONFLICT (path, is_old) DO UPDATE SET text = excluded.text, stored = excluded.stored
"""
_SELECT = """
    SELECT sha256, size, packed FROM overwrites JOIN texts ON texts.id = overwrites.text
    WHERE path = ? ORDER BY is_old
"""


def put(database: sqlite3.Connection, path: Path, new: StoredText, old: StoredText) -> None:
    """Keep the new and the old text of a file, in place of what was kept of it before."""
    for is_old, text in ((False, new), (True, old)):
        row = (os.fsencode(path), is_old, put_text(database, text), text.stored)
        database.execute(_PUT, row)


def drop(database: sqlite3.Connection, path: Path) -> None:
    """Let go of both, if they are there."""
    database.execute("DELETE FROM overwrites WHERE path = ?", (os.fsencode(path),))


def texts_of(database: sqlite3.Connection, path: Path) -> tuple[StoredText, ...]:
    """Return the new and the old text, or nothing."""
    rows = database.execute(_SELECT, (os.fsencode(path),))
    return tuple(StoredText(*row) for row in rows)
