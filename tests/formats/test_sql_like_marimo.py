"""With duckdb and sqlglot, a cell's SQL gives it names: the ones that marimo finds."""

from importlib.util import find_spec
from pathlib import Path

import attrs
import marimo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors import formats
from actors.notebook import Cell, Notebook
from actors.types import CellId
from tests.formats import sql_cells
from tests.formats.marimo_reference import notebook_of, written, written_by_marimo

pytestmark = pytest.mark.skipif(
    find_spec("duckdb") is None or find_spec("sqlglot") is None,
    reason="needs the extra `sql`: duckdb and sqlglot",
)

TUTORIAL = Path(marimo.__file__).parent / "_tutorials" / "sql.py"


def literal(text):
    return f"f{text!r}" if "{" in text else repr(text)


def in_a_notebook(code):
    """Return a notebook with this cell, others about the same names, and a setup cell."""
    codes = [*sql_cells.AROUND[:4], code, *sql_cells.AROUND[4:]]
    return notebook_of(codes, ["setup", *["_"] * (len(codes) - 1)])


def test_the_tutorial_about_sql_stays_as_it_is():
    assert formats.render(formats.parse(TUTORIAL.read_bytes(), ".py"), ".py") == (
        TUTORIAL.read_bytes()
    )


@pytest.mark.parametrize("text", sql_cells.STATEMENTS.values(), ids=sql_cells.STATEMENTS)
def test_a_statement_gives_the_names_that_marimo_finds(text):
    notebook = in_a_notebook(f"df = mo.sql({literal(text)})")
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize("place", sql_cells.PLACES.values(), ids=sql_cells.PLACES)
@pytest.mark.parametrize("text", ["FROM t, v", "CREATE TABLE t AS FROM u, g"])
def test_a_statement_counts_wherever_it_stands(place, text):
    notebook = in_a_notebook(place.format(literal(text)))
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize("code", sql_cells.CODES.values(), ids=sql_cells.CODES)
def test_a_call_is_read_as_marimo_reads_it(code):
    notebook = in_a_notebook(code)
    assert written(notebook) == written_by_marimo(notebook)


def test_a_table_of_another_schema_is_not_the_one_that_was_made():
    notebook = notebook_of(["mo.sql('CREATE TABLE s.t (a INT); FROM t')", "t = 1"])
    assert written(notebook) == written_by_marimo(notebook)
    assert "return (t,)" in written(notebook)


@pytest.mark.parametrize("definition", ["t = 1", "t: int = 1", "def t(): pass", "class t: pass"])
@pytest.mark.parametrize("is_sql_first", [False, True])
def test_the_last_cell_that_defines_a_name_says_if_it_is_returned(definition, is_sql_first):
    codes = [definition, "mo.sql('CREATE TABLE t (a INT)')"]
    notebook = notebook_of([*(codes[::-1] if is_sql_first else codes), "print(t)"])
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "FROM t",
        "FROM 'a.csv'",
        "FROM 's3://bucket/b'",
        "WITH x AS (SELECT 1) INSERT INTO main.x FROM x",
        'WITH "s.t" AS (SELECT 1) INSERT INTO s.t FROM "s.t"',
        "WITH X AS (SELECT 1) DELETE FROM t WHERE a IN (FROM x)",
    ],
)
@pytest.mark.parametrize("code", ["def f(x=mo.sql({})): return x", "class A: x = mo.sql({})"])
def test_a_definition_that_runs_sql_at_once_is_reusable_where_marimo_says_so(code, text):
    codes = ["import marimo as mo", code.format(repr(text))]
    notebook = notebook_of(codes, ["setup", "_"])
    assert written(notebook) == written_by_marimo(notebook)


def test_a_cell_follows_when_another_one_makes_its_name_in_sql():
    first, user, third = notebook_of(["t = 1", "print(t)", "x = 1"])
    assert "return (t,)" in written(Notebook([first, user, third]))
    third = attrs.evolve(third, code="mo.sql('CREATE TABLE t (a INT)')")
    changed = Notebook([first, user, third])
    assert "return (t,)" not in written(changed)
    assert written(changed) == written_by_marimo(changed)


@settings(max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(sql_cells.AROUND),
            st.builds(
                lambda place, text: place.format(literal(text)),
                st.sampled_from([*sql_cells.PLACES.values()]),
                sql_cells.SCRIPTS,
            ),
        ),
        max_size=5,
    ),
    st.sampled_from(["_", "setup"]),
)
def test_any_mixture_of_sql_cells_is_written_as_marimo_writes_it(codes, first_name):
    cells = [Cell(CellId("a"), code, "_" if n else first_name) for n, code in enumerate(codes)]
    notebook = Notebook(cells)
    try:
        expected = written_by_marimo(notebook)
    except Exception:  # noqa: BLE001 - see `test_sql_better_than_marimo`
        written(notebook)
    else:
        assert written(notebook) == expected
