"""Base, theirs and ours become one notebook, or a list of what they disagree on."""

from collections.abc import Iterator, Mapping

import attrs

from actors.notebook.cells import Cell, Notebook
from actors.notebook.changes import Transaction
from actors.notebook.merge.identity import (
    new_ids,
    recognised,
    with_common_additions,
    with_ids,
)
from actors.notebook.merge.order import merged_order
from actors.notebook.merge.parts import Clash, Parts, Side, title_of
from actors.notebook.merge.telling import NOTHING, transaction_between
from actors.types import CellId


@attrs.frozen
class Merged:
    """All changes of both sides are in one notebook."""

    notebook: Notebook
    """What to save; the very object that was ours if they changed nothing."""

    transaction: Transaction = NOTHING
    """What turns ours into it, with the source `file-watch`.

    It has no changes if all is ours, but perhaps for how the file is written down,
    which no change carries: take that from `notebook`.
    """

    theirs: Notebook = attrs.field(factory=Notebook, eq=False, repr=False)
    """What the file holds, with the ids of our cells: the base of the next merge."""


@attrs.frozen
class Conflict:
    """Some parts were changed on both sides; the rest could be merged."""

    parts: tuple[Clash, ...]
    """Each of them: header and app, our cells in order, then cells that we deleted.

    Its `str` is a sentence for a person.
    """

    ours: Merged
    """The merge in which we are right at these parts."""

    theirs: Merged
    """The merge in which they are."""


def merge(
    base: Notebook, theirs: Notebook, ours: Notebook, *, written: Notebook | None = None
) -> Merged | Conflict:
    """Merge a file that somebody else has changed with a document that changed since.

    Parts are the code, the name, each option and the existence of a cell, the
    order of the cells, the header, and each option of the app. A part that one
    side changed is that side's; one that both changed alike is so; one that
    both changed differently is a conflict. So is code that one side edited and
    the other deleted, unless the cell was blank: then it is kept, as if added.
    The order is never a conflict (`actors.notebook.merge.order`).

    Cells of the file are recognised by name, code and likeness
    (`actors.notebook.merge.matching`). An edit that makes a cell unlike itself
    is a deletion and an addition; that is safe, as a deletion of what we
    edited is a conflict.

    The rules are those of diff3 with cells for lines; Khanna, Kunal and Pierce,
    "A Formal Investigation of Diff3" (2007), name what can be asked of it and
    what diff3 itself lacks. This merge is idempotent (`merge(b, t, t)` has the
    content of `t`), takes changes far apart without conflict, and swapped sides
    give the same cells, but for their order where both changed that.

    Args:
        base: What the file held when we last knew: the notebook of our last
            save, or as it was opened.
        theirs: What the file holds now, as `formats.parse` returns it; the ids
            of its cells say nothing.
        ours: The document's notebook; its cells have the ids of `base`.
        written: `base` as its file reads back (`parse(render(base))`, whose ids
            say nothing either). No format holds every text as it is: it may
            strip blank lines or mark the name of a function. Without this,
            such differences count as changes that they made.
    """
    theirs = _identified(base, theirs, ours, written)
    parts = Parts("ours")
    merged = _told(base, theirs, ours, _combined(base, theirs, ours, parts))
    if not parts.clashes:
        return merged
    other = _told(base, theirs, ours, _combined(base, theirs, ours, Parts("theirs")))
    return Conflict(tuple(parts.clashes), merged, other)


def rebased(base: Notebook, theirs: Notebook, ours: Notebook) -> Merged:
    """Merge notebooks that share the ids of their cells; ours are right where both changed a part.

    So a copy of a document that has newer edits follows what the document has become.

    Args:
        base: the document as it was.
        theirs: the document as it is now.
        ours: the copy of `base`, edited since.
    """
    return _told(base, theirs, ours, _combined(base, theirs, ours, Parts("ours")))


def _identified(
    base: Notebook, theirs: Notebook, ours: Notebook, written: Notebook | None
) -> Notebook:
    """Return theirs with the ids of the base and of ours, in the words of the base."""
    if written is None:
        theirs = recognised(theirs, base, ours)
    else:
        known = recognised(written, base, ours)
        theirs = recognised(theirs, known, ours)
        theirs = _combined(known, theirs, base, Parts("theirs"))
    if _texts(theirs) == _texts(ours):
        pairs = zip(theirs, ours, strict=True)
        return with_ids(theirs, {their.id: our.id for their, our in pairs})
    return with_common_additions(theirs, base, ours)


def _texts(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell.name, cell.code) for cell in notebook]


_Places = Mapping[CellId, tuple[int, Cell]]
"""Cells by their ids, with their positions."""


def _combined(base: Notebook, theirs: Notebook, ours: Notebook, parts: Parts) -> Notebook:
    """Merge notebooks whose cells have the same ids."""
    besides = parts.besides(base, theirs, ours)
    olds, yours, mine = _places(base), _places(theirs), _places(ours)
    cells = {cell.id: cell for cell in _surviving(olds, yours, mine, parts)}
    order = merged_order(olds, yours, mine, cells)
    merged = attrs.evolve(ours, cells=[cells[each] for each in order], **besides)
    return ours if merged == ours and merged.extra == ours.extra else merged


def _places(notebook: Notebook) -> _Places:
    return {cell.id: (place, cell) for place, cell in enumerate(notebook)}


def _surviving(base: _Places, theirs: _Places, ours: _Places, parts: Parts) -> Iterator[Cell]:
    for cell_id, (place, cell) in ours.items():
        if cell_id not in theirs:
            if cell_id not in base or _outlives("ours", base[cell_id][1], place, cell, parts):
                yield cell
        elif cell_id not in base:
            yield cell  # added on both sides, alike
        else:
            yield parts.cell(place, base[cell_id][1], theirs[cell_id][1], cell)
    for cell_id, (place, cell) in theirs.items():
        if cell_id not in ours and (
            cell_id not in base or _outlives("theirs", base[cell_id][1], place, cell, parts)
        ):
            yield cell


def _outlives(side: Side, base: Cell, place: int, cell: Cell, parts: Parts) -> bool:
    """Whether a cell of this side stays, which the other side deleted."""
    if cell.code == base.code or not cell.code.strip():
        return False
    if not base.code.strip():
        return True  # nothing was thrown away that anybody had written
    title = title_of(cell, place)
    texts = (None, cell.code) if side == "ours" else (cell.code, None)
    return parts.clash(title, *texts) == side


def _told(base: Notebook, theirs: Notebook, ours: Notebook, merged: Notebook) -> Merged:
    """Give ids to cells that we deleted and they bring back, as to all that is new."""
    there = {cell.id for cell in ours}
    back = {cell.id for cell in base} - there
    again = [cell for cell in merged if cell.id in back]
    if again:
        taken = {cell.id for each in (base, ours, merged) for cell in each}
        merged = with_ids(merged, new_ids(again, taken))
    if merged is not ours:
        cells = [cell if cell.id in there else attrs.evolve(cell, version=0) for cell in merged]
        merged = attrs.evolve(merged, cells=cells)
    return Merged(merged, transaction_between(ours, merged), theirs)
