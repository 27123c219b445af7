"""The saver between probes: order, coalescing, renames, closing."""

import json
from pathlib import Path

import pytest

from actors.errors import StorageError
from actors.messages import (
    Generated,
    GenerateFailed,
    NotebookFinished,
    SaveSucceeded,
)
from actors.notebook import DeleteCell, Transaction
from actors.receipt import Deferred, Refused
from actors.runtime import Inbox
from actors.types import CellId
from tests.protocol.saver_scene import NOTEBOOK, OTHER, PATH, WIRE, Scene, edit, saved

# -- transactions and saves --------------------------------------------------------


@pytest.mark.parametrize("payload", [edit("x"), WIRE, WIRE.encode()])
def test_an_edit_in_any_form_is_saved_and_told(payload):
    scene = Scene()
    receipt = scene.submit(payload)
    assert receipt.outcome is None
    assert scene.answer() == ["x"]
    assert receipt.outcome == saved(1, "x")
    told = SaveSucceeded(NOTEBOOK, 1, PATH, saved(1, "x").sha256, written=True)
    assert (scene.file, scene.notifier.take()) == ("x", [told])


def test_edits_made_while_codegen_works_share_the_next_save():
    scene = Scene()
    receipts = [scene.submit(code) for code in "abcd"]
    assert (scene.answer(), scene.answer(), scene.answer()) == (["a"], ["d"], [])
    assert [receipt.outcome for receipt in receipts] == [saved(1, "a")] + [saved(4, "d")] * 3
    assert scene.storage.history(PATH) == (b"a", b"d")
    assert scene.ledger.statistics().coalesced == 2


def test_the_document_has_an_edit_before_its_save():
    scene = Scene()
    scene.submit("a")
    scene.submit("b")
    assert (scene.ledger.document.version, len(scene.codegen.messages)) == (2, 1)


def test_codegen_is_told_the_format_by_the_files_suffix():
    scene = Scene(path=Path("/nb.md"))
    scene.submit()
    assert scene.codegen.messages[0].suffix == ".md"


def test_what_asks_for_no_save_reaches_the_file_with_the_next_one():
    scene = Scene()
    receipt = scene.submit(edit("a", "kernel"))
    assert isinstance(receipt.outcome, Deferred)
    assert scene.answer() == []
    scene.submit(Transaction([], "code-mode"))
    assert scene.answer() == ["a"]


@pytest.mark.parametrize("options", [{"mode": "run"}, {"path": None}])
def test_a_notebook_that_is_never_saved_asks_codegen_for_nothing(options):
    scene = Scene(**options)
    assert isinstance(scene.submit().outcome, Deferred)
    assert isinstance(scene.flush().outcome, Deferred)
    assert (scene.codegen.messages, scene.told()) == ([], [])


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("this is not JSON", "character 1: is not JSON"),
        (json.loads(WIRE.replace('"x"', "null")), "changes[0].code: must be text, not null"),
        (Transaction([DeleteCell(cell_id=CellId("z"))]), "changes[0] (delete-cell): there is no"),
        (7, "$: "),
    ],
)
def test_what_cannot_be_applied_is_refused_and_nothing_else_happens(payload, reason):
    scene = Scene()
    before = scene.ledger.document
    receipt = scene.submit(payload)
    assert isinstance(receipt.outcome, Refused)
    assert receipt.outcome.reason.startswith(reason)
    assert scene.ledger.document is before
    assert (scene.codegen.messages, scene.told()) == ([], [])


def test_an_answer_is_used_once_and_a_stale_one_never():
    scene = Scene()
    scene.submit("a")
    ticket = scene.codegen.messages[0].ticket
    scene.tell(Generated(ticket - 1, b"stale"))
    scene.tell(GenerateFailed(ticket - 1, "stale"))
    assert (scene.file, scene.told()) == (None, [])
    scene.answer()
    scene.tell(Generated(ticket, b"again"))
    assert scene.storage.history(PATH) == (b"a",)


def test_a_text_that_the_file_has_already_is_saved_but_not_written():
    scene = Scene(files={PATH: b"x"})
    receipt = scene.submit("x")
    scene.answer()
    assert receipt.outcome == saved(1, "x")
    assert not scene.notifier.messages[0].written  # type: ignore[union-attr]


# -- another file ------------------------------------------------------------------


def test_an_unnamed_notebook_is_saved_when_it_gets_a_name():
    scene = Scene(path=None)
    scene.submit("x")
    receipt = scene.rename()
    assert scene.answer() == ["x"]
    assert receipt.outcome == saved(1, "x", OTHER)


def test_a_file_on_disk_moves_along_and_is_not_written_again():
    scene = Scene(files={PATH: b"x"}, saved=saved(0, "x"))
    receipt = scene.rename()
    assert receipt.outcome == saved(0, "x", OTHER)
    assert (scene.storage.read(PATH), scene.file) == (None, "x")
    assert (scene.codegen.messages, scene.told()) == ([], [])


def test_a_notebook_without_its_file_yet_is_saved_to_the_new_one():
    scene = Scene()
    receipt = scene.rename()
    assert receipt.outcome is None
    scene.answer()
    assert receipt.outcome == saved(0, "", OTHER)
    assert scene.storage.read(PATH) is None


def test_a_target_that_exists_is_refused_and_left_alone():
    for files in ({OTHER: b"theirs"}, {OTHER: b"theirs", PATH: b"ours"}):
        scene = Scene(files=files)
        receipt = scene.rename()
        assert isinstance(receipt.outcome, Refused)
        assert "choose another name" in receipt.outcome.reason
        assert (scene.ledger.path, scene.storage.read(OTHER)) == (PATH, b"theirs")


def test_a_rename_that_fails_leaves_the_notebook_where_it_was():
    scene = Scene(files={PATH: b"old"}, saved=saved(0, "old"))
    scene.storage.fail_next(StorageError("read-only"), on="rename")
    assert scene.rename().outcome == Refused("read-only")
    scene.submit("new")
    scene.answer()
    assert (scene.ledger.path, scene.file) == (PATH, "new")


@pytest.mark.parametrize("operation", ["read", "rename"])
def test_whatever_a_storage_raises_during_a_rename_refuses_it(operation):
    scene = Scene(files={PATH: b"old"}, saved=saved(0, "old"), max_restarts=0)
    scene.storage.fail_next(odd := RuntimeError("odd"), on=operation)
    assert scene.rename().outcome == Refused(f"the storage raised {odd!r}")
    scene.submit("new")
    scene.answer()
    assert (scene.ledger.path, scene.file) == (PATH, "new")


def test_a_file_that_moves_to_another_format_is_written_again_in_that_format():
    scene = Scene(files={PATH: b""}, saved=saved(0, ""))
    receipt = scene.rename(Path("/nb.md"))
    assert (receipt.outcome, scene.codegen.messages[0].suffix) == (None, ".md")
    scene.answer()
    assert receipt.outcome == saved(0, "", Path("/nb.md"))
    assert scene.storage.read(PATH) is None


def test_a_rename_to_its_own_file_moves_nothing_and_keeps_the_save_in_flight():
    scene = Scene(files={PATH: b"old"}, saved=saved(0, "old"))
    receipts = [scene.submit("x"), scene.rename(PATH)]
    assert scene.answer() == ["x"]
    assert [receipt.outcome for receipt in receipts] == [saved(1, "x")] * 2
    assert scene.storage.history(PATH) == (b"old", b"x")


def test_a_notebook_in_run_mode_cannot_be_renamed():
    scene = Scene(mode="run", files={PATH: b"x"})
    assert isinstance(scene.rename().outcome, Refused)
    assert (scene.ledger.path, scene.storage.read(PATH)) == (PATH, b"x")


@pytest.mark.parametrize("files", [{}, {PATH: b"old"}])
def test_a_save_in_flight_during_a_rename_goes_to_the_new_file_only(files):
    scene = Scene(files=files)
    edited = scene.submit("x")
    renamed = scene.rename()
    scene.answer()
    assert edited.outcome == renamed.outcome == saved(1, "x", OTHER)
    assert scene.storage.history(PATH) == tuple(files.values())
    assert (scene.file, scene.told()) == ("x", ["SaveSucceeded"])


def test_a_failing_notebook_is_saved_at_once_under_its_new_name():
    scene = Scene(files={PATH: b"old"}, saved=saved(0, "old"))
    scene.submit("x")
    scene.fail()
    receipt = scene.rename()
    scene.answer()
    assert receipt.outcome == saved(1, "x", OTHER)
    scene.runtime.advance(10)
    assert scene.storage.history(OTHER) == (b"old", b"x")


# -- closing -----------------------------------------------------------------------

FINISHED = [NotebookFinished(NOTEBOOK, 1)]


def test_closing_with_nothing_due_is_finished_at_once():
    scene = Scene(saved=saved(0, ""))
    assert scene.close().outcome == saved(0, "")
    assert scene.listener.take() == FINISHED


def test_closing_with_unsaved_work_is_finished_after_its_save():
    scene = Scene()
    scene.submit("a")
    scene.submit("b")
    receipt = scene.close()
    scene.answer()
    assert (receipt.outcome, scene.listener.take()) == (None, [])
    scene.answer()
    assert (receipt.outcome, scene.listener.take()) == (saved(2, "b"), FINISHED)


def test_closing_while_saves_fail_is_finished_when_one_works():
    scene = Scene()
    scene.submit()
    receipt = scene.close()
    scene.fail()
    assert (receipt.outcome, scene.listener.take()) == (Deferred("disk full"), [])
    scene.runtime.advance(1.0)
    scene.answer()
    assert (scene.file, scene.listener.take()) == ("x", FINISHED)


def test_each_closing_is_finished_under_its_own_number():
    scene = Scene(saved=saved(0, ""))
    scene.close(1)
    scene.submit("x")
    scene.close(2)
    scene.answer()
    assert scene.listener.take() == [NotebookFinished(NOTEBOOK, number) for number in (1, 2)]


def test_a_closing_that_was_overtaken_by_a_later_one_does_not_replace_it():
    scene = Scene()
    scene.submit("x")
    scene.close(2)
    scene.close(1)
    scene.answer()
    assert scene.listener.take() == [NotebookFinished(NOTEBOOK, 2)]


def test_a_saver_that_is_stopped_leaves_nobody_waiting():
    scene = Scene()
    waiting = [scene.submit("x"), scene.flush(), scene.flush(patient=True)]
    assert isinstance(scene.mailbox, Inbox)
    scene.mailbox.request_stop()
    scene.runtime.run_until_idle()
    outcome = Deferred("its saver was stopped before it could be saved")
    assert [receipt.outcome for receipt in waiting] == [outcome] * 3
