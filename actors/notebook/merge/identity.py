"""Ids for the cells of a file, so that they can be compared with a document's."""

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import count
from typing import Any, TypeAlias

import attrs

from actors.notebook.cells import Cell, Notebook
from actors.notebook.merge.matching import matched
from actors.types import CellId

_SETUP = "setup"
"""The id of a setup cell in marimo, always."""

_LENGTH = 12
"""Of a new id: no cell that a host deleted or will make has it by chance."""

_Addition: TypeAlias = tuple[CellId | None, str, str]
"""The cell above, the code and the name."""


def recognised(notebook: Notebook, known: Notebook, ours: Notebook) -> Notebook:
    """Return a parsed notebook with the ids of `known` for the cells that are there.

    The rest get new ids, which neither `known` nor `ours` has.
    """
    there = {cell.id for cell in ours}
    gone = {place for place, cell in enumerate(known) if cell.id not in there}
    places = matched(known.cells, notebook.cells, unlikely=gone)
    ids = {notebook.cells[new].id: known.cells[old].id for new, old in places.items()}
    strangers = [cell for cell in notebook if cell.id not in ids]
    return with_ids(notebook, ids | new_ids(strangers, [*there, *(cell.id for cell in known)]))


def with_common_additions(theirs: Notebook, base: Notebook, ours: Notebook) -> Notebook:
    """Return theirs with our ids for the cells that both sides have added alike.

    That is with the same code and name and at the same place: behind the same
    cell of the base, among those that both still have.
    """
    old = {cell.id for cell in base}
    common = old & {cell.id for cell in theirs} & {cell.id for cell in ours}
    waiting: defaultdict[_Addition, deque[CellId]] = defaultdict(deque)
    for addition, cell_id in _additions(ours, old, common):
        waiting[addition].append(cell_id)
    ids = {
        cell_id: waiting[addition].popleft()
        for addition, cell_id in _additions(theirs, old, common)
        if waiting[addition]
    }
    return with_ids(theirs, ids) if ids else theirs


def new_ids(cells: Iterable[Cell], taken: Iterable[CellId]) -> dict[CellId, CellId]:
    """Return ids that are not taken, made from the cells alone: the same each time."""
    ids: dict[CellId, CellId] = {}
    taken, seen = set(taken), Counter[tuple[str, str]]()
    for cell in cells:
        key = (cell.name, cell.code)
        ids[cell.id] = next(each for each in _ideas(cell, seen[key]) if each not in taken)
        taken.add(ids[cell.id])
        seen[key] += 1
    return ids


def with_ids(notebook: Notebook, ids: Mapping[CellId, CellId]) -> Notebook:
    """Return a notebook whose cells have other ids, in what its format keeps too."""
    cells = [attrs.evolve(cell, id=ids.get(cell.id, cell.id)) for cell in notebook]
    extra = tuple((key, _with_keys(value, ids)) for key, value in notebook.extra)
    return attrs.evolve(notebook, cells=cells, extra=extra)


def _with_keys(value: Any, ids: Mapping[CellId, CellId]) -> Any:
    """Replace ids where formats have them: keys of a mapping, or of one in a record."""
    if isinstance(value, Mapping):
        return {ids.get(key, key): each for key, each in value.items()}
    if not attrs.has(type(value)):
        return value
    fields = {field.alias: getattr(value, field.name) for field in attrs.fields(type(value))}
    mappings = {name: each for name, each in fields.items() if isinstance(each, Mapping)}
    return attrs.evolve(value, **{name: _with_keys(each, ids) for name, each in mappings.items()})


def _additions(
    notebook: Notebook, old: Collection[CellId], common: Collection[CellId]
) -> Iterator[tuple[_Addition, CellId]]:
    anchor = None
    for cell in notebook:
        if cell.id not in old:
            yield (anchor, cell.code, cell.name), cell.id
        anchor = cell.id if cell.id in common else anchor


def _ideas(cell: Cell, first: int) -> Iterator[CellId]:
    if cell.id == _SETUP:
        yield CellId(_SETUP)
    seed = f"{cell.name}\n{cell.code}".encode("utf-8", "surrogatepass")
    for number in count(first):
        digest = hashlib.sha256(b"%d\n%b" % (number, seed)).hexdigest()
        yield CellId(digest[:_LENGTH])
