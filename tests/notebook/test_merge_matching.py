"""Which cell of a file is which cell of a notebook."""

from unittest.mock import Mock

import pytest

from actors.notebook import Cell
from actors.notebook.merge import matching
from actors.notebook.merge.matching import matched
from tests.notebook.merge_scene import cells

LOAD = "data = load('data.csv', columns=names)"


def places(olds, news, unlikely=()):
    """Return for each new cell the place of its old one; `-` for none."""
    found = matched(cells(*olds).cells, cells(*news).cells, unlikely)
    return "".join(str(found.get(place, "-")) for place in range(len(news)))


CASES = {
    "a name is stronger than code": (["f: x", "g: y"], ["g: x", "f: y"], "10"),
    "a star is no part of a name": (["f: x", "g: x"], ["*g: x", "*f: x"], "10"),
    "a name that two cells have is no name": (["f: x", "f: y"], ["f: y", "f: x"], "10"),
    "a name on one side only says nothing": (["f: x", "y"], ["y", "g: x"], "10"),
    "no name is no name": (["__: x", "y"], ["__: y", "x"], "10"),
    "code that was moved": (["x", "y", "z"], ["z", "x", "y"], "201"),
    "equal cells keep their order": (["x", "x", "x"], ["x", "x", "x"], "012"),
    "equal cells, the last deleted": (["x", "x", "x"], ["x", "x"], "01"),
    "equal cells with one added": (["x", "y", "x"], ["x", "x", "y", "x"], "0-12"),
    "equal cells between neighbours": (["x", "a", "x", "b"], ["a", "x", "b"], "123"),
    "equal cells at both ends": (["x", "y", "x"], ["x", "new", "x"], "0-2"),
    "equal cells across neighbours": (["x", "x", "a", "b"], ["a", "x", "b", "x"], "2031"),
    "equal cells, the first edited": (["x = 1", "x = 1"], ["x = 2", "x = 1"], "01"),
    "equal cells amid others": (
        ["x", "a", "p", "x", "q", "b"],
        ["a", "r", "x", "s", "b", "x"],
        "1-3-50",
    ),
    "edited in its place": (["a", "x = 1", "b"], ["a", "x = 2", "b"], "012"),
    "edited much in its place": (["a", "x = 1", "b"], ["a", "x = f(2, 3)", "b"], "012"),
    "edited and moved": (["a", LOAD, "b"], ["a", "b", f"{LOAD}\nshow(data)"], "021"),
    "like another, elsewhere": (["a", "x = 1", "b"], ["a", "b", "x = 2"], "02-"),
    "rewritten": (["a", "x = 1", "b"], ["a", "other", "b"], "0-2"),
    "blank cells are like nothing": (["a", "", "b"], ["a", "x", "b"], "0-2"),
    "symbols only": (["a", "()", "b"], ["a", "[]", "b"], "0-2"),
    "the most similar first": (
        ["a", "x = 1 + 2", "x = 3 + 4", "b"],
        ["a", "x = 3 + 5", "x = 1 + 6", "b"],
        "0213",
    ),
    "edited, and one added above": (["a", LOAD, "b"], ["a", "new", f"{LOAD}\nx", "b"], "0-12"),
    "nothing": ([], ["a"], "-"),
}


@pytest.mark.parametrize(("olds", "news", "expected"), CASES.values(), ids=CASES)
def test_cells_are_recognised(olds, news, expected):
    assert places(olds, news) == expected


def test_of_equal_cells_one_that_is_unlikely_is_the_missing_one():
    assert places(["x", "x", "x"], ["x", "x"], unlikely={1}) == "02"
    assert places(["x", "x", "x"], ["x", "x", "x"], unlikely={1}) == "012"
    assert places(["x", "a", "x"], ["x", "a"], unlikely={2}) == "01"
    assert places(["x", "a", "x"], ["a", "x"], unlikely={0}) == "12"


def test_the_work_does_not_grow_with_the_square_of_the_cells(monkeypatch):
    compare = Mock(wraps=matching._likeness)
    monkeypatch.setattr(matching, "_likeness", compare)
    olds = [Cell(f"o{place}", f"x = {place % 7}") for place in range(600)]
    news = [Cell(f"n{place}", f"x = {place % 5} + rare{place}") for place in range(300)]
    assert len(matched(olds, news)) == 300
    assert compare.call_count < 6 * 600
