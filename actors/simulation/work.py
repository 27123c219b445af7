"""Every state that one notebook's document went through, and how it came to each."""

from collections import deque
from pathlib import Path

import attrs

from actors.errors import TransactionError
from actors.events import Merged
from actors.formats import render
from actors.handle import NotebookHandle
from actors.notebook import Document, Notebook, Transaction
from actors.notebook.ledger import Mode
from actors.receipt import Receipt, Refused
from actors.simulation.agents import Agent
from actors.simulation.marks import marks_in
from actors.simulation.promises import Verdict

EXCUSES = ("crashed over it", "is out of service", "is closed", "was stopped", "wait already")
"""What a refusal of a good transaction may say: it was not applied, and the host knows."""


@attrs.define(eq=False)
class Submitted:
    """A transaction on its way."""

    transaction: Transaction | None
    """`None` for what cannot be read."""

    receipt: Receipt
    tick: int
    """When it was handed in."""


@attrs.define(eq=False)
class State:
    """A document as it was at one time."""

    index: int
    document: Document
    epoch: int
    """Counts the times that the notebook was read from its file."""

    time_s: float
    is_wanted: bool
    """Whether it came by a transaction that asks for a save."""

    is_merged: bool = False
    marks: frozenset[str] = frozenset()
    texts: dict[str, bytes] = attrs.field(factory=dict)

    def text(self, suffix: str) -> bytes:
        """Return the file that holds this state."""
        if suffix not in self.texts:
            self.texts[suffix] = render(self.document.notebook, suffix)
        return self.texts[suffix]


class Work:
    """What the oracle knows of one notebook, over all lives of the process.

    Args:
        name: for people.
        path: its file, if it has one.
        mode: as it is opened.
        agent: edits it.
        persisted: the sources that ask for a save.
        verdict: told of broken promises.
    """

    def __init__(  # noqa: PLR0913 - what is known of a notebook, once
        self,
        name: str,
        path: Path | None,
        *,
        mode: Mode,
        agent: Agent,
        persisted: frozenset[str],
        verdict: Verdict,
    ) -> None:
        self.name = name
        self.path = path
        self.mode = mode
        self.agent = agent
        self.handle: NotebookHandle | None = None
        self.ids: set[str] = set()
        """What it is called in events, of this life."""
        self.states: list[State] = []
        self.pending: deque[Submitted] = deque()
        self.status = ""
        self.is_in_conflict = False
        """The state of the last `SaveStatus`."""
        self.is_in_conflict = False
        """Whether that told of a conflict."""
        self.alerts = 0
        self.first = 0
        """The index of the first state since the notebook was opened."""
        self.wanted = -1
        """The index of the last state that has to be saved."""
        self.unannounced: list[State] = []
        """Merges that no event has told of yet, the oldest first."""
        self.merges: list[State] = []
        """Those that were not looked at yet."""
        self.let_go: set[str] = set()
        """Marks of theirs that the host has given up for ours."""
        self.given_up: set[str] = set()
        """Marks of ours that the host has given up for theirs."""
        self.is_renaming = False
        self.was_renamed = False
        self.new_path: Path | None = None
        """What it was to be renamed to last."""
        self._persisted = persisted
        self._verdict = verdict
        self._epoch = 0

    def __repr__(self) -> str:
        return f"<{self.name} {self.path}>"

    @property
    def last(self) -> State:
        """The present state."""
        return self.states[-1]

    # -- what happens to it --------------------------------------------------------

    def opened(self, handle: NotebookHandle, now_s: float) -> None:
        """Begin an epoch, unless this is the notebook that was open before."""
        if handle is self.handle:
            return
        self.handle = handle
        self.ids.add(handle.id)
        self.status = ""
        self.is_in_conflict = False
        self.pending.clear()
        self.wanted = -1
        self.first = len(self.states)
        self._epoch += 1
        self._add(handle.document, now_s, is_wanted=False)

    def ended(self) -> None:
        """Forget what was on its way: the process is dead."""
        self.handle = None
        self.ids.clear()
        self.is_renaming = False
        self.pending.clear()
        self.unannounced.clear()

    def submitted(self, transaction: Transaction | None, receipt: Receipt, tick: int) -> Submitted:
        """Expect a transaction to be applied, or refused for a reason."""
        self.pending.append(Submitted(transaction, receipt, tick))
        return self.pending[-1]

    def look(self, now_s: float) -> None:
        """Compare the document with what the transactions lead to."""
        if self.handle is None:
            return
        document = self.handle.document
        self._drop_refused()
        if document is self.last.document:
            return
        if document == self.last.document:
            self.last.document = document
            return
        self._check_step(document, now_s)

    def announced(self, event: Merged) -> None:
        """Check that a merge is what its event says."""
        # The event may be of the time before the notebook was closed and opened again.
        told = (state for state in self.unannounced if state.document.version == event.version)
        # A transaction that waits may do just what a merge has done: then it was taken for that.
        if (state := next(told, self.state_of(event.version))) is None or state.index == 0:
            self._verdict.fail(8, f"{self}: nobody has merged to version {event.version}")
            return
        self.unannounced = [each for each in self.unannounced if each is not state]
        try:
            before = Document(self.states[state.index - 1].document.notebook)
            after = before.apply(event.transaction).notebook
        except TransactionError as error:
            self._verdict.fail(8, f"{self}: the transaction of a merge does not fit: {error}")
            return
        if _content(after) != _content(state.document.notebook):
            self._verdict.fail(8, f"{self}: the transaction of a merge leads elsewhere")

    # -- questions -----------------------------------------------------------------

    def state_of(self, version: int) -> State | None:
        """Return the state with this version in the present epoch."""
        for state in reversed(self.states):
            if state.epoch != self._epoch:
                return None
            if state.document.version == version:
                return state
        return None

    def find(self, text: bytes, suffix: str, marks: frozenset[str], floor: int) -> State | None:
        """Return the first state from `floor` on whose file this is."""
        for state in self.states[max(0, floor) :]:
            if marks <= state.marks and state.text(suffix) == text:
                return state
        return None

    def unknown(self, marks: frozenset[str], first: int) -> frozenset[str]:
        """Return those of these marks that no state has had, from that index on."""
        for state in reversed(self.states[first:]):
            if not marks:
                break
            marks -= state.marks
        return marks

    # -- inside --------------------------------------------------------------------

    def _drop_refused(self) -> None:
        while self.pending:
            first = self.pending[0]
            outcome = first.receipt.outcome
            if not isinstance(outcome, Refused):
                return
            self.pending.popleft()
            if not any(excuse in outcome.reason for excuse in EXCUSES) and self._fits(first):
                self._verdict.fail(4, f"{self}: a good transaction was refused: {outcome.reason}")

    def _fits(self, submitted: Submitted) -> bool:
        if submitted.transaction is None:
            return False
        try:
            self.last.document.apply(submitted.transaction)
        except TransactionError:
            return False
        return True

    def _check_step(self, document: Document, now_s: float) -> None:
        if self.pending and self._fits(self.pending[0]):
            transaction = self.pending[0].transaction
            assert transaction is not None
            if document == self.last.document.apply(transaction):
                self.pending.popleft()
                is_wanted = transaction.source in self._persisted
                self._add(document, now_s, is_wanted=is_wanted)
                return
        if document.version != self.last.document.version + 1:
            before = self.last.document.version
            self._verdict.fail(8, f"{self}: from version {before} to {document.version}")
        self._add(document, now_s, is_wanted=False)
        self.last.is_merged = True
        self.unannounced.append(self.last)
        self.merges.append(self.last)

    def _add(self, document: Document, now_s: float, *, is_wanted: bool) -> None:
        index = len(self.states)
        state = State(index, document, self._epoch, now_s, is_wanted)
        state.marks = marks_in(document.notebook)
        self.states.append(state)
        if is_wanted and self.mode == "edit":
            self.wanted = index


def _content(notebook: Notebook) -> list[object]:
    cells = [(cell.id, cell.code, cell.name, cell.config) for cell in notebook]
    return [*cells, notebook.header, notebook.app_config]
