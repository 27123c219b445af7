"""What a saver does while a look reads the file, however long that takes."""

import pytest

from actors.messages import FileSeen, Look, NotebookFinished
from actors.receipt import Deferred, Receipt
from actors.saver import SaverActor
from tests.protocol.saver_scene import NOTEBOOK, OTHER, PATH, Disk, Scene, saved

TORN = b"import marimo\n@app.cell\ndef ("


class LookScene(Scene):
    """A saver whose file was opened with a text, on a disk that works when the test says so."""

    def __init__(self, saver: type[SaverActor] = SaverActor) -> None:
        self.disk = Disk()
        super().__init__(saver, files={PATH: b"old"}, blocking=self.disk, saved=saved(0, "old"))

    def look(self) -> Receipt:
        self.tell(Look(NOTEBOOK, receipt := Receipt()))
        return receipt

    def disk_works(self) -> int:
        """Let the disk do what it was asked for up to now; return how much that was."""
        work, self.disk.work = self.disk.work, []
        for each in work:
            each.run()
            self.runtime.run_until_idle()
        return len(work)


@pytest.fixture
def scene():
    return LookScene()


def test_a_look_is_file_work_and_edits_are_applied_meanwhile(scene):
    receipt = scene.look()
    scene.submit("a")
    assert (scene.ledger.document.version, receipt.outcome) == (1, None)
    assert len(scene.disk.work) == 1


def test_a_file_as_it_was_left_is_told_to_nobody(scene):
    receipt = scene.look()
    assert scene.disk_works() == 1
    assert (receipt.outcome, scene.told()) == (saved(0, "old"), [])
    assert (scene.codegen.messages, scene.disk.work) == ([], [])


def test_what_cannot_be_merged_is_told_to_nobody_but_who_asked(scene):
    scene.storage.write_outside(PATH, TORN)
    receipt = scene.look()
    scene.disk_works()
    assert isinstance(receipt.outcome, Deferred)
    assert (scene.told(), scene.ledger.failures_in_a_row) == ([], 0)
    assert (scene.file, scene.codegen.messages) == (TORN.decode(), [])


def test_a_look_where_a_save_is_due_is_that_save(scene):
    scene.submit("a")
    receipt = scene.look()
    assert scene.disk.work == []
    scene.answer()
    assert scene.disk_works() == 1
    assert receipt.outcome == saved(1, "a")


def test_a_look_during_a_write_ends_with_it(scene):
    scene.submit("a")
    scene.answer()
    receipt = scene.look()
    assert scene.disk_works() == 1
    assert receipt.outcome == saved(1, "a")


def test_what_a_look_has_read_waits_for_the_save_of_an_edit_that_came_meanwhile(scene):
    receipt = scene.look()
    scene.storage.write_outside(PATH, TORN)
    scene.submit("a")
    scene.disk_works()
    assert (receipt.outcome, scene.ledger.file.disputed) == (None, None)
    scene.answer()  # that save compares, and finds it
    scene.disk_works()
    assert (scene.file, scene.told()) == (TORN.decode(), ["SaveFailed"])
    assert isinstance(receipt.outcome, Deferred)


def test_a_look_that_a_rename_overtakes_reads_the_new_file(scene):
    receipt = scene.look()
    [reading] = scene.disk.work
    scene.disk.work = []
    scene.rename()
    scene.disk_works()
    reading.run()
    scene.runtime.run_until_idle()
    assert scene.disk_works() == 1
    assert receipt.outcome == saved(0, "old", OTHER)


def test_a_store_that_raises_what_it_should_not_leaves_nobody_waiting(scene):
    scene.storage.fail_next(ValueError("odd"), on="read")
    receipt = scene.look()
    scene.disk_works()
    assert receipt.outcome == Deferred("the storage raised ValueError('odd')")


def test_a_saver_does_not_retire_before_the_answer(scene):
    receipt = scene.look()
    assert not scene.retire()
    scene.disk_works()
    assert receipt.outcome == saved(0, "old")
    assert scene.retire()


def test_a_closed_notebook_is_not_finished_before_the_answer(scene):
    scene.look()
    scene.close()
    assert scene.listener.messages == []
    scene.disk_works()
    assert scene.listener.messages == [NotebookFinished(NOTEBOOK, 1)]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_stop_leaves_nobody_waiting_for_a_look(scene, when):
    receipt = scene.look()
    if when == "after":
        scene.disk.work[0].reply_to.tell(FileSeen(receipt, PATH, b"old"))
    scene.mailbox.request_stop()
    scene.runtime.run_until_idle()
    scene.disk_works()
    assert receipt.outcome is not None


class Blind(SaverActor):
    """Crashes over what a look has read."""

    def on_receive(self, message):
        assert not isinstance(message, FileSeen)
        super().on_receive(message)


def test_a_crash_over_the_answer_leaves_nobody_waiting():
    scene = LookScene(Blind)
    receipt = scene.look()
    scene.disk_works()
    assert isinstance(receipt.outcome, Deferred)
    assert scene.submit("a").outcome is None
    assert scene.answer() == ["a"]


def test_the_answer_to_a_predecessor_is_taken(scene):
    receipt = scene.look()
    [reading] = scene.disk.work
    scene.disk.work = []
    scene.mailbox.request_stop()
    scene.runtime.run_until_idle()
    scene.mailbox = scene.start()
    scene.tell(FileSeen(receipt, reading.path, b"old"))
    assert receipt.outcome == saved(0, "old")
    assert scene.retire()


def test_a_look_does_not_wait_out_the_delay_after_a_failure(scene):
    scene.storage.fail_next("disk full")
    scene.submit("a")
    scene.answer()
    scene.disk_works()
    receipt = scene.look()
    assert scene.answer() == ["a"]
    scene.disk_works()
    assert receipt.outcome == saved(1, "a")
