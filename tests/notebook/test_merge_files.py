"""The merge of what is really in files: written by a format, and read back."""

import json

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import formats
from actors.notebook import Cell, Notebook
from actors.notebook.merge import Merged
from actors.types import CellId
from tests.notebook.merge_scene import cells, merge_files, told

# Each of these texts or names is another when a `.py` or `.md` file gives it back.
CHANGED_BY_FORMATS = Notebook(
    [
        Cell("a", "x = 1\n"),
        Cell("b", "def f():\n    return 1", "f"),
        Cell("s", "import os\n\n", "setup"),
        Cell("c", "\n", ""),
        Cell("d", "y = 2\r\nz = 3", "__"),
    ],
    header="# a comment\n",
)
SUFFIXES = [".py", ".md", ".ipynb"]


def text_of(notebook, suffix):
    return formats.render(notebook, suffix).decode()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_a_format_cannot_hold_is_no_change_of_theirs(suffix):
    base = CHANGED_BY_FORMATS
    ours = attrs.evolve(base, cells=[attrs.evolve(base.cells[0], code="x = 2\n"), *base.cells[1:]])
    result = merge_files(base, formats.render(base, suffix), ours, suffix)
    assert result == Merged(ours)
    assert result.notebook is ours


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_edit_in_a_file_changes_that_cell_alone(suffix):
    base = CHANGED_BY_FORMATS
    text = text_of(base, suffix).replace("return 1", "return 2")
    result = merge_files(base, text.encode(), base, suffix)
    expected = attrs.evolve(base.cells[1], code="def f():\n    return 2", version=1)
    assert result.notebook.cells == (base.cells[0], expected, *base.cells[2:])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_cell_deleted_in_a_file_is_deleted_alone(suffix):
    base = CHANGED_BY_FORMATS
    fewer = attrs.evolve(base, cells=[base.cells[0], *base.cells[2:]])
    result = merge_files(base, formats.render(fewer, suffix), base, suffix)
    assert result.notebook.cells == fewer.cells


def test_a_cell_that_comes_back_is_a_new_one():
    base = cells("load: x = 1", "y = 2")
    ours = attrs.evolve(base, cells=base.cells[1:])
    data = text_of(base, ".py").replace("x = 1", "x = 2").encode()
    result = merge_files(base, data, ours, ".py")
    assert told(ours, result.theirs) == result.theirs.notebook
    assert result.theirs.notebook.cells[0].version == 0


def test_a_comment_that_a_person_wrote_between_cells_stays_where_it_is():
    base = cells("x = 1", "y = 2", "z = 3")
    line = "@app.cell\ndef _():\n    y = 2"
    text = text_of(base, ".py").replace(line, f"# why\n{line}")
    assert "# why" in text
    ours = attrs.evolve(base, cells=[base.cells[2], Cell("n", "new = 1"), *base.cells[:2]])
    result = merge_files(base, text.encode(), ours, ".py")
    assert f"# why\n{line}" in text_of(result.notebook, ".py")


def test_outputs_of_a_run_in_jupyter_stay_with_their_cells():
    base = cells("x = 1", "y = 2", "z = 3")
    fields = json.loads(text_of(base, ".ipynb"))
    output = {"name": "stdout", "output_type": "stream", "text": ["kept"]}
    fields["cells"][0]["outputs"] = [output]
    ours = attrs.evolve(base, cells=[base.cells[1], base.cells[0]])
    result = merge_files(base, json.dumps(fields).encode(), ours, ".ipynb")
    saved = json.loads(text_of(result.notebook, ".ipynb"))["cells"]
    assert [cell["outputs"] for cell in saved] == [[], [output]]


def test_a_dependency_that_a_package_manager_adds_is_all_that_changes_in_the_file():
    base = cells(
        "import marimo as mo", "x = 1", header='# /// script\n# dependencies = ["a"]\n# ///'
    )
    text = text_of(base, ".py").replace('["a"]', '["a", "b"]')
    ours = attrs.evolve(base, cells=[*base.cells, Cell("n", "y = x")])
    result = merge_files(base, text.encode(), ours, ".py")
    wanted = text_of(ours, ".py").replace('["a"]', '["a", "b"]')
    assert text_of(told(ours, result), ".py") == text_of(result.notebook, ".py") == wanted


CODES = ["x = 1", "y = x", "def f():\n    return 1", "x = (", "", "# only this", "mo.md('a')"]
BASES = st.lists(st.sampled_from(CODES), max_size=5).map(
    lambda some: Notebook(Cell(CellId(f"c{place}"), each) for place, each in enumerate(some))
)


@given(BASES, st.lists(st.sampled_from([*CODES, "new = 1", "z = y"]), max_size=5))
def test_any_file_is_taken_as_it_is_where_we_edited_nothing(base, new):
    theirs = Notebook(Cell(CellId(f"t{place}"), each) for place, each in enumerate(new))
    data = formats.render(theirs, ".py")
    result = merge_files(base, data, base, ".py")
    assert formats.render(result.notebook, ".py") == data
