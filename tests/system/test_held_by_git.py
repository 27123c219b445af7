"""Saving while git is at work in the repository."""

import pytest

from actors import Alert, Autosave, Event, Saved, SaveStatus, Settings
from actors.storage import LocalStorage, MemoryArchive
from actors.testing import SimulatedDisk, SimulatedRuntime
from tests.system.scenes import create
from tests.system.watched_scene import text


class Repository:
    """A notebook in a git repository on a simulated disk."""

    def __init__(self, name="/repo/nb.py", **options):
        self.disk = SimulatedDisk()
        self.disk.external.make_folder("/repo")
        self.disk.external.make_folder("/repo/.git")
        self.disk.external.write("/repo/nb.py", text("a = 1"), sync=True)
        self.disk.external.symlink("/repo/nb.py", "/link.py")
        self.runtime = SimulatedRuntime()
        self.autosave = Autosave(
            Settings(**options),
            storage=LocalStorage(self.disk.calls()),
            archive=MemoryArchive(now=self.runtime.clock.now),
            runtime=self.runtime,
        )
        self.autosave.start()
        self.events: list[Event] = []
        self.autosave.subscribe(self.events.append)
        self.notebook = self.autosave.open(name)

    def begin(self, sign="index.lock"):
        self.disk.external.write(f"/repo/.git/{sign}", b"")

    def end(self, sign="index.lock"):
        self.disk.external.delete(f"/repo/.git/{sign}")

    def edit(self):
        receipt = self.notebook.submit(create("new", "b = 1"))
        self.runtime.run_until_idle()
        return receipt

    @property
    def is_saved(self):
        return b"b = 1" in (self.disk.external.read("/repo/nb.py") or b"")

    def alerts(self):
        return [event.variant for event in self.events if isinstance(event, Alert)]


@pytest.fixture
def repository():
    repository = Repository()
    yield repository
    repository.autosave.stop()


@pytest.mark.parametrize("sign", ["index.lock", "MERGE_HEAD"])
def test_a_save_waits_until_git_has_ended(repository, sign):
    repository.begin(sign)
    receipt = repository.edit()
    repository.runtime.advance(1)
    assert (receipt.outcome, repository.is_saved) == (None, False)
    repository.end(sign)
    repository.runtime.advance(1)
    assert isinstance(receipt.outcome, Saved)
    assert repository.is_saved


def test_it_says_that_it_waits_and_for_what(repository):
    repository.begin()
    repository.edit()
    status = next(event for event in repository.events if isinstance(event, SaveStatus))
    assert status.state == "waiting"
    assert "index.lock" in str(status.reason)


def test_a_short_wait_alerts_nobody_and_a_long_one_once(repository):
    repository.begin()
    repository.edit()
    repository.runtime.advance(1)
    assert repository.alerts() == []
    repository.runtime.advance(10)
    assert repository.alerts() == ["danger"]
    repository.end()
    repository.runtime.advance(10)
    assert repository.alerts() == ["danger", None]


def test_a_lock_that_a_crashed_git_left_is_waited_for_no_longer_than_set():
    repository = Repository(git_wait_s=5.0)
    repository.begin()
    receipt = repository.edit()
    repository.runtime.advance(4.4)
    assert receipt.outcome is None
    repository.runtime.advance(1.2)
    assert isinstance(receipt.outcome, Saved)
    repository.autosave.stop()


def test_with_no_time_to_wait_git_is_not_waited_for():
    repository = Repository(git_wait_s=0)
    repository.begin()
    assert isinstance(repository.edit().outcome, Saved)
    repository.autosave.stop()


def test_what_waits_for_git_is_a_draft_meanwhile(repository):
    repository.begin()
    repository.edit()
    repository.runtime.advance(2)
    assert repository.notebook.draft is not None
    repository.end()
    repository.runtime.advance(1)
    assert repository.notebook.draft is None


def test_a_link_into_a_repository_is_in_that_repository():
    repository = Repository("/link.py")
    repository.begin()
    repository.edit()
    assert not repository.is_saved
    repository.end()
    repository.autosave.stop()
    assert repository.is_saved
