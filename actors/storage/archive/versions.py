"""Versions in the database."""

import os
import sqlite3
from pathlib import Path

from actors.storage.archive.limits import Limits
from actors.storage.archive.protocol import Version
from actors.storage.archive.stored_text import StoredText
from actors.storage.archive.texts import blob, total, word
from actors.storage.archive.texts import put as put_text

_MOST = 2**63 - 1
"""The largest number that SQLite has."""

_NEWEST = """
    SELECT seq, number, sha256, source, label, since_s
    FROM versions JOIN texts ON texts.id = versions.text
    WHERE path = ? ORDER BY number DESC LIMIT 1
"""
_IS_NOT_NEWEST = """
    EXISTS (SELECT 1 FROM versions AS later
            WHERE later.path = versions.path AND later.number > versions.number)
"""
_DELETE_OLD = f"DELETE FROM versions WHERE time_s < ? AND {_IS_NOT_NEWEST}"  # noqa: S608 - constants
_SELECT_OLDEST = f"""
    SELECT seq, stored FROM versions WHERE {_IS_NOT_NEWEST} ORDER BY time_s, seq
"""  # noqa: S608 - constants


def put(database: sqlite3.Connection, version: Version, text: StoredText, merge_s: float) -> None:
    """Keep a version, in place of the newest one where both are one step."""
    newest = database.execute(_NEWEST, (os.fsencode(version.path),)).fetchone()
    if newest is None:
        _insert(database, version, text, 1)
        return
    seq, number, sha256, source, label, since_s = newest
    if sha256 == text.sha256:
        return
    is_same_author = (source, label) == (blob(version.source), blob(version.label))
    if is_same_author and 0 <= version.time_s - since_s < merge_s:
        database.execute(
            "UPDATE versions SET time_s = ?, text = ?, stored = ? WHERE seq = ?",
            (version.time_s, put_text(database, text), text.stored, seq),
        )
    else:
        _insert(database, version, text, number + 1)


def move(database: sqlite3.Connection, old: Path, new: Path) -> None:
    """Give the versions of a file its new name; they follow those that are there."""
    names = {"old": os.fsencode(old), "new": os.fsencode(new)}
    database.execute(
        "UPDATE versions SET path = :new, number = number + "
        "(SELECT coalesce(max(number), 0) FROM versions WHERE path = :new) WHERE path = :old",
        names,
    )


def of_file(database: sqlite3.Connection, path: Path) -> list[Version]:
    """Return the versions of a file, the newest first."""
    rows = database.execute(
        "SELECT number, sha256, size, source, label, time_s "
        "FROM versions JOIN texts ON texts.id = versions.text "
        "WHERE path = ? ORDER BY number DESC",
        (os.fsencode(path),),
    )
    return [
        Version(
            path=path,
            number=number,
            sha256=sha256.hex(),
            size=size,
            source=word(source),
            label=word(label),
            time_s=time_s,
        )
        for number, sha256, size, source, label, time_s in rows
    ]


def text_of(database: sqlite3.Connection, path: Path, number: int) -> StoredText | None:
    """Return the text of a version, if there is one."""
    if not 0 < number <= _MOST:
        return None
    row = database.execute(
        "SELECT sha256, size, packed FROM versions JOIN texts ON texts.id = versions.text "
        "WHERE path = ? AND number = ?",
        (os.fsencode(path), number),
    ).fetchone()
    return None if row is None else StoredText(*row)


def keep_count(database: sqlite3.Connection, path: Path, limits: Limits) -> int:
    """Remove the versions of a file that are too many; return how many."""
    name = os.fsencode(path)
    return database.execute(
        "DELETE FROM versions WHERE path = ? AND number <= (SELECT number FROM versions "
        "WHERE path = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (name, name, limits.history_max_versions),
    ).rowcount


def keep_limits(database: sqlite3.Connection, limits: Limits, now_s: float) -> int:
    """Remove what is too old or too much, but the newest of each file; return how many."""
    too_old_s = now_s - limits.history_max_age_s
    removed = database.execute(_DELETE_OLD, (too_old_s,)).rowcount
    surplus = total(database, "versions") - limits.history_max_bytes
    if surplus > 0:
        removed += _remove_oldest(database, surplus)
    return removed


def _remove_oldest(database: sqlite3.Connection, surplus: int) -> int:
    rows = database.execute(_SELECT_OLDEST)
    removed = []
    for seq, stored in rows:
        if surplus <= 0:
            break
        removed.append((seq,))
        surplus -= stored
    rows.close()
    database.executemany("DELETE FROM versions WHERE seq = ?", removed)
    return len(removed)


def _insert(database: sqlite3.Connection, version: Version, text: StoredText, number: int) -> None:
    database.execute(
        "INSERT INTO versions (path, number, source, label, since_s, time_s, text, stored) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            os.fsencode(version.path),
            number,
            blob(version.source),
            blob(version.label),
            version.time_s,
            version.time_s,
            put_text(database, text),
            text.stored,
        ),
    )
