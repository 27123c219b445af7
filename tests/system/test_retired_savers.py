"""The saver of a notebook that was idle for long retires, and the host does not see it."""

from pathlib import Path

import pytest

from actors import Autosave, Refused, Saved, Settings
from actors.formats.memo import MEMO
from actors.listener import RETIRED_AT_ONCE
from actors.messages import RetireSavers
from actors.testing import MemoryStorage, SimulatedRuntime
from tests.system.scenes import WAIT_S, create

ONE, TWO = Path("/n/one.py"), Path("/n/two.py")
REST_S = 2 * Settings().passivate_after_s + 1


class Scene:
    """One notebook with one saved edit, idle for so long that its saver has retired."""

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
        assert self.savers == 0

    @property
    def savers(self):
        """How many savers live now."""
        return self.autosave.statistics().actors - self.actors

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
        assert scene.savers == 1


def test_one_whose_saves_fail_keeps_its_saver_until_it_is_saved(scene):
    scene.storage.fail_next("disk full", times=12)
    scene.notebook.submit(create("b", "b = 1"))
    scene.runtime.run_until_idle()
    scene.runtime.advance(REST_S)
    assert scene.savers == 1
    scene.runtime.advance(1_000)
    assert "b = 1" in scene.text()
    assert scene.savers == 0


def test_what_rendering_has_worked_out_ages_while_notebooks_come_to_rest(scene, monkeypatch):
    ages = list[str]()
    monkeypatch.setattr(MEMO, "age", lambda: ages.append("aged"))
    scene.notebook.submit(create("b", "b = 1"))
    scene.rest()
    assert ages == ["aged"] * 2


def test_many_savers_retire_together_and_the_stop_makes_none_of_them_again(scene, monkeypatch):
    many = range(2 * RETIRED_AT_ONCE + 1)
    for number in many:
        scene.autosave.open(f"/n/{number}.py").submit(create("a", f"x = {number}"))
    scene.rest()
    started = list[str]()
    start = lambda *_, name, **__: started.append(name)  # noqa: E731 - one use
    monkeypatch.setattr(scene.autosave._wiring.system, "start", start)
    assert (scene.autosave.stop().orphans, started) == ((), [])
    assert all(f"x = {number}" in scene.text(Path(f"/n/{number}.py")) for number in many)


def test_savers_that_retire_are_no_crashes_and_leave_no_dead_letters(scene):
    scene.notebook.submit(create("b", "b = 1"))
    scene.rest()
    counts = scene.autosave.statistics()
    assert (counts.crashes, counts.restarts, counts.dead_letters) == (0, 0, 0)


def test_an_edit_behind_the_word_to_retire_has_a_saver_of_its_own(scene):
    scene.notebook.submit(create("b", "b = 1"))
    scene.runtime.run_until_idle()
    listener = scene.autosave.listener
    listener.tell(RetireSavers((scene.notebook.id,)))
    receipt = scene.notebook.submit(create("c", "c = 1"))
    listener.tell(RetireSavers((scene.notebook.id,)))
    scene.rest()
    assert isinstance(receipt.outcome, Saved)
    assert scene.autosave.statistics().dead_letters == 0


def test_a_notebook_opened_again_while_its_close_fails_has_its_quiet_period_back():
    scene = Scene(save_quiet_s=1.0)
    scene.storage.fail_next("disk full", times=3)
    scene.notebook.submit(create("b", "b = 1"))
    scene.notebook.close()
    scene.runtime.run_until_idle()
    again = scene.autosave.open(ONE)
    assert again is scene.notebook
    scene.runtime.advance(10.0)
    assert "b = 1" in scene.text()
    again.submit(create("c", "c = 1"))
    scene.runtime.run_until_idle()
    assert "c = 1" not in scene.text()
    scene.runtime.advance(1.0)
    assert "c = 1" in scene.text()
    scene.autosave.stop()


def test_on_real_threads_too():
    with Autosave(Settings(passivate_after_s=0.001), storage=MemoryStorage()) as autosave:
        notebook = autosave.open(ONE)
        receipts = [notebook.submit(create(f"c{n}", "")) for n in range(200)]
        assert [type(receipt.wait(WAIT_S)) for receipt in receipts] == [Saved] * 200
        assert isinstance(notebook.close().wait(WAIT_S), Saved)
