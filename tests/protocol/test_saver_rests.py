"""When a saver waits before it saves, and when it is idle and may retire."""

from typing import Any

import pytest

from actors.messages import NotebookFinished, Submit
from actors.notebook import SavePolicy
from actors.receipt import Deferred, Receipt
from actors.saver import SaverActor
from tests.protocol.saver_scene import NOTEBOOK, OTHER, PATH, Scene, edit, saved
from tests.runtime.doubles import actor_of

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


def test_a_notebook_opened_again_before_its_close_was_finished_has_its_quiet_period_back(quiet):
    quiet.submit("a")
    quiet.close()
    assert quiet.answer() == ["a"]
    receipt = quiet.submit("b")
    assert quiet.answer() == []
    quiet.runtime.advance(1.0)
    assert quiet.answer() == ["b"]
    assert receipt.outcome == saved(2, "b")


# -- retiring ------------------------------------------------------------------------


@pytest.fixture
def rested():
    """A notebook with one save, whose saver has retired and has a successor."""
    scene = Scene()
    scene.submit("a")
    scene.answer()
    assert scene.retire()
    assert scene.told() == ["SaveSucceeded"]
    return scene


def test_the_next_saver_goes_on_as_if_nothing_had_happened(rested):
    receipt = rested.submit("b")
    assert rested.answer() == ["b"]
    assert receipt.outcome == saved(2, "b")
    assert rested.told() == ["SaveSucceeded"]


def test_the_next_saver_answers_a_flush_and_saves_nothing(rested):
    assert rested.flush().outcome == saved(1, "a")
    assert rested.codegen.messages == []


def test_the_next_saver_renames(rested):
    assert rested.rename().outcome == saved(1, "a", OTHER)
    assert (rested.file, rested.storage.read(PATH)) == ("a", None)


def test_the_next_saver_closes(rested):
    assert rested.close(3).outcome == saved(1, "a")
    assert rested.listener.take() == [NotebookFinished(NOTEBOOK, 3)]


def test_a_saver_that_waits_for_codegen_does_not_retire():
    scene = Scene()
    receipt = scene.submit("a")
    assert not scene.retire()
    scene.answer()
    assert receipt.outcome == saved(1, "a")


def test_a_saver_between_two_attempts_does_not_retire():
    scene = Scene()
    scene.submit("a")
    scene.fail()
    assert not scene.retire()
    scene.runtime.advance(1.0)
    assert scene.answer() == ["a"]
    assert scene.retire()


def test_a_saver_in_its_quiet_period_does_not_retire(quiet):
    quiet.submit("a")
    assert not quiet.retire()
    quiet.runtime.advance(1.0)
    assert quiet.answer() == ["a"]


@pytest.mark.parametrize("under_way", ["_attempt", "_timer"])
def test_a_saver_whose_answer_is_still_to_come_does_not_retire_even_if_nothing_is_due(
    rested, under_way
):
    saver: Any = actor_of(rested.mailbox)
    setattr(saver, under_way, object())
    assert not rested.retire()
    setattr(saver, under_way, None)
    assert rested.retire()


def test_a_saver_does_not_retire_while_anything_is_due(rested):
    rested.ledger.apply(edit("b"), Receipt())
    assert not rested.retire()


def test_a_saver_of_a_notebook_that_has_no_file_yet_retires():
    scene = Scene(path=None)
    assert isinstance(scene.submit("a").outcome, Deferred)
    assert scene.retire()
    receipt = scene.rename()
    assert scene.answer() == ["a"]
    assert receipt.outcome == saved(1, "a", OTHER)


def test_the_timer_of_a_saver_that_has_retired_changes_nothing():
    scene = Scene()
    scene.submit("a")
    scene.fail()
    scene.submit("b")
    scene.answer()
    assert scene.retire()
    scene.runtime.advance(10)
    assert (scene.codegen.messages, scene.storage.history(PATH)) == ([], (b"b",))


def test_each_message_is_noted_as_activity():
    scene = Scene()
    scene.submit("a")
    scene.answer()
    scene.flush()
    # the edit, codegen's answer, the disk's, the flush
    assert scene.active.take() == [NOTEBOOK] * 4


def test_to_retire_is_no_activity(rested):
    rested.active.take()
    assert rested.retire()
    assert rested.active.take() == []


def test_unsaved_kernel_edits_are_kept():
    scene = Scene(files={PATH: b""}, saved=saved(0, ""))
    assert isinstance(scene.submit(edit("k", "kernel")).outcome, Deferred)
    assert scene.retire()
    scene.submit("b")
    assert scene.ledger.document.version == 2


def test_only_a_saver_that_retires_lets_go_of_memory(rested):
    rested.submit("b")
    rested.answer()
    rested.submit("c")
    assert not rested.retire()
    assert rested.ledger.statistics().time_to_durable.count == 1
    rested.answer()
    assert rested.retire()
    assert rested.ledger.statistics().time_to_durable.count == 0


def test_on_stop_does_not_run_when_a_saver_retires():
    stops: list[str] = []

    class Noting(SaverActor):
        def on_stop(self) -> None:
            stops.append("stop")

    scene = Scene(Noting)
    scene.runtime.run_until_idle()
    assert (scene.retire(), stops) == (True, [])
    assert scene.system.stop([scene.mailbox], 1.0) == []
    assert stops == ["stop"]
