"""The written file is marimo's own, byte for byte."""

from pathlib import Path

import marimo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors import formats
from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId
from tests.formats import tricky_cells
from tests.formats.marimo_reference import (
    notebook_of,
    read_by_marimo,
    written,
    written_by_marimo,
)

TUTORIALS = [
    path for path in sorted(Path(marimo.__file__).parent.glob("_tutorials/*.py"))
    if path.name != "__init__.py"
]  # fmt: skip


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_every_tutorial_is_read_as_marimo_reads_it(path):
    notebook = formats.parse(path.read_bytes(), ".py")
    cells, app_config = read_by_marimo(path)
    assert [(c.id, c.code, c.name, c.config.options()) for c in notebook] == cells
    assert dict(notebook.app_config) == app_config


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_every_tutorial_is_written_as_marimo_writes_it(path):
    notebook = formats.parse(path.read_bytes(), ".py")
    ours = written(notebook).replace(f'"{notebook.generated_with}"', '"0.25.2"', 1)
    assert ours == written_by_marimo(notebook)


@pytest.mark.parametrize("codes", tricky_cells.ALL.values(), ids=tricky_cells.ALL)
def test_tricky_cells_are_written_as_marimo_writes_them(codes):
    notebook = notebook_of(codes)
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize("codes", tricky_cells.ALL.values(), ids=tricky_cells.ALL)
def test_tricky_cells_are_written_alike_with_names_and_the_first_as_setup(codes):
    names = ["setup", *(f"load{number}" for number in range(1, len(codes)))]
    notebook = notebook_of(codes, names)
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize(
    "names",
    [
        ("", "__", "_"),
        ("load", "load", "load"),
        ("*f", "*g", "_"),
        ("setup", "setup", "f"),
        ("_", "setup", "_"),
        ("my cell", "class", "None"),
        ("match", "print", "app"),
        ("f", "x", "*f"),
        ("über", "变量", "_x"),
    ],
)
@pytest.mark.parametrize(
    "codes", [("def f(): return 1", "x = 1", "f(x)"), ("x = 1", "x = (", "def f(): return x")]
)
def test_names_are_written_as_marimo_writes_them(codes, names):
    notebook = notebook_of(codes, names)
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"hide_code": True},
        {"column": 0},
        {"column": 2, "disabled": True, "hide_code": True, "expand_output": True},
        {"disabled": True, "hide_code": False},
    ],
)
@pytest.mark.parametrize("code", ["x = 1", "def f(): pass", "class A: pass", "x = (", 'mo.md("x")'])
@pytest.mark.parametrize("name", ["_", "setup"])
def test_cell_config_is_written_as_marimo_writes_it(options, code, name):
    notebook = notebook_of([code], [name], CellConfig.from_options(options))
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"width": "medium"},
        {"width": "compact", "app_title": None, "auto_download": []},
        {"app_title": "A back\\slash", "width": "full"},
        {"sql_output": "polars", "auto_download": ["html", "markdown"], "css_file": "a.css"},
        {"html_head_file": "head.html", "layout_file": "layouts/a/very/long/path/to/grid.json"},
    ],
)
def test_app_config_is_written_as_marimo_writes_it(options):
    notebook = notebook_of(["x = 1"], app_config=options)
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize(
    "header",
    [
        "# a comment",
        "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n\n",
        '# /// script\n# dependencies = ["marimo"]\n# ///\n\n"""Docs."""\n\n',
        '"""A docstring\n\nwith: colons.\n"""',
        "\n\n# behind blank lines\n",
    ],
)
@pytest.mark.parametrize("codes", [[], ["x = 1"]])
def test_headers_are_written_as_marimo_writes_them(header, codes):
    notebook = notebook_of(codes, header=header)
    assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize(
    "code", ["import os", "# only", "", "  ", "x: int = 1", "await x", "x = (", '"""doc"""', "pass"]
)
@pytest.mark.parametrize("position", [0, 1])
def test_a_setup_cell_is_written_as_marimo_writes_it(code, position):
    codes, names = ["def f(): return os", "print(x)"], ["_", "_"]
    codes.insert(position, code)
    names.insert(position, "setup")
    notebook = notebook_of(codes, names)
    assert written(notebook) == written_by_marimo(notebook)


def test_the_version_that_a_notebook_came_with_is_kept():
    assert '__generated_with = "0.20.0"' in written(notebook_of([], generated_with="0.20.0"))
    assert '__generated_with = "0.25.2"' in written(notebook_of([]))


CELLS = st.builds(
    Cell,
    st.just(CellId("a")),
    st.lists(st.sampled_from(tricky_cells.CODES), min_size=1, max_size=2).map("\n".join),
    # Not two of one starred name: marimo makes the first of these unparsable.
    st.sampled_from(["_", "", "__", "setup", "load", "f", "x", "not a name"]),
    st.sampled_from([CellConfig(), CellConfig(hide_code=True)]),
)


@settings(max_examples=max(150, settings().max_examples))
@given(st.lists(CELLS, max_size=6))
def test_any_mixture_of_tricky_cells_is_written_as_marimo_writes_it(cells):
    notebook = Notebook(cells)
    try:
        expected = written_by_marimo(notebook)
    except ValueError:  # marimo cannot say what a cell is: see `test_better_than_marimo`
        written(notebook)
    else:
        assert written(notebook) == expected
