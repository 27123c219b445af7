"""A function that cannot be top-level keeps a name that depends on the cells below it."""

import pytest

from tests.formats.marimo_reference import notebook_of, written, written_by_marimo


@pytest.mark.parametrize(
    "names", [("_", "f", "_"), ("f", "_", "_"), ("_", "f", "f"), ("g", "f", "_")]
)
@pytest.mark.parametrize("first", ["def f(): return x", "def f(): return g()", "def f(): pass"])
def test_a_cell_of_the_functions_name_is_written_as_marimo_writes_it(first, names):
    notebook = notebook_of([first, "y = 1", "x = y"], names)
    assert written(notebook) == written_by_marimo(notebook)
