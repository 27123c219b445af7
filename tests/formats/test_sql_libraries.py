"""duckdb and sqlglot are used if they are there, from the first SQL on, and harm nobody."""

import logging
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from actors.formats.sql import libraries
from tests.formats.marimo_reference import notebook_of, written, written_by_marimo

ARE_THERE = find_spec("duckdb") is not None and find_spec("sqlglot") is not None
with_libraries = pytest.mark.skipif(
    not ARE_THERE, reason="needs the extra `sql`: duckdb and sqlglot"
)
without_libraries = pytest.mark.skipif(
    ARE_THERE, reason="is about what happens without duckdb and sqlglot, and they are there"
)

CODE = "mo.sql('CREATE TABLE t AS FROM u')"
RENDER = f"""
import sys
{{}}
from actors import Cell, Notebook
from actors.formats import render
assert not {{{{"duckdb", "sqlglot"}}}} & {{{{name for name in sys.modules if sys.modules[name]}}}}
render(Notebook([Cell("a", "x = 1; print(x.sql('FROM t'))")]), ".py")
assert not {{{{"duckdb", "sqlglot"}}}} & {{{{name for name in sys.modules if sys.modules[name]}}}}
print(render(Notebook([Cell("a", {CODE!r}), Cell("b", "print(t)")]), ".py").decode())
"""


def printed_by(program):
    """Return what a fresh process prints, and that it complains of nothing."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout


def rendered_in_a_process(before=""):
    """Return what a process writes that imported neither library before there was SQL."""
    return printed_by(RENDER.format(before))


@with_libraries
def test_libraries_are_imported_for_sql_and_not_before():
    assert "def _(mo, u):" in rendered_in_a_process()


def test_without_any_library_sql_is_a_string():
    text = rendered_in_a_process("sys.modules['duckdb'] = sys.modules['sqlglot'] = None")
    assert "def _(mo):" in text
    assert "def _(t):" in text


def test_without_duckdb_sql_is_a_string():
    assert "def _(mo):" in rendered_in_a_process("sys.modules['duckdb'] = None")


@with_libraries
def test_without_sqlglot_sql_takes_nothing_but_defines():
    assert "def _(mo):" in rendered_in_a_process("sys.modules['sqlglot'] = None")


@without_libraries
def test_without_the_extra_cells_are_written_as_marimo_writes_them():
    notebook = notebook_of([CODE, "print(t)", "def f(): mo.sql('FROM u')", "u = 1"])
    assert written(notebook) == written_by_marimo(notebook)
    assert "def _(mo):" in written(notebook)


@with_libraries
def test_what_sqlglot_logs_about_a_cell_is_kept_from_the_host(caplog):
    with caplog.at_level(logging.DEBUG):
        written(notebook_of(["mo.sql('VACUUM ANALYZE log_of_a_cell')"]))
    assert not caplog.records


@with_libraries
def test_what_sqlglot_logs_for_the_host_is_not(caplog):
    assert libraries.sqlglot() is not None
    import_module("sqlglot").parse("VACUUM ANALYZE log_of_the_host", dialect="duckdb")
    assert "log_of_the_host" in caplog.text


@with_libraries
def test_nothing_is_run_and_the_database_of_the_host_is_not_asked():
    written(notebook_of(["mo.sql('CREATE TABLE made_by_a_cell (a INT)')"]))
    assert ("made_by_a_cell",) not in import_module("duckdb").execute("SHOW TABLES").fetchall()
    ours = libraries.duckdb()
    assert ours is not None
    assert ours._connection.execute("SHOW TABLES").fetchall() == []


@with_libraries
def test_the_connection_of_the_host_is_not_used(monkeypatch):
    calls: list[str] = []
    monkeypatch.setattr(import_module("duckdb"), "extract_statements", calls.append)
    written(notebook_of(["mo.sql('FROM read_by_nobody_else')"]))
    assert not calls


@with_libraries
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads in /proc")
def test_no_thread_is_kept_for_sql():
    import_both = "from actors.formats.sql.libraries import duckdb, sqlglot; duckdb(), sqlglot()"
    count = "import os; print(len(os.listdir('/proc/self/task')))"
    assert printed_by(f"{import_both}\n{count}") == "1\n"
