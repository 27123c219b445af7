"""What an agent does to a notebook: its first text and a stream of edits, from a seed.

All notebooks that follow one script are the same but for their number, which has the same
number of digits everywhere. So the text and the edits of a notebook are those of the script
with another number in them: a million sessions cost no more memory than their scripts.
"""

import json
import random
from collections.abc import Iterator
from functools import lru_cache

import attrs

from actors.formats import parse, render
from actors.loadtest import cells
from actors.loadtest.agents import Agent
from actors.loadtest.model import Model
from actors.loadtest.plan import Plan
from actors.notebook import Cell, Notebook
from actors.types import CellId

SUFFIX = ".py"

PLACEHOLDER = b"9999999"
"""Stands in a script for the number of the notebook."""

FIRST_NUMBER = 1_000_000

KEPT_BYTES = 64 * 2**20
"""What the edits of all scripts together may take, where they can be as few as one."""

MOST_SCRIPTS = 256


def notebook_number(session: int) -> bytes:
    """Return the number that stands in each cell of a session's notebook."""
    return b"%d" % (FIRST_NUMBER + session)


class Scripts:
    """The scripts of one load test.

    Args:
        plan: cells, edits and the seed.
    """

    def __init__(self, plan: Plan) -> None:
        self._first = _first_notebook(plan.cells)
        self._first_text = render(self._first, SUFFIX)
        kept = max(1, plan.edits) * plan.bytes_of_edit
        self.count = max(1, min(MOST_SCRIPTS, plan.active_sessions, KEPT_BYTES // kept))
        # As the system reads it: with the ids that the format gives to cells.
        base = parse(self._first_text, SUFFIX)
        self._scripts = [
            Script(base, tuple(_edits(base, plan, f"{plan.seed} {number}")))
            for number in range(self.count)
        ]

    @property
    def bytes_of_file(self) -> int:
        """The size of a notebook's file at the beginning."""
        return len(self._first_text)

    @property
    def bytes_of_code(self) -> int:
        """What the code of a notebook's cells takes at the beginning."""
        return sum(len(cell.code) for cell in self._first)

    def first_text(self, session: int) -> bytes:
        """Return what a session's file holds at the beginning."""
        return self._first_text.replace(PLACEHOLDER, notebook_number(session))

    def edit(self, session: int, number: int) -> bytes:
        """Return an edit of a session's notebook as JSON, from 0 on."""
        payload = self._of(session).payloads[number]
        return payload.replace(PLACEHOLDER, notebook_number(session))

    def final_text(self, session: int, edits: int) -> bytes:
        """Return what the file has to hold after that many edits."""
        if edits == 0:
            return self.first_text(session)
        text = self._of(session).text_after(edits)
        return text.replace(PLACEHOLDER, notebook_number(session))

    def final_notebook(self, session: int, edits: int) -> Notebook:
        """Return the notebook that the first so many edits fold to."""
        model = Model(parse(self.first_text(session), SUFFIX))
        for number in range(edits):
            model.apply(json.loads(self.edit(session, number)))
        return model.notebook()

    def _of(self, session: int) -> "Script":
        return self._scripts[session % self.count]


@attrs.frozen(eq=False)
class Script:
    """The edits of one notebook, and where they lead to."""

    base: Notebook
    payloads: tuple[bytes, ...] = attrs.field(repr=False)

    @lru_cache(maxsize=4 * MOST_SCRIPTS)  # noqa: B019 - scripts live as long as the process
    def text_after(self, edits: int) -> bytes:
        """Return the file's text after the first so many edits."""
        model = Model(self.base)
        for payload in self.payloads[:edits]:
            model.apply(json.loads(payload))
        return render(model.notebook(), SUFFIX)


def _first_notebook(count: int) -> Notebook:
    imports = Cell(CellId("first"), cells.IMPORTS)
    rest = (
        Cell(
            CellId(f"{number}"),
            cells.code(PLACEHOLDER.decode(), number, 1),
            config={"hide_code": cells.is_hidden(number)},
        )
        for number in range(count - 1)
    )
    return Notebook(cells=(imports, *rest))


def _edits(base: Notebook, plan: Plan, seed: str) -> Iterator[bytes]:
    agent = Agent(base, random.Random(seed), PLACEHOLDER.decode())
    for number in range(plan.edits):
        changes = agent.next_changes(number)
        transaction = {"changes": changes, "source": "code-mode", "version": number + 1}
        yield json.dumps(transaction, separators=(",", ":")).encode()
