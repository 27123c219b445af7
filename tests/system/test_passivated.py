"""A notebook that was idle for long is let go, and its host does not see it."""

from pathlib import Path

import pytest

from actors import Autosave, Refused, Saved, Settings
from actors.testing import MemoryStorage, SimulatedRuntime
from tests.system.scenes import WAIT_S, create

ONE, TWO = Path("/n/one.py"), Path("/n/two.py")
REST_S = 2 * Settings().passivate_after_s + 1


class Scene:
    """One notebook with one saved edit, idle for so long that its saver was let go."""

    def __init__(self, **settings):
        self.runtime, self.storage = SimulatedRuntime(), MemoryStorage()
        self.autosave = Autosave(Settings(**settings), runtime=self.runtime, storage=self.storage)
        self.autosave.start()
        self.actors = self.autosave.statistics().actors
        self.notebook = self.autosave.open(ONE)
        self.receipt = self.notebook.submit(create("a", "a = 1"))
        self.rest()

    def rest(self):
        self.runtime.run_until_idle()
        self.runtime.advance(REST_S)
        assert self.autosave.statistics().actors == self.actors

    def text(self, path=ONE):
        return (self.storage.read(path) or b"").decode()


@pytest.fixture
def scene():
    idle = Scene()
    yield idle
    assert idle.autosave.stop().unsaved == ()


def test_an_idle_notebook_has_no_actor_and_no_timer(scene):
    assert isinstance(scene.receipt.outcome, Saved)
    assert scene.runtime.next_timer() is None


def test_it_takes_edits(scene):
    for number in range(3):
        receipt = scene.notebook.submit(create(f"b{number}", f"b{number} = 1"))
        scene.rest()
        assert isinstance(receipt.outcome, Saved)
        assert receipt.outcome.version == number + 2
    assert all(f"b{number} = 1" in scene.text() for number in range(3))
    assert "a = 1" in scene.text()


def test_it_is_flushed_and_renamed(scene):
    assert isinstance(scene.notebook.flush(), Saved)
    scene.rest()
    renamed = scene.notebook.rename(TWO)
    scene.rest()
    assert isinstance(renamed.outcome, Saved)
    assert (scene.text(ONE), "a = 1" in scene.text(TWO)) == ("", True)


def test_it_is_closed_forgotten_and_opened_again(scene):
    closed = scene.notebook.close()
    scene.runtime.run_until_idle()
    assert isinstance(closed.outcome, Saved)
    assert len(scene.autosave._registry) == 0
    again = scene.autosave.open(ONE)
    receipt = again.submit(create("b", "b = 1"))
    scene.rest()
    assert isinstance(receipt.outcome, Saved)
    assert "a = 1" in scene.text()


def test_it_refuses_what_does_not_fit(scene):
    receipt = scene.notebook.submit("no JSON")
    scene.runtime.run_until_idle()
    assert isinstance(receipt.outcome, Refused)


def test_a_notebook_in_use_keeps_its_saver(scene):
    for number in range(5):
        scene.notebook.submit(create(f"b{number}", ""))
        scene.runtime.run_until_idle()
        scene.runtime.advance(Settings().passivate_after_s - 1)
        assert scene.autosave.statistics().actors == scene.actors + 1


def test_one_whose_saves_fail_is_not_let_go_before_it_is_saved(scene):
    scene.storage.fail_next("disk full", times=12)
    scene.notebook.submit(create("b", "b = 1"))
    scene.runtime.run_until_idle()
    scene.runtime.advance(REST_S)
    assert scene.autosave.statistics().actors == scene.actors + 1
    scene.runtime.advance(1_000)
    assert "b = 1" in scene.text()
    assert scene.autosave.statistics().actors == scene.actors


def test_the_stop_of_many_idle_notebooks_makes_no_actor_again(scene):
    others = [scene.autosave.open(f"/n/{n}.py") for n in range(100)]
    for number, notebook in enumerate(others):
        notebook.submit(create("a", f"x = {number}"))
    scene.rest()
    assert scene.autosave.stop().orphans == ()
    assert all(f"x = {number}" in scene.text(Path(f"/n/{number}.py")) for number in range(100))


def test_on_real_threads_too():
    with Autosave(Settings(passivate_after_s=0.001), storage=MemoryStorage()) as autosave:
        notebook = autosave.open(ONE)
        receipts = [notebook.submit(create(f"c{n}", "")) for n in range(200)]
        assert [type(receipt.wait(WAIT_S)) for receipt in receipts] == [Saved] * 200
        assert isinstance(notebook.close().wait(WAIT_S), Saved)
