"""A load test finds what a storage or the disk did wrong, and names the notebook."""

import attrs
import pytest

from actors import (
    Autosave,
    Cell,
    CellId,
    DeleteCell,
    Document,
    Notebook,
    Settings,
    Transaction,
)
from actors.formats import parse
from actors.loadtest import Plan, Watch, run_load_test
from actors.loadtest.checking import cell_difference
from actors.storage import LocalStorage
from tests.loadtest import broken_storages as broken

PLAN = Plan(sessions=4, edits=4, cells=3)


def run(storage, plan=PLAN, watch=None):
    impatient = Settings(drain_timeout_s=0.1)
    return run_load_test(
        plan,
        storage=storage,
        watch=watch,
        autosave=lambda store: Autosave(impatient, storage=store),
    )


@pytest.mark.parametrize(
    ("storage", "words"),
    [
        (broken.LyingStorage, "holds the first 0 of 4 edits only"),
        (broken.MishashingStorage, "hash is not that of the document"),
        (broken.TearingStorage, "torn or no notebook"),
        (broken.DroppingStorage, "there is no such file"),
        (broken.LateStorage, "of 4 edits only"),
        (broken.SpoilingStorage, "cell 0 has other code"),
        (broken.FailingStorage, "not saved: disk full"),
        (broken.LitteringStorage, "was left behind"),
    ],
)
def test_a_broken_promise_is_a_problem_that_names_the_notebook(storage, words):
    report = run(storage())
    assert not report.ok
    assert any(broken.VICTIM in line and words in line for line in report.problems)
    assert all(broken.VICTIM in line for line in report.problems)


def test_a_failure_that_is_made_up_for_is_no_problem_but_is_shown():
    report = run(broken.StumblingStorage())
    assert (report.ok, report.outcomes["Deferred"]) == (True, report.not_saved["disk full"])
    assert report.statistics["failures"] == 1


def test_a_storage_that_hangs_does_not_stop_the_test_for_ever():
    storage = broken.HangingStorage()

    class OpensAtTheStop(Watch):
        def begin(self, phase, total):
            if phase == "stop":
                storage.opened.set()

    report = run(storage, Plan(sessions=4, edits=4, cells=3, stall_s=0.05), OpensAtTheStop())
    assert any(line.endswith("notebook-2.py: not saved: no answer") for line in report.problems)
    assert any("receipts are still open" in line for line in report.problems)


def test_no_more_than_twenty_problems_are_shown_and_all_are_counted():
    class LiesAboutAll(broken.LyingStorage):
        def replace(self, path, data, *, expected=None):
            return broken.claimed(data)

    report = run(LiesAboutAll(), Plan(sessions=30, edits=1, cells=1))
    assert (len(report.problems), report.problem_count) == (20, 30)


def test_a_document_that_lost_edits_is_a_problem_though_the_file_is_right(monkeypatch):
    monkeypatch.setattr("actors.handle.NotebookHandle.document", Document())
    assert any("has applied 0 of 4 edits" in line for line in run(LocalStorage()).problems)


def test_one_notebook_of_each_script_is_parsed_and_compared(monkeypatch):
    parsed = []

    def spoiled(data, suffix):
        parsed.append(data)
        return parse(data.replace(b"import pandas as pd", b"import polars as pd"), suffix)

    monkeypatch.setattr("actors.loadtest.checking.parse", spoiled)
    monkeypatch.setattr("actors.loadtest.scripts.MOST_SCRIPTS", 2)
    report = run(LocalStorage())
    assert (len(parsed), report.problem_count) == (2, 2)
    assert all("cell 0 has other code" in line for line in report.problems)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "1"}, "cell 1 has other code"),
        ({"name": "other"}, "cell 1 is named 'other'"),
        ({"config": {"disabled": True}}, "cell 1 has other options"),
    ],
)
def test_a_cell_that_differs_is_named(change, words):
    expected = Notebook(cells=[Cell(CellId("a"), "x"), Cell(CellId("b"), "y")])
    found = Notebook(cells=[expected.cells[0], attrs.evolve(expected.cells[1], **change)])
    assert words in str(cell_difference(found, expected))
    assert cell_difference(expected, expected) is None
    assert "2 cells, not 0" in str(cell_difference(expected, Notebook()))
    assert "header" in str(cell_difference(attrs.evolve(expected, header="# x\n"), expected))


def test_a_refused_edit_is_a_problem():
    class LosesCells(Autosave):
        def open(self, path=None, *, cells=None, mode="edit"):
            handle = super().open(path, cells=cells, mode=mode)
            ids = [cell.id for cell in handle.document.notebook.cells[1:]]
            handle.submit(Transaction([DeleteCell(each) for each in ids])).wait()
            return handle

    report = run_load_test(PLAN, autosave=lambda storage: LosesCells(storage=storage))
    assert any("edit 1 was refused" in line for line in report.problems)
    assert report.outcomes["Refused"] > 0
