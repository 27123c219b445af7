"""One writer a file: two systems that open the same notebook."""

import atexit
from pathlib import Path

import pytest

from actors import Alert, Autosave, Deferred, Event, Saved, SaveStatus, Settings, StorageError
from actors.formats import parse
from actors.storage import LocalStorage, MemoryArchive
from actors.testing import SimulatedDisk, SimulatedRuntime
from tests.system.scenes import WAIT_S, create
from tests.system.watched_scene import text

PATH = "/d/nb.py"


class Host:
    """A process that saves notebooks of a disk."""

    def __init__(self, disk, archive=None, **options):
        self.runtime = SimulatedRuntime()
        self.process = disk.process()
        self.autosave = Autosave(
            Settings(**options),
            storage=LocalStorage(self.process.calls, spill=archive),
            archive=archive or MemoryArchive(now=self.runtime.clock.now),
            runtime=self.runtime,
        )
        self.autosave.start()
        self.events: list[Event] = []
        self.autosave.subscribe(self.events.append)
        self.notebook = self.autosave.open(PATH)
        self.runtime.run_until_idle()

    def edit(self, name):
        receipt = self.notebook.submit(create(name, f"{name} = 1"))
        self.runtime.run_until_idle()
        return receipt

    def heard(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def disk():
    disk = SimulatedDisk()
    disk.external.make_folder("/d")
    disk.external.write(PATH, text("a = 1"), sync=True)
    return disk


def codes(disk):
    return [cell.code for cell in parse(disk.external.read(PATH), ".py")]


def test_the_second_host_is_told_at_once_who_has_it(disk):
    first, second = Host(disk), Host(disk)
    (alert,) = second.heard(Alert)
    assert " pid " in alert.description
    assert first.heard(Alert) == []
    assert isinstance(first.edit("b").outcome, Saved)


def test_what_the_second_host_edits_becomes_a_draft_and_leaves_the_file_alone(disk):
    _first, second = Host(disk), Host(disk)
    outcome = second.edit("b").outcome
    assert isinstance(outcome, Deferred)
    assert " pid " in outcome.reason
    assert codes(disk) == ["a = 1"]
    assert second.heard(SaveStatus)[-1].cause == "locked"
    assert second.notebook.draft is not None


def test_when_the_first_has_closed_it_the_second_saves_both_their_edits(disk):
    first, second = Host(disk), Host(disk)
    first.edit("b")
    receipt = second.edit("c")
    first.notebook.close()
    first.runtime.run_until_idle()
    second.runtime.advance(60)
    assert isinstance(receipt.outcome, Deferred)
    assert sorted(codes(disk)) == ["a = 1", "b = 1", "c = 1"]
    assert second.notebook.draft is None


def test_a_host_that_stops_lets_go_of_its_files(disk):
    first = Host(disk)
    first.edit("b")
    first.autosave.stop()
    second = Host(disk)
    assert second.heard(Alert) == []
    assert isinstance(second.edit("c").outcome, Saved)


def test_where_files_are_nobodys_own_both_save_and_neither_edit_is_lost(disk):
    first, second = Host(disk, own_files=False), Host(disk, own_files=False)
    assert isinstance(first.edit("b").outcome, Saved)
    assert isinstance(second.edit("c").outcome, Saved)
    assert sorted(codes(disk)) == ["a = 1", "b = 1", "c = 1"]


def test_a_renamed_notebook_is_owned_under_its_new_name_alone(disk):
    first = Host(disk)
    first.notebook.rename("/d/other.py")
    first.runtime.run_until_idle()
    first.edit("b")
    disk.external.write(PATH, text("a = 1"))
    assert Host(disk).heard(Alert) == []


def test_a_killed_host_loses_its_files_at_once(disk):
    first = Host(disk)
    atexit.unregister(first.autosave.stop)
    disk.kill(first.process)
    second = Host(disk)
    assert second.heard(Alert) == []
    assert isinstance(second.edit("b").outcome, Saved)


def test_hosts_with_state_directories_of_their_own_see_each_others_locks(tmp_path):
    (tmp_path / "files").mkdir()
    path = tmp_path / "files" / "nb.py"
    with (
        Autosave(Settings(state_dir=tmp_path / "1")) as first,
        Autosave(Settings(state_dir=tmp_path / "2")) as second,
    ):
        first.open(path)
        assert isinstance(second.open(path).submit(create("a", "x = 1")).wait(WAIT_S), Deferred)
        assert list(path.parent.iterdir()) == []


def test_who_opens_it_meanwhile_leaves_alone_what_its_owner_writes_in_place(disk):
    archive, old, new = MemoryArchive(), text("a = 1"), text("a = 2")
    _first = Host(disk, archive)
    archive.begin_overwrite(Path(PATH), new, old)  # and not a byte of it yet
    Host(disk, archive)
    assert archive.overwrite_of(Path(PATH)) == (new, old)
    assert archive.drafts() == []


def test_files_whose_saves_fail_to_the_end_are_nobodys_after_the_stop(tmp_path):
    class Failing(LocalStorage):
        def replace(self, path, data, *, expected=None):
            raise StorageError("no space left", "disk full")

    paths = [tmp_path / f"{number}.py" for number in range(20)]
    retries = Settings(state_dir=tmp_path / "1", retry_min_s=0.001, retry_max_s=0.001)
    first = Autosave(retries, storage=Failing())
    first.start()
    for path in paths:
        first.open(path).submit(create("a", "x = 1"))
    first.stop(0)
    with Autosave(Settings(state_dir=tmp_path / "2")) as second:
        receipts = [second.open(path).submit(create("a", "x = 2")) for path in paths]
        assert all(isinstance(receipt.wait(WAIT_S), Saved) for receipt in receipts)


def test_a_stop_does_not_wait_for_a_file_that_is_another_hosts(disk):
    _first, second = Host(disk), Host(disk)
    second.edit("b")
    before = second.runtime.clock.monotonic()
    report = second.autosave.stop(timeout=60.0)
    assert second.runtime.clock.monotonic() - before < 10
    (unsaved,) = report.unsaved
    assert unsaved.draft is not None
