"""Cells and notebooks: frozen, shared, strict about what they are made of."""

import pickle
from typing import Any

import attrs
import pytest

from actors.notebook import DEFAULT_CONFIG, Cell, CellConfig, Notebook
from actors.notebook.cells import TextStyle
from actors.types import CellId

A, B = map(CellId, "ab")
NONE: Any = None
SEVEN: Any = 7


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Cell(A, NONE), "Cell.code must be text, not None"),
        (lambda: Cell(NONE, ""), "the id of a cell must be text, not None"),
        (lambda: Cell(A, "", name=NONE), "Cell.name must be text, not None"),
        (lambda: attrs.evolve(Cell(A, ""), code=SEVEN), "Cell.code must be text, not 7"),
    ],
)
def test_a_cell_refuses_what_is_no_text_and_says_where(make, message):
    with pytest.raises(TypeError, match=f"^{message}$"):
        make()


def test_a_cell_has_no_name_no_options_and_version_0_unless_told():
    cell = Cell(A, "x = 1")
    assert (cell.name, cell.version) == ("_", 0)
    assert cell.config is DEFAULT_CONFIG


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        (Cell(A, ""), "code"),
        (CellConfig(), "hide_code"),
        (Notebook(), "cells"),
    ],
)
def test_values_cannot_be_changed(value, attribute):
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, attribute, "changed")


def test_a_config_from_options_keeps_the_keys_that_it_does_not_know():
    config = CellConfig.from_options({"theme": "dark", "hide_code": True})
    assert config == CellConfig(hide_code=True, extra=(("theme", "dark"),))
    assert config.options() == {
        "column": None,
        "disabled": False,
        "hide_code": True,
        "expand_output": False,
        "theme": "dark",
    }


def test_options_come_in_marimos_order_and_unknown_ones_as_they_came():
    options = {"z": 1, "a": 2, "expand_output": True, "column": 3}
    names = ["column", "disabled", "hide_code", "expand_output", "z", "a"]
    assert list(CellConfig.from_options(options).options()) == names


def test_no_options_are_the_one_default_config():
    assert CellConfig.from_options({}) is DEFAULT_CONFIG
    assert Cell(A, "", config={}).config is DEFAULT_CONFIG


def test_a_cell_takes_its_config_as_a_mapping_too():
    assert Cell(A, "", config={"disabled": True, "new": 1}).config == CellConfig(
        disabled=True, extra={"new": 1}
    )


def test_a_notebook_takes_any_iterable_of_cells_and_gives_them_in_order():
    cells = [Cell(B, "1"), Cell(A, "2")]
    notebook = Notebook(cells=(cell for cell in cells))
    assert notebook.cells == tuple(cells)
    assert list(notebook) == cells
    assert len(notebook) == 2


def test_evolve_takes_a_generator_and_keeps_the_rest():
    notebook = Notebook([Cell(A, "1"), Cell(B, "2")], {"width": "full"}, "# header\n", "0.1")
    fewer = attrs.evolve(notebook, cells=(cell for cell in notebook if cell.id == A))
    assert fewer == Notebook([Cell(A, "1")], {"width": "full"}, "# header\n", "0.1")
    assert fewer.cells[0] is notebook.cells[0]


def test_with_other_cells_a_notebook_keeps_each_of_its_other_fields():
    rest: dict[str, Any] = {
        "app_config": {"a": 1},
        "header": "#",
        "generated_with": "0.1",
        "extra": {"b": 2},
    }
    notebook = Notebook([Cell(A, "1")], style=TextStyle(newline="\r\n"), **rest)
    other = notebook.with_cells([Cell(B, "2")])
    fields = [field.name for field in attrs.fields(Notebook) if field.name != "cells"]
    assert all(getattr(other, name) == getattr(notebook, name) for name in fields)
    assert all(getattr(other, name) != getattr(Notebook(), name) for name in fields)
    assert other.cells == (Cell(B, "2"),)


def test_app_config_is_taken_as_a_mapping_and_keeps_its_order():
    notebook = Notebook(app_config={"width": "full", "app_title": "T"})
    assert notebook.app_config == (("width", "full"), ("app_title", "T"))
    assert attrs.evolve(notebook, header="").app_config == notebook.app_config


def test_a_notebook_is_a_value_that_hashes_and_pickles():
    notebook = Notebook([Cell(A, "1", config={"new": "x"})], {"width": "full"})
    again = pickle.loads(pickle.dumps(notebook))
    assert again == notebook
    assert len({again, notebook}) == 1


def test_values_that_hold_lists_and_mappings_of_a_newer_version_hash_too():
    odd = {"new": [1, {"deep": []}]}
    notebook = Notebook([Cell(A, "1", config=odd)], app_config=odd)
    assert len({notebook, attrs.evolve(notebook)}) == 1
    assert notebook != Notebook([Cell(A, "1")])
