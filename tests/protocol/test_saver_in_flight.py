"""What happens to a notebook while the disk works on its file, however long that takes."""

from typing import Any

import pytest

from actors.etag import Etag
from actors.messages import (
    Generated,
    GenerateFailed,
    NotebookFinished,
    Submit,
    WriteFailed,
    Written,
)
from actors.receipt import Deferred, Receipt, Refused
from actors.saver import SaverActor
from tests.protocol.saver_scene import NOTEBOOK, OTHER, PATH, Disk, Scene, edit, saved

CRASH = {"crash": True}


class SlowScene(Scene):
    """A saver on a disk that works when the test says so."""

    def __init__(self, saver: type[SaverActor] = SaverActor, **options: Any) -> None:
        self.disk = Disk()
        super().__init__(saver, blocking=self.disk, **options)

    def disk_works(self) -> int:
        """Let the disk do what it was asked for up to now; return how much that was."""
        work, self.disk.work = self.disk.work, []
        for each in work:
            each.run()
            self.runtime.run_until_idle()
        return len(work)

    def writing(self, code: str) -> Receipt:
        """Submit an edit, up to where the disk writes it."""
        receipt = self.submit(code)
        assert self.answer() == [code]
        assert len(self.disk.work) == 1
        return receipt


@pytest.fixture
def scene():
    return SlowScene()


def test_edits_are_applied_while_a_write_is_in_flight_and_are_in_the_next(scene):
    first = scene.writing("a")
    receipts = [scene.submit(code) for code in "bcd"]
    assert (scene.ledger.document.version, scene.file) == (4, None)
    assert scene.codegen.messages == []
    assert scene.disk_works() == 1
    assert first.outcome == saved(1, "a")
    assert scene.answer() == ["d"]
    scene.disk_works()
    assert [receipt.outcome for receipt in receipts] == [saved(4, "d")] * 3
    assert scene.storage.history(PATH) == (b"a", b"d")


def test_nothing_is_settled_or_told_before_the_disk_is_done(scene):
    receipt = scene.writing("a")
    assert (receipt.outcome, scene.told(), scene.ledger.saved) == (None, [], None)
    scene.disk_works()
    assert (receipt.outcome, scene.told()) == (saved(1, "a"), ["SaveSucceeded"])


def test_a_flush_waits_for_the_write_in_flight(scene):
    scene.writing("a")
    flushes = [scene.flush(), scene.flush(patient=True)]
    assert [flush.outcome for flush in flushes] == [None, None]
    scene.disk_works()
    assert [flush.outcome for flush in flushes] == [saved(1, "a")] * 2
    assert scene.codegen.messages == []


def test_a_flush_behind_an_edit_waits_for_the_write_after_that(scene):
    scene.writing("a")
    scene.submit("b")
    flush = scene.flush()
    scene.disk_works()
    assert flush.outcome is None
    scene.answer()
    scene.disk_works()
    assert flush.outcome == saved(2, "b")


def test_a_refused_edit_is_refused_while_a_write_is_in_flight(scene):
    scene.writing("a")
    assert isinstance(scene.submit("not JSON at all").outcome, Refused)


def test_a_write_that_fails_late_defers_those_whom_it_was_for_and_no_others(scene):
    first = scene.writing("a")
    second = scene.submit("b")
    scene.storage.fail_next("disk full")
    scene.disk_works()
    assert (first.outcome, second.outcome) == (Deferred("disk full"), None)
    scene.runtime.advance(1.0)
    scene.answer()
    scene.disk_works()
    assert second.outcome == saved(2, "b")


def test_codegens_second_answer_orders_no_second_write(scene):
    scene.submit("a")
    [request] = scene.codegen.messages
    scene.answer()
    request.reply_to.tell(GenerateFailed(request.ticket - 1, "stale"))
    scene.runtime.run_until_idle()
    assert scene.disk_works() == 1
    assert scene.told() == ["SaveSucceeded"]


def test_file_work_is_done_under_the_folder_of_the_notebook(scene):
    scene.writing("a")
    scene.rename()
    assert scene.disk.places == ["/", "/"]


# -- renames -----------------------------------------------------------------------


def test_a_rename_comes_after_the_write_in_flight_and_the_file_moves_with_it(scene):
    edited, renamed = scene.writing("a"), scene.rename()
    assert scene.disk_works() == 2
    assert (scene.storage.read(PATH), scene.file, scene.ledger.path) == (None, "a", OTHER)
    scene.answer()
    scene.disk_works()
    assert edited.outcome == renamed.outcome == saved(1, "a", OTHER)
    assert scene.storage.history(OTHER) == (b"a",)


def test_the_end_of_a_write_before_a_rename_is_stale_after_it():
    scene = SlowScene(files={PATH: b"old"}, saved=saved(0, "old"))
    scene.writing("a")
    scene.rename()
    scene.disk_works()
    assert scene.ledger.saved == saved(0, "old", OTHER)
    assert scene.told() == []
    scene.answer()
    scene.disk_works()
    assert scene.ledger.saved == saved(1, "a", OTHER)
    assert scene.told() == ["SaveSucceeded"]


def test_edits_behind_a_rename_wait_for_it_and_reach_the_new_file(scene):
    scene.writing("a")
    scene.rename()
    behind = scene.submit("b")
    assert scene.ledger.document.version == 1
    for _ in range(3):
        scene.disk_works()
        scene.answer()
    assert (behind.outcome, scene.file) == (saved(2, "b", OTHER), "b")
    assert scene.storage.read(PATH) is None


def test_a_rename_that_is_refused_late_leaves_the_save_as_it_was():
    scene = SlowScene(files={OTHER: b"theirs"})
    edited, renamed = scene.writing("a"), scene.rename()
    scene.disk_works()
    assert isinstance(renamed.outcome, Refused)
    assert (edited.outcome, scene.storage.read(OTHER)) == (saved(1, "a"), b"theirs")


def test_a_crash_in_a_rename_refuses_it_and_saving_goes_on():
    scene = SlowScene()
    edited, renamed = scene.writing("a"), scene.rename()
    scene.storage.fail_next(SystemExit(1), on="read")
    for _ in range(2):
        scene.disk_works()
        scene.answer()
    assert isinstance(renamed.outcome, Refused)
    assert "SystemExit(1)" in renamed.outcome.reason
    assert edited.outcome == saved(1, "a")


# -- crashes -----------------------------------------------------------------------


class Fragile(SaverActor):
    """Crashes over a payload that says so."""

    def _on_submit(self, message):
        if message.payload == CRASH:
            raise RuntimeError("blown")
        super()._on_submit(message)


def crash(scene: Scene) -> None:
    outcome = scene.submit(CRASH).outcome
    assert isinstance(outcome, Refused)


def test_a_crash_during_a_write_has_its_successor_save_behind_it():
    scene = SlowScene(Fragile)
    receipt = scene.writing("a")
    crash(scene)
    assert scene.answer() == ["a"]
    assert scene.disk_works() == 2
    assert receipt.outcome == saved(1, "a")
    assert scene.storage.history(PATH) == (b"a",)
    assert scene.told() == ["SaveSucceeded"]


def test_the_end_of_a_write_of_the_life_before_is_stale():
    scene = SlowScene(Fragile)
    receipt = scene.writing("a")
    crash(scene)
    scene.submit("b")
    scene.disk_works()
    assert (receipt.outcome, scene.ledger.saved, scene.told()) == (None, None, [])
    scene.answer()
    scene.disk_works()
    assert receipt.outcome == saved(1, "a")


def test_what_a_write_of_the_life_before_left_is_no_change_of_others():
    scene = SlowScene(Fragile, files={PATH: b"old"})
    scene.writing("a")
    receipt = scene.submit("b")
    crash(scene)
    scene.answer()
    scene.disk_works()
    scene.runtime.advance(1.0)
    scene.answer()
    scene.disk_works()
    assert receipt.outcome == saved(2, "b")
    assert scene.told() == ["SaveSucceeded"]


class Deaf(SaverActor):
    """Crashes over the end of its first write."""

    heard = 0

    def _on_written(self, message):
        Deaf.heard += 1
        if Deaf.heard == 1:
            raise RuntimeError("blown")
        super()._on_written(message)


def test_a_text_whose_arrival_nobody_heard_of_is_no_change_of_others(monkeypatch):
    monkeypatch.setattr(Deaf, "heard", 0)
    scene = SlowScene(Deaf, files={PATH: b"old"})
    scene.writing("a")
    receipt = scene.submit("b")
    for _ in range(3):
        scene.disk_works()
        scene.answer()
        scene.runtime.advance(1.0)
    assert receipt.outcome == saved(2, "b")
    assert "SaveFailed" not in scene.told()


@pytest.mark.parametrize("shift", [-1, 1_000_000])
def test_a_stale_word_of_the_disk_changes_nothing(scene, shift):
    receipt = scene.writing("a")
    ticket = scene.disk.work[0].ticket + shift
    scene.tell(Written(ticket, saved(1, "a"), was_replaced=True, etag=Etag.of(b"a")))
    scene.tell(WriteFailed(ticket, "stale"))
    assert (receipt.outcome, scene.told(), scene.ledger.failures_in_a_row) == (None, [], 0)
    scene.disk_works()
    scene.tell(Written(ticket - shift, saved(1, "a"), was_replaced=True, etag=Etag.of(b"a")))
    assert scene.told() == ["SaveSucceeded"]


def test_a_stop_during_a_write_leaves_nobody_waiting(scene):
    receipts: list[Any] = [scene.writing("a"), scene.flush()]
    scene.mailbox.request_stop()
    scene.runtime.run_until_idle()
    assert {type(receipt.outcome) for receipt in receipts} == {Deferred}
    scene.disk_works()
    assert scene.file == "a"


# -- answers overtake ----------------------------------------------------------------


def test_the_end_of_a_write_overtakes_the_edits_that_queue(scene):
    receipt = scene.writing("a")
    for code in "bcde":
        scene.mailbox.tell(Submit(NOTEBOOK, Receipt(), edit(code)))
    [write] = scene.disk.work
    write.run()
    scene.runtime.run_next()
    assert (receipt.outcome, scene.ledger.document.version) == (saved(1, "a"), 1)


def test_codegens_answer_overtakes_the_edits_that_queue(scene):
    scene.submit("a")
    for code in "bcde":
        scene.mailbox.tell(Submit(NOTEBOOK, Receipt(), edit(code)))
    [request] = scene.codegen.take()
    request.reply_to.tell(Generated(request.ticket, b"a"))
    scene.runtime.run_next()
    assert (len(scene.disk.work), scene.ledger.document.version) == (1, 1)


# -- after_save ----------------------------------------------------------------------


class Hooked(SaverActor):
    """Has an `after_save` of its own."""

    def after_save(self, saved):
        assert saved.version > 0


@pytest.fixture
def hooked():
    return SlowScene(Hooked)


def test_after_save_is_file_work_and_this_notebooks_messages_wait_for_it(hooked):
    receipt = hooked.writing("a")
    hooked.disk_works()
    assert receipt.outcome == saved(1, "a")
    waiting = hooked.submit("b")
    assert (hooked.ledger.document.version, len(hooked.disk.work)) == (1, 1)
    hooked.disk_works()
    assert (hooked.ledger.document.version, waiting.outcome) == (2, None)
    assert hooked.codegen.messages


def test_without_an_after_save_nothing_is_paused(scene):
    scene.writing("a")
    scene.disk_works()
    assert scene.disk.work == []


def test_closing_is_finished_after_after_save(hooked):
    hooked.writing("a")
    hooked.disk_works()
    hooked.close(7)
    assert hooked.listener.take() == []
    hooked.disk_works()
    assert hooked.listener.take() == [NotebookFinished(NOTEBOOK, 7)]


def test_an_after_save_that_exits_is_a_crash_and_the_save_is_not_lost():
    class Exiting(SaverActor):
        def after_save(self, saved):
            raise SystemExit(1)

    scene = SlowScene(Exiting)
    receipt = scene.writing("a")
    scene.disk_works()
    behind = scene.submit("b")
    scene.disk_works()
    assert scene.answer() == ["b"]
    scene.disk_works()
    assert (receipt.outcome, behind.outcome) == (saved(1, "a"), saved(2, "b"))


# -- retiring ------------------------------------------------------------------------


def test_a_saver_does_not_retire_while_the_disk_works_for_it(scene):
    scene.writing("a")
    assert not scene.retire()
    scene.disk_works()
    assert scene.ledger.saved == saved(1, "a")
    assert scene.retire()


def test_a_saver_does_not_retire_during_a_rename_or_after_save(hooked):
    hooked.writing("a")
    hooked.disk_works()
    assert not hooked.retire()
    hooked.disk_works()
    renamed = hooked.rename()
    assert not hooked.retire()
    hooked.disk_works()
    assert renamed.outcome == saved(1, "a", OTHER)
    assert hooked.retire()
