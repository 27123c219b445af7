"""The transaction that brings a document to merged cells."""

from collections.abc import Iterator, Sequence

from actors.notebook.cells import Cell
from actors.notebook.changes import (
    Change,
    CreateCell,
    DeleteCell,
    ReorderCells,
    SetCode,
    SetConfig,
    SetName,
    Transaction,
)


def transaction_between(before: Sequence[Cell], after: Sequence[Cell]) -> Transaction | None:
    """Return what turns cells into others with `Document.apply`; `None` for no change.

    First what goes, then what changes, then the order of what stays, and at
    last what comes: so that each new cell names its neighbour, and the whole
    order is sent only if cells have really moved.
    """
    changes = (*_deleted(before, after), *_kept(before, after), *_created(before, after))
    return Transaction(changes, source="file-watch") if changes else None


def _deleted(before: Sequence[Cell], after: Sequence[Cell]) -> Iterator[Change]:
    stay = {cell.id for cell in after}
    return (DeleteCell(cell_id=cell.id) for cell in before if cell.id not in stay)


def _kept(before: Sequence[Cell], after: Sequence[Cell]) -> Iterator[Change]:
    olds = {cell.id: cell for cell in before}
    kept = [cell for cell in after if cell.id in olds]
    for cell in kept:
        old = olds[cell.id]
        if cell.code != old.code:
            yield SetCode(cell_id=cell.id, code=cell.code)
        if cell.name != old.name:
            yield SetName(cell_id=cell.id, name=cell.name)
        if cell.config != old.config:
            yield SetConfig(cell_id=cell.id, config=cell.config)
    order = [cell.id for cell in kept]
    stay = set(order)
    if order != [cell.id for cell in before if cell.id in stay]:
        yield ReorderCells(cell_ids=order)


def _created(before: Sequence[Cell], after: Sequence[Cell]) -> Iterator[Change]:
    there = {cell.id for cell in before}
    first = next((cell.id for cell in after if cell.id in there), None)
    above = None
    for cell in after:
        if cell.id not in there:
            yield CreateCell(
                cell_id=cell.id,
                code=cell.code,
                name=cell.name,
                config=cell.config,
                before=first if above is None else None,
                after=above,
            )
        above = cell.id
