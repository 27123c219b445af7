"""SQL in a cell's code: `mo.sql("…")` and its like name tables, and tables are variables.

With duckdb and sqlglot installed, as with marimo: a query takes the dataframes
and tables that it reads, and `CREATE` and `ATTACH` define names for other
cells. Without, a query is a string.
"""

import ast
import functools

import attrs

from actors.formats.sql.definitions import Created, created_by
from actors.formats.sql.libraries import Duckdb, duckdb, sqlglot
from actors.formats.sql.nesting import is_too_deep
from actors.formats.sql.tables import tables_read_by

_CALLS = {("mo", "sql"), ("marimo", "sql"), ("duckdb", "sql"), ("duckdb", "execute")}

_METHODS = frozenset(name for _, name in _CALLS)

LONGEST = 20_000
"""Characters. Longer texts are data, and what a parser makes of one may take seconds."""


@attrs.frozen
class Statement:
    """The names of one statement."""

    defs: tuple[str, ...]
    refs: tuple[str, ...]
    """Tables that no statement up to this one made, sorted."""


def statements(call: ast.Call) -> tuple[Statement, ...]:
    """Return what a call says about names; nothing if it runs no SQL."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS:
        return ()  # most calls, and quickly
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name), args=[query]):
            text = _text(query) if (module, name) in _CALLS else ""
            return _statements(text) if text else ()
        case _:
            return ()


def _text(query: ast.expr) -> str:
    """Return a query as it may look when it is run; empty when there is no telling."""
    match query:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_part, parts))
        case _:
            return ""


def _part(part: ast.expr) -> str:
    match part:
        case ast.FormattedValue(value=value):
            return _part(value)
        case ast.JoinedStr(values=parts):
            return "".join(map(_part, parts))
        case ast.Constant(value=value):
            return str(value)
        case _:
            return "1"  # what stands most anywhere: `LIMIT 1`, `interval '1 days'`


# A class is read twice; finished cells are remembered elsewhere.
@functools.lru_cache(maxsize=16)
def _statements(text: str) -> tuple[Statement, ...]:
    library = duckdb()
    if library is None or len(text) > LONGEST or is_too_deep(text):
        return ()
    found, known = [], set[str]()
    for part in _parts(text, library):
        created = _created(part, library)
        known |= {thing.qualified for thing in created}
        refs = sorted(_refs(part) - known)
        found.append(Statement(tuple(thing.name for thing in created), tuple(refs)))
    return tuple(found)


def _parts(text: str, library: Duckdb) -> list[str]:
    try:
        parts = library.statements(text)
    except Exception:  # noqa: BLE001 - errors of many types; sqlglot may still read it as a whole
        parts = []
    return [part for part in parts if part.strip()] or [text]


def _created(part: str, library: Duckdb) -> list[Created]:
    try:
        return list(created_by(part, library))
    except Exception:  # noqa: BLE001 - not even tokens
        return []


def _refs(part: str) -> frozenset[str]:
    library = sqlglot()
    return frozenset() if library is None else tables_read_by(part, library)
