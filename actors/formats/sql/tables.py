"""Which tables an SQL statement reads, by sqlglot's tree, as marimo 0.25.2 finds them."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from actors.formats.fresh_stack import on_fresh_stack
from actors.formats.sql.libraries import Sqlglot, silence

_FILES = (".csv", ".parquet", ".json", ".txt", ".db", ".tsv", ".xlsx")

# Statements that a scope, which is a `SELECT` and what is in it, does not cover.
_CHANGES = (
    "Update", "Insert", "Delete", "Describe", "Summarize", "Pivot", "Analyze", "Drop",
    "TruncateTable", "Copy",
)  # fmt: skip


def tables_read_by(statement: str, library: Sqlglot) -> frozenset[str]:
    """Return names with their schema and catalog, if given, in lower case.

    Empty for what sqlglot cannot read: then nobody knows.
    """
    try:
        return _tables_read_by(statement, library)
    except RecursionError:
        with contextlib.suppress(RecursionError):
            return on_fresh_stack(lambda: _tables_read_by(statement, library))
        return frozenset()


def _tables_read_by(statement: str, library: Sqlglot) -> frozenset[str]:
    try:
        with silence():
            trees = library.parse(statement, dialect="duckdb")
            tables = [
                table for tree in trees if tree is not None for table in _tables(tree, library)
            ]
            return frozenset(name for table in tables if (name := _name(table)))
    except RecursionError:
        raise
    except Exception:  # noqa: BLE001 - it has errors of many types; a cell is written whatever it says
        return frozenset()


def _tables(tree: Any, library: Sqlglot) -> Iterator[Any]:
    kinds = [getattr(library.exp, name) for name in _CHANGES]
    if tree.find(*kinds):
        yield from _all_tables(tree, library)
    try:
        yield from _scoped_tables(tree, library)
    except library.optimize_error:  # two of one alias, which duckdb allows
        yield from _all_tables(tree, library)


def _scoped_tables(tree: Any, library: Sqlglot) -> Iterable[Any]:
    root = library.build_scope(tree)
    for scope in root.traverse() if root else ():
        for _, source in scope.selected_sources.values():
            if isinstance(source, library.exp.Table):
                yield source


def _all_tables(tree: Any, library: Sqlglot) -> Iterable[Any]:
    """Return all tables but those that the statement's own `WITH` defines."""
    defined = {
        cte.alias.lower()
        for cte in tree.find_all(library.exp.CTE)
        if cte.parent and cte.parent.parent is tree and cte.alias
    }
    for table in tree.find_all(library.exp.Table):
        is_qualified = table.db or table.catalog
        if is_qualified or _name(table) not in defined:
            yield table


def _name(table: Any) -> str:
    """Return what a table is called; empty for a file, which is no cell's."""
    try:
        name = table.name
    except AttributeError:  # `DROP SCHEMA` has tables that are none
        return ""
    if not name or "://" in name or name.endswith(_FILES):
        return ""
    return ".".join(part for part in (table.catalog, table.db, name) if part).lower()
