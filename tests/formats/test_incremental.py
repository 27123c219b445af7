"""What is remembered changes the cost of a file and never its bytes."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors import formats
from actors.formats.memo import MEMO
from actors.formats.python import rendering
from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId
from tests.formats import tricky_cells
from tests.formats.marimo_reference import notebook_of

# Few names, so that most edits mean something to other cells.
TELLING = (
    "x = 1",
    "x: int = 1",
    "x: T = 1",
    "x: _P = 1",
    "T = int",
    "len = 1",
    "print(x, len)",
    "y = x + f(1)",
    "import os",
    "def f(a): return a",
    "def f(a): return x",
    "def f(a): return g(a)",
    "def f(a): return os.path",
    "def g(a): return len(a)",
    "def g(a): return f(a)",
    "def g(a=f): return a",
    "def f(): pass\n# below",
    "class C:\n    y = g(1)",
    "def h():\n    global _p\n    _p = C",
    "global x\nprint(x)",
    "await x",
    "x = (",
    "from os import *",
    "# comment",
    "",
    'mo.md("x")',
)
CODES = st.sampled_from(TELLING) | st.sampled_from(tricky_cells.CODES)
NAMES = st.sampled_from(["_", "", "__", "setup", "load", "f", "x", "*f", "class", "no name"])
CONFIGS = st.sampled_from([CellConfig(), CellConfig(hide_code=True), CellConfig(column=1)])
CELLS = st.builds(Cell, st.just(CellId("a")), CODES, NAMES | st.just("_"), CONFIGS)
PLACES = st.integers(0, 20)
EDITS = st.one_of(
    st.tuples(st.just("code"), PLACES, CODES),
    st.tuples(st.just("code"), PLACES, CODES),
    st.tuples(st.just("name"), PLACES, NAMES),
    st.tuples(st.just("config"), PLACES, CONFIGS),
    st.tuples(st.just("insert"), PLACES, CELLS),
    st.tuples(st.just("delete"), PLACES, st.none()),
    st.tuples(st.just("move"), PLACES, PLACES),
    st.tuples(st.just("swap"), PLACES, PLACES),
)


def edited(notebook, edit):
    """Return the notebook after an edit, as a document makes it: other cells are shared."""
    what, place, value = edit
    cells = list(notebook.cells)
    place %= max(len(cells), 1)
    match what:
        case "insert":
            cells.insert(place, value)
        case _ if not cells:
            pass
        case "delete":
            del cells[place]
        case "move":
            cells.insert(value % len(cells), cells.pop(place))
        case "swap":
            other = value % len(cells)
            cells[place], cells[other] = cells[other], cells[place]
        case _:
            cells[place] = attrs.evolve(cells[place], **{what: value})
    return attrs.evolve(notebook, cells=cells)


def cold(notebook):
    """Return the bytes that a process makes which has seen no notebook before."""
    MEMO.clear()
    return formats.render(notebook, ".py")


@pytest.fixture(autouse=True)
def nothing_remembered():
    MEMO.clear()
    yield
    MEMO.clear()


@settings(max_examples=250)
@given(st.lists(CELLS, max_size=8), st.lists(st.lists(EDITS, max_size=3), max_size=8))
def test_after_any_edits_the_bytes_are_those_of_a_fresh_start(cells, saves):
    MEMO.clear()
    notebooks = [Notebook(cells)]
    warm = [formats.render(notebooks[0], ".py")]
    for edits in saves:
        notebook = notebooks[-1]
        for edit in edits:
            notebook = edited(notebook, edit)
        notebooks.append(notebook)
        warm.append(formats.render(notebook, ".py"))
    assert warm == [cold(notebook) for notebook in notebooks]


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, max_size=4), min_size=2, max_size=3), st.data())
def test_notebooks_that_share_cells_and_are_edited_in_turn_do_not_mix(all_cells, data):
    MEMO.clear()
    shared = data.draw(st.lists(CELLS, max_size=2))
    notebooks = [Notebook([*shared, *cells, *shared]) for cells in all_cells]
    seen = []
    for edit in data.draw(st.lists(EDITS, max_size=8)):
        which = data.draw(st.integers(0, len(notebooks) - 1))
        notebooks[which] = edited(notebooks[which], edit)
        seen.append((notebooks[which], formats.render(notebooks[which], ".py")))
    assert all(data == cold(notebook) for notebook, data in seen)


def written_after(monkeypatch, codes, place, code):
    """Return which cells are written again when one gets other code."""
    notebook = notebook_of(codes)
    formats.render(notebook, ".py")
    written = []
    write = rendering._write

    def noted(cell, facts, plan, index):
        written.append(index)
        return write(cell, facts, plan, index)

    monkeypatch.setattr(rendering, "_write", noted)
    after = edited(notebook, ("code", place, code))
    assert formats.render(after, ".py") == formats.render(after, ".py")
    return written


OTHERS = ["a = 1", "b = a", "def unrelated(): return 1"]


@pytest.mark.parametrize(
    ("codes", "place", "code", "expected"),
    [
        pytest.param(["x = 1", "x"], 0, "x = 2", [0], id="a constant"),
        pytest.param(["x = 1", "x"], 0, "x = 1", [0], id="nothing"),
        pytest.param(["x = 1", "x"], 1, "z = x", [1], id="a name that nobody uses"),
        pytest.param(["x = 1", "pass"], 1, "x", [0, 1], id="a new use"),
        pytest.param(["x = 1", "x"], 1, "pass", [0, 1], id="the last use is gone"),
        pytest.param(["x = 1", "x"], 0, "x: int = 1", [0, 1], id="a type"),
        pytest.param(
            ["x: T = 1", "x", "import T"], 2, "def T(): pass", [0, 1, 2], id="what a type needs"
        ),
        pytest.param(
            ["len", "len(x)", "pass"], 2, "len = 1", [0, 1, 2], id="a builtin that is shadowed"
        ),
        pytest.param(
            ["len", "len(x)", "len = 1"], 2, "pass", [0, 1, 2], id="a builtin that is free again"
        ),
        pytest.param(
            ["def f(): return x", "f"],
            0,
            "def f(): pass",
            [0, 1],
            id="a function becomes top-level",
        ),
        pytest.param(
            ["def f(): return g()", "f", "g = 1"],
            2,
            "def g(): pass",
            [0, 1, 2],
            id="one that another top-level function needs",
        ),
    ],
)
def test_only_what_an_edit_changes_is_written(monkeypatch, codes, place, code, expected):
    written = written_after(monkeypatch, [*codes, *OTHERS], place, code)
    assert written == expected


@pytest.mark.parametrize("edit", [("delete", 1, None), ("move", 0, 2), ("swap", 0, 1)])
def test_a_cell_that_comes_or_goes_costs_no_other(monkeypatch, edit):
    notebook = notebook_of(OTHERS)
    formats.render(notebook, ".py")
    monkeypatch.setattr("actors.formats.python.cell_facts.parse", None)
    formats.render(edited(notebook, edit), ".py")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_edit_of_any_cell_finds_what_was_remembered(monkeypatch, place):
    assert written_after(monkeypatch, ["x = 1", "y = 2", "z = 3"], place, "w = 4") == [place]


def test_the_same_code_in_a_new_cell_is_not_read_again(monkeypatch):
    formats.render(notebook_of(OTHERS), ".py")
    monkeypatch.setattr("actors.formats.python.cell_facts.parse", None)
    formats.render(notebook_of(OTHERS), ".py")


def test_a_hint_of_a_private_name_follows_its_cell():
    codes = ["x: _T = 1", "x", "pass"]
    notebook = edited(notebook_of(codes), ("move", 0, 1))
    formats.render(notebook_of(codes), ".py")
    assert formats.render(notebook, ".py") == cold(notebook)


def test_what_there_was_no_memory_for_is_tried_again(monkeypatch):
    notebook = notebook_of(["x = 1", "y = 2"])
    with monkeypatch.context() as patched:
        patched.setattr(
            "actors.formats.python.quiet._parse", lambda _: (_ for _ in ()).throw(MemoryError)
        )
        assert b"_unparsable_cell" in formats.render(notebook, ".py")
    assert b"_unparsable_cell" not in formats.render(notebook, ".py")


@pytest.mark.parametrize("counts", [(2, 1), (1, 2), (3, 2), (2, 4), (1, 0), (0, 1)])
def test_one_cell_may_stand_in_a_notebook_many_times(counts):
    cell = Cell(CellId("a"), "x = 1")
    before, after = (Notebook([cell] * count) for count in counts)
    expected = cold(after)
    MEMO.clear()
    formats.render(before, ".py")
    assert formats.render(after, ".py") == expected
