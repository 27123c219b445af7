"""A file that was written reads as the notebook it was written from, and back."""

from importlib.util import find_spec
from pathlib import Path

import attrs
import marimo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import formats
from actors.codec import decode_cells, decode_json, decode_transaction
from actors.notebook import Cell, CellConfig, Document, Notebook
from actors.types import CellId
from tests.formats import tricky_cells
from tests.formats.marimo_reference import notebook_of, read, written, written_by_marimo

RECORDINGS = sorted((Path(__file__).parents[1] / "data" / "recordings").glob("*.ndjson"))
TUTORIALS = [
    path
    for path in sorted(Path(marimo.__file__).parent.glob("_tutorials/*.py"))
    # `sql.py` was written where duckdb said which tables a query reads.
    if path.name not in {"__init__.py", "sql.py"}
]


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_a_tutorial_stays_as_it_is(path):
    assert formats.render(formats.parse(path.read_bytes(), ".py"), ".py") == path.read_bytes()


def recorded(path):
    """Return each document of a recording, and the file that marimo left."""
    lines = [decode_json(line) for line in path.read_bytes().splitlines()]
    opened = read(lines[0]["text"])
    document = Document(attrs.evolve(opened, cells=decode_cells(lines[0]["cells"])))
    documents = [document]
    for line in lines[1:-1]:
        documents.append(documents[-1].apply(decode_transaction(line["transaction"])))
    return documents, lines[-1]["text"]


@pytest.mark.skipif(find_spec("duckdb") is not None, reason="recorded without the extra `sql`")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_ends_in_the_file_that_marimo_left(path):
    documents, final = recorded(path)
    notebook = attrs.evolve(documents[-1].notebook, generated_with=None)
    assert written(notebook) == final


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_every_step_of_a_recording_is_written_as_marimo_writes_it(path):
    for document in recorded(path)[0]:
        notebook = attrs.evolve(document.notebook, generated_with=None)
        assert written(notebook) == written_by_marimo(notebook)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_the_opened_cells_of_a_recording_are_what_we_read(path):
    opening = decode_json(path.read_bytes().splitlines()[0])
    assert list(read(opening["text"])) == list(decode_cells(opening["cells"]))


# What a `.py` file cannot hold: line ends other than `\n`, blank lines around a
# cell's code, non-breaking spaces, and the form of a markdown call.
UNHELD = {"layout: carriage returns", "layout: non-breaking space", "layout: blank"}
HELD = {
    name: codes
    for name, codes in tricky_cells.ALL.items()
    if name not in UNHELD and not name.startswith("markdown") and name != "layout: import last"
}


@pytest.mark.parametrize("codes", HELD.values(), ids=HELD)
def test_tricky_cells_are_read_back(codes):
    assert [cell.code for cell in read(written(notebook_of(codes)))] == codes


# Blank lines at the end of a cell become fewer each time, as with marimo.
STABLE = {
    name: codes
    for name, codes in tricky_cells.ALL.items()
    if name not in {"layout: carriage returns", "layout: blank"}
}


@pytest.mark.parametrize("codes", STABLE.values(), ids=STABLE)
def test_a_file_that_was_written_is_written_the_same_again(codes):
    text = written(notebook_of(codes, header="# a\n\n'''b'''"))
    assert written(read(text)) == text


CELLS = st.builds(
    Cell,
    st.just(CellId("a")),
    st.text().map(str.strip) | st.sampled_from([code for codes in HELD.values() for code in codes]),
    st.sampled_from(["_", "load", "x y", "match"]) | st.text(),
    st.builds(
        CellConfig,
        st.none() | st.integers(0, 9),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.dictionaries(st.sampled_from(["a", "b"]), st.text() | st.integers() | st.none()),
    ),
)


@given(st.lists(CELLS, max_size=4), st.dictionaries(st.sampled_from(["width", "z"]), st.text()))
def test_any_notebook_is_written_and_read_back_as_often_as_one_likes(cells, app_config):
    notebook = Notebook(cells, app_config)
    once = written(notebook)
    again = read(once)
    assert written(read(written(again))) == written(again)
    assert len(again) >= len([cell for cell in cells if cell.name != "setup"])


def test_a_setup_cell_that_does_nothing_is_read_back():
    text = written(notebook_of(["pass", "x = 1"], ["setup", "_"]))
    assert [cell.code for cell in read(text)] == ["pass", "x = 1"]
