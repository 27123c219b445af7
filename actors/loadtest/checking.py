"""Compares every file with what the edits fold to, and says which notebook differs and how."""

import hashlib
import itertools
from collections.abc import Callable, Sequence

from actors.errors import FormatError
from actors.formats import parse, render
from actors.handle import NotebookHandle
from actors.loadtest.places import Place
from actors.loadtest.scripts import SUFFIX, Scripts
from actors.notebook import Notebook
from actors.receipt import Outcome, Receipt, Saved

PROBLEMS_SHOWN = 20

FLUSHED_TOGETHER = 1_000


class Problems:
    """What went wrong, a line each; all are counted, the first are kept."""

    def __init__(self) -> None:
        self.count = 0
        self.lines: list[str] = []

    def add(self, line: str) -> None:
        """Take one more."""
        self.count += 1
        if len(self.lines) < PROBLEMS_SHOWN:
            self.lines.append(line)


def flush_all(
    handles: Sequence[NotebookHandle],
    edited: Sequence[int],
    timeout_s: float,
    on_done: Callable[[int], object],
) -> dict[int, Outcome | None]:
    """Ask for every edited notebook to be durable; return how that ended for each.

    `None` stands for one that did not end in time.
    """
    outcomes: dict[int, Outcome | None] = {}
    for start in range(0, len(edited), FLUSHED_TOGETHER):
        sessions = edited[start : start + FLUSHED_TOGETHER]
        receipts = [handles[session].request_flush() for session in sessions]
        for session, receipt in zip(sessions, receipts, strict=True):
            outcomes[session] = _wait(receipt, timeout_s)
            # After one that hangs the others are not given as much time again.
            timeout_s = 0.01 if outcomes[session] is None else timeout_s
        on_done(len(outcomes))
    return outcomes


def _wait(receipt: Receipt, timeout_s: float) -> Outcome | None:
    try:
        return receipt.wait(timeout_s)
    except TimeoutError:
        return None


class Checker:
    """Checks notebooks, one after another.

    Args:
        scripts: what they have to be.
        place: where they are.
        problems: takes what is wrong.
    """

    def __init__(self, scripts: Scripts, place: Place, problems: Problems) -> None:
        self._scripts = scripts
        self._place = place
        self._problems = problems
        self._parsed: set[tuple[int, int]] = set()

    def check(self, session: int, edits: int, version: int, flushed: Outcome | None) -> None:
        """Check one notebook.

        Args:
            session: which.
            edits: how many it was sent.
            version: of its document, as the system has it.
            flushed: how its last flush ended; `None` for one that was not edited.
        """
        path = self._place.path(session)
        expected = self._scripts.final_text(session, edits)
        if version != edits:
            self._problems.add(f"{path}: has applied {version} of {edits} edits")
        if edits and not isinstance(flushed, Saved):
            reason = "no answer" if flushed is None else flushed.reason
            self._problems.add(f"{path}: not saved: {reason}")
        elif isinstance(flushed, Saved) and flushed.sha256 != hashlib.sha256(expected).hexdigest():
            self._problems.add(f"{path}: the receipt's hash is not that of the document")
        found = self._place.read(session)
        difference = self._difference(session, edits, found, expected)
        if difference is not None:
            self._problems.add(f"{path}: {difference}")

    def _difference(
        self, session: int, edits: int, found: bytes | None, expected: bytes
    ) -> str | None:
        if found == expected and not self._is_to_parse(session, edits):
            return None
        if found is None:
            return "there is no such file"
        notebook = self._scripts.final_notebook(session, edits)
        if found == expected:
            return cell_difference(parse(found, SUFFIX), notebook)
        for fewer in range(edits - 1, -1, -1):
            if found == self._scripts.final_text(session, fewer):
                return f"holds the first {fewer} of {edits} edits only"
        try:
            cells = cell_difference(parse(found, SUFFIX), notebook)
        except FormatError as error:
            return f"is torn or no notebook: {error}"
        return cells or f"the same cells, other text from line {_first_difference(found, expected)}"

    def _is_to_parse(self, session: int, edits: int) -> bool:
        """Whether equal bytes are parsed all the same.

        Equal bytes are an equal notebook once one of the same script, which differs in its
        number only, was parsed and found to be so.
        """
        key = (session % self._scripts.count, edits)
        if key in self._parsed:
            return False
        self._parsed.add(key)
        return True


def cell_difference(found: Notebook, expected: Notebook) -> str | None:
    """Return how the cells of a file differ from those of a document; `None` if not at all.

    A file has no ids of cells, and it names a cell that defines a function after that.
    """
    if len(found) != len(expected):
        return f"{len(found)} cells, not {len(expected)}"
    for number, (here, there) in enumerate(zip(found, expected, strict=True)):
        if here.code != there.code:
            return f"cell {number} has other code"
        if here.config != there.config:
            return f"cell {number} has other options"
        if here.name != (there.name or "_") and not here.name.startswith("*"):
            return f"cell {number} is named {here.name!r}, not {there.name!r}"
    if render(found, SUFFIX) != render(expected, SUFFIX):
        return "header or app options differ"
    return None


def _first_difference(found: bytes, expected: bytes) -> int:
    lines = itertools.zip_longest(found.split(b"\n"), expected.split(b"\n"))
    return next((number for number, (a, b) in enumerate(lines, 1) if a != b), 0)
