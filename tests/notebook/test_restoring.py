"""How a notebook is brought back to a version, as a transaction."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import TransactionError
from actors.notebook import CellConfig, Document, Notebook
from actors.notebook.restoring import place_of, restoring_transaction
from tests.notebook.merge_scene import HIDDEN, cells, codes, ids, read, with_cells
from tests.notebook.test_merge_properties import MIXED, OLDS


def restored(present, version, cell=None):
    """Return the notebook that a version, as it is parsed, leads to."""
    transaction = restoring_transaction(present, read(version), cell)
    if transaction is None:
        return present
    assert transaction.source == "restore"
    return Document(present).apply(transaction).notebook


def facts(notebook):
    return [(each.code, each.name, each.config) for each in notebook]


def names(notebook):
    return [each.name for each in notebook]


# -- all cells ---------------------------------------------------------------------------


@given(MIXED)
def test_any_notebook_gets_the_cells_of_any_version(three):
    _, present, version = three
    assert facts(restored(present, version)) == facts(version)


@given(MIXED)
def test_nothing_is_left_to_do_afterwards(three):
    _, present, version = three
    assert restoring_transaction(restored(present, version), read(version)) is None


@given(OLDS)
def test_the_present_is_no_change(present):
    assert restoring_transaction(present, read(present)) is None


@given(MIXED)
def test_ids_stay_unique(three):
    _, present, version = three
    found = ids(restored(present, version))
    assert len(found) == len(set(found))


def test_what_is_still_there_keeps_its_id_wherever_it_is():
    present = cells("load: x = 1", "show(x)", "new")
    version = with_cells(present, "b", "a", a="x = 2")
    assert ids(restored(present, version)) == ["b", "a"]
    assert codes(restored(present, version)) == ["show(x)", "x = 2"]


def test_names_that_only_a_file_writes_otherwise_are_no_change():
    present = cells("x = 1", "f: def f(): ...")
    version = Notebook([attrs.evolve(present.cells[0], name=""), with_star(present.cells[1])])
    assert restoring_transaction(present, version) is None


def with_star(cell):
    return attrs.evolve(cell, name=f"*{cell.name}")


def test_a_setup_cell_comes_back_as_the_setup_cell():
    setup = attrs.evolve(cells("setup: import os").cells[0], id="setup")
    version = Notebook([setup, *cells("x = 1")])
    transaction = restoring_transaction(cells("x = 1"), version)
    assert transaction is not None
    assert ids(Document(cells("x = 1")).apply(transaction).notebook) == ["setup", "a"]


# -- one cell ----------------------------------------------------------------------------


@given(MIXED, st.data())
def test_one_cell_is_as_it_was_and_no_other_is_touched(three, data):
    _, present, version = three
    if not version.cells:
        return
    place = data.draw(st.integers(0, len(version) - 1))
    old, result = version.cells[place], restored(present, version, f"#{place + 1}")
    changed = [each for each in result if each not in present.cells]
    assert [(each.code, each.config) for each in changed or [old]] == [(old.code, old.config)]
    untouched = [each for each in result if each not in changed]
    assert [each for each in present if each in untouched] == untouched
    assert len(present) - len(untouched) <= 1


def test_a_cell_is_found_by_its_name():
    present = cells("load: x = 1", "plot: show(x)")
    version = with_cells(present, "a", "b", a="x = 0", b="draw(x)")
    assert codes(restored(present, version, "plot")) == ["x = 1", "draw(x)"]


def test_a_cell_gets_its_config_back():
    version = cells("load: x = 1")
    present = Notebook([attrs.evolve(version.cells[0], config=HIDDEN)])
    assert restored(present, version, "load").cells[0].config == CellConfig()


def test_a_cell_that_was_renamed_gets_its_name_back():
    present, version = cells("other: x = 1"), cells("load: x = 1")
    assert names(restored(present, version, "load")) == ["load"]


def test_a_cell_that_got_a_name_since_keeps_it():
    present, version = cells("load: x = read(path)"), cells("x = read(path, 2)")
    result = restored(present, version, "#1")
    assert (names(result), codes(result)) == (["load"], ["x = read(path, 2)"])


def test_a_new_cell_like_the_one_that_was_deleted_is_left_alone():
    version = cells("top", "load: df = read(path)", "end")
    present = with_cells(version, "a", "n", "c", n="plot: plot(df, path)")
    result = restored(present, version, "load")
    assert names(result) == ["_", "load", "plot", "_"]


@pytest.mark.parametrize(
    ("kept", "order"),
    [("bcn", "xbcn"), ("acn", "axcn"), ("nc", "xnc"), ("cna", "cnax"), ("", "x")],
)
def test_a_cell_that_is_missing_comes_below_the_nearest_one_above_it(kept, order):
    above, wanted, below = "above = 1", "wanted: w", "below = 2"
    texts = {"a": above, "x": wanted, "c": below, "b": "b = 3", "n": "n = 4"}
    version, present = cells(above, wanted, below), cells(*(texts[each] for each in kept))
    expected = [texts[each].removeprefix("wanted: ") for each in order]
    assert codes(restored(present, version, "wanted")) == expected


@pytest.mark.parametrize("cell", ["nope", "#0", "#3", "#", "3", "_", "", "#x", "#²"])
def test_a_cell_that_the_version_has_not_is_refused_with_those_it_has(cell):
    with pytest.raises(TransactionError, match="it has 2 cells, of these `load`"):
        restoring_transaction(cells(), cells("load: x", "y"), cell)


def test_a_name_that_several_cells_have_is_refused_with_their_numbers():
    with pytest.raises(TransactionError, match="#1 and #3"):
        place_of(cells("f: 1", "g: 2", "f: 3"), "f")
