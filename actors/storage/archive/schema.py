"""The tables of the database, and what keeps them consistent."""

import sqlite3

from actors.errors import StorageError

SCHEMA_VERSION = 1
"""Kept in the database as its `user_version`; grows with each change of the tables."""

_TABLES = """
-- Strings are BLOBs: a path, and an error about it, may hold bytes that are no UTF-8.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    packed BLOB NOT NULL
);
CREATE TABLE drafts (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    notebook BLOB NOT NULL,
    path BLOB,
    suffix BLOB NOT NULL,
    version INTEGER NOT NULL,
    cause BLOB,
    reason BLOB NOT NULL,
    base_sha256 BLOB,
    owner BLOB NOT NULL,
    time_s REAL NOT NULL,
    text INTEGER NOT NULL REFERENCES texts,
    stored INTEGER NOT NULL
);
CREATE INDEX drafts_by_path ON drafts (path);
CREATE INDEX drafts_by_time ON drafts (time_s);
CREATE TABLE versions (
    seq INTEGER PRIMARY KEY,
    path BLOB NOT NULL,
    number INTEGER NOT NULL,
    source BLOB NOT NULL,
    label BLOB NOT NULL,
    since_s REAL NOT NULL, -- the time of the first of those that are one
    time_s REAL NOT NULL,
    text INTEGER NOT NULL REFERENCES texts,
    stored INTEGER NOT NULL,
    UNIQUE (path, number)
);
CREATE INDEX versions_by_time ON versions (time_s);
CREATE TABLE overwrites (
    path BLOB NOT NULL,
    is_old INTEGER NOT NULL, -- what the file had, beside what it is to have
    text INTEGER NOT NULL REFERENCES texts,
    stored INTEGER NOT NULL,
    PRIMARY KEY (path, is_old)
);
CREATE TABLE totals (name TEXT PRIMARY KEY, stored INTEGER NOT NULL);
"""

# A text goes with the last row that refers to it. Never use REPLACE: it fires no DELETE trigger.
_TRIGGERS = """
CREATE INDEX {table}_by_text ON {table} (text);
INSERT INTO totals VALUES ('{table}', 0);
CREATE TRIGGER {table}_inserted AFTER INSERT ON {table} BEGIN
    UPDATE totals SET stored = stored + new.stored WHERE name = '{table}';
END;
CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} BEGIN
    UPDATE totals SET stored = stored - old.stored WHERE name = '{table}';
    {forget}
END;
CREATE TRIGGER {table}_updated AFTER UPDATE OF text ON {table} WHEN new.text <> old.text BEGIN
    UPDATE totals SET stored = stored + new.stored - old.stored WHERE name = '{table}';
    {forget}
END;
"""

_FORGET = """DELETE FROM texts WHERE id = old.text
        AND NOT EXISTS (SELECT 1 FROM drafts WHERE text = old.text)
        AND NOT EXISTS (SELECT 1 FROM versions WHERE text = old.text)
        AND NOT EXISTS (SELECT 1 FROM overwrites WHERE text = old.text);"""


def prepare(database: sqlite3.Connection, where: str) -> None:
    """Bring a new connection, and a new database, to what all code here relies on.

    Raises:
        StorageError: when a newer release has made the database.
        sqlite3.Error: when the database cannot be used.
    """
    database.execute("PRAGMA journal_mode = WAL")
    # Each commit is on the disk when it returns; NORMAL loses some to a power cut.
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA journal_size_limit = 67108864")
    if known_version(database, where) == 0:
        _create(database)


def known_version(database: sqlite3.Connection, where: str) -> int:
    """Return which version the tables of a database are; 0 when it has none.

    Raises:
        StorageError: when a newer release has made them.
        sqlite3.Error: when the database cannot be read.
    """
    (found,) = database.execute("PRAGMA user_version").fetchone()
    assert isinstance(found, int)
    if found > SCHEMA_VERSION:
        raise StorageError(
            f"{where} was made by a newer release (its tables are version {found}, this release "
            f"knows {SCHEMA_VERSION}); upgrade notebook-actors, or choose another state_dir"
        )
    return found


def _create(database: sqlite3.Connection) -> None:
    triggers = "".join(
        _TRIGGERS.format(table=table, forget=_FORGET)
        for table in ("drafts", "versions", "overwrites")
    )
    done = f"PRAGMA user_version = {SCHEMA_VERSION};"
    database.executescript(f"BEGIN IMMEDIATE;{_TABLES}{triggers}{done}COMMIT;")
