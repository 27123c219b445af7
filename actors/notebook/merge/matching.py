"""Which cell of one notebook is which cell of another, where ids say nothing."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence

from actors.notebook.cells import Cell
from actors.notebook.merge.order import longest_rise

_NO_NAMES = {"", "_", "__"}

_SAME_PLACE = 0.3
"""How similar a cell must be to one between the same neighbours to be it, edited."""

_ELSEWHERE = 0.6
"""The same for a cell that stands elsewhere: moved and edited at once is rare."""

_COMMON = 8
"""A word that so many cells have tells them not apart; it also bounds the work."""

_CANDIDATES = 4
"""Of those that share rare words, how many are looked at more closely."""

_MOST_TEXT = 20_000
"""Characters of a cell that are compared; a cell beyond is embedded data."""


def matched(
    olds: Sequence[Cell], news: Sequence[Cell], unlikely: Collection[int] = ()
) -> dict[int, int]:
    """Return for positions in `news` the position in `olds` of the same cell.

    In this order, each step among what the ones before it left:

    1. by name, where one cell on each side has it (`*f` is `f`: the star says
       only that a file has it as a plain function);
    2. by equal code: first where it occurs once on each side, then between the
       same neighbours, from both ends inwards, then anywhere, in order; where
       fewer are left than were, those that are `unlikely` are the ones missing;
    3. by the share of words in common (Dice's coefficient of the sets of words),
       best first; less is asked for between the same neighbours than elsewhere.
       Blank cells are like nothing.

    Deterministic. Takes O(n log n) but for the sizes of the cells: similarity is
    asked only for cells that share a rare word or a place.

    Args:
        olds: The cells that are known.
        news: Those that are to be recognised.
        unlikely: Positions in `olds` of cells that somebody else has deleted.
    """
    matching = _Matching(olds, news, unlikely)
    matching.by_key([_name(cell) for cell in olds], [_name(cell) for cell in news])
    matching.by_key([cell.code for cell in olds], [cell.code for cell in news])
    matching.by_equal_code_in_order()
    matching.by_similarity()
    return matching.found


class _Matching:
    def __init__(
        self, olds: Sequence[Cell], news: Sequence[Cell], unlikely: Collection[int]
    ) -> None:
        self.olds, self.news = olds, news
        self.found: dict[int, int] = {}
        """Old positions by new ones."""

        self._taken: set[int] = set()
        self._unlikely = frozenset(unlikely)

    def by_key(self, old_keys: Sequence[str | None], new_keys: Sequence[str | None]) -> None:
        """Match what alone has its key, on both sides."""
        old_places, new_places = _only(old_keys, self._taken), _only(new_keys, self.found)
        for key, new in new_places.items():
            if key in old_places:
                self._match(old_places[key], new)

    def by_equal_code_in_order(self) -> None:
        gaps = [(self._likely(olds, news), news) for olds, news in self._gaps()]
        for olds, news in gaps:
            for first in (0, -1):
                while olds and news and self.olds[olds[first]].code == self.news[news[first]].code:
                    self._match(olds.pop(first), news.pop(first))
        for olds, news in gaps:
            self._match_equal(olds, news)
        olds, news = self._free_olds(), self._free_news()
        self._match_equal(self._likely(olds, news), news)

    def by_similarity(self) -> None:
        """Match the most similar cells first, in the order of the file where equal."""
        gaps = list(self._gaps())
        old_gap = {place: gap for gap, (olds, _) in enumerate(gaps) for place in olds}
        new_gap = {place: gap for gap, (_, news) in enumerate(gaps) for place in news}
        old_words = {place: _words(self.olds[place].code) for place in old_gap}
        new_words = {place: _words(self.news[place].code) for place in new_gap}
        pairs = {*_of_equal_place(gaps), *_sharing_rare_words(old_words, new_words)}
        ranked = []
        for old, new in pairs:
            is_near = old_gap[old] == new_gap[new]
            likeness = _likeness(old_words[old], new_words[new])
            if likeness >= (_SAME_PLACE if is_near else _ELSEWHERE):
                ranked.append((-likeness, not is_near, abs(old - new), old, new))
        for *_, old, new in sorted(ranked):
            if old not in self._taken and new not in self.found:
                self._match(old, new)

    def _likely(self, olds: Sequence[int], news: Sequence[int]) -> list[int]:
        """Leave out the unlikely ones of which there are more old cells than new."""
        surplus = Counter(self.olds[place].code for place in olds)
        surplus.subtract(self.news[place].code for place in news)
        likely = []
        for place in olds:
            code = self.olds[place].code
            if place in self._unlikely and surplus[code] > 0:
                surplus[code] -= 1
            else:
                likely.append(place)
        return likely

    def _match(self, old: int, new: int) -> None:
        self.found[new] = old
        self._taken.add(old)

    def _match_equal(self, olds: Iterable[int], news: Iterable[int]) -> None:
        waiting: defaultdict[str, deque[int]] = defaultdict(deque)
        for old in olds:
            if old not in self._taken:
                waiting[self.olds[old].code].append(old)
        for new in news:
            if new not in self.found and (same := waiting.get(self.news[new].code)):
                self._match(same.popleft(), new)

    def _free_olds(self) -> list[int]:
        return [place for place in range(len(self.olds)) if place not in self._taken]

    def _free_news(self) -> list[int]:
        return [place for place in range(len(self.news)) if place not in self.found]

    def _gaps(self) -> Iterator[tuple[list[int], list[int]]]:
        """Yield what is unmatched between neighbours that are matched and did not move."""
        news = sorted(self.found)
        anchors = [news[index] for index in longest_rise([self.found[new] for new in news])]
        old_at, new_at = 0, 0
        for new in [*anchors, len(self.news)]:
            old = self.found.get(new, len(self.olds))
            yield (
                [place for place in range(old_at, old) if place not in self._taken],
                [place for place in range(new_at, new) if place not in self.found],
            )
            old_at, new_at = old + 1, new + 1


def _name(cell: Cell) -> str | None:
    name = cell.name.removeprefix("*")
    return None if name in _NO_NAMES else name


def _only(keys: Sequence[str | None], taken: Iterable[int]) -> dict[str, int]:
    """Return the places of keys that occur once, among those not taken."""
    taken = set(taken)
    places = {
        place: key for place, key in enumerate(keys) if key is not None and place not in taken
    }
    counts = Counter(places.values())
    return {key: place for place, key in places.items() if counts[key] == 1}


def _words(code: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", code[:_MOST_TEXT]))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)


def _of_equal_place(gaps: Iterable[tuple[list[int], list[int]]]) -> Iterator[tuple[int, int]]:
    """Yield pairs as far from the start of their gap, or from its end."""
    for olds, news in gaps:
        yield from zip(olds, news, strict=False)
        yield from zip(reversed(olds), reversed(news), strict=False)


def _sharing_rare_words(
    olds: dict[int, frozenset[str]], news: dict[int, frozenset[str]]
) -> Iterator[tuple[int, int]]:
    having: defaultdict[str, list[int]] = defaultdict(list)
    for old, words in olds.items():
        for word in words:
            having[word].append(old)
    for new, words in news.items():
        lists = (having.get(word, ()) for word in words)
        shared = Counter(old for places in lists if len(places) <= _COMMON for old in places)
        best = sorted((-times, abs(old - new), old) for old, times in shared.items())
        for *_, old in best[:_CANDIDATES]:
            yield old, new
