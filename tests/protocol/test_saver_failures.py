"""A saver whose saves fail, or who crashes, keeps the work and saves it."""

from typing import Any

import pytest

from actors.messages import (
    ArchivistMessage,
    CloseNotebook,
    Generated,
    GenerateFailed,
    KeepDraft,
    NotebookFinished,
    Rename,
    SaveDue,
    SaveFailed,
    SaverMessage,
    Submit,
)
from actors.receipt import Deferred, Refused, Saved
from actors.saver import Backoff, SaverActor
from actors.testing import Probe
from tests.protocol.saver_scene import NOTEBOOK, PATH, Scene, saved

# -- failures ----------------------------------------------------------------------


def test_a_failed_save_defers_its_receipts_is_told_and_tried_again():
    scene = Scene()
    receipt = scene.submit()
    scene.fail()
    assert receipt.outcome == Deferred("disk full")
    assert scene.notifier.take() == [SaveFailed(NOTEBOOK, 1, PATH, "disk full", 1.0)]
    scene.runtime.advance(0.99)
    assert scene.codegen.messages == []
    scene.runtime.advance(0.01)
    scene.answer()
    assert (scene.file, scene.told()) == ("x", ["SaveSucceeded"])


def test_the_delay_doubles_up_to_the_longest_and_begins_anew_after_a_success():
    scene = Scene()
    scene.submit()
    scene.fail(times=5)
    scene.runtime.advance(4.0)
    scene.answer()
    scene.submit("y")
    scene.fail()
    told = scene.notifier.take()
    assert [m.retry_in_s for m in told if isinstance(m, SaveFailed)] == [1, 2, 4, 4, 4, 1]


@pytest.mark.parametrize("failures", [1, 2, 3, 9, 10_000])
def test_jitter_takes_up_to_a_quarter_and_never_goes_below_the_shortest(failures):
    full = Backoff(0.1, 30.0, jitter=lambda: 0.0).delay_s(failures)
    least = Backoff(0.1, 30.0, jitter=lambda: 1.0).delay_s(failures)
    assert full == pytest.approx(min(30.0, 0.1 * 2 ** min(failures - 1, 20)))
    assert least == pytest.approx(max(0.1, 0.75 * full))
    assert least <= Backoff(0.1, 30.0).delay_s(failures) <= full


def test_an_edit_during_the_delay_is_saved_at_once_and_the_retry_is_then_stale():
    scene = Scene()
    scene.submit("a")
    scene.fail()
    receipt = scene.submit("b")
    assert scene.answer() == ["b"]
    assert receipt.outcome == saved(2, "b")
    scene.runtime.advance(10)
    assert (scene.codegen.messages, scene.storage.history(PATH)) == ([], (b"b",))


def test_a_stale_retry_starts_no_save_before_its_own_delay():
    scene = Scene()
    scene.submit("a")
    scene.fail()
    scene.submit("b")
    scene.fail()
    scene.runtime.advance(1.0)
    assert scene.codegen.messages == []
    scene.runtime.advance(1.0)
    assert scene.answer() == ["b"]


def test_a_text_that_cannot_be_made_is_a_failed_save():
    scene = Scene()
    receipt = scene.submit()
    scene.tell(GenerateFailed(scene.codegen.take()[0].ticket, "no text"))
    assert receipt.outcome == Deferred("no text")
    assert scene.told() == ["SaveFailed"]
    scene.runtime.advance(1.0)
    assert scene.answer() == ["x"]


@pytest.mark.parametrize("error", [RuntimeError("odd"), OSError(28, "full"), SystemExit(1)])
def test_whatever_a_storage_raises_is_a_failed_save(error):
    scene = Scene()
    receipt = scene.submit()
    scene.storage.fail_next(error)
    scene.answer()
    assert receipt.outcome == Deferred(f"the storage raised {error!r}")
    scene.runtime.advance(1.0)
    scene.answer()
    assert scene.file == "x"


def test_a_flush_tries_at_once_and_a_patient_one_waits_until_it_works():
    scene = Scene()
    scene.submit()
    scene.fail()
    brisk, patient = scene.flush(), scene.flush(patient=True)
    scene.fail()
    assert (brisk.outcome, patient.outcome) == (Deferred("disk full"), None)
    scene.runtime.advance(2.0)
    scene.answer()
    assert patient.outcome == saved(1, "x")


def test_after_save_runs_once_a_save_and_may_raise():
    calls: list[Saved] = []

    class Committing(SaverActor):
        def after_save(self, saved):
            calls.append(saved)
            raise RuntimeError("no repository")

    scene = Scene(Committing, max_restarts=0)
    first, second = scene.submit("a"), scene.submit("b")
    scene.answer()
    scene.answer()
    assert calls == [first.outcome, second.outcome] == [saved(1, "a"), saved(2, "b")]
    assert scene.told() == ["SaveSucceeded"] * 2


# -- crashes -----------------------------------------------------------------------


def fragile(*, before: list[type[Any]] | None = None, after: Any = None) -> type[SaverActor]:
    """Return a saver that crashes once over each of these, before or after its work."""

    def blow(fuses: list[type[Any]] | None, message: SaverMessage) -> None:
        if fuses and type(message) in fuses:
            fuses.remove(type(message))
            raise RuntimeError("blown")

    class Fragile(SaverActor):
        def on_receive(self, message: SaverMessage) -> None:
            blow(before, message)
            super().on_receive(message)
            blow(after, message)

    return Fragile


def test_a_crash_before_an_edit_is_applied_refuses_it_and_loses_nothing_else():
    fuses: list[type[Any]] = []
    scene = Scene(fragile(before=fuses))
    first = scene.submit("a")
    stale = scene.codegen.take()
    fuses.append(Submit)
    second, third = scene.submit("b"), scene.submit("c")
    assert isinstance(second.outcome, Refused)
    assert "RuntimeError('blown')" in second.outcome.reason
    scene.tell(Generated(stale[0].ticket, b"from the life before"))
    assert (scene.answer(), scene.answer()) == (["a"], ["c"])
    assert (first.outcome, third.outcome) == (saved(1, "a"), saved(2, "c"))
    assert scene.storage.history(PATH) == (b"a", b"c")


def test_a_crash_after_an_edit_was_applied_does_not_refuse_it():
    scene = Scene(fragile(after=[Submit]))
    receipt = scene.submit("a")
    assert receipt.outcome is None
    assert set(scene.answer()) == {"a"}
    assert receipt.outcome == saved(1, "a")


@pytest.mark.parametrize("crash", ["before", "after"])
def test_a_crash_over_codegens_answer_does_not_lose_the_save(crash):
    scene = Scene(fragile(**{crash: [Generated]}))
    receipt = scene.submit("a")
    scene.answer()
    scene.answer()
    assert receipt.outcome == saved(1, "a")
    assert scene.storage.history(PATH) == (b"a",)


def test_a_crash_while_saves_fail_tries_again_at_once_and_keeps_counting():
    scene = Scene(fragile(before=[SaveDue]))
    scene.submit()
    scene.fail()
    scene.runtime.advance(1.0)
    scene.fail()
    told = scene.notifier.take()
    assert [m.retry_in_s for m in told if isinstance(m, SaveFailed)] == [1, 2]


@pytest.mark.parametrize("crash", ["before", "after"])
@pytest.mark.parametrize("over", [SaveDue, Generated])
def test_a_crash_while_closing_does_not_forget_that_it_is(crash, over):
    scene = Scene(fragile(**{crash: [over]}))
    scene.submit()
    scene.close(7)
    scene.fail()
    for _ in range(3):
        scene.runtime.advance(4.0)
        scene.answer()
    assert scene.file == "x"
    assert set(scene.listener.take()) == {NotebookFinished(NOTEBOOK, 7)}


def test_a_crash_after_the_closing_was_noted_finishes_it_again():
    scene = Scene(fragile(after=[CloseNotebook]), saved=saved(0, ""))
    scene.close(7)
    assert scene.listener.take() == [NotebookFinished(NOTEBOOK, 7)] * 2


def test_a_saver_put_out_of_service_settles_everybody_who_waits():
    scene = Scene(fragile(before=[Rename]), max_restarts=0)
    waiting = [scene.submit("a"), scene.flush(), scene.flush(patient=True)]
    refused = scene.rename()
    assert isinstance(refused.outcome, Refused)
    for receipt in waiting:
        assert isinstance(receipt.outcome, Deferred)
        assert "out of service" in receipt.outcome.reason
    assert isinstance(scene.submit("b").outcome, Refused)
    assert scene.ledger.document.version == 1


def test_a_saver_that_is_stopped_with_work_in_no_file_asks_for_a_draft():
    archivist: Probe[ArchivistMessage] = Probe()
    scene = Scene(archivist=archivist)
    scene.submit("x")
    scene.system.stop([scene.mailbox], timeout_s=1.0)
    scene.runtime.run_until_idle()
    (kept,) = archivist.take()
    assert isinstance(kept, KeepDraft)
    assert kept.notebook == NOTEBOOK
