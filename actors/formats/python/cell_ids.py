"""The ids of a file's cells, given as marimo's loader gives them."""

import functools
import random
import string
from collections.abc import Iterable, Iterator

from actors.formats.python.cell_statements import SETUP_NAME, CellText
from actors.formats.python.toplevel import REUSABLE_PREFIX
from actors.notebook import Cell
from actors.types import CellId

_FIRST = 64
"""More cells than most notebooks have."""


def numbered(texts: Iterable[CellText]) -> Iterator[Cell]:
    """Yield the cells of a file, with ids on which a host that loaded it agrees."""
    ids = cell_ids()
    has_setup = False
    for position, text in enumerate(texts):
        is_broken_setup = (text.kind, text.name, position) == ("unparsable", SETUP_NAME, 0)
        is_setup = not has_setup and (text.kind == "setup" or is_broken_setup)
        has_setup |= is_setup
        name = REUSABLE_PREFIX + text.name if text.kind == "reusable" else text.name
        yield Cell(CellId(SETUP_NAME) if is_setup else next(ids), text.code, name, text.config)


def cell_ids() -> Iterator[CellId]:
    """Yield `Hbol`, `MJUe`, `vblA`, …: the same text objects for all notebooks."""
    begin, end = 0, _FIRST
    while True:
        yield from _first_ids(end)[begin:]
        begin, end = end, 4 * end


@functools.cache
def _first_ids(count: int) -> tuple[CellId, ...]:
    letters = random.Random(42)
    ids: dict[CellId, None] = {}
    while len(ids) < count:
        ids[CellId("".join(letters.choices(string.ascii_letters, k=4)))] = None
    return tuple(ids)
