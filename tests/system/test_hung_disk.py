"""A disk that hangs: who waits for it, who does not, and what it costs."""

from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from actors import Autosave, Cell, Deferred, Saved, SaverActor, Settings, wiring
from actors.storage import MemoryStorage
from tests.system.scenes import WAIT_S, edit, saved

CELLS = [Cell("a", "")]
HUNG, FINE = Path("/hung"), Path("/fine")


class HungDisk:
    """A storage whose writes to one folder stand still until the gate opens."""

    def __init__(self):
        self.gate, self.arrived = Event(), Event()
        self.storage = MemoryStorage(before=self.before)

    def before(self, operation, path):
        if operation != "read" and path.parent == HUNG:
            self.arrived.set()
            assert self.gate.wait(WAIT_S)

    def text(self, notebook):
        return (self.storage.read(notebook.path) or b"").decode()


@pytest.fixture
def disk():
    hung = HungDisk()
    yield hung
    hung.gate.set()


@contextmanager
def running(disk, saver=SaverActor, **settings):
    """Run an `Autosave` whose disk comes back at the latest when the block is left."""
    patient = Settings(drain_timeout_s=WAIT_S, **settings)
    with Autosave(patient, storage=disk.storage, saver=saver) as autosave:
        try:
            yield autosave
        finally:
            disk.gate.set()


def open_all(autosave, folder, count):
    return [autosave.open(folder / f"{n}.py", cells=CELLS) for n in range(count)]


def submit_each(notebooks, code):
    return [notebook.submit(edit("a", code)) for notebook in notebooks]


def applied(notebook):
    """Return once everything submitted so far is applied."""
    outcome = notebook.submit(edit("a", "seen", "kernel")).wait(WAIT_S)
    assert isinstance(outcome, Deferred)
    return notebook.document


def test_fifty_notebooks_on_a_hung_folder_hold_up_no_notebook_elsewhere(disk):
    with running(disk) as autosave:
        hung, fine = open_all(autosave, HUNG, 50), open_all(autosave, FINE, 10)
        waiting = submit_each(hung, "x = 1")
        assert disk.arrived.wait(WAIT_S)
        for number in range(5):
            for receipt in submit_each(fine, f"y = {number}"):
                saved(receipt)
        assert [receipt.outcome for receipt in waiting] == [None] * 50
        disk.gate.set()
        assert {saved(receipt).version for receipt in waiting} == {1}
        assert all("x = 1" in disk.text(notebook) for notebook in hung)


def test_edits_to_notebooks_on_a_hung_folder_are_applied_and_saved_when_it_is_back(disk):
    with running(disk) as autosave:
        hung = open_all(autosave, HUNG, 50)
        waiting = submit_each(hung, "x = 1")
        assert disk.arrived.wait(WAIT_S)
        waiting += submit_each(hung, "x = 2")
        assert {applied(notebook).version for notebook in hung} == {3}
        assert [receipt.outcome for receipt in waiting] == [None] * 100
        disk.gate.set()
        for receipt in waiting:
            saved(receipt)
        assert all(isinstance(notebook.flush(WAIT_S), Saved) for notebook in hung)
        assert all("seen" in disk.text(notebook) for notebook in hung[:3])


def test_a_flush_of_a_hung_notebook_times_out_and_ends_when_the_disk_is_back(disk):
    with running(disk) as autosave:
        [notebook] = open_all(autosave, HUNG, 1)
        notebook.submit(edit("a", "x = 1"))
        assert disk.arrived.wait(WAIT_S)
        with pytest.raises(TimeoutError):
            notebook.flush(0)
        disk.gate.set()
        assert isinstance(notebook.flush(WAIT_S), Saved)


def test_a_rename_behind_a_hung_write_moves_the_file_that_was_written(disk):
    with running(disk) as autosave:
        [notebook] = open_all(autosave, HUNG, 1)
        edited = notebook.submit(edit("a", "x = 1"))
        assert disk.arrived.wait(WAIT_S)
        renamed = notebook.rename(FINE / "moved.py")
        disk.gate.set()
        assert saved(edited).version == saved(renamed).version == 1
        assert saved(renamed).path == FINE / "moved.py"
        assert disk.storage.read(HUNG / "0.py") is None
        assert "x = 1" in disk.text(notebook)


def test_an_after_save_that_hangs_holds_up_its_own_notebook_only(disk):
    entered, go_on = Event(), Event()

    class Hanging(SaverActor):
        def after_save(self, saved):
            if saved.path.name == "0.py":
                entered.set()
                assert go_on.wait(WAIT_S)

    with running(disk, Hanging) as autosave:
        first, *others = open_all(autosave, FINE, 20)
        saved(first.submit(edit("a", "x = 1")))
        assert entered.wait(WAIT_S)
        behind = first.submit(edit("a", "x = 2"))
        for receipt in submit_each(others, "y = 1"):
            saved(receipt)
        assert behind.outcome is None
        go_on.set()
        saved(behind)


def test_however_many_edits_come_only_so_many_receipts_stay_open_and_nothing_is_lost(disk):
    with running(disk, max_open_receipts=100) as autosave:
        [notebook] = open_all(autosave, HUNG, 1)
        receipts = [notebook.submit(edit("a", f"x = {n}")) for n in range(20_000)]
        assert isinstance(receipts[-1].wait(WAIT_S), Deferred)
        still_open = [receipt for receipt in receipts if receipt.outcome is None]
        assert len(still_open) <= 100
        assert notebook.statistics().waiting <= 100
        assert notebook.document.version == 20_000
        reasons = {type(receipt.outcome) for receipt in receipts[100:]}
        assert reasons == {Deferred}
        disk.gate.set()
        assert [type(receipt.wait(WAIT_S)) for receipt in still_open] == [Saved] * len(still_open)
        assert isinstance(notebook.flush(WAIT_S), Saved)
        assert "x = 19999" in disk.text(notebook)
        assert len(disk.storage.history(notebook.path)) <= 4


def test_a_stop_names_the_notebooks_whose_disk_hangs(disk, monkeypatch):
    monkeypatch.setattr(wiring, "STOP_GRACE_S", 0.1)
    autosave = Autosave(Settings(drain_timeout_s=0), storage=disk.storage)
    autosave.start()
    hung, fine = open_all(autosave, HUNG, 2), open_all(autosave, FINE, 1)
    submit_each(hung, "x = 1")
    saved(submit_each(fine, "y = 1")[0])
    assert disk.arrived.wait(WAIT_S)
    report = autosave.stop()
    disk.gate.set()
    assert {unsaved.path for unsaved in report.unsaved} == {HUNG / "0.py", HUNG / "1.py"}
    assert set(report.orphans) == {f"saver of {notebook.id}" for notebook in hung}
