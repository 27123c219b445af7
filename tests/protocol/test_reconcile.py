"""Somebody else's text in a file: what is taken in, and what is left to a person."""

from pathlib import Path

import attrs
import pytest

from actors.formats import parse, render
from actors.notebook import Cell, Notebook
from actors.notebook.merge import Merged
from actors.reconcile import Disagreement, bring_back, lost_cells, opened_as, reconcile
from actors.types import CellId

PATH = Path("/nb.py")


def notebook(*codes: str, header: str = "") -> Notebook:
    cells = [Cell(CellId(f"id{place}"), code) for place, code in enumerate(codes)]
    return attrs.evolve(parse(b"", ".py"), cells=cells, header=header)


def text(*codes: str, header: str = "") -> bytes:
    return render(notebook(*codes, header=header), ".py")


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, Merged), outcome
    return [cell.code for cell in outcome.notebook]


BASE = notebook("x = 1", "y = 2", "z = 3")
OURS = notebook("x = 10", "y = 2", "z = 3")


def test_changes_of_different_cells_are_both_taken():
    outcome = reconcile(BASE, text("x = 1", "y = 2", "z = 30"), OURS, PATH)
    assert codes(outcome) == ["x = 10", "y = 2", "z = 30"]


def test_a_dependency_that_a_package_manager_adds_stays_beside_the_agents_cell():
    header = '# /// script\n# dependencies = ["polars"]\n# ///\n'
    outcome = reconcile(BASE, text("x = 1", "y = 2", "z = 3", header=header), OURS, PATH)
    assert codes(outcome) == ["x = 10", "y = 2", "z = 3"]
    assert isinstance(outcome, Merged)
    assert "polars" in outcome.notebook.header
    assert [change.type for change in outcome.transaction.changes] == ["set-header"]


def test_the_same_cell_changed_on_both_sides_is_left_to_a_person():
    outcome = reconcile(BASE, text("x = 99", "y = 2", "z = 3"), OURS, PATH)
    assert isinstance(outcome, Disagreement)
    assert "x = 10" in outcome.reason
    assert str(PATH) in outcome.reason


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("ours", ["x = 10", "y = 2", "z = 30"]),
        ("theirs", ["x = 99", "y = 2", "z = 30"]),
        ("both", ["x = 10", "x = 99", "y = 2", "z = 30"]),
    ],
)
def test_a_choice_decides_about_the_conflict_and_nothing_else(choice, expected):
    data = text("x = 99", "y = 2", "z = 30")
    assert codes(reconcile(BASE, data, OURS, PATH, choice)) == expected


def test_the_transaction_of_a_choice_makes_the_merged_cells_of_ours():
    from actors.notebook import Document

    for choice in ("ours", "theirs", "both"):
        outcome = reconcile(BASE, text("x = 99", "z = 3"), OURS, PATH, choice)
        assert isinstance(outcome, Merged)
        document = Document(OURS).apply(outcome.transaction)
        assert [(c.id, c.code) for c in document.notebook] == [
            (c.id, c.code) for c in outcome.notebook
        ]


MARKED = b"import marimo\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> branch\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (MARKED, "conflict markers"),
        (b"def (:\n", "cannot be read"),
        (b"", "emptied"),
        (text(""), "emptied"),
        (text("x = 1", "y = 2", "z = 3").split(b"@app.cell\ndef _():\n    z")[0], "cut short"),
    ],
)
def test_a_file_that_is_no_notebook_any_more_is_left_alone(data, words):
    outcome = reconcile(BASE, data, OURS, PATH)
    assert isinstance(outcome, Disagreement)
    assert words in outcome.reason


def test_ours_replaces_even_what_cannot_be_read():
    assert codes(reconcile(BASE, MARKED, OURS, PATH, "ours")) == ["x = 10", "y = 2", "z = 3"]
    assert isinstance(reconcile(BASE, MARKED, OURS, PATH, "theirs"), Disagreement)


@pytest.mark.parametrize("data", [b"", text(""), text("x = 1", "y = 2").partition(b"if __")[0]])
def test_ours_keeps_all_cells_where_the_file_was_emptied_or_cut_short(data):
    assert codes(reconcile(BASE, data, OURS, PATH, "ours")) == ["x = 10", "y = 2", "z = 3"]
    assert isinstance(reconcile(BASE, data, OURS, PATH, "both"), Disagreement)


def test_theirs_takes_even_an_emptied_file():
    assert codes(reconcile(BASE, text(""), BASE, PATH, "theirs")) == [""]


def test_a_host_that_has_the_cells_of_the_file_lacks_none():
    file = notebook("x = 1", "y = 2")
    cells = tuple(attrs.evolve(cell, id=CellId(cell.code)) for cell in file)
    base, missing = opened_as(file, cells)
    assert (base.cells, missing) == (cells, ())


def test_a_host_that_opens_with_one_empty_cell_lacks_all_others():
    _, missing = opened_as(BASE, (Cell(CellId("new"), ""),))
    assert len(missing) == 2  # the one may be an edit of one of the three


def test_a_cell_that_the_host_has_in_place_of_another_is_an_edit():
    cells = (Cell(CellId("a"), "import os"), *BASE.cells[1:])
    base, missing = opened_as(BASE, cells)
    assert missing == ()
    assert len(base.cells) == 3


def test_cells_that_the_host_never_had_come_back_unless_ours_is_right():
    ours = attrs.evolve(BASE, cells=[Cell(CellId("new"), "w = 4")])
    base, _ = opened_as(BASE, ours.cells)
    assert "w = 4" in codes(bring_back(base, ours, "both"))
    assert len(codes(bring_back(base, ours, "theirs"))) == 4
    assert codes(bring_back(base, ours, "ours")) == ["w = 4"]


@pytest.mark.parametrize("suffix", [".py", ".ipynb", ".md"])
def test_a_text_that_lacks_cells_of_its_notebook_is_noticed(suffix):
    cells = [f"value_{place} = '{'x' * 50}'" for place in range(5)]
    whole = render(notebook(*cells), suffix)
    assert lost_cells(notebook(*cells), whole, suffix) == 0
    assert lost_cells(notebook(*cells), render(notebook(*cells[:1]), suffix), suffix) == 4
    assert lost_cells(notebook(*cells), render(notebook(""), suffix), suffix) == 5


def test_a_text_that_we_cannot_read_is_its_authors_affair():
    assert lost_cells(BASE, b"(", ".py") == 0


def test_a_text_over_which_reading_crashes_is_saved_all_the_same(monkeypatch):
    def raising(*_):
        raise RecursionError

    monkeypatch.setattr("actors.reconcile.parse", raising)
    assert lost_cells(BASE, b"", ".py") == 0
