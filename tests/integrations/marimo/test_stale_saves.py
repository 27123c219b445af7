"""What an agent did is not undone by a browser that has not heard of it."""

import pytest

from actors.notebook import Cell, DeleteCell, MoveCell, ReorderCells, SetCode, SetName
from tests.integrations.marimo.stale_session import PERSON, Session, new, set_config, with_code


@pytest.fixture
def session() -> Session:
    return Session()


def test_a_save_that_is_up_to_date_is_left_as_it_is(session):
    shown = [Cell("c", "c = 1"), Cell("new", ""), Cell("a", "a = 0", "name")]
    adjusted = session.save(shown)
    assert adjusted.cells == tuple(shown)
    assert not adjusted.held_back


def test_an_agents_new_cell_is_not_deleted(session):
    session.apply(new("x", after="a"))
    adjusted = session.save(session.opened)
    assert list(session.codes()) == ["a", "x", "b", "c"]
    assert adjusted.held_back == "kept x"


def test_a_cell_that_an_agent_deleted_does_not_come_back(session):
    session.apply(DeleteCell("b"))
    adjusted = session.save(session.opened)
    assert list(session.codes()) == ["a", "c"]
    assert adjusted.held_back == "left out b"


def test_an_agents_code_is_not_rolled_back(session):
    session.apply(SetCode("a", "a = 1"))
    session.apply(SetCode("a", "a = 2"))
    adjusted = session.save(session.opened)
    assert session.codes()["a"] == "a = 2"
    assert adjusted.held_back == "newer code of a"


def test_an_agents_name_is_not_rolled_back(session):
    session.apply(SetName("a", "load"))
    session.save(session.opened)
    assert session.document.notebook.cells[0].name == "load"


def test_an_agents_option_is_kept_beside_the_persons(session):
    session.apply(set_config("a", hide_code=True))
    session.save([Cell("a", "a = 0", config={"disabled": True}), *session.opened.cells[1:]])
    config = session.document.notebook.cells[0].config
    assert (config.hide_code, config.disabled) == (True, True)


def test_an_agents_move_is_not_undone(session):
    session.apply(MoveCell("c", before="a"))
    session.save(session.opened)
    assert list(session.codes()) == ["c", "a", "b"]


def test_a_persons_move_is_followed_beside_an_agents(session):
    session.apply(new("d"))
    opened = session.apply(new("e")).cells
    session.save(opened)
    session.apply(MoveCell("e", before="a"))
    a, b, c, d, e = opened
    session.save([b, c, a, d, e])
    assert list(session.codes()) == ["e", "b", "c", "a", "d"]


def test_a_persons_code_wins_over_an_agents(session):
    session.apply(SetCode("a", "a = 1"))
    session.save(with_code(session.opened, "a", "a = 'typed'"))
    assert session.codes()["a"] == "a = 'typed'"


def test_a_persons_way_back_is_not_stale_once_the_browser_showed_the_agents_code(session):
    session.save(session.apply(SetCode("a", "a = 1")))
    adjusted = session.save(session.opened)
    assert session.codes()["a"] == "a = 0"
    assert not adjusted.held_back


def test_a_persons_way_back_that_came_as_a_transaction_is_not_stale(session):
    session.apply(SetCode("a", "a = 1"))
    session.apply(SetCode("a", "a = 0"), source=PERSON)
    session.apply(SetCode("b", "b = 1"))
    session.save(session.opened)
    assert session.codes() == {"a": "a = 0", "b": "b = 1", "c": "c = 0"}


def test_an_agents_way_back_is_not_taken_for_news_that_the_browser_has(session):
    first = session.opened
    second = session.apply(SetCode("a", "a = 1"))
    session.apply(SetCode("a", "a = 0"))
    session.save(first)
    session.save(second)
    assert session.codes()["a"] == "a = 0"


def test_a_cell_that_the_browser_has_shown_is_deleted_when_it_is_gone(session):
    session.save(session.apply(new("x")))
    session.save(session.opened.cells[1:])
    assert list(session.codes()) == ["b", "c"]


def test_a_browser_that_shows_no_cell_of_the_document_has_deleted_none(session):
    session.save([Cell("fresh", "")])
    assert set(session.codes()) == {"a", "b", "c", "fresh"}


def test_what_was_typed_in_a_cell_that_an_agent_deleted_is_kept(session):
    session.apply(DeleteCell("b"))
    adjusted = session.save(with_code(session.opened, "b", "b = 'typed'"))
    assert session.codes()["b"] == "b = 'typed'"
    assert adjusted.held_back == "restored b"


def test_a_browser_that_hears_of_a_deletion_late_does_not_delete_what_was_typed(session):
    session.apply(DeleteCell("b"))
    session.save(with_code(session.opened, "b", "b = 'typed'"))
    session.save([session.opened.cells[0], session.opened.cells[2]])
    assert session.codes()["b"] == "b = 'typed'"


def test_a_persons_cell_that_an_agents_order_hides_is_kept(session):
    session.apply(ReorderCells(["c", "b", "a"]))
    session.apply(new("mine", after="a"), source=PERSON)
    session.save(reversed(session.opened.cells))
    assert list(session.codes()) == ["c", "b", "a", "mine"]


def test_a_cell_that_an_agents_order_does_not_name_is_kept(session):
    session.apply(ReorderCells(["c", "a"]))
    session.save([session.opened.cells[2], session.opened.cells[0]])
    assert list(session.codes()) == ["c", "a", "b"]


def test_a_cell_that_the_browser_made_up_empty_does_not_empty_an_agents(session):
    session.apply(new("x"))
    session.save([*session.opened, Cell("x", "")])
    assert session.codes()["x"] == "x = 0"


def test_a_cell_that_is_kept_beside_a_persons_new_one_follows_its_predecessor(session):
    session.apply(new("x", after="a"))
    a, b, c = session.opened
    session.save([a, Cell("mine", ""), b, c])
    assert list(session.codes()) == ["a", "mine", "x", "b", "c"]
