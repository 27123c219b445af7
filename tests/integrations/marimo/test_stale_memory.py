"""What is remembered of a session's changes, for how long, and what it is told apart from."""

from actors.integrations.marimo.cell_memory import FORMER_VALUES
from actors.integrations.marimo.stale import DELETED_CELLS, FORMER_ORDERS
from actors.notebook import DeleteCell, MoveCell, SetCode, SetName
from actors.types import CellId
from tests.integrations.marimo.stale_session import PERSON, Session, new, with_code


def test_what_a_save_changed_is_not_an_agents():
    session = Session()
    session.apply(SetCode("a", "a = 1"), source="cell-manager")
    session.save(session.opened)
    assert session.codes()["a"] == "a = 0"


def test_a_cell_that_a_save_deleted_does_not_come_back():
    session = Session()
    session.save(session.opened.cells[1:])
    session.save(session.opened)
    assert list(session.codes()) == ["b", "c"]


def test_a_person_moves_a_cell_back_that_the_browser_showed_where_the_agent_put_it():
    session = Session()
    session.save(session.apply(MoveCell("c", before="a")))
    session.save(session.opened)
    assert list(session.codes()) == ["a", "b", "c"]


def test_a_browser_is_taken_to_be_behind_where_the_order_does_not_tell():
    session = Session()
    session.apply(MoveCell("c", before="a"))
    a, b, c = session.opened
    adjusted = session.save([b, c, a])
    assert list(session.codes()) == ["c", "b", "a"]
    assert adjusted.held_back == "newer order"


def test_an_agents_way_back_to_an_order_is_not_taken_for_news_that_the_browser_has():
    session = Session()
    second = session.apply(MoveCell("c", before="a"))
    session.apply(MoveCell("c", after="b"))
    session.save(session.opened)
    session.save(second)
    assert list(session.codes()) == ["a", "b", "c"]


def test_what_the_browser_shows_wins_over_a_persons_value():
    session = Session()
    heard_late = session.apply(SetCode("a", "a = 1"))
    session.apply(SetCode("a", "typed"), source=PERSON)
    session.save(heard_late)
    assert session.codes()["a"] == "a = 1"


def test_a_persons_value_does_not_prove_that_the_browser_has_heard_of_the_agents():
    session = Session()
    first = session.apply(SetCode("a", "a = 1"))
    session.save(session.apply(SetCode("a", "typed"), source=PERSON))
    session.apply(SetCode("a", "a = 2"))
    session.save(first)
    assert session.codes()["a"] == "a = 2"


def test_two_words_for_no_name_are_the_same():
    session = Session()
    session.apply(SetName("a", ""))
    assert not session.save(session.opened).held_back


def test_an_agents_value_is_stale_although_a_person_replaced_it():
    session = Session()
    first = session.apply(SetCode("a", "a = 1"))
    session.save(with_code(session.opened, "a", "typed"))
    session.apply(SetCode("a", "a = 2"))
    session.save(first)
    assert session.codes()["a"] == "a = 2"


def test_an_agents_value_is_stale_in_a_cell_that_came_back():
    session = Session()
    first = session.apply(SetCode("a", "a = 1"))
    session.apply(DeleteCell("a"))
    session.save(with_code(session.opened, "a", "typed"))
    session.apply(SetCode("a", "a = 2"))
    session.save(first)
    assert session.codes()["a"] == "a = 2"


def test_a_late_transaction_says_that_a_value_was_meant():
    session = Session()
    session.apply(SetCode("a", "a = 1"))
    session.save(session.opened)
    session.apply(SetCode("b", "b = 1"), source=PERSON)
    assert not session.is_meant
    session.apply(SetCode("a", "a = 0"), source=PERSON)
    assert session.is_meant


def test_a_late_transaction_says_that_an_order_was_meant():
    session = Session()
    session.apply(MoveCell("c", before="a"))
    session.save(session.opened)
    session.apply(MoveCell("c", after="b"), source=PERSON)
    assert session.is_meant


def test_nothing_is_meant_once_a_save_held_nothing_back():
    session = Session()
    session.save(session.apply(SetCode("a", "a = 1")) and session.opened)
    session.save(session.document.notebook)
    session.apply(SetCode("a", "a = 0"), source=PERSON)
    assert not session.is_meant


def test_a_browser_that_has_heard_nothing_or_all_but_the_last_is_behind_after_any_number_of_edits():
    session = Session()
    *_, late, _last = [session.apply(SetCode("a", str(n))) for n in range(3 * FORMER_VALUES)]
    for shown in (session.opened, late):
        session.save(shown)
        assert session.codes()["a"] == str(3 * FORMER_VALUES - 1)


def test_memory_is_bounded():
    session = Session()
    for n in range(3 * FORMER_VALUES):
        session.apply(SetCode("a", str(n)))
        session.apply(MoveCell("c", after="ab"[n % 2]))
    assert len(session.superseded._cells[CellId("a")].former["code"]) == FORMER_VALUES
    assert len(session.superseded._orders) == FORMER_ORDERS


def test_deleted_cells_are_remembered_up_to_a_bound():
    session = Session()
    for n in range(DELETED_CELLS + 1):
        session.apply(new(f"x{n}"))
        session.apply(DeleteCell(f"x{n}"))
    assert len(session.superseded._deleted) == DELETED_CELLS
