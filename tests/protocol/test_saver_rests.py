"""When a saver waits before it saves, and when it lets go of what it can make again."""

from typing import Any

import pytest

from actors.messages import Passivate, Submit
from actors.notebook import SavePolicy
from actors.receipt import Deferred, Receipt
from actors.saver import SaverActor
from tests.protocol.saver_scene import NOTEBOOK, PATH, Scene, edit, saved

# -- quiet period and longest delay --------------------------------------------------

QUIET = SavePolicy(quiet_s=1.0, max_delay_s=5.0)


@pytest.fixture
def quiet():
    return Scene(policy=QUIET)


def test_a_save_begins_when_the_notebook_was_quiet_for_so_long(quiet):
    receipt = quiet.submit("a")
    quiet.runtime.advance(0.9)
    assert quiet.answer() == []
    quiet.runtime.advance(0.2)
    assert quiet.answer() == ["a"]
    assert receipt.outcome == saved(1, "a")


def test_each_edit_begins_the_quiet_period_anew(quiet):
    for code in "abc":
        quiet.submit(code)
        quiet.runtime.advance(0.9)
    assert quiet.answer() == []
    quiet.runtime.advance(0.2)
    assert (quiet.answer(), quiet.storage.history(PATH)) == (["c"], (b"c",))


def test_constant_edits_are_saved_at_least_once_per_longest_delay(quiet):
    texts: list[str] = []
    for number in range(100):
        quiet.submit(str(number))
        quiet.runtime.advance(0.5)
        texts += quiet.answer()
    quiet.runtime.advance(5.0)
    texts += quiet.answer()
    assert 9 <= len(texts) <= 11  # in 50 seconds
    assert texts[-1] == "99"


def test_there_is_one_timer_however_many_edits_come(quiet):
    for number in range(50):
        quiet.submit(str(number))
    assert len(quiet.runtime._timers) == 1


def test_edits_during_a_save_wait_for_the_quiet_period_too(quiet):
    quiet.submit("a")
    quiet.runtime.advance(1.0)
    quiet.submit("b")
    assert quiet.answer() == ["a"]
    assert quiet.answer() == []
    quiet.runtime.advance(1.0)
    assert quiet.answer() == ["b"]


@pytest.mark.parametrize("ask", [Scene.flush, Scene.close])
def test_who_asks_by_name_does_not_wait_for_the_quiet_period(quiet, ask):
    quiet.submit("a")
    receipt = ask(quiet)
    assert quiet.answer() == ["a"]
    assert receipt.outcome == saved(1, "a")
    quiet.runtime.advance(10)
    assert quiet.codegen.messages == []


def test_a_failed_save_is_tried_again_after_its_own_delay_and_not_the_quiet_period(quiet):
    quiet.submit("a")
    quiet.runtime.advance(1.0)
    quiet.fail()
    quiet.runtime.advance(1.0)  # the first delay of the scene's backoff
    assert quiet.answer() == ["a"]


def test_a_crash_in_the_quiet_period_loses_neither_the_edit_nor_its_time():
    class Fragile(SaverActor):
        def _on_submit(self, message: Submit) -> None:
            if message.payload == {}:
                raise RuntimeError("blown")
            super()._on_submit(message)

    scene = Scene(Fragile, policy=QUIET)
    receipt = scene.submit("a")
    scene.runtime.advance(0.5)
    scene.submit({})
    scene.runtime.advance(0.4)
    assert scene.answer() == []
    scene.runtime.advance(0.2)
    assert scene.answer() == ["a"]
    assert receipt.outcome == saved(1, "a")


# -- passivation ---------------------------------------------------------------------


def is_passive(scene: Scene) -> bool:
    mailbox: Any = scene.mailbox
    return mailbox._actor is None and not mailbox.is_closed


@pytest.fixture
def passive():
    """A notebook with one save, whose saver was let go."""
    scene = Scene()
    scene.submit("a")
    scene.answer()
    scene.tell(Passivate())
    assert is_passive(scene)
    scene.told()
    return scene


def test_an_idle_saver_is_let_go_and_the_next_edit_is_saved_as_if_nothing_had_happened(passive):
    receipt = passive.submit("b")
    assert passive.answer() == ["b"]
    assert receipt.outcome == saved(2, "b")
    assert passive.told() == ["SaveSucceeded"]


def test_an_idle_saver_answers_a_flush(passive):
    assert passive.flush().outcome == saved(1, "a")
    assert passive.codegen.messages == []


def test_an_idle_saver_renames(passive):
    receipt = passive.rename()
    assert receipt.outcome == saved(1, "a", passive.ledger.path)
    assert (passive.file, passive.storage.read(PATH)) == ("a", None)


def test_an_idle_saver_closes(passive):
    assert passive.close(3).outcome == saved(1, "a")
    assert [finished.closing for finished in passive.listener.take()] == [3]


def test_a_saver_with_a_save_in_flight_is_not_let_go():
    scene = Scene()
    receipt = scene.submit("a")
    scene.tell(Passivate())
    assert not is_passive(scene)
    scene.answer()
    assert receipt.outcome == saved(1, "a")


def test_a_saver_between_two_attempts_is_not_let_go():
    scene = Scene()
    scene.submit("a")
    scene.fail()
    scene.tell(Passivate())
    assert not is_passive(scene)
    scene.runtime.advance(1.0)
    assert scene.answer() == ["a"]


def test_a_saver_in_its_quiet_period_is_not_let_go(quiet):
    quiet.submit("a")
    quiet.tell(Passivate())
    assert not is_passive(quiet)
    quiet.runtime.advance(1.0)
    assert quiet.answer() == ["a"]


def test_a_saver_with_edits_behind_the_word_is_not_let_go():
    scene = Scene()
    scene.mailbox.tell(Passivate())
    scene.mailbox.tell(Submit(NOTEBOOK, receipt := Receipt(), edit("a")))
    scene.runtime.run_until_idle()
    assert not is_passive(scene)
    scene.answer()
    assert receipt.outcome == saved(1, "a")


def test_a_stale_timer_wakes_an_idle_saver_and_changes_nothing():
    scene = Scene()
    scene.submit("a")
    scene.fail()
    scene.submit("b")
    scene.answer()
    scene.tell(Passivate())
    assert is_passive(scene)
    scene.runtime.advance(10)
    assert (scene.codegen.messages, scene.storage.history(PATH)) == ([], (b"b",))


def test_each_message_but_the_word_itself_is_noted_as_activity():
    scene = Scene()
    scene.submit("a")
    scene.answer()
    scene.flush()
    noted = len(scene.active.take())
    assert noted == 4  # the edit, codegen's answer, the disk's, the flush
    scene.tell(Passivate())
    assert scene.active.take() == []


def test_a_saver_that_is_let_go_keeps_its_unsaved_kernel_edits():
    scene = Scene(files={PATH: b""}, saved=saved(0, ""))
    assert isinstance(scene.submit(edit("k", "kernel")).outcome, Deferred)
    scene.tell(Passivate())
    assert is_passive(scene)
    scene.flush()
    assert scene.ledger.document.version == 1


def test_on_stop_does_not_run_when_a_saver_is_let_go():
    stops: list[str] = []

    class Noting(SaverActor):
        def on_stop(self) -> None:
            stops.append("stop")

    scene = Scene(Noting)
    scene.tell(Passivate())
    assert (is_passive(scene), stops) == (True, [])
    scene.flush()
    mailbox: Any = scene.mailbox
    mailbox.request_stop()
    scene.runtime.run_until_idle()
    assert stops == ["stop"]
