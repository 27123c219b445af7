"""The cases E1 to E14 of `docs/guarantees.md` against this package, through what a host uses.

What other tests show already is named there and not repeated here.
"""

import os
from threading import Event

import pytest

from actors import (
    Autosave,
    Cell,
    CellConfig,
    CellId,
    CreateCell,
    Deferred,
    Notebook,
    Saved,
    SaveStatus,
    SetCode,
    Transaction,
)
from actors.formats import parse, render
from actors.storage import LocalStorage
from tests.crashes.archiving import drafts_in
from tests.crashes.events_heard import Heard, impatient
from tests.crashes.jobs import WAIT_S
from tests.crashes.limits import small_files

CELLS = [Cell(name, f"{name} = 1") for name in "abc"]
OLD = render(Notebook(CELLS), ".py")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "nb.py"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def autosave(tmp_path):
    with Autosave(impatient(tmp_path)) as running:
        yield running


def set_code(notebook, number, code):
    cell = notebook.document.notebook.cells[number]
    return notebook.submit(Transaction([SetCode(cell.id, code)], "code-mode"))


def codes(path):
    return [cell.code for cell in parse(path.read_bytes(), ".py")]


def test_e1_going_back_to_the_earlier_text_after_a_failed_write_is_a_save(autosave, path):
    notebook = autosave.open(path)
    assert isinstance(set_code(notebook, 0, "a = 2").wait(WAIT_S), Saved)
    with small_files():
        assert isinstance(set_code(notebook, 0, "a = 3").wait(WAIT_S), Deferred)
        assert codes(path) == ["a = 2", "b = 1", "c = 1"]
    set_code(notebook, 0, "a = 2")
    assert isinstance(notebook.flush(WAIT_S), Saved)
    assert codes(path) == ["a = 2", "b = 1", "c = 1"]


@pytest.mark.parametrize("left", [b"", OLD[: OLD.index(b"@app.cell", OLD.index(b"a = 1"))]])
def test_e4_a_file_that_another_program_has_cut_short_does_not_empty_the_document(
    autosave, path, left
):
    notebook = autosave.open(path)
    path.write_bytes(left)
    set_code(notebook, 0, "a = 2").wait(WAIT_S)
    kept = [cell.code for cell in notebook.document.notebook]
    assert kept == ["a = 2", "b = 1", "c = 1"]


def test_e6_a_browser_that_does_not_know_the_agents_cell_does_not_delete_it(autosave, path):
    notebook = autosave.open(path)
    first = notebook.document.notebook.cells[0]
    create = CreateCell(CellId("new"), "d = 'agent'", "_", CellConfig())
    notebook.submit(Transaction([create], "code-mode"))
    notebook.submit(Transaction([SetCode(first.id, "a = 'browser'")], "frontend"))
    assert isinstance(set_code(notebook, 1, "b = 2").wait(WAIT_S), Saved)
    assert codes(path) == ["a = 'browser'", "b = 2", "c = 1", "d = 'agent'"]


def test_e10_the_work_of_an_unnamed_notebook_is_a_draft_when_its_host_ends(tmp_path):
    with Autosave(impatient(tmp_path)) as autosave:
        notebook = autosave.open(cells=CELLS)
        assert isinstance(set_code(notebook, 0, "a = 'work'").wait(WAIT_S), Deferred)
    assert drafts_in(tmp_path) == [(None, ["a = 'work'", "b = 1", "c = 1"])]


def test_e13_however_slow_a_save_is_nobody_is_told_of_another_program(tmp_path, path):
    storage = SlowStorage()
    with Autosave(impatient(tmp_path), storage=storage) as autosave:
        heard, notebook = Heard(autosave), autosave.open(path)
        first = set_code(notebook, 0, "a = 2")
        assert storage.arrived.wait(WAIT_S)
        second = set_code(notebook, 1, "b = 2")
        storage.gate.set()
        assert isinstance(first.wait(WAIT_S), Saved)
        assert isinstance(second.wait(WAIT_S), Saved)
        os.utime(path, (0, 0))  # the time alone is another one
        assert isinstance(set_code(notebook, 2, "c = 2").wait(WAIT_S), Saved)
    assert codes(path) == ["a = 2", "b = 2", "c = 2"]
    assert {type(event) for event in heard.events} == {SaveStatus}


class SlowStorage(LocalStorage):
    """A disk that waits for the test with the durable file already in its place."""

    def __init__(self):
        super().__init__()
        self.arrived, self.gate = Event(), Event()

    def replace(self, *args, **kwargs):
        replaced = super().replace(*args, **kwargs)
        self.arrived.set()
        assert self.gate.wait(WAIT_S)
        return replaced


def test_e14_a_save_without_a_change_leaves_a_file_of_another_release_alone(autosave, path):
    path.write_bytes(OLD.replace(b"0.25.2", b"0.20.0"))
    before = path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino
    notebook = autosave.open(path)
    assert isinstance(set_code(notebook, 0, "a = 1").wait(WAIT_S), Saved)
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before
