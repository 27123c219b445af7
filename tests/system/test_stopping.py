"""A stop: whatever is in no file is in a draft that the report names, and nothing holds it up."""

import threading
from pathlib import Path

import pytest

from actors import Alert, Autosave, Receipt, Settings, wiring
from actors.drain import DrainReport
from actors.formats import parse
from actors.storage import MemoryArchive, MemoryStorage
from tests.system.scenes import WAIT_S, create, edit
from tests.system.simulated import Scene

FILE = Path("/n/nb.py")


@pytest.fixture
def scene():
    scene = Scene()
    yield scene
    scene.autosave.stop()


def unnamed(scene):
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 0"))
    return notebook


def failing(scene):
    scene.storage.fail_next("disk full", 1_000)
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("a", "x = 0"))
    return notebook


def in_conflict(scene):
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("a", "x = 'base'"))
    theirs = scene.storage.read(FILE).replace(b"base", b"theirs")
    scene.storage.replace(FILE, theirs)
    scene.submit(notebook, edit("a", "x = 'ours'"))
    return notebook


def on_the_way(scene):
    """Return a notebook with edits that nobody has applied when the stop comes."""
    notebook = scene.autosave.open(FILE)
    scene.storage.fail_next("disk full", 1_000)
    notebook.submit(create("a", "x = 0"))
    return notebook


@pytest.mark.parametrize("trouble", [unnamed, failing, in_conflict, on_the_way])
def test_the_last_edit_of_each_is_in_the_draft_that_the_report_names(scene, trouble):
    notebook = trouble(scene)
    code = f"x = 'the last of {trouble.__name__}'"
    notebook.submit(create("last", code))
    (unsaved,) = scene.autosave.stop().unsaved
    assert (unsaved.notebook, unsaved.version) == (notebook.id, notebook.document.version)
    cells = parse(scene.drafts()[unsaved.draft].encode(), ".py")
    assert [cell.code for cell in cells][-1] == code
    assert f"It is in draft {unsaved.draft}" in last_alert(scene)


def last_alert(scene):
    return [event for event in scene.heard if isinstance(event, Alert)][-1].description


def test_work_that_a_failing_archive_did_not_take_is_said_to_be_lost(scene):
    unnamed(scene)
    scene.archive.fail_next("disk full", 1_000)
    scene.autosave.open(FILE)
    notebook = scene.autosave.open()
    scene.submit(notebook, create("a", "x = 1"))
    unsaved = {each.notebook: each for each in scene.autosave.stop().unsaved}
    assert unsaved[notebook.id].draft is None
    assert "lost with this process" in str(unsaved[notebook.id])
    assert "lost when the server ends" in last_alert(scene)


def test_a_draft_of_an_older_version_is_not_called_the_draft_of_the_last(scene):
    notebook = unnamed(scene)
    scene.archive.fail_next("disk full", 1_000)
    scene.submit(notebook, edit("a", "x = 'newer'"))
    (unsaved,) = scene.autosave.stop().unsaved
    scene.archive._failures.clear()
    assert (unsaved.draft, len(scene.drafts())) == (None, 1)


def test_a_draft_that_is_being_kept_when_the_stop_comes_is_kept(scene):
    notebook = scene.autosave.open()
    notebook.submit(create("a", "x = 0"))
    while notebook._ledger.draft is None:  # the archivist was asked, and has not begun
        scene.runtime.run_next()
    (unsaved,) = scene.autosave.stop().unsaved
    assert unsaved.draft in scene.drafts()


def test_what_is_saved_in_time_leaves_no_draft_and_no_word(scene):
    scene.storage.fail_next("disk full", 2)
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("a", "x = 0"))
    assert len(scene.drafts()) == 1
    assert scene.autosave.stop() == DrainReport()
    assert scene.drafts() == {}


# -- what hangs, on real threads ---------------------------------------------------------


class Gate:
    """Where somebody stands still until the test is over."""

    def __init__(self):
        self.arrived, self.opened = threading.Event(), threading.Event()

    def pass_through(self):
        self.arrived.set()
        assert self.opened.wait(WAIT_S)


@pytest.fixture
def gate(monkeypatch):
    monkeypatch.setattr(wiring, "STOP_GRACE_S", 0.2)
    gate = Gate()
    yield gate
    gate.opened.set()


class HungArchive(MemoryArchive):
    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def commit(self, changes):
        self.gate.pass_through()
        return super().commit(changes)


def started(**parts):
    autosave = Autosave(Settings(drain_timeout_s=0), **parts)
    autosave.start()
    return autosave


def hung_writes(gate):
    return MemoryStorage(
        before=lambda operation, _: gate.pass_through() if operation == "replace" else None
    )


def test_edits_behind_a_hung_write_are_in_the_draft(gate):
    archive = MemoryArchive()
    autosave = started(storage=hung_writes(gate), archive=archive)
    notebook = autosave.open(FILE)
    notebook.submit(create("a", "x = 0"))
    assert gate.arrived.wait(WAIT_S)
    notebook.submit(edit("a", "x = 'behind'"))
    report = autosave.stop()
    (unsaved,) = report.unsaved
    assert b"x = 'behind'" in archive.draft_text(unsaved.draft)
    assert report.orphans == (f"saver of {notebook.id}",)


def test_a_hung_archive_does_not_hold_the_stop_up_for_ever(gate):
    autosave = started(archive=HungArchive(gate))
    notebook = autosave.open()
    notebook.submit(create("a", "x = 0"))
    assert gate.arrived.wait(WAIT_S)
    report = autosave.stop()
    assert report.orphans == ("archivist",)
    assert [unsaved.draft for unsaved in report.unsaved] == [None]


def test_a_hung_archive_holds_up_no_save(gate):
    storage = MemoryStorage()
    autosave = started(storage=storage, archive=HungArchive(gate))
    autosave.open().submit(create("a", "x = 0"))
    assert gate.arrived.wait(WAIT_S)
    autosave.open(FILE).submit(create("a", "x = 1")).wait(WAIT_S)
    autosave.stop()
    assert b"x = 1" in (storage.read(FILE) or b"")


def test_two_stops_at_once_return_the_same_report(gate):
    autosave = started(storage=hung_writes(gate))
    autosave.open(FILE).submit(create("a", "x = 0"))
    assert gate.arrived.wait(WAIT_S)
    reports: list[DrainReport] = []
    stops = [threading.Thread(target=lambda: reports.append(autosave.stop())) for _ in range(5)]
    for stop in stops:
        stop.start()
    for stop in stops:
        stop.join(WAIT_S)
    assert len(reports) == 5
    assert all(report is autosave.report for report in reports)


def test_a_stop_in_the_midst_of_a_commit_waits_for_it():
    gate = Gate()
    archive = HungArchive(gate)
    autosave = started(archive=archive)
    notebook = autosave.open()
    notebook.submit(create("a", "x = 0"))
    assert gate.arrived.wait(WAIT_S)
    notebook.submit(edit("a", "x = 'last'"))
    stopping = threading.Thread(target=autosave.stop)
    stopping.start()
    gate.opened.set()
    stopping.join(WAIT_S)
    (unsaved,) = autosave.report.unsaved
    assert b"x = 'last'" in archive.draft_text(unsaved.draft)


def test_every_receipt_is_settled_by_the_stop(scene):
    notebooks = [failing(scene), unnamed(scene), scene.autosave.open("/n/fine.py")]
    receipts: list[Receipt] = []
    for notebook in notebooks:
        receipts += [notebook.submit(create(f"c{step}", "x = 0")) for step in range(5)]
        receipts.append(notebook.request_flush(patient=True))
    scene.autosave.stop()
    assert all(receipt.outcome is not None for receipt in receipts)


def test_a_storage_that_raises_what_it_should_not_leaves_a_draft(scene):
    scene.storage.fail_next(ValueError("a mistake"), 1_000)
    notebook = scene.autosave.open(FILE)
    scene.submit(notebook, create("a", "x = 0"))
    (unsaved,) = scene.autosave.stop().unsaved
    assert unsaved.draft in scene.drafts()
    assert "a mistake" in unsaved.reason
