"""The registry: one file is one notebook, closed as often as it was opened."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from actors.errors import AutosaveError, NotebookClosedError
from actors.notebook import Document, Ledger
from actors.registry import Entry, Registry
from actors.types import NotebookId

A, B, C = "/a.py", "/b.py", "/c.py"
NOBODY: Any = None


def entry(name: str = "nb", file: str | None = None) -> Entry:
    return Entry(NotebookId(name), Ledger(Document(), None), NOBODY, file)


def registry(*entries: Entry) -> Registry:
    made = Registry()
    for each in entries:
        assert made.add(each) is each
    return made


def close(notebooks: Registry, only: Entry) -> int:
    """Close a notebook for the last time; return the number of the closing."""
    closing = notebooks.close_once(only)
    assert closing is not None
    return closing


def test_a_new_registry_is_empty():
    assert (len(Registry()), Registry().entries()) == (0, [])


def test_ids_are_the_name_and_numbered_only_where_it_is_taken():
    notebooks = registry()
    assert notebooks.new_id("nb") == "nb"
    notebooks.add(entry("nb"))
    numbered = notebooks.new_id("nb")
    notebooks.add(entry(numbered))
    assert numbered == "nb#2"
    assert notebooks.new_id("nb") == "nb#3"


def test_two_that_ask_for_an_id_before_either_is_added_get_two():
    notebooks = registry()
    assert notebooks.new_id("nb") != notebooks.new_id("nb")


def test_an_id_is_free_again_when_its_notebook_is_forgotten_or_was_not_needed():
    notebooks = registry()
    first = notebooks.add(entry(notebooks.new_id("nb"), A))
    assert notebooks.add(entry(notebooks.new_id("late"), A)) is not None
    assert notebooks.new_id("late") == "late"
    notebooks.close_once(first)
    notebooks.remove_if_closed(first.id, close(notebooks, first))
    assert notebooks.new_id("nb") == "nb"


def test_a_file_opened_twice_is_one_notebook():
    notebooks = registry(first := entry("nb", A))
    assert notebooks.reopen(A) is first
    assert notebooks.add(entry("late", A)) is first
    assert (first.opens, len(notebooks)) == (3, 1)


def test_another_file_and_no_file_are_not_open():
    notebooks = registry(entry("nb", A), entry("unnamed"))
    assert notebooks.reopen(B) is None
    assert notebooks.reopen(None) is None


def test_a_notebook_is_closed_by_as_many_closes_as_opens():
    notebooks = registry(only := entry("nb", A))
    notebooks.reopen(A)
    assert notebooks.close_once(only) is None
    assert not only.closed
    assert notebooks.close_once(only) is not None
    assert only.closed
    assert notebooks.close_once(only) is None


def test_one_close_too_many_does_not_count_against_the_next_open():
    notebooks = registry(only := entry("nb", A))
    close(notebooks, only)
    assert notebooks.close_once(only) is None
    notebooks.reopen(A)
    assert not only.closed


def test_closing_what_is_not_open_here_does_nothing():
    notebooks = registry(only := entry("nb", A))
    assert notebooks.close_once(entry("stranger")) is None
    assert notebooks.close_once(entry("nb")) is None
    assert not only.closed


def test_a_notebook_is_forgotten_only_when_it_is_closed():
    notebooks = registry(only := entry("nb", A))
    assert notebooks.remove_if_closed(only.id, 1) is None
    closing = close(notebooks, only)
    assert notebooks.remove_if_closed(only.id, closing) is only
    assert notebooks.remove_if_closed(only.id, closing) is None
    assert (notebooks.reopen(A), notebooks.entries()) == (None, [])


def test_a_closed_notebook_with_work_to_save_can_be_opened_again():
    notebooks = registry(only := entry("nb", A))
    closing = close(notebooks, only)
    assert notebooks.closing(A) is only
    assert notebooks.entries() == [only]
    assert notebooks.reopen(A) is only
    assert not only.closed
    assert notebooks.closing(A) is None
    assert notebooks.remove_if_closed(only.id, closing) is None


def test_the_end_of_an_earlier_closing_does_not_end_a_later_one():
    notebooks = registry(only := entry("nb", A))
    first = close(notebooks, only)
    notebooks.reopen(A)
    second = close(notebooks, only)
    assert notebooks.remove_if_closed(only.id, first) is None
    assert notebooks.remove_if_closed(only.id, second) is only


def test_no_closing_has_the_number_of_another_even_where_an_id_is_used_again():
    notebooks = registry(first := entry("nb", A))
    notebooks.remove_if_closed(first.id, stale := close(notebooks, first))
    notebooks.add(second := entry("nb", A))
    assert close(notebooks, second) != stale
    assert notebooks.remove_if_closed(second.id, stale) is None


def test_an_open_notebook_and_no_file_are_not_closing():
    notebooks = registry(entry("nb", A), entry("unnamed"))
    assert notebooks.closing(A) is notebooks.closing(B) is notebooks.closing(None) is None


def test_a_file_claimed_for_a_rename_is_the_notebooks_from_then_on():
    notebooks = registry(only := entry("nb", A))
    notebooks.claim(only, B)
    assert notebooks.reopen(A) is notebooks.reopen(B) is only


def test_a_rename_that_worked_lets_go_of_the_old_file():
    notebooks = registry(only := entry("nb", A))
    notebooks.claim(only, B)
    notebooks.unclaim(only, B, renamed=True)
    assert notebooks.reopen(A) is None
    assert notebooks.reopen(B) is only
    assert only.files == (B,)


def test_a_rename_that_was_refused_lets_go_of_the_new_file():
    notebooks = registry(only := entry("nb", A))
    notebooks.claim(only, B)
    notebooks.unclaim(only, B, renamed=False)
    assert notebooks.reopen(B) is None
    assert notebooks.reopen(A) is only
    assert only.files == (A,)


def test_an_unnamed_notebook_gets_its_first_file_by_a_claim():
    notebooks = registry(only := entry("unnamed"))
    notebooks.claim(only, A)
    notebooks.unclaim(only, A, renamed=True)
    assert notebooks.reopen(A) is only


def test_its_own_file_is_no_new_claim_and_another_notebooks_is_refused():
    notebooks = registry(first := entry("first", A), entry("second", B))
    notebooks.claim(first, A)
    assert first.claimed is None
    with pytest.raises(AutosaveError, match="is open as another notebook; choose another name"):
        notebooks.claim(first, B)
    assert first.files == (A,)


def test_a_rename_that_ends_after_its_notebook_was_forgotten_does_nothing():
    notebooks = registry(only := entry("nb", A))
    notebooks.claim(only, B)
    notebooks.remove_if_closed(only.id, close(notebooks, only))
    notebooks.unclaim(only, B, renamed=True)
    assert notebooks.reopen(A) is notebooks.reopen(B) is None


def test_while_a_rename_is_under_way_another_one_is_refused_and_changes_nothing():
    notebooks = registry(only := entry("nb", A))
    notebooks.claim(only, B)
    with pytest.raises(AutosaveError, match=r"a rename to /b\.py is under way; wait for it"):
        notebooks.claim(only, C)
    notebooks.unclaim(only, C, renamed=True)
    assert (only.files, only.claimed, notebooks.reopen(C)) == ((A, B), B, None)


@pytest.mark.parametrize("back", [A, B], ids=["back", "there again"])
def test_a_rename_there_and_back_waits_for_the_first_to_end(back):
    notebooks = registry(only := entry("nb", A))
    notebooks.claim(only, B)
    with pytest.raises(AutosaveError, match="is under way"):
        notebooks.claim(only, back)
    notebooks.unclaim(only, B, renamed=True)
    notebooks.claim(only, A)
    assert only.files == (B, A)


@pytest.mark.parametrize("renamed", [True, False])
def test_after_a_rename_has_ended_there_may_be_another(renamed):
    notebooks = registry(only := entry("nb", A))
    notebooks.claim(only, B)
    notebooks.unclaim(only, B, renamed=renamed)
    notebooks.claim(only, C)
    assert only.files == (B if renamed else A, C)


def test_a_forgotten_notebook_claims_nothing():
    notebooks = registry(only := entry("nb", A))
    notebooks.remove_if_closed(only.id, close(notebooks, only))
    with pytest.raises(NotebookClosedError, match="nb is closed"):
        notebooks.claim(only, B)
    notebooks.add(entry("nb", A))
    with pytest.raises(NotebookClosedError, match="nb is closed"):
        notebooks.claim(only, B)
    assert notebooks.reopen(B) is None


def test_threads_that_open_one_file_get_one_notebook():
    notebooks = registry()
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda number: notebooks.add(entry(f"nb{number}", A)), range(40)))
    assert len({id(each) for each in made}) == 1
    assert made[0].opens == 40
