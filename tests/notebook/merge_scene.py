"""Notebooks for the tests of the merge, in a notation that fits a line."""

from collections import Counter

import attrs

from actors import formats
from actors.notebook import Cell, CellConfig, Document, Notebook
from actors.notebook.merge import Conflict, Merged, merge
from actors.types import CellId

HIDDEN = CellConfig(hide_code=True)


def cells(*codes, **fields):
    """Return a notebook whose cells have the ids `a`, `b`, …; `name: code` names one."""
    return Notebook(
        [cell("abcdefghijkl"[place], each) for place, each in enumerate(codes)], **fields
    )


def cell(cell_id, text):
    """Return a cell from `code` or `name: code`."""
    name, _, code = text.rpartition(": ")
    return Cell(CellId(cell_id), code, name or "_")


def with_cells(notebook, *kept, **codes):
    """Return a notebook with these ids in this order; some with another code, or new."""
    olds = {each.id: each for each in notebook}
    return attrs.evolve(
        notebook,
        cells=[
            attrs.evolve(olds[each], code=codes.get(each, olds[each].code))
            if each in olds
            else cell(each, codes[each])
            for each in kept
        ],
    )


def read(notebook, prefix="P"):
    """Return a notebook as a parser would: ids of its own, no versions."""
    return attrs.evolve(
        notebook,
        cells=[
            attrs.evolve(each, id=CellId(f"{prefix}{place}"), version=0)
            for place, each in enumerate(notebook)
        ],
    )


def merge_as_read(base, theirs, ours):
    """Merge; a test knows what comes out, and a type checker need not ask."""
    return merge(base, theirs, ours)


def either(base, theirs, ours):
    """Merge, where theirs is given with the ids of the base."""
    return merge(base, read(theirs), ours)


def merge_files(base, data, ours, suffix):
    """Merge with what a file holds now, after `base` was saved."""
    written = formats.parse(formats.render(base, suffix), suffix)
    return merge(base, formats.parse(data, suffix), ours, written=written)


def merged(base, theirs, ours):
    """Return what is merged without conflict, and told to the document."""
    result = either(base, theirs, ours)
    assert isinstance(result, Merged), [str(each) for each in result.parts]
    assert told(ours, result) == result.notebook
    return result.notebook


def conflict(base, theirs, ours):
    """Return the conflict there is, as sentences."""
    result = either(base, theirs, ours)
    assert isinstance(result, Conflict)
    return [str(each) for each in result.parts]


def told(ours, result):
    """Return the notebook of a document that was told; no change carries its style."""
    notebook = Document(ours).apply(result.transaction).notebook
    return attrs.evolve(
        result.notebook,
        cells=notebook.cells,
        header=notebook.header,
        app_config=notebook.app_config,
    )


def codes(notebook):
    return [each.code for each in notebook]


def ids(notebook):
    return [each.id for each in notebook]


def content(notebook):
    """Return all that a person would compare."""
    return (
        [(each.code, each.name, each.config) for each in notebook],
        notebook.header,
        dict(notebook.app_config),
    )


def times(notebook):
    return Counter(codes(notebook))
