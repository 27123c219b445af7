"""The transaction that brings a document to a merged notebook."""

from collections.abc import Iterator

from actors.notebook.cells import Notebook
from actors.notebook.changes import (
    Change,
    CreateCell,
    DeleteCell,
    ReorderCells,
    SetAppConfig,
    SetCode,
    SetConfig,
    SetHeader,
    SetName,
    Transaction,
)

NOTHING = Transaction((), source="file-watch")
"""Tells of a notebook that it is as it was."""


def transaction_between(before: Notebook, after: Notebook) -> Transaction:
    """Return what turns a notebook into another with `Document.apply`.

    Of the cells first what goes, then what changes, then the order of what stays,
    and at last what comes: so that each new cell names its neighbour, and the whole
    order is sent only if cells have really moved. No change carries how the file is
    written down.
    """
    cells = (*_deleted(before, after), *_kept(before, after), *_created(before, after))
    return Transaction((*_besides(before, after), *cells), source="file-watch")


def _besides(before: Notebook, after: Notebook) -> Iterator[Change]:
    if after.header != before.header:
        yield SetHeader(header=after.header or None)
    if after.app_config != before.app_config:
        yield SetAppConfig(config=after.app_config)


def _deleted(before: Notebook, after: Notebook) -> Iterator[Change]:
    stay = {cell.id for cell in after}
    return (DeleteCell(cell_id=cell.id) for cell in before if cell.id not in stay)


def _kept(before: Notebook, after: Notebook) -> Iterator[Change]:
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


def _created(before: Notebook, after: Notebook) -> Iterator[Change]:
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
