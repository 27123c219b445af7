"""What a person and an agent do to one notebook at the same time, by example."""

import attrs
import pytest

from actors.notebook import Cell, CellConfig, Notebook, SetConfig, SetHeader, TextStyle
from actors.notebook.merge import Conflict
from tests.notebook.merge_scene import (
    HIDDEN,
    cells,
    codes,
    conflict,
    content,
    either,
    ids,
    merge_as_read,
    merged,
    read,
    told,
    with_cells,
)

ABC = cells("import os", "data = os.listdir()", "plot(data)")
NAMED = cells("load: data = 1", "show: plot(data)", "total: sum(data)")
PEP_723 = '# /// script\n# dependencies = ["polars"]\n# ///'


def without(notebook, *gone):
    return with_cells(notebook, *(each for each in ids(notebook) if each not in gone))


def recoded(notebook, **new_codes):
    return with_cells(notebook, *ids(notebook), **new_codes)


# -- changes far apart -------------------------------------------------------------


def test_a_package_manager_writes_the_header_while_an_agent_edits_cells():
    ours = recoded(ABC, b="data = polars.read_csv()")
    result = either(ABC, (attrs.evolve(ABC, header=PEP_723)), ours)
    assert result.notebook == attrs.evolve(ours, header=PEP_723)
    assert result.transaction.changes == (SetHeader(PEP_723),)


def test_a_person_edits_one_cell_while_the_agent_edits_another():
    got = merged(ABC, recoded(ABC, a="import os, sys"), recoded(ABC, c="plot(data, width=2)"))
    assert codes(got) == ["import os, sys", "data = os.listdir()", "plot(data, width=2)"]
    assert ids(got) == ["a", "b", "c"]


def test_a_person_reorders_while_the_agent_edits():
    got = merged(ABC, with_cells(ABC, "c", "a", "b"), recoded(ABC, b="data = 1"))
    assert codes(got) == ["plot(data)", "import os", "data = 1"]


def test_a_person_edits_while_the_agent_reorders():
    got = merged(ABC, recoded(ABC, b="data = os.listdir('.')"), with_cells(ABC, "c", "b", "a"))
    assert codes(got) == ["plot(data)", "data = os.listdir('.')", "import os"]


def test_a_person_renames_a_cell_that_the_agent_edits():
    renamed = [attrs.evolve(each, name="load") if each.id == "b" else each for each in ABC]
    got = merged(ABC, attrs.evolve(ABC, cells=renamed), recoded(ABC, b="data = 2"))
    assert got.cells[1] == Cell("b", "data = 2", "load")


def test_a_person_renames_and_edits_a_cell():
    theirs = cells("import os", "load: data = os.listdir('/')", "plot(data)")
    assert merged(ABC, theirs, ABC).cells[1] == Cell("b", "data = os.listdir('/')", "load", {}, 1)


def test_a_person_hides_a_cell_that_the_agent_disables():
    theirs = attrs.evolve(ABC, cells=[attrs.evolve(ABC.cells[0], config=HIDDEN), *ABC.cells[1:]])
    disabled = attrs.evolve(ABC.cells[0], config=CellConfig(disabled=True))
    ours = attrs.evolve(ABC, cells=[disabled, *ABC.cells[1:]])
    result = either(ABC, theirs, ours)
    both = CellConfig(hide_code=True, disabled=True)
    assert result.transaction.changes == (SetConfig(cell_id="a", config=both),)
    assert result.transaction.source == "file-watch"


def test_each_side_sets_another_option_of_the_app():
    base = cells("x", app_config={"width": "full", "old": 1})
    theirs = attrs.evolve(base, app_config={"width": "full", "app_title": "T"})
    ours = attrs.evolve(base, app_config={"width": "medium", "old": 1})
    assert dict(merged(base, theirs, ours).app_config) == {"width": "medium", "app_title": "T"}


def test_a_cell_that_one_side_deleted_is_gone():
    assert ids(merged(ABC, without(ABC, "b"), recoded(ABC, c="x"))) == ["a", "c"]
    assert ids(merged(ABC, recoded(ABC, c="plot(data, 1)"), without(ABC, "b"))) == ["a", "c"]
    assert ids(merged(ABC, without(ABC, "b"), without(ABC, "b"))) == ["a", "c"]


def test_the_same_edit_on_both_sides_is_no_conflict():
    edited = recoded(ABC, b="data = 3")
    result = either(ABC, edited, edited)
    assert result.notebook is edited
    assert result.transaction.changes == ()


# -- cells that are added ----------------------------------------------------------


def test_cells_added_at_one_place_are_both_kept_ours_first():
    theirs = with_cells(ABC, "a", "y", "b", "c", y="theirs = 1")
    ours = with_cells(ABC, "a", "x", "b", "c", x="ours = 1")
    assert codes(merged(ABC, theirs, ours))[:3] == ["import os", "ours = 1", "theirs = 1"]


def test_a_cell_that_they_added_follows_its_neighbour_where_we_moved_it():
    theirs = with_cells(ABC, "a", "y", "b", "c", y="theirs = 1")
    got = merged(ABC, theirs, with_cells(ABC, "b", "c", "a"))
    assert codes(got)[2:] == ["import os", "theirs = 1"]


def test_cells_that_they_added_on_top_stay_there_in_order():
    theirs = with_cells(ABC, "y", "z", "a", "b", "c", y="first = 1", z="second = 1")
    assert codes(merged(ABC, theirs, without(ABC, "a")))[:2] == ["first = 1", "second = 1"]


def test_the_same_cell_added_on_both_sides_at_one_place_is_there_once():
    theirs = with_cells(ABC, "a", "y", "z", "b", "c", y="new = 1", z="more = 1", b="data = 1")
    ours = with_cells(ABC, "a", "v", "w", "b", "c", v="new = 1", w="more = 1")
    got = merged(ABC, theirs, ours)
    assert ids(got) == ids(ours)
    assert codes(got) == codes(theirs)


def test_the_same_code_added_at_different_places_is_there_twice():
    theirs = with_cells(ABC, "a", "y", "b", "c", y="show()")
    ours = with_cells(ABC, "a", "b", "c", "x", x="show()")
    assert codes(merged(ABC, theirs, ours)).count("show()") == 2


def test_new_cells_get_ids_that_no_cell_has_or_had():
    theirs = Notebook([*ABC, Cell("z", "1 + 1"), Cell("y", "1 + 1")])
    first = merged(ABC, theirs, without(ABC, "b"))
    new = ids(first)[2:]
    ours = with_cells(ABC, "a", "b", "c", new[0], **{new[0]: "mine"})
    second = ids(merged(ABC, theirs, ours))
    assert len(set(second)) == 6
    assert not set(new) & {"b", "P3", "P4"}


def test_a_cell_that_they_add_again_does_not_get_the_id_of_the_one_that_we_deleted():
    base = merged(ABC, Notebook([*ABC, Cell("z", "1 + 1")]), ABC)
    new = base.cells[-1]
    got = merged(base, Notebook([*base, Cell("z", "1 + 1")]), without(base, new.id))
    assert codes(got) == codes(base)
    assert got.cells[-1].id != new.id


def test_a_setup_cell_that_they_added_has_the_id_that_marimo_gives_it():
    theirs = attrs.evolve(ABC, cells=[Cell("setup", "import re", "setup"), *read(ABC)])
    assert ids(merge_as_read(ABC, theirs, ABC).notebook) == ["setup", "a", "b", "c"]


# -- order on both sides -----------------------------------------------------------


def test_moves_of_different_cells_on_both_sides_are_both_followed():
    base = cells("one", "two", "three", "four", "five")
    got = merged(base, with_cells(base, *"eabcd"), with_cells(base, *"acdeb"))
    assert "".join(ids(got)) == "eacdb"


def test_a_cell_that_both_moved_stands_where_we_put_it():
    base = cells("one", "two", "three", "four", "five")
    got = merged(base, with_cells(base, *"bcdea"), with_cells(base, *"bcade"))
    assert "".join(ids(got)) == "bcade"


# -- conflicts ---------------------------------------------------------------------


def test_code_that_both_changed_is_named_with_both_texts():
    theirs, ours = recoded(NAMED, b="plot(data, 2)"), recoded(NAMED, b="plot(data, 3)")
    result = either(NAMED, theirs, ours)
    assert str(result.parts[0]) == (
        "the code of cell 2 `show`, which begins `plot(data, 3)`, "
        "was changed here and, differently, in the file"
    )
    assert (result.parts[0].ours, result.parts[0].theirs) == ("plot(data, 3)", "plot(data, 2)")


@pytest.mark.parametrize("edited", ["data = os.listdir('/')", "quite(different)"])
def test_a_cell_edited_here_and_deleted_there_is_a_conflict(edited):
    said = f"cell 2, which begins `{edited}`, was edited here and deleted in the file"
    assert conflict(ABC, without(ABC, "b"), recoded(ABC, b=edited)) == [said]


def test_a_cell_deleted_here_and_edited_there_is_a_conflict():
    said = "cell 2 `show`, which begins `plot()`, was deleted here and edited in the file"
    assert conflict(NAMED, recoded(NAMED, b="plot()"), without(NAMED, "b")) == [said]


def test_all_that_clashes_is_listed():
    def renamed(notebook, name):
        return [attrs.evolve(each, name=name) for each in notebook]

    base = cells("x = 1 + 1", header="0", app_config={"width": "0"})
    theirs, ours = (
        attrs.evolve(base, header=each, app_config={"width": each}, cells=renamed(base, each))
        for each in ("theirs", "ours")
    )
    starts = ["the header of the file", "the option 'width' of the app", "the name of cell 1"]
    said = conflict(base, theirs, ours)
    assert len(said) == 3
    assert all(each.startswith(start) for each, start in zip(said, starts, strict=True))


def test_a_conflict_has_both_ways_out_with_all_else_merged():
    theirs = attrs.evolve(recoded(NAMED, a="data = 2", b="plot(2)"), header="# new")
    ours = with_cells(NAMED, "a", "c", "x", "b", b="plot(3)", x="mine = 1")
    result = either(NAMED, theirs, ours)
    assert isinstance(result, Conflict)
    assert codes(result.ours.notebook) == ["data = 2", "sum(data)", "mine = 1", "plot(3)"]
    assert codes(result.theirs.notebook) == ["data = 2", "sum(data)", "mine = 1", "plot(2)"]
    assert result.ours.notebook.header == result.theirs.notebook.header == "# new"
    assert told(ours, result.theirs) == result.theirs.notebook


def test_a_deleted_cell_that_they_edited_comes_back_with_a_new_id_if_they_are_right():
    ours = without(NAMED, "b")
    result = either(NAMED, (recoded(NAMED, b="plot()")), ours)
    assert codes(result.ours.notebook) == ["data = 1", "sum(data)"]
    assert codes(result.theirs.notebook) == ["data = 1", "plot()", "sum(data)"]
    assert "b" not in ids(result.theirs.notebook)
    assert told(ours, result.theirs) == result.theirs.notebook


def test_a_blank_cell_that_one_side_filled_and_the_other_deleted_stays():
    base = cells("import os", "", "plot(data)")
    assert codes(merged(base, without(base, "b"), recoded(base, b="x = 1")))[1] == "x = 1"
    named = cells("import os", "load: ", "plot(data)")
    got = merged(named, recoded(named, b="x = 1"), without(named, "b"))
    assert codes(got)[1] == "x = 1"
    assert got.cells[1].id != "b"


def test_a_blank_cell_that_both_filled_is_two_cells():
    base = cells("import os", "", "plot(data)")
    got = merged(base, recoded(base, b="theirs = 1"), recoded(base, b="ours = 1"))
    assert codes(got) == ["import os", "ours = 1", "theirs = 1", "plot(data)"]


def test_a_cell_emptied_on_one_side_and_deleted_on_the_other_is_gone():
    assert ids(merged(ABC, without(ABC, "b"), recoded(ABC, b=""))) == ["a", "c"]
    assert ids(merged(NAMED, recoded(NAMED, b=""), without(NAMED, "b"))) == ["a", "c"]


# -- hard to recognise -------------------------------------------------------------


def test_of_equal_cells_the_one_at_the_place_is_meant():
    base = cells("show()", "x = 1", "show()", "y = 1", "show()")
    theirs = with_cells(base, "a", "b", "d", "e")
    got = merged(base, theirs, recoded(base, a="show(1)", e="show(2)"))
    assert codes(got) == ["show(1)", "x = 1", "y = 1", "show(2)"]


def test_an_equal_cell_that_we_deleted_is_the_one_that_they_have_not():
    base = cells("show()", "show()", "show()", "x = 1")
    theirs = with_cells(base, "a", "b", "d", d="x = 2")
    assert ids(merged(base, theirs, without(base, "a"))) == ["b", "c", "d"]


def test_everything_is_replaced_in_the_file():
    theirs = Notebook([Cell("x", "new = 1"), Cell("y", "other = 2")], header="# new")
    assert content(merged(ABC, theirs, ABC)) == content(theirs)
    assert len(conflict(ABC, theirs, recoded(ABC, a="import sys"))) == 1


def test_an_empty_file_deletes_only_what_we_did_not_edit():
    assert ids(merged(ABC, Notebook(), ABC)) == []
    assert len(conflict(ABC, Notebook(), recoded(ABC, a="import sys"))) == 1


def test_empty_notebooks_merge_with_any():
    assert codes(merged(Notebook(), ABC, Notebook())) == codes(ABC)
    assert merged(Notebook(), Notebook(), ABC) is ABC
    assert codes(merged(Notebook(), NAMED, ABC)) == codes(ABC) + codes(NAMED)


# -- how the file is written -------------------------------------------------------


def test_how_the_file_is_written_is_ours_unless_they_alone_changed_it():
    crlf, cr = (cells("x", style=TextStyle(newline=each)) for each in ("\r\n", "\r"))
    base = cells("x", generated_with="1")
    newer = attrs.evolve(crlf, generated_with="2")
    assert merged(base, newer, base) == attrs.evolve(base, style=crlf.style, generated_with="2")
    assert merged(base, newer, cr).style == cr.style


def test_what_the_format_keeps_is_theirs_by_the_ids_that_are_ours():
    theirs = attrs.evolve(read(with_cells(ABC, "c", "a")), extra={"kept": {"P0": 1, "other": 2}})
    got = merge_as_read(ABC, theirs, ABC).notebook
    assert dict(got.extra) == {"kept": {"c": 1, "other": 2}}
    ours = attrs.evolve(ABC, extra={"mine": 1})
    assert merge_as_read(ABC, theirs, ours).notebook.extra == ours.extra
