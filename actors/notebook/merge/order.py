"""The order of merged cells: moves of both sides are followed, nothing is lost or doubled."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from actors.types import CellId


def longest_rise(values: Sequence[int]) -> list[int]:
    """Return the indices of a longest increasing subsequence; O(n log n).

    Values are distinct. What is outside of it has moved: the fewest that can have.
    """
    tails: list[int] = []  # the smallest last value of a rise, by its length
    ends: list[int] = []  # the index of that value
    before: list[int | None] = []
    for index, value in enumerate(values):
        length = bisect_left(tails, value)
        before.append(ends[length - 1] if length else None)
        tails[length : length + 1] = [value]
        ends[length : length + 1] = [index]
    rise: list[int] = []
    at = ends[-1] if ends else None
    while at is not None:
        rise.append(at)
        at = before[at]
    return rise[::-1]


def merged_order(
    base: Iterable[CellId],
    theirs: Iterable[CellId],
    ours: Iterable[CellId],
    kept: Collection[CellId],
) -> list[CellId]:
    """Return the ids of `kept`, each once, as both sides have ordered them.

    If one side alone moved cells that all three have, the result has its order.
    If both did, it is our order with their moves of cells that we did not move.
    Cells that one side alone has follow their predecessor on that side; ours
    come first where both have added at one place.

    Args:
        base: All ids as they were.
        theirs: All ids of that side, those not kept too.
        ours: Likewise.
        kept: What the result is made of; each is on one side at least.
    """
    theirs = [each for each in theirs if each in kept]
    ours = [each for each in ours if each in kept]
    common = set(base) & set(theirs) & set(ours)
    old = [each for each in base if each in common]
    their_order = [each for each in theirs if each in common]
    our_order = [each for each in ours if each in common]
    follows_them = _moved(old, their_order) - _moved(old, our_order)
    order = _woven([each for each in our_order if each not in follows_them], their_order)
    return _woven(_woven(order, theirs), ours)  # so that ours come first


def _moved(before: Sequence[CellId], after: Sequence[CellId]) -> set[CellId]:
    """Return a smallest set of cells whose moves turn one order into the other."""
    places = {each: place for place, each in enumerate(before)}
    stayed = longest_rise([places[each] for each in after])
    return set(after) - {after[index] for index in stayed}


def _woven(order: Sequence[CellId], side: Sequence[CellId]) -> list[CellId]:
    """Return an order with what it lacks of a side, each right behind its predecessor there.

    Linked, because inserting into a list and finding places in it are quadratic
    for 5,000 cells.
    """
    following: dict[CellId | None, CellId | None] = dict(pairwise([None, *order, None]))
    previous: CellId | None = None
    for each in side:
        if each not in following:
            following[previous], following[each] = each, following[previous]
        previous = each
    return list(_along(following))


def _along(following: dict[CellId | None, CellId | None]) -> Iterable[CellId]:
    at = following[None]
    while at is not None:
        yield at
        at = following[at]
