"""Opening, closing, renaming and failing in any order, under any schedule.

Everything runs on one thread; a seed chooses which actor runs next, so a
failing example is a sequence of calls and turns that can be looked at.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
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
    Cell,
    CellConfig,
    CreateCell,
    NotebookHandle,
    Receipt,
    Refused,
    Saved,
    SaverActor,
    Settings,
    Transaction,
)
from actors.listener import ListenerActor
from actors.messages import CloseNotebook, Flush, RetireSavers
from actors.testing import MemoryStorage, SimulatedRuntime
from actors.types import CellId

FILES = [Path("/n/one.py"), Path("/n/two.py")]
PATIENT = Settings(drain_timeout_s=3600, max_restarts=1_000)
LONG_S = 1_000
"""More than all the failures that one history asks for can delay a save."""

IDLE_S = 2 * PATIENT.passivate_after_s + 1
"""So long without a message, and a saver with nothing to do retires for sure."""

which = st.integers(0, 7)
seeds = st.integers(0, 2**16)


def new_cell(name):
    change = CreateCell(CellId(name), f"{name} = 'edit'", "_", CellConfig())
    return Transaction([change], "code-mode")


class AtWork:
    """File work that says whose it is."""

    def __init__(self, machine, ledger, work):
        self.machine, self.ledger, self.work = machine, ledger, work

    def run(self):
        self.machine.at_work = self.ledger
        self.work.run()


class AnyLife(RuleBasedStateMachine):
    """Every edit adds a cell that nobody takes away, so a lost one is seen in the files."""

    @initialize(seed=seeds)
    def start(self, seed):
        machine = self

        class Watched(SaverActor):
            """Says whose file work is done, and crashes where the machine says so."""

            def on_receive(self, message):
                crash = None if isinstance(message, CloseNotebook) else machine.crash
                machine.crash = machine.crash if crash is None else None
                if crash == "before":
                    raise RuntimeError("blown before")
                super().on_receive(message)
                if crash == "after":
                    raise RuntimeError("blown after")

            def _in_bulkhead(self, work):
                super()._in_bulkhead(AtWork(machine, self._ledger, work))

        self.runtime = SimulatedRuntime(seed)
        self.storage = MemoryStorage(before=self.watch)
        self.autosave = Autosave(PATIENT, runtime=self.runtime, storage=self.storage, saver=Watched)
        self.autosave.start()
        self.at_work: object = None
        self.crash: str | None = None
        self.strays: list[Path] = []
        self.opens: list[NotebookHandle] = []
        self.edits: list[tuple[NotebookHandle, str, Receipt]] = []
        self.others: list[Receipt] = []

    def watch(self, operation, path):
        owner = self.autosave._registry._by_file.get(str(path))
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
        self.edits.append((notebook, name, notebook.submit(new_cell(name))))

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

    @rule()
    def rest(self):
        """Let so much time pass that savers with nothing to do retire."""
        self.runtime.run_until_idle()
        self.runtime.advance(IDLE_S)

    @rule()
    def retire(self):
        """Let savers retire that have nothing to do just now."""
        entries = self.autosave._registry.entries()
        self.autosave.listener.tell(RetireSavers(tuple(entry.id for entry in entries)))

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


# -- closing and opening again -----------------------------------------------------

ONE = FILES[0]


class Scene:
    """An `Autosave` on a storage in memory, under a schedule of its own."""

    def __init__(self, seed=None, saver=SaverActor):
        self.runtime, self.storage = SimulatedRuntime(seed), MemoryStorage()
        self.autosave = Autosave(PATIENT, runtime=self.runtime, storage=self.storage, saver=saver)
        self.autosave.start()

    def run(self, turns):
        for _ in range(turns):
            self.runtime.run_next()

    def end(self):
        """Let everything come to its end; return how many notebooks are left."""
        self.runtime.run_until_idle()
        self.runtime.advance(LONG_S)
        left = len(self.autosave._registry)
        assert self.autosave.stop().unsaved == ()
        return left


@given(seeds, st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_no_edit_is_lost_however_often_a_notebook_is_closed_and_opened(seed, lives):
    scene, receipts = Scene(seed), []
    for life, turns in enumerate(lives):
        notebook = scene.autosave.open(ONE)
        receipts.append(notebook.submit(new_cell(f"x{life}")))
        notebook.close()
        scene.run(turns)
    assert scene.end() == 0
    assert [type(receipt.outcome) for receipt in receipts] == [Saved] * len(lives)


@given(seeds, st.integers(0, 12), st.integers(1, 5))
def test_a_notebook_that_was_closed_while_it_fails_can_be_opened_edited_and_closed(
    seed, turns, failures
):
    scene = Scene(seed)
    scene.storage.fail_next("disk full", failures)
    notebook = scene.autosave.open(ONE)
    notebook.submit(new_cell("x0"))
    notebook.close()
    scene.runtime.run_until_idle()
    notebook = scene.autosave.open(ONE)  # tries again, and as a rule fails again
    notebook.submit(new_cell("x1"))
    scene.run(turns)
    receipt = notebook.submit(new_cell("x2"))
    notebook.close()
    assert scene.end() == 0
    assert receipt.outcome is not None
    assert all(f"x{n} = ".encode() in (scene.storage.read(ONE) or b"") for n in range(3))


def test_a_second_word_of_an_earlier_end_does_not_end_a_later_notebook():
    crashes = ["over the answer"]

    class TellsTwice(SaverActor):
        def on_receive(self, message):
            super().on_receive(message)
            if isinstance(message, CloseNotebook) and crashes:
                raise RuntimeError(crashes.pop())  # its successor finishes again

    scene = Scene(saver=TellsTwice)
    first = scene.autosave.open(ONE)
    first.submit(new_cell("x0"))
    scene.runtime.run_until_idle()
    first.close()
    while scene.autosave._registry.entries():
        scene.runtime.run_next()
    scene.storage.fail_next("disk full")  # so that the end comes before the save
    again = scene.autosave.open(ONE)
    again.submit(new_cell("x1"))
    again.close()
    assert scene.end() == 0
    assert b"x1 = " in (scene.storage.read(ONE) or b"")


@pytest.mark.parametrize("back", [True, False])
def test_two_renames_one_behind_the_other_leave_one_notebook_with_one_file(back):
    scene = Scene()
    notebook = scene.autosave.open(ONE)
    there, second = notebook.rename(FILES[1]), notebook.rename(ONE if back else "/n/three.py")
    scene.runtime.run_until_idle()
    assert isinstance(there.outcome, Saved)
    assert isinstance(second.outcome, Refused)
    assert "under way" in second.outcome.reason
    assert scene.autosave.open(FILES[1]) is notebook
    assert scene.end() == 1


def test_cells_with_one_id_twice_are_refused_before_anything_is_open():
    scene = Scene()
    cells = [Cell(CellId(name), "") for name in "abcab"]
    with pytest.raises(ValueError, match="given more than once: a, b"):
        scene.autosave.open(ONE, cells=iter(cells))
    assert scene.autosave.statistics().notebooks == scene.end() == 0


# -- another thread, staged at the narrowest moments -------------------------------


def test_a_notebook_opened_in_the_moment_that_it_is_forgotten_takes_edits(monkeypatch):
    scene, again = Scene(), list[NotebookHandle]()
    notebook = scene.autosave.open(ONE)
    notebook.submit(new_cell("x0"))
    scene.runtime.run_until_idle()
    remove = scene.autosave._registry.remove_if_closed

    def open_meanwhile(*arguments):
        removed = remove(*arguments)
        again.append(scene.autosave.open(ONE))
        return removed

    monkeypatch.setattr(scene.autosave._registry, "remove_if_closed", open_meanwhile)
    notebook.close()
    scene.runtime.run_until_idle()
    monkeypatch.undo()
    receipt = again[0].submit(new_cell("x1"))
    assert scene.end() == 1
    assert isinstance(receipt.outcome, Saved)


def test_one_who_opens_a_notebook_just_opened_by_another_may_edit_at_once(monkeypatch):
    scene, receipts = Scene(), list[Receipt]()
    add = scene.autosave._registry.add

    def submit_meanwhile(*arguments):
        present = add(*arguments)
        monkeypatch.undo()
        receipts.append(scene.autosave.open(ONE).submit(new_cell("x0")))
        return present

    monkeypatch.setattr(scene.autosave._registry, "add", submit_meanwhile)
    scene.autosave.open(ONE)
    assert scene.end() == 1
    assert [type(receipt.outcome) for receipt in receipts] == [Saved]


def test_unnamed_notebooks_opened_at_the_same_moment_are_two(monkeypatch):
    scene, others = Scene(), list[NotebookHandle]()
    add = scene.autosave._registry.add

    def open_meanwhile(*arguments):
        monkeypatch.undo()
        others.append(scene.autosave.open())
        return add(*arguments)

    monkeypatch.setattr(scene.autosave._registry, "add", open_meanwhile)
    assert scene.autosave.open().id != others[0].id
    assert scene.end() == 2


def test_a_stop_asks_only_notebooks_that_have_a_saver_and_saves_what_came_just_before():
    asked = list[str]()

    class Seen(ListenerActor):
        def on_receive(self, message):
            if isinstance(message, Flush) and message.notebook:
                asked.append(message.notebook)
            super().on_receive(message)

    autosave = Autosave(runtime=SimulatedRuntime(), storage=MemoryStorage(), listener=Seen)
    autosave.start()
    edited, _idle = (autosave.open(path) for path in FILES[:2])
    receipt = edited.submit(new_cell("x0"))
    assert autosave.stop().unsaved == ()
    assert (asked, type(receipt.outcome)) == ([edited.id], Saved)
