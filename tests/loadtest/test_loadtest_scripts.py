"""The edits that a load test sends: valid, the same for the same seed, like those of agents."""

import json
from collections import Counter

import attrs
import pytest

from actors.codec import decode_transaction
from actors.formats import parse, render
from actors.loadtest.checking import cell_difference
from actors.loadtest.plan import Plan
from actors.loadtest.scripts import Scripts
from actors.notebook import Document

PLAN = Plan(sessions=5, edits=60, cells=6)


def edits_of(scripts, session, count=60):
    return [scripts.edit(session, number) for number in range(count)]


@pytest.mark.parametrize("cells", [1, 2, 3, 6, 25])
def test_every_edit_fits_and_leads_to_the_text_that_is_expected(cells):
    scripts = Scripts(Plan(sessions=5, edits=60, cells=cells))
    for session in range(5):
        document = Document(parse(scripts.first_text(session), ".py"))
        assert len(document.notebook) == cells
        for number, payload in enumerate(edits_of(scripts, session), 1):
            document = document.apply(decode_transaction(payload))
            assert render(document.notebook, ".py") == scripts.final_text(session, number)


def test_the_expected_text_is_read_as_the_notebook_that_the_edits_fold_to():
    scripts = Scripts(PLAN)
    for session in range(5):
        found = parse(scripts.final_text(session, 60), ".py")
        assert cell_difference(found, scripts.final_notebook(session, 60)) is None


def test_a_seed_gives_the_same_edits_and_another_seed_others():
    first, again = Scripts(PLAN), Scripts(PLAN)
    other = Scripts(Plan(sessions=5, edits=60, cells=6, seed=2))
    assert edits_of(first, 3) == edits_of(again, 3)
    assert edits_of(first, 3) != edits_of(other, 3)
    assert edits_of(first, 3) != edits_of(first, 4)


def test_no_two_notebooks_have_a_cell_in_common_but_their_imports():
    scripts = Scripts(Plan(sessions=1_000, edits=3))
    codes = [
        {cell.code for cell in scripts.final_notebook(session, 3) if "import" not in cell.code}
        for session in (0, 256, 512)
    ]
    assert all(len(each) >= 7 for each in codes)
    assert codes[0].isdisjoint(codes[1])
    assert codes[1].isdisjoint(codes[2])


def test_an_edit_has_the_shape_that_code_mode_sends():
    transaction = json.loads(Scripts(PLAN).edit(0, 0))
    assert transaction["source"] == "code-mode"
    assert transaction["changes"][-1]["type"] == "reorder-cells"
    assert len(transaction["changes"][-1]["cellIds"]) >= 5


def test_agents_do_all_sorts_of_edits():
    scripts = Scripts(PLAN)
    kinds = Counter(
        change["type"]
        for session in range(5)
        for payload in edits_of(scripts, session)
        for change in json.loads(payload)["changes"]
    )
    wire = "create-cell delete-cell move-cell reorder-cells set-code set-name set-config"
    assert set(kinds) == set(wire.split())
    assert kinds["reorder-cells"] == 300
    assert kinds["set-code"] > 100


def test_a_million_sessions_have_no_more_scripts_than_a_thousand():
    assert Scripts(Plan(sessions=1_000_000, edits=1)).count == Scripts(Plan(edits=1)).count


def test_long_scripts_are_few(monkeypatch):
    monkeypatch.setattr("actors.loadtest.scripts.KEPT_BYTES", 5 * PLAN.edits * PLAN.bytes_of_edit)
    assert Scripts(attrs.evolve(PLAN, sessions=1_000)).count == 5
