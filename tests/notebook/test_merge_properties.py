"""What holds for the merge of any notebook and any edits on both sides."""

from collections import Counter

import attrs
from hypothesis import given
from hypothesis import strategies as st

from actors.notebook import Cell, Notebook
from actors.notebook.merge import Merged
from actors.types import CellId
from tests.notebook.merge_scene import (
    HIDDEN,
    content,
    either,
    ids,
    merge_as_read,
    read,
    times,
    told,
)

OLD_CODES = ["", "x = 1", "x = 2", "show(x)", "import os", "x = 1\nshow(x)"]
NEW_CODES = ["x = 3", "x = 1 + 3", "show(x, 3)", "import os, sys", "new = 4", " "]

OLDS = st.lists(
    st.tuples(st.sampled_from(OLD_CODES), st.sampled_from(["_", "_", "f", "g"])), max_size=7
).map(
    lambda cells: Notebook(
        Cell(CellId(f"c{place}"), *cell, version=place) for place, cell in enumerate(cells)
    )
)


@st.composite
def edited(draw, base, codes=NEW_CODES):
    """Draw a notebook that this one became by a few edits of one side."""
    cells = list(base)
    for number in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(cells)))
        what = draw(st.sampled_from(["add", "code", "name", "hide", "delete", "move"]))
        code = draw(st.sampled_from(codes))
        if what == "add" or place == len(cells):
            cells.insert(place, Cell(CellId(f"new{number}"), code))
        elif what == "code":
            cells[place] = attrs.evolve(cells[place], code=code)
        elif what == "name":
            cells[place] = attrs.evolve(cells[place], name=draw(st.sampled_from("fgh")))
        elif what == "hide":
            cells[place] = attrs.evolve(cells[place], config=HIDDEN)
        else:
            cell = cells.pop(place)
            if what == "move":
                cells.insert(draw(st.integers(0, len(cells))), cell)
    header = draw(st.sampled_from([base.header, "# a", "# b"]))
    app_config = draw(st.sampled_from([base.app_config, {"a": 1}, {"b": 2, "a": 1}]))
    return attrs.evolve(base, cells=cells, header=header, app_config=app_config)


PAIRS = OLDS.flatmap(lambda base: st.tuples(st.just(base), edited(base)))
TRIPLES = OLDS.flatmap(lambda base: st.tuples(st.just(base), edited(base), edited(base)))
MIXED = OLDS.flatmap(
    lambda base: st.tuples(
        st.just(base), edited(base, NEW_CODES + OLD_CODES), edited(base, NEW_CODES + OLD_CODES)
    )
)


def outcomes(result):
    return [result] if isinstance(result, Merged) else [result.ours, result.theirs]


@given(PAIRS)
def test_a_file_that_nobody_changed_leaves_ours_as_it_is(pair):
    base, ours = pair
    result = either(base, base, ours)
    assert result.transaction.changes == ()
    assert result.notebook == ours


@given(OLDS)
def test_nothing_at_all_is_the_very_same_object(base):
    assert either(base, base, base).notebook is base


@given(MIXED)
def test_without_edits_of_ours_the_result_is_what_they_wrote(three):
    base, theirs, _ = three
    assert content(either(base, theirs, base).notebook) == content(theirs)


@given(MIXED)
def test_both_sides_alike_are_no_conflict(three):
    base, theirs, _ = three
    result = either(base, theirs, theirs)
    assert result == Merged(theirs)


@given(MIXED)
def test_the_transaction_brings_our_document_to_the_merged_one(three):
    base, theirs, ours = three
    for result in outcomes(either(base, theirs, ours)):
        assert told(ours, result) == result.notebook
        assert (result.transaction.changes == ()) == (result.notebook == ours)


@given(MIXED)
def test_no_id_is_there_twice_and_none_that_was_deleted_comes_back(three):
    base, theirs, ours = three
    for result in outcomes(either(base, theirs, ours)):
        found = ids(result.notebook)
        assert len(found) == len(set(found))
        assert not set(found) & (set(ids(base)) - set(ids(ours)))


@given(TRIPLES)
def test_no_cell_is_lost_or_doubled(three):
    base, theirs, ours = three
    old, their, our = map(times, three)
    result = either(base, theirs, ours)
    for way in outcomes(result):
        new = times(way.notebook)
        for code in old | their | our | new:
            if code in old:  # nobody writes these anew
                assert new[code] <= min(old[code], max(their[code], our[code]))
            else:
                assert new[code] <= their[code] + our[code]
            if isinstance(result, Merged) and code.strip():  # a blank one may go
                least = their[code] + our[code] - old[code]
                assert new[code] >= (least if code in old else max(their[code], our[code]))


@given(TRIPLES)
def test_what_a_way_out_of_a_conflict_drops_is_named_in_it(three):
    base, theirs, ours = three
    result = either(base, theirs, ours)
    if isinstance(result, Merged):
        return
    new = times(base).keys()
    for way, side in [(result.ours, theirs), (result.theirs, ours)]:
        dropped = times(side) - times(way.notebook)
        named = Counter(text for clash in result.parts for text in (clash.ours, clash.theirs))
        assert {code for code in dropped if code not in new and code.strip()} <= set(named)
    assert (times(ours) - times(result.ours.notebook)).keys() <= new | {"", " "}
    assert (times(theirs) - times(result.theirs.notebook)).keys() <= new | {"", " "}


@given(MIXED)
def test_the_ids_of_the_parser_say_nothing(three):
    base, theirs, ours = three
    first = merge_as_read(base, read(theirs, "P"), ours)
    assert merge_as_read(base, read(theirs, "c"), ours) == first


# -- edits of parts that are told apart --------------------------------------------

NAMED = [
    Cell(CellId(f"c{place}"), f"word{place} = other{place}", f"name{place}") for place in range(6)
]


@st.composite
def shared(draw, editors=((0,), (1,))):
    """Draw two sides; by whom a cell of the base is edited is one of `editors`."""
    sides: tuple[list[Cell], list[Cell]] = ([], [])
    for cell in NAMED:
        edit = draw(st.sampled_from(["code", "hide", "delete", "none"]))
        who = draw(st.sampled_from(editors))
        for number in (0, 1):
            sides[number].extend(change(cell, edit, number) if number in who else [cell])
    for number, side in enumerate(sides):
        for more in range(draw(st.integers(0, 2))):
            code = f"added{number}{more} = fresh{number}{more}"
            cell = Cell(CellId(f"s{number}{more}"), code, f"new{number}{more}")
            side.insert(draw(st.integers(0, len(side))), cell)
        if draw(st.booleans()):
            side[:] = draw(st.permutations(side))
    theirs, ours = Notebook(sides[0], header="# theirs"), Notebook(sides[1], {"ours": 1})
    return theirs, ours


def change(cell, edit, side):
    match edit:
        case "code":
            return [attrs.evolve(cell, code=f"{cell.code} + side{side}")]
        case "hide":
            return [attrs.evolve(cell, config=HIDDEN)]
        case "delete":
            return []
    return [cell]


def facts(notebook):
    """Return what does not depend on order."""
    return parts_of(notebook), notebook.header, dict(notebook.app_config)


def parts_of(notebook):
    return sorted((each.code, each.name, each.config.hide_code) for each in notebook)


@given(shared())
def test_edits_of_different_parts_never_conflict_and_are_all_there(sides):
    theirs, ours = sides
    result = either(Notebook(NAMED), theirs, ours)
    assert isinstance(result, Merged)
    old = {cell.id: cell for cell in NAMED}
    views = [{cell.id: cell for cell in side} for side in sides]
    expected = [
        cell
        for cell_id in {**old, **views[0], **views[1]}
        for cell in [edited_one(old.get(cell_id), *(view.get(cell_id) for view in views))]
        if cell is not None
    ]
    assert facts(result.notebook) == (parts_of(expected), "# theirs", {"ours": 1})


def edited_one(old, theirs, ours):
    return ours if theirs == old else theirs


@given(shared(editors=((0,), (1,), (0, 1))))
def test_swapped_sides_give_the_same_but_for_the_order(sides):
    theirs, ours = sides
    one = either(Notebook(NAMED), theirs, ours)
    other = either(Notebook(NAMED), ours, theirs)
    assert type(one) is type(other)
    if isinstance(one, Merged):
        assert facts(one.notebook) == facts(other.notebook)
    else:
        assert {(each.ours, each.theirs) for each in one.parts} == {
            (each.theirs, each.ours) for each in other.parts
        }
        assert facts(one.ours.notebook) == facts(other.theirs.notebook)


@given(shared())
def test_each_side_finds_its_order_where_the_other_moved_nothing(sides):
    theirs, ours = sides
    found = [cell.name for cell in either(Notebook(NAMED), theirs, ours).notebook]
    for side, other in [(theirs, ours), (ours, theirs)]:
        old = [cell.name for cell in other if cell.name.startswith("name")]
        if old == sorted(old):
            names = [cell.name for cell in side if cell.name in found]
            assert [name for name in found if name in names] == names
