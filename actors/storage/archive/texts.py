"""Texts in the database, each of them once; the triggers of the schema remove them."""

import sqlite3

from actors.storage.archive.stored_text import StoredText


def put(database: sqlite3.Connection, text: StoredText) -> int:
    """Keep a text for the row that is about to refer to it; return its id."""
    database.execute(
        "INSERT INTO texts (sha256, size, packed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (text.sha256, text.size, text.packed),
    )
    (text_id,) = database.execute(
        "SELECT id FROM texts WHERE sha256 = ?", (text.sha256,)
    ).fetchone()
    assert isinstance(text_id, int)
    return text_id


def total(database: sqlite3.Connection, table: str) -> int:
    """Return what the texts of a table take."""
    (stored,) = database.execute("SELECT stored FROM totals WHERE name = ?", (table,)).fetchone()
    assert isinstance(stored, int)
    return stored


def blob(word: str) -> bytes:
    """Return a string as it is stored: it may hold half a surrogate pair, which is no UTF-8."""
    return word.encode("utf-8", "surrogatepass")


def word(blob: bytes) -> str:
    """Return the string that is stored so."""
    return blob.decode("utf-8", "surrogatepass")
