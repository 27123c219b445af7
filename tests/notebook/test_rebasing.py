"""A copy with newer edits follows what its document has become."""

from hypothesis import given
from hypothesis import strategies as st

from actors.notebook import Document
from actors.notebook.merge import rebased
from tests.notebook.merge_scene import cells, codes, content, ids, with_cells
from tests.notebook.test_merge_properties import OLDS, edited

PAIRS = OLDS.flatmap(lambda base: st.tuples(st.just(base), edited(base)))
TRIPLES = OLDS.flatmap(lambda base: st.tuples(st.just(base), edited(base), edited(base)))


@given(PAIRS)
def test_a_copy_without_newer_edits_becomes_the_document(pair):
    base, theirs = pair
    follower = rebased(base, theirs, base).notebook
    assert ids(follower) == ids(theirs)
    assert content(follower) == content(theirs)


@given(PAIRS)
def test_a_document_that_stayed_leaves_the_copy_alone(pair):
    base, ours = pair
    outcome = rebased(base, base, ours)
    assert outcome.notebook is ours
    assert not outcome.transaction.changes


@given(TRIPLES)
def test_the_transaction_leads_from_the_copy_to_the_outcome(triple):
    base, theirs, ours = triple
    outcome = rebased(base, theirs, ours)
    assert Document(ours).apply(outcome.transaction).notebook.cells == outcome.notebook.cells


@given(TRIPLES)
def test_no_newer_edit_of_a_cell_is_undone(triple):
    base, theirs, ours = triple
    before = {cell.id: cell.code for cell in base}
    after = {cell.id: cell.code for cell in rebased(base, theirs, ours).notebook}
    newer = [cell for cell in ours if cell.code.strip() and cell.code != before.get(cell.id)]
    assert [after[cell.id] for cell in newer] == [cell.code for cell in newer]


@given(TRIPLES)
def test_what_the_copy_left_alone_is_as_in_the_document(triple):
    base, theirs, ours = triple
    known = {cell.id: cell for cell in base}
    mine = {cell.id: cell for cell in ours}
    after = {cell.id: cell for cell in rebased(base, theirs, ours).notebook}
    for cell in theirs:
        if cell.id in known and mine.get(cell.id) == known[cell.id]:
            assert after[cell.id].code == cell.code


def test_a_cell_that_the_copy_deleted_stays_deleted_though_it_was_edited():
    base = cells("x = 1", "y = 1")
    outcome = rebased(base, with_cells(base, "a", "b", a="x = 2"), with_cells(base, "b"))
    assert codes(outcome.notebook) == ["y = 1"]


def test_a_new_cell_comes_behind_the_nearest_cell_that_is_left():
    base = cells("x = 1", "y = 1", "z = 1")
    theirs = with_cells(base, "a", "b", "n", "c", n="new = 1")
    assert ids(rebased(base, theirs, with_cells(base, "a", "c")).notebook) == ["a", "n", "c"]
