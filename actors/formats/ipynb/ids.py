"""The ids of cells in a file: nbformat allows not every text, and had none before 4.5."""

import hashlib
import itertools
import re
from collections.abc import Iterator, Sequence

from actors.types import CellId

_VALID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def positional(file_ids: Sequence[str | None]) -> list[str]:
    """Return ids for all cells; those without one get it from their position."""
    taken = {file_id for file_id in file_ids if file_id is not None}
    ids = []
    for position, file_id in enumerate(file_ids, 1):
        ids.append(_free(f"cell-{position}", taken) if file_id is None else file_id)
        taken.add(ids[-1])
    return ids


def read_as(file_ids: Sequence[str], noted: Sequence[str | None]) -> list[CellId]:
    """Return the ids that cells have here; a note counts unless another cell has that id."""
    taken = {name for name, note in zip(file_ids, noted, strict=True) if note is None}
    ids = []
    for file_id, note in zip(file_ids, noted, strict=True):
        ids.append(CellId(file_id if note is None or note in taken else note))
        taken.add(ids[-1])
    return ids


def assigned(cell_ids: Sequence[CellId], file_ids: Sequence[str | None]) -> list[str]:
    """Return an id for each cell: the one in the file, else its own, else one made of it.

    The same cells get the same ids each time. Cells that nbformat can name like
    we do come first, so that none loses its name to an id that was made up.
    """
    taken = {file_id for file_id in file_ids if file_id is not None}
    found = list(file_ids)
    for position, cell_id in enumerate(cell_ids):
        if found[position] is None and _VALID.fullmatch(cell_id) and cell_id not in taken:
            found[position] = cell_id
            taken.add(cell_id)
    return list(_filled(cell_ids, found, taken))


def _filled(
    cell_ids: Sequence[CellId], found: Sequence[str | None], taken: set[str]
) -> Iterator[str]:
    for cell_id, file_id in zip(cell_ids, found, strict=True):
        if file_id is None:
            digest = hashlib.sha256(cell_id.encode("utf-8", "surrogatepass")).hexdigest()
            file_id = _free(f"cell-{digest[:16]}", taken)  # noqa: PLW2901 - or else as it is
            taken.add(file_id)
        yield file_id


def _free(wanted: str, taken: set[str]) -> str:
    numbered = (f"{wanted}-{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([wanted], numbered) if name not in taken)
