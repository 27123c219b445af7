"""A conflict that ends with both sides in the notebook."""

from collections.abc import Iterator, Mapping

import attrs

from actors.notebook.cells import Cell, Notebook
from actors.notebook.merge.identity import new_ids
from actors.notebook.merge.telling import transaction_between
from actors.notebook.merge.threeway import Conflict, Merged
from actors.types import CellId


def with_both(ours: Notebook, conflict: Conflict) -> Merged:
    """Return the merge in which we are right, with their cells below ours.

    A cell of theirs that differs comes without a name, which is ours to
    have. Of the header and the options, which cannot be there twice, ours are kept.
    """
    mine, yours = conflict.ours, conflict.theirs
    codes = {cell.id: cell.code for cell in mine.notebook}
    extra = [cell for cell in yours.notebook if cell.code not in {"", codes.get(cell.id)}]
    ids = new_ids(extra, [*codes, *(cell.id for cell in (*ours, *mine.theirs, *yours.notebook))])
    copies = {cell.id: attrs.evolve(cell, id=ids[cell.id], name="_", version=0) for cell in extra}
    cells = list(_placed(mine.notebook, yours.notebook, copies))
    notebook = attrs.evolve(mine.notebook, cells=cells)
    return Merged(notebook, transaction_between(ours, notebook), mine.theirs)


def _placed(mine: Notebook, yours: Notebook, copies: Mapping[CellId, Cell]) -> Iterator[Cell]:
    """Give our cells, each with its copy below, and those that we lack at the end."""
    there = {cell.id for cell in mine}
    for cell in mine:
        yield cell
        if cell.id in copies:
            yield copies[cell.id]
    yield from (copies[cell.id] for cell in yours if cell.id in copies and cell.id not in there)
