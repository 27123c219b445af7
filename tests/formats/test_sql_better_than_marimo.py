"""SQL with which marimo cannot save a notebook, or saves a cell that no longer runs."""

import sys
from importlib.util import find_spec

import pytest

from tests.formats.marimo_reference import notebook_of, written, written_by_marimo

pytestmark = pytest.mark.skipif(
    find_spec("duckdb") is None or find_spec("sqlglot") is None,
    reason="needs the extra `sql`: duckdb and sqlglot",
)


def test_a_table_called_like_a_keyword_is_no_parameter():
    notebook = notebook_of(["mo.sql('FROM \"class\", t')", "print('beside')"])
    assert "app._unparsable_cell(" in written_by_marimo(notebook)
    assert "@app.cell\ndef _(mo, t):\n    mo.sql(" in written(notebook)


def test_sql_with_an_open_string_is_saved():
    notebook = notebook_of(['mo.sql("FROM t WHERE a = \'x")'])
    with pytest.raises(Exception, match="Error tokenizing"):
        written_by_marimo(notebook)
    assert "def _(mo):\n    mo.sql(" in written(notebook)


@pytest.mark.skipif(find_spec("sqlglotc") is not None, reason="compiled: it overflows elsewhere")
def test_sql_that_is_nested_deeply_is_saved():
    notebook = notebook_of([f"mo.sql('SELECT {'(' * 300}1{')' * 300} FROM t')"])
    with pytest.raises(RecursionError):
        written_by_marimo(notebook)
    assert "def _(mo):\n    mo.sql(" in written(notebook)


def called_at_depth(depth, call):
    return call() if depth == 0 else called_at_depth(depth - 1, call)


def test_the_answer_does_not_depend_on_how_deep_the_caller_is():
    nested = [f"mo.sql('SELECT {'(' * 25}{n}{')' * 25} FROM t')" for n in range(2)]
    free = sys.getrecursionlimit() - 400
    deep = called_at_depth(free, lambda: written(notebook_of(nested[1:])))
    assert deep.replace("1)", "0)") == written(notebook_of(nested[:1]))
    assert "def _(mo, t):" in deep
