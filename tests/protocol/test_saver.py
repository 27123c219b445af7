"""The saver between probes: order, coalescing, retries, renames, crashes.

The text of a notebook is here the code of its one cell, and codegen answers
when the test says so.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from actors.errors import StorageError
from actors.messages import (
    CloseNotebook,
    Flush,
    Generate,
    Generated,
    GenerateFailed,
    NotebookFinished,
    NotifierMessage,
    Rename,
    Retry,
    SaveFailed,
    SaverMessage,
    SaveSucceeded,
    Submit,
)
from actors.notebook import Cell, DeleteCell, Document, Ledger, Notebook, SetCode, Transaction
from actors.receipt import Deferred, Receipt, Refused, Saved
from actors.runtime import SimulatedRuntime
from actors.saver import Backoff, SaverActor, SaverParts
from actors.testing import MemoryStorage, Probe, start_actor
from actors.types import CellId, NotebookId

A, NOTEBOOK = CellId("a"), NotebookId("nb")
PATH, OTHER = Path("/nb.py"), Path("/other.py")
WIRE = (
    '{"changes": [{"type": "set-code", "cellId": "a", "code": "x"}],'
    ' "source": "code-mode", "version": null}'
)


def edit(code: str, source: str = "code-mode") -> Transaction:
    return Transaction([SetCode(cell_id=A, code=code)], source)


def saved(version: int, text: str, path: Path = PATH) -> Saved:
    return Saved(version, hashlib.sha256(text.encode()).hexdigest(), path)


class Scene:
    """One saver, whose neighbours and clock belong to the test."""

    def __init__(
        self,
        saver: type[SaverActor] = SaverActor,
        *,
        path: Path | None = PATH,
        files: dict[Path, bytes] | None = None,
        max_restarts: int = 3,
        **options: Any,
    ) -> None:
        self.runtime = SimulatedRuntime()
        self.storage = MemoryStorage(files)
        self.ledger = Ledger(Document(Notebook([Cell(A, "")])), path, **options)
        self.codegen: Probe[Generate] = Probe()
        self.notifier: Probe[NotifierMessage] = Probe()
        self.listener: Probe[NotebookFinished] = Probe()
        parts = SaverParts(
            notebook=NOTEBOOK,
            ledger=self.ledger,
            storage=self.storage,
            codegen=self.codegen,
            notifier=self.notifier,
            listener=self.listener,
            backoff=Backoff(1.0, 4.0, jitter=lambda: 0.0),
            later=self.runtime.later,
        )
        self.mailbox = start_actor(self.runtime, lambda: saver(parts), max_restarts=max_restarts)

    def tell(self, message: SaverMessage) -> None:
        self.mailbox.tell(message)
        self.runtime.run_until_idle()

    def submit(self, payload: Any = "x") -> Receipt:
        """Submit a payload; a short text is an edit to this code."""
        short = isinstance(payload, str) and len(payload) < 10
        receipt = Receipt()
        self.tell(Submit(NOTEBOOK, receipt, edit(payload) if short else payload))
        return receipt

    def flush(self, *, patient: bool = False) -> Receipt:
        self.tell(Flush(NOTEBOOK, receipt := Receipt(), patient))
        return receipt

    def rename(self, path: Path = OTHER) -> Receipt:
        self.tell(Rename(NOTEBOOK, receipt := Receipt(), path))
        return receipt

    def close(self) -> Receipt:
        self.tell(CloseNotebook(NOTEBOOK, receipt := Receipt()))
        return receipt

    def answer(self) -> list[str]:
        """Let codegen answer all requests up to now; return the texts it made."""
        requests = self.codegen.take()
        texts = ["".join(cell.code for cell in request.notebook) for request in requests]
        for request, text in zip(requests, texts, strict=True):
            request.reply_to.tell(Generated(request.ticket, text.encode()))
        self.runtime.run_until_idle()
        return texts

    def fail(self, times: int = 1) -> None:
        """Let the save that codegen works on, and the retries after it, fail."""
        self.storage.fail_next("disk full", times)
        for _ in range(times - 1):
            self.answer()
            self.runtime.advance(4.0)
        assert len(self.answer()) == 1

    @property
    def file(self) -> str | None:
        data = self.storage.read(self.ledger.path) if self.ledger.path else None
        return None if data is None else data.decode()

    def told(self) -> list[str]:
        """Return what the notifier was told since the last call, in short."""
        return [type(message).__name__ for message in self.notifier.take()]


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


@pytest.mark.parametrize("error", [RuntimeError("odd"), OSError(28, "full"), KeyError("k")])
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

FINISHED = [NotebookFinished(NOTEBOOK)]


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
    scene = Scene(fragile(before=[Retry]))
    scene.submit()
    scene.fail()
    scene.runtime.advance(1.0)
    scene.fail()
    told = scene.notifier.take()
    assert [m.retry_in_s for m in told if isinstance(m, SaveFailed)] == [1, 2]


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
