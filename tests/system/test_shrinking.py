"""Cells that nobody deleted do not vanish from a file."""

import pytest

from actors import Cell, CodegenActor, Deferred, Saved
from actors.formats import render
from tests.system.watched_scene import PATH, Watched, text


@pytest.fixture
def watched():
    watched = Watched(cells=[Cell("mine", "")])
    yield watched
    watched.autosave.stop()


def test_a_host_that_opened_with_one_empty_cell_does_not_empty_the_file(watched):
    outcome = watched.edit(0, "d = 1").outcome
    assert isinstance(outcome, Deferred)
    assert "2 cells" in outcome.reason
    assert watched.file == ["a = 1", "b = 1", "c = 1"]
    assert watched.draft == text("d = 1")
    (alert,) = watched.dangers
    assert "resolve" in alert.description


def test_ours_lets_the_cells_go(watched):
    watched.edit(0, "d = 1")
    assert watched.notebook.disputed
    assert isinstance(watched.resolve("ours").outcome, Saved)
    assert not watched.notebook.disputed
    assert watched.file == ["d = 1"]


@pytest.mark.parametrize("choice", ["theirs", "both"])
def test_the_others_bring_them_back_and_say_so(watched, choice):
    watched.edit(0, "d = 1")
    assert isinstance(watched.resolve(choice).outcome, Saved)
    assert sorted(watched.file) == ["a = 1", "b = 1", "c = 1", "d = 1"]
    assert sorted(watched.codes) == sorted(watched.file)


def test_a_cell_that_a_transaction_deleted_may_go():
    watched = Watched()
    assert isinstance(watched.delete(1).outcome, Saved)
    assert watched.file == ["a = 1", "c = 1"]
    watched.autosave.stop()


def test_a_codegen_that_loses_cells_does_not_reach_the_file():
    class Forgetful(CodegenActor):
        def generate(self, notebook, suffix):
            return text("") if len(notebook) > 1 else render(notebook, suffix)

    watched = Watched(codegen=Forgetful)
    outcome = watched.edit(0, "a = 2").outcome
    assert isinstance(outcome, Deferred)
    assert "lacks" in outcome.reason
    (alert,) = watched.dangers
    assert "resolve" not in alert.description  # which would not help
    assert watched.file == ["a = 1", "b = 1", "c = 1"]
    assert watched.draft == text("a = 2", "b = 1", "c = 1")
    watched.autosave.stop()


def test_a_host_whose_cells_are_those_of_the_file_saves_at_once():
    cells = [Cell(name, f"{name} = 1") for name in "abc"]
    watched = Watched(cells=cells)
    assert isinstance(watched.edit(0, "a = 2").outcome, Saved)
    assert watched.file == ["a = 2", "b = 1", "c = 1"]
    assert watched.storage.read(PATH) == text("a = 2", "b = 1", "c = 1")
    watched.autosave.stop()
