"""Somebody else's text in a notebook's file: taken in, or a reason why it cannot be.

Pure: bytes and values in, values out.
"""

import re
from pathlib import Path

import attrs

from actors.errors import FormatError
from actors.formats import parse, render
from actors.notebook import Cell, Choice, Notebook
from actors.notebook.merge import Conflict, Merged, merge, recognised, title_of, with_both

_MARKERS = re.compile(rb"^<{7} .*?^={7}\r?$.*?^>{7} ", re.MULTILINE | re.DOTALL)
"""What git leaves where it could not merge."""

_LAST_LINE = b"app.run()"
"""Of a `.py` notebook: one without it is being written by another program, or was torn."""

_LAST_LINES = 4096
"""How far from the end it may be: some have text below."""


@attrs.frozen
class Disagreement:
    """The file is to be left alone, until a person says who is right."""

    reason: str


def reconcile(
    base: Notebook, data: bytes, ours: Notebook, path: Path, choice: Choice | None = None
) -> Merged | Disagreement:
    """Merge a file that somebody else has changed into a document.

    Args:
        base: what the file held when we last knew, with the ids of our cells.
        data: what it holds now.
        ours: the document's notebook.
        path: the file.
        choice: who is right where both changed the same part; `None` for nobody.
    """
    theirs = _read(data, path)
    text = render(base, path.suffix)
    if isinstance(theirs, Notebook) and choice != "theirs":
        theirs = _plausible(base, text, theirs, data, path)
    if isinstance(theirs, Disagreement):
        return Merged(ours, theirs=base) if choice == "ours" else theirs
    outcome = merge(base, theirs, ours, written=parse(text, path.suffix))
    return _decided(ours, outcome, path, choice) if isinstance(outcome, Conflict) else outcome


def _decided(
    ours: Notebook, outcome: Conflict, path: Path, choice: Choice | None
) -> Merged | Disagreement:
    match choice:
        case "ours":
            return outcome.ours
        case "theirs":
            return outcome.theirs
        case "both":
            return with_both(ours, outcome)
        case None:
            return Disagreement(_in_words(outcome, path))


def bring_back(base: Notebook, ours: Notebook, choice: Choice) -> Merged:
    """Decide about cells of the file that the document never had.

    Args:
        base: what the file holds, with the ids of our cells.
        ours: the document's notebook.
        choice: `"ours"` lets them go, the others take them in.
    """
    if choice == "ours":
        return Merged(ours, theirs=base)
    there = {cell.id for cell in ours}
    known = attrs.evolve(base, cells=[cell for cell in base if cell.id in there])
    outcome = merge(known, base, ours)
    # What one side alone has done is a conflict only where cells that are alike are mixed up.
    return outcome.ours if isinstance(outcome, Conflict) else outcome


def opened_as(file: Notebook, cells: tuple[Cell, ...]) -> tuple[Notebook, tuple[str, ...]]:
    """Compare a file with the cells that its host has for it.

    Returns:
        The file's notebook with the host's ids, and the names of the cells that
        the host lacks. A cell that the host has instead of another does not count.
    """
    if [(cell.name, cell.code) for cell in file] == [(cell.name, cell.code) for cell in cells]:
        return attrs.evolve(file, cells=cells), ()
    ours = attrs.evolve(file, cells=cells)
    base = recognised(file, ours, ours)
    there, known = {cell.id for cell in cells}, {cell.id for cell in base}
    missing = [
        title_of(cell, place)
        for place, cell in enumerate(base)
        if cell.id not in there and cell.code.strip()
    ]
    instead = [cell for cell in cells if cell.id not in known]
    return base, tuple(missing[len(instead) :])


def is_held(notebook: Notebook, file: Notebook) -> bool:
    """Return whether a file holds all of a notebook, whatever the ids of its cells."""
    said, held = (
        ([(cell.code, cell.name, cell.config) for cell in each], each.header, each.app_config)
        for each in (notebook, file)
    )
    return said == held


def lost_cells(notebook: Notebook, data: bytes, suffix: str) -> int:
    """Return how many cells of a notebook its text lacks; a quick look as a rule.

    The text is not read where it has as many places that look like the
    beginning of a cell, or in other formats as many bytes, as there are in the notebook.
    """
    if _looks_whole(notebook, data, suffix):
        return 0
    try:
        written = sum(1 for cell in parse(data, suffix) if cell.code.strip())
    except Exception:  # noqa: BLE001 - or nothing would be saved any more
        return 0  # not for us to judge; a user's own codegen may write what we cannot read
    return max(0, sum(1 for cell in notebook if cell.code.strip()) - written)


_BEGINNINGS = {
    ".py": (b"\n@app.", b"\nwith app.setup", b"\napp._unparsable_cell("),
    ".ipynb": (b'"cell_type"',),
}
"""How cells begin in a text; it may have more of these, in strings, but hardly fewer."""


def _looks_whole(notebook: Notebook, data: bytes, suffix: str) -> bool:
    beginnings = _BEGINNINGS.get(suffix.lower())
    if beginnings is None:
        return len(data) >= sum(len(cell.code) for cell in notebook)
    missing = len(notebook)
    for beginning in beginnings:  # the first is enough, as a rule
        missing -= data.count(beginning)
        if missing <= 0:
            return True
    return False


def _read(data: bytes, path: Path) -> Notebook | Disagreement:
    if _MARKERS.search(data):
        return Disagreement(f"{path} has the conflict markers of an unfinished merge")
    try:
        return parse(data, path.suffix)
    except FormatError as error:
        return Disagreement(f"{path} was changed by another program and cannot be read: {error}")


def _plausible(
    base: Notebook, text: bytes, theirs: Notebook, data: bytes, path: Path
) -> Notebook | Disagreement:
    """Return what the file holds, unless somebody was just about to write it."""
    if _is_emptied(base, theirs):
        return Disagreement(f"{path} was emptied by another program")
    has_end = path.suffix.lower() == ".py" and text.rstrip().endswith(_LAST_LINE)
    if has_end and _LAST_LINE not in data[-_LAST_LINES:]:
        return Disagreement(f"{path} was cut short by another program")
    return theirs


def _is_emptied(base: Notebook, theirs: Notebook) -> bool:
    had, has = (any(cell.code.strip() for cell in each) for each in (base, theirs))
    return had and not has


def _in_words(conflict: Conflict, path: Path) -> str:
    first, *others = map(str, conflict.parts)
    more = f" (and {len(others)} more)" if others else ""
    return f"{path} was changed by another program: {first}{more}"
