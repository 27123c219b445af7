"""The transaction that brings back how a notebook, or one of its cells, once was."""

import attrs

from actors.errors import TransactionError
from actors.notebook.cells import Cell, Notebook
from actors.notebook.changes import Transaction
from actors.notebook.merge.identity import new_ids, recognised
from actors.notebook.merge.telling import transaction_between
from actors.notebook.policy import RESTORE
from actors.types import CellId

_NO_NAMES = {"", "_", "__"}


def restoring_transaction(
    present: Notebook, version: Notebook, cell: str | None = None
) -> Transaction | None:
    """Return what brings the present cells to those of a version; `None` if they are.

    Cells are recognised by name, code and likeness
    (`actors.notebook.merge.matching`), so that what is still there keeps its id.
    The header, the options of the app and how the file is written down stay as they
    are: take those from `version`, where all of it is wanted.

    One cell is found by its name in the version, or as `#3`, the third of the
    version. It gets its code and config back, and its name if it had one. A cell
    that had a name is the present one of that name, or of the very same code: what
    is merely like it may be something new. If it is not there any more, it comes
    below the nearest of the cells above it that still is, or else to the top.

    Args:
        present: The notebook as it is.
        version: The notebook as it was; the ids of its cells say nothing.
        cell: The only cell to bring back.

    Raises:
        TransactionError: when the version has no such cell, or several.
    """
    wanted = None if cell is None else place_of(version, cell)
    version = recognised(version, present, present)
    if wanted is None:
        now = {each.id: each for each in present}
        after = [_restored(now.get(each.id), each) for each in version]
    else:
        after = _with_one(present, version, wanted)
    transaction = transaction_between(present, present.with_cells(after))
    return attrs.evolve(transaction, source=RESTORE) if transaction.changes else None


def place_of(notebook: Notebook, cell: str) -> int:
    """Return the position of a cell that is given by name or as `#3`, the third.

    Raises:
        TransactionError: when there is none, or more than one.
    """
    name = _plain(cell)
    places = [place for place, each in enumerate(notebook) if _plain(each.name) == name != ""]
    if len(places) == 1:
        return places[0]
    if places:
        numbers = " and ".join(f"#{place + 1}" for place in places)
        raise TransactionError(f"several cells are called {cell!r}: choose one of {numbers}")
    number = cell.removeprefix("#")
    if cell != number and number.isdecimal() and 0 < int(number) <= len(notebook):
        return int(number) - 1
    raise TransactionError(f"no cell {cell!r} in that version; it has {_known(notebook)}")


def _with_one(present: Notebook, version: Notebook, place: int) -> list[Cell]:
    """Return the present cells with one as it was; ids are those of `recognised`."""
    old = version.cells[place]
    cells = list(present)
    places = {each.id: index for index, each in enumerate(present)}
    index = places.get(old.id)
    if index is not None and _is_surely(old, cells[index]):
        name = old.name if _plain(old.name) else cells[index].name
        cells[index] = _restored(cells[index], attrs.evolve(old, name=name))
        return cells
    above = (each.id for each in reversed(version.cells[:place]))
    at = next((places[each] + 1 for each in above if each in places), 0)
    cells.insert(at, attrs.evolve(old, id=_new_id(old, present), version=0))
    return cells


def _is_surely(old: Cell, now: Cell) -> bool:
    return not _plain(old.name) or _plain(old.name) == _plain(now.name) or old.code == now.code


def _restored(now: Cell | None, old: Cell) -> Cell:
    """Return a cell as it was; a name that only the file writes otherwise is the same."""
    if now is None:
        return attrs.evolve(old, version=0)
    name = now.name if _plain(now.name) == _plain(old.name) else old.name
    return attrs.evolve(now, code=old.code, config=old.config, name=name)


def _new_id(cell: Cell, present: Notebook) -> CellId:
    return new_ids([cell], [each.id for each in present])[cell.id]


def _plain(name: str) -> str:
    """Return a name without the star that a function of its own has; empty for none."""
    return "" if name in _NO_NAMES else name.removeprefix("*")


def _known(notebook: Notebook) -> str:
    names = [f"`{name}`" for each in notebook if (name := _plain(each.name))]
    count = f"{len(notebook)} cell{'' if len(notebook) == 1 else 's'}"
    return f"{count}, of these {', '.join(names)}" if names else f"{count}, none with a name"
