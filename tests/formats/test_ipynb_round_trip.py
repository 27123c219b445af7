"""What was written to an `.ipynb` file is read back, whatever the file had before."""

import json
import random

import attrs
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId
from tests.formats.ipynb_values import (
    FOREIGN,
    NOTEBOOKS,
    TRICKY,
    fields,
    read,
    written,
)


@given(NOTEBOOKS)
def test_any_notebook_is_read_back_from_a_new_file(notebook):
    assert read(written(notebook)) == notebook


@given(NOTEBOOKS)
def test_what_is_written_is_valid_and_written_the_same_each_time(notebook):
    data = written(notebook)
    nbformat.validate(fields(data))
    assert written(notebook) == data == written(read(data))


@pytest.mark.parametrize("code", TRICKY)
def test_tricky_codes_are_read_back(code):
    notebook = Notebook([Cell(CellId("a"), code)])
    assert read(written(notebook)) == notebook


def edited(opened, others, rng):
    """Return the notebook with cells moved, deleted, added and changed."""
    cells: dict[CellId, Cell] = {}
    pool = list(opened.cells)
    for other in others:
        cell = other
        if pool and rng.random() < 0.6:
            cell = pool.pop(rng.randrange(len(pool)))
            changed = [name for name in ("code", "name", "config") if rng.random() < 0.4]
            cell = attrs.evolve(cell, **{name: getattr(other, name) for name in changed})
        cells.setdefault(cell.id, cell)
    return attrs.evolve(opened, cells=cells.values())


@given(NOTEBOOKS, NOTEBOOKS, st.randoms(use_true_random=False))
def test_any_change_of_a_file_of_ours_is_read_back(first, second, rng):
    notebook = edited(read(written(first)), second, rng)
    notebook = attrs.evolve(notebook, style=second.style, app_config=second.app_config)
    data = written(notebook)
    nbformat.validate(fields(data))
    assert read(data) == notebook
    assert written(read(data)) == data


@given(FOREIGN)
def test_a_file_of_others_stays_as_it_is(data):
    assert written(read(data)) == data


@given(FOREIGN, NOTEBOOKS, st.randoms(use_true_random=False))
def test_any_change_of_a_file_of_others_is_read_back(data, other, rng):
    notebook = edited(read(data), other, rng)
    notebook = attrs.evolve(notebook, header=other.header, generated_with=other.generated_with)
    assert read(written(notebook)) == notebook


@given(FOREIGN, st.lists(st.sampled_from(TRICKY), min_size=1), st.randoms(use_true_random=False))
def test_a_change_of_sources_changes_nothing_else_of_code_cells(data, codes, rng):
    opened = read(data)
    notebook = attrs.evolve(
        opened, cells=[attrs.evolve(cell, code=rng.choice(codes)) for cell in opened]
    )
    after = fields(written(notebook))
    for old, new in zip(fields(data)["cells"], after.pop("cells"), strict=True):
        if old["cell_type"] == new["cell_type"] == "code":
            assert new | {"source": old["source"]} == old
    assert after | {"cells": fields(data)["cells"]} == fields(data)


def test_rendering_changes_nothing_of_the_notebook():
    notebook = Notebook([Cell(CellId("a b"), "1", config=CellConfig(extra={"x": (1,)}))])
    opened = read(written(notebook))
    carried = repr(opened.extra)
    written(attrs.evolve(opened, cells=[attrs.evolve(opened.cells[0], code="2")], header="# h"))
    assert repr(opened.extra) == carried


def test_a_value_that_neither_json_nor_python_can_write_becomes_text():
    config = CellConfig(extra={"x": float("inf")})
    data = written(Notebook([Cell(CellId("a"), "1", config=config)]))
    assert b"Infinity" not in data  # no JSON for other programs
    assert json.loads(data)
    assert dict(read(data).cells[0].config.extra) == {"x": "inf"}


def test_options_keep_their_order():
    notebook = Notebook(app_config={"width": "full", "app_title": "a"})
    assert read(written(notebook)).app_config == notebook.app_config


@pytest.mark.parametrize("seed", range(20))
def test_moved_cells_of_a_long_file_are_read_back(seed):
    rng = random.Random(seed)
    opened = read(written(Notebook([Cell(CellId(f"c{n}"), f"x{n} = 1") for n in range(30)])))
    notebook = attrs.evolve(opened, cells=rng.sample(opened.cells, 20))
    assert read(written(notebook)) == notebook
