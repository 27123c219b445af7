"""No SQL holds a notebook up: what would take a parser too long is not given to one."""

import pytest

from actors.formats import sql
from actors.formats.sql.nesting import MOST_OPEN, is_too_deep
from tests.formats import sql_cells
from tests.formats.marimo_reference import notebook_of, written

HOSTILE = {
    "brackets": "SELECT " + "(" * 10_000,
    "closed brackets": "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
    "queries": "FROM (" * 3_000,
    "lists": "SELECT " + "[" * 10_000,
    "structs": "SELECT " + "{a: " * 5_000,
    "cases": "SELECT " + "CASE WHEN " * 1_000,
    "common tables": "WITH x AS (" * 12,
    "laterals": "FROM t, LATERAL (" * 25,
    "joins": "FROM t " + "JOIN t " * 25,
    "rows": "INSERT INTO t VALUES " + "(1, 'a'), " * 100_000,
    "not": "SELECT " + "NOT " * 4_000 + "a",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_sql_gives_no_names_and_keeps_its_text(text):
    code = f'mo.sql("{text}")'
    assert f"def _(mo):\n    {code}\n" in written(notebook_of([code]))


@pytest.mark.parametrize("text", sql_cells.STATEMENTS.values(), ids=sql_cells.STATEMENTS)
def test_what_people_write_is_not_too_deep(text):
    assert not is_too_deep(text)


@pytest.mark.parametrize(
    ("opening", "what"),
    [
        ("(", "BRACKET"),
        ("[", "BRACKET"),
        ("case ", "BRACKET"),
        ("with x as (", "WITH"),
        ("lateral (", "LATERAL"),
        ("join t ", "JOIN"),
    ],
)
def test_as_many_may_be_open_as_is_said_and_no_more(opening, what):
    assert not is_too_deep(opening * MOST_OPEN[what])
    assert is_too_deep(opening * (MOST_OPEN[what] + 1))


@pytest.mark.parametrize(
    "text",
    [
        "(1), " * 100,
        "[{'a': (1)}], " * 100,
        "CASE WHEN a THEN b END, " * 100,
        "JOIN t ON a = b " * 100,
        "JOIN t USING (a) " * 100,
        "WITH x AS (FROM t) FROM x; " * 100,
        "(WITH x AS (FROM t) FROM x) UNION " * 100,
        "a TIMESTAMP WITH TIME ZONE, " * 100,
        "'(', " * 100,
        "-- (\n" * 100,
        "/* ( */" * 100,
        '"("' * 100,
        "$$($$, $x$($$($x$, " * 100,
        r"e'\'(', " * 100,
        "'('')'" * 100,
    ],
)
def test_what_is_closed_or_quoted_is_not_open(text):
    assert not is_too_deep(text)


def test_an_end_without_a_beginning_is_none():
    assert not is_too_deep("END; )]} SELECT 1; END")


def test_long_sql_is_read_up_to_a_length():
    longest = "FROM t -- ".ljust(sql.LONGEST, "x")
    plain, longer = notebook_of(["mo.sql('')"]), notebook_of([f"mo.sql('{longest}x')"])
    assert "def _(mo):" in written(longer)
    assert written(longer).replace(f"{longest}x", "") == written(plain)
