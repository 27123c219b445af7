"""Notebooks of generated Python, compared with marimo; `tox -e fuzz` takes 20,000 of them."""

import ast
import warnings

from hypothesis import HealthCheck, given, settings

from tests.formats import python_grammar
from tests.formats.marimo_reference import notebook_of, read, written, written_by_marimo

# Large examples are what this is about, and how long one takes says nothing here.
UNHURRIED = settings(
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ]
)


def is_python(text):
    """Return whether the compiler takes a file, a setup cell that awaits included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "file", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except SyntaxError:
            return False
    return True


@UNHURRIED
@given(python_grammar.notebooks())
def test_generated_notebooks_are_written_as_marimo_writes_them(notebook):
    ours = written(notebook)
    assert is_python(ours)
    try:
        theirs = written_by_marimo(notebook)
    except (ValueError, RecursionError):  # see `test_better_than_marimo`
        return
    assert ours == theirs or not is_python(theirs)


@UNHURRIED
@given(python_grammar.notebooks())
def test_generated_notebooks_are_read_as_they_were_written(notebook):
    text = written(notebook)
    parsed = read(text)
    assert written(parsed) == text


@UNHURRIED
@given(python_grammar.CODES.map(str.strip))
def test_generated_cells_keep_their_code(code):
    assert [cell.code for cell in read(written(notebook_of([code])))] == [code]
