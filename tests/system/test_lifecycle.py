"""Opening, closing, renaming and failing in any order, under any schedule.

Everything runs on one thread; a seed chooses which actor runs next, so a
failing example is a sequence of calls and turns that can be looked at.
"""

from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from actors import (
    Autosave,
    CellConfig,
    CreateCell,
    NotebookHandle,
    Receipt,
    Refused,
    SaverActor,
    Settings,
    Transaction,
)
from actors.messages import CloseNotebook
from actors.notebook import Ledger
from actors.testing import MemoryStorage, SimulatedRuntime
from actors.types import CellId

FILES = [Path("/n/one.py"), Path("/n/two.py")]
PATIENT = Settings(drain_timeout_s=3600, max_restarts=1_000)
LONG_S = 1_000
"""More than all the failures that one history asks for can delay a save."""

which = st.integers(0, 7)


class AnyLife(RuleBasedStateMachine):
    """Every edit adds a cell that nobody takes away, so a lost one is seen in the files."""

    @initialize(seed=st.integers(0, 2**16))
    def start(self, seed):
        machine = self

        class Watched(SaverActor):
            """Says whose saver is at work, and crashes where the machine says so."""

            def on_receive(self, message):
                machine.at_work = self._ledger
                crash = None if isinstance(message, CloseNotebook) else machine.crash
                machine.crash = machine.crash if crash is None else None
                if crash == "before":
                    raise RuntimeError("blown before")
                super().on_receive(message)
                if crash == "after":
                    raise RuntimeError("blown after")

        self.runtime = SimulatedRuntime(seed)
        self.storage = MemoryStorage(before=self.watch)
        self.autosave = Autosave(PATIENT, runtime=self.runtime, storage=self.storage, saver=Watched)
        self.autosave.start()
        self.at_work: Ledger | None = None
        self.crash: str | None = None
        self.strays: list[Path] = []
        self.opens: list[NotebookHandle] = []
        self.edits: list[tuple[NotebookHandle, str, Receipt]] = []
        self.others: list[Receipt] = []

    def watch(self, operation, path):
        owner = self.autosave._registry._by_file.get(path)
        if operation == "replace" and (owner is None or owner.ledger is not self.at_work):
            self.strays.append(path)

    def pick(self, number):
        return self.opens[number % len(self.opens)]

    # -- what a host does ----------------------------------------------------------

    @rule(path=st.sampled_from([*FILES, *FILES, None]))
    def open(self, path):
        self.opens.append(self.autosave.open(path))

    @precondition(lambda self: self.opens)
    @rule(number=which)
    def submit(self, number):
        notebook, name = self.pick(number), f"x{len(self.edits)}"
        change = CreateCell(CellId(name), f"{name} = 'edit'", "_", CellConfig())
        receipt = notebook.submit(Transaction([change], "code-mode"))
        self.edits.append((notebook, name, receipt))

    @precondition(lambda self: self.opens)
    @rule(number=which, path=st.sampled_from(FILES))
    def rename(self, number, path):
        self.others.append(self.pick(number).rename(path))

    @precondition(lambda self: self.opens)
    @rule(number=which, patient=st.booleans())
    def flush(self, number, patient):
        self.others.append(self.pick(number).request_flush(patient=patient))

    @precondition(lambda self: self.opens)
    @rule(number=which)
    def close(self, number):
        self.others.append(self.opens.pop(number % len(self.opens)).close())

    # -- what happens to it --------------------------------------------------------

    @rule(turns=st.integers(1, 8))
    def step(self, turns):
        for _ in range(turns):
            self.runtime.run_next()

    @rule(times=st.integers(1, 3), operation=st.sampled_from(["replace", "rename"]))
    def fail(self, times, operation):
        self.storage.fail_next("disk full", times, on=operation)

    @rule(seconds=st.sampled_from([0.1, 5.0]))
    def wait(self, seconds):
        self.runtime.advance(seconds)

    @rule(crash=st.sampled_from(["before", "after"]))
    def crash_next(self, crash):
        self.crash = crash

    # -- what holds ----------------------------------------------------------------

    @invariant()
    def a_file_has_one_notebook_and_one_saver_at_a_time(self):
        assert self.strays == []
        paths = [entry.ledger.path for entry in self.autosave._registry.entries()]
        named = [path for path in paths if path is not None]
        assert len(set(named)) == len(named)

    @invariant()
    def a_notebook_is_open_until_its_last_close(self):
        assert not any(notebook.closed for notebook in self.opens)

    def teardown(self):
        if not hasattr(self, "autosave"):
            return
        try:
            while self.opens:
                self.close(0)
            self.runtime.run_until_idle()
            self.runtime.advance(LONG_S)
            self.check_the_end()
        finally:
            report = self.autosave.stop()
        assert report.orphans == ()

    def check_the_end(self):
        self.a_file_has_one_notebook_and_one_saver_at_a_time()
        assert self.autosave._registry.entries() == []
        edits = [receipt for _, _, receipt in self.edits]
        assert all(receipt.outcome for receipt in [*edits, *self.others])
        texts = [self.storage.read(path) or b"" for path in FILES]
        for notebook, name, receipt in self.edits:
            found = sum(f"{name} = 'edit'".encode() in text for text in texts)
            if isinstance(receipt.outcome, Refused):
                assert "blown before" in receipt.outcome.reason
                assert found == 0
            elif notebook.path is not None:
                assert found == 1, (name, receipt)


TestAnyLife = AnyLife.TestCase
TestAnyLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
