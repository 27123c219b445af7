"""The ledger: who is told what, when, and that a save never goes back."""

from functools import partial

import attrs
import pytest

from actors.errors import TransactionError
from actors.notebook import Latency, SavePolicy
from actors.receipt import Deferred, Receipt, Refused
from tests.notebook.ledger_scene import (
    OTHER,
    START,
    UNFIT,
    apply,
    flush,
    new,
    saved,
)

# -- transactions ------------------------------------------------------------------


def test_an_edit_is_applied_at_once_and_promised():
    ledger = new()
    receipt = apply(ledger, "new")
    assert (ledger.document.version, ledger.document.notebook.cells[0].code) == (1, "new")
    assert (receipt.outcome, receipt.accepted) == (None, True)
    assert ledger.standing() == Deferred("version 1 is not saved yet")


def test_what_does_not_fit_changes_nothing_and_promises_nothing():
    ledger, receipt = new(), Receipt()
    with pytest.raises(TransactionError):
        ledger.apply(UNFIT, receipt)
    assert ledger.document is START
    assert (receipt.outcome, receipt.accepted, ledger.is_due) == (None, False, False)
    assert ledger.statistics() == new().statistics()


@pytest.mark.parametrize(
    ("options", "source", "reason"),
    [
        ({"mode": "run"}, "code-mode", "run mode: the notebook is applied but never saved"),
        ({"path": None}, "code-mode", "unnamed: the notebook has no file; rename() gives it one"),
        ({}, "kernel", "source 'kernel' does not ask for a save; the next save has it"),
        (
            {"policy": SavePolicy(persist_sources={"host", "kernel"})},
            "code-mode",
            "source 'code-mode' does not ask for a save; the next save has it",
        ),
    ],
)
def test_what_is_not_saved_is_applied_and_deferred_with_the_reason(options, source, reason):
    ledger = new(**options)
    receipt = apply(ledger, "new", source)
    assert receipt.outcome == Deferred(reason)
    assert (ledger.document.version, ledger.is_due) == (1, False)
    assert ledger.statistics().deferred == 1


def test_a_refusal_is_counted_and_told():
    ledger, receipt = new(), Receipt()
    ledger.refuse(receipt, "no such cell")
    assert receipt.outcome == Refused("no such cell")
    assert ledger.statistics().refused == 1


# -- saves -------------------------------------------------------------------------


def test_one_save_settles_all_edits_up_to_its_version_and_no_later_one():
    ledger = new()
    receipts = [apply(ledger, code) for code in "abc"]
    ledger.durable(saved(2), written=True)
    assert [receipt.outcome for receipt in receipts] == [saved(2), saved(2), None]
    assert (ledger.is_due, ledger.saved_version) == (True, 2)
    ledger.durable(saved(3), written=True)
    assert receipts[2].outcome == saved(3)
    assert not ledger.is_due


def test_receipts_are_settled_oldest_first():
    ledger = new()
    order: list[str] = []
    waiting = {name: apply(ledger, name) for name in "abc"} | {"flush": flush(ledger)}
    for name, receipt in waiting.items():
        receipt.add_done_callback(partial(lambda name, _: order.append(name), name))
    ledger.durable(saved(3), written=True)
    assert order == ["a", "b", "c", "flush"]


def test_a_save_with_edits_that_asked_for_none_counts_as_up_to_date():
    ledger = new()
    apply(ledger, "a")
    apply(ledger, "b", "kernel")
    ledger.durable(saved(1), written=True)
    assert not ledger.is_due
    assert ledger.standing() == Deferred(
        "nothing since version 1 asked for a save (only these sources do: code-mode)"
    )


def test_a_save_never_goes_back():
    ledger = new(saved=saved(0))
    apply(ledger)
    ledger.durable(saved(1), written=True)
    with pytest.raises(AssertionError, match="a version never goes back"):
        ledger.durable(saved(0), written=True)
    assert ledger.saved == saved(1)


def test_a_failed_save_defers_whom_it_was_for_and_the_work_stays_due():
    ledger = new()
    first = apply(ledger, "a")
    second = apply(ledger, "b")
    ledger.failed(1, "disk full")
    assert (first.outcome, second.outcome) == (Deferred("disk full"), None)
    assert (ledger.is_due, ledger.failures_in_a_row, ledger.last_failure) == (True, 1, "disk full")


def test_a_save_that_works_forgets_the_failures():
    ledger = new()
    apply(ledger)
    ledger.failed(1, "disk full")
    ledger.durable(saved(1), written=True)
    assert (ledger.failures_in_a_row, ledger.last_failure) == (0, None)


# -- flush and standing ------------------------------------------------------------


def test_standing_of_a_file_that_holds_everything_is_its_save():
    assert new(saved=saved(0)).standing() == saved(0)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "nothing asked for a save (only these sources do: code-mode)"),
        (
            {"policy": SavePolicy(persist_sources={"host", "code-mode"})},
            "nothing asked for a save (only these sources do: code-mode, host)",
        ),
        ({"path": None}, "unnamed: the notebook has no file; rename() gives it one"),
        ({"mode": "run"}, "run mode: the notebook is applied but never saved"),
    ],
)
def test_a_flush_with_nothing_due_says_at_once_where_the_work_is(options, reason):
    ledger = new(**options)
    assert flush(ledger).outcome == Deferred(reason)
    assert flush(ledger, patient=True).outcome == Deferred(reason)


def test_a_flush_of_unsaved_work_waits_for_the_save_of_all_before_it():
    ledger = new()
    apply(ledger, "a")
    apply(ledger, "b")
    receipt = flush(ledger)
    ledger.durable(saved(1), written=True)
    assert (receipt.outcome, receipt.accepted) == (None, True)
    ledger.durable(saved(2), written=True)
    assert receipt.outcome == saved(2)


def test_a_failure_settles_a_flush_unless_it_is_patient():
    ledger = new()
    apply(ledger)
    brisk, patient = flush(ledger), flush(ledger, patient=True)
    ledger.failed(1, "disk full")
    assert (brisk.outcome, patient.outcome) == (Deferred("disk full"), None)
    assert patient.accepted
    ledger.durable(saved(1), written=True)
    assert patient.outcome == saved(1)


@pytest.mark.parametrize("patient", [True, False])
def test_a_flush_is_never_told_of_a_save_older_than_what_was_asked_for(patient):
    ledger = new()
    apply(ledger, "a")
    apply(ledger, "b", "kernel")
    receipt = flush(ledger, patient=patient)
    ledger.durable(saved(1), written=True)
    assert receipt.outcome == ledger.standing()
    assert isinstance(receipt.outcome, Deferred)


@pytest.mark.parametrize("patient", [True, False])
def test_a_flush_waits_on_for_a_later_save_that_has_what_was_asked_for(patient):
    ledger = new()
    apply(ledger, "a")
    apply(ledger, "b", "kernel")
    receipt = flush(ledger, patient=patient)
    apply(ledger, "c")
    ledger.durable(saved(1), written=True)
    assert receipt.outcome is None
    ledger.durable(saved(3), written=True)
    assert receipt.outcome == saved(3)


def test_a_patient_flush_waits_until_nothing_is_due():
    ledger = new()
    apply(ledger, "a")
    receipt = flush(ledger, patient=True)
    apply(ledger, "b")
    ledger.durable(saved(1), written=True)
    assert receipt.outcome is None
    ledger.durable(saved(2), written=True)
    assert receipt.outcome == saved(2)


def test_abandoning_settles_everybody_with_the_reason():
    ledger = new()
    receipts = [apply(ledger), flush(ledger), flush(ledger, patient=True)]
    ledger.abandon("out of service")
    assert [receipt.outcome for receipt in receipts] == [Deferred("out of service")] * 3
    assert ledger.is_due
    assert ledger.statistics().waiting == 0


# -- another file ------------------------------------------------------------------


def test_a_file_that_moved_along_needs_no_save():
    ledger = new(saved=saved(0))
    ledger.move_to(OTHER, moved=True)
    assert (ledger.path, ledger.is_due) == (OTHER, False)
    assert ledger.standing() == saved(0, OTHER)


def test_a_file_that_moved_along_leaves_unsaved_work_due():
    ledger = new(saved=saved(0))
    receipt = apply(ledger)
    ledger.move_to(OTHER, moved=True)
    assert (ledger.is_due, receipt.outcome) == (True, None)


@pytest.mark.parametrize(
    ("options", "moved"),
    [({"path": None}, False), ({"saved": saved(0)}, False), ({}, True)],
    ids=["was unnamed", "file is gone", "file has other cells"],
)
def test_a_new_file_gets_the_document_even_without_an_edit(options, moved):
    ledger = new(**options)
    ledger.move_to(OTHER, moved=moved)
    assert (ledger.path, ledger.is_due, ledger.saved_version) == (OTHER, True, -1)
    ledger.durable(saved(0, OTHER), written=True)
    assert ledger.standing() == saved(0, OTHER)


# -- statistics --------------------------------------------------------------------


def test_statistics_count_what_happened():
    ledger = new(saved=saved(0))
    for code in "abc":
        apply(ledger, code)
    apply(ledger, "d", "kernel")
    ledger.failed(ledger.begin_save().version, "disk full")
    ledger.durable(saved(ledger.begin_save().version), written=True)
    apply(ledger, "e")
    flush(ledger)
    flush(ledger, patient=True)
    counts = ledger.statistics()
    assert (counts.version, counts.saved_version) == (5, 4)
    assert (counts.edits, counts.deferred, counts.saves, counts.failures) == (4, 1, 1, 1)
    assert (counts.waiting, counts.unchanged) == (3, 0)


def test_edits_that_share_a_save_are_coalesced():
    ledger = new()
    for code in "abc":
        apply(ledger, code)
    assert ledger.begin_save() is ledger.document
    apply(ledger, "d")
    ledger.durable(saved(3), written=True)
    assert ledger.statistics().coalesced == 2
    ledger.begin_save()
    ledger.durable(saved(4), written=False)
    assert (ledger.statistics().coalesced, ledger.statistics().unchanged) == (2, 1)


def test_an_edit_that_no_save_has_brought_to_disk_is_not_coalesced():
    ledger = new()
    apply(ledger, "a")
    ledger.begin_save()
    apply(ledger, "b")
    ledger.failed(1, "disk full")
    assert ledger.statistics().coalesced == 0
    ledger.begin_save()
    ledger.durable(saved(2), written=True)
    assert ledger.statistics().coalesced == 1


def test_a_save_without_an_edit_of_its_own_coalesces_nothing():
    ledger = new()
    for code in "ab":
        apply(ledger, code)
        ledger.begin_save()
        ledger.durable(saved(ledger.document.version), written=True)
    ledger.move_to(OTHER, moved=False)
    ledger.begin_save()
    ledger.durable(saved(2, OTHER), written=True)
    assert (ledger.statistics().saves, ledger.statistics().coalesced) == (3, 0)


def test_time_to_durable_has_a_sample_for_each_edit_that_a_save_settled():
    ledger = new()
    apply(ledger, "a")
    apply(ledger, "b")
    flush(ledger)
    ledger.failed(1, "disk full")
    ledger.durable(saved(2), written=True)
    assert ledger.statistics().time_to_durable.count == 1
    assert ledger.statistics().time_to_durable.max_s > 0


def test_a_passive_notebook_forgets_its_samples_only_and_takes_new_ones():
    ledger = new()
    apply(ledger, "a")
    ledger.durable(saved(1), written=True)
    before = ledger.statistics()
    ledger.passivate()
    assert ledger.statistics() == attrs.evolve(before, time_to_durable=Latency())
    apply(ledger, "b")
    ledger.durable(saved(2), written=True)
    assert ledger.statistics().time_to_durable.count == 1


def test_an_idle_notebook_keeps_no_queue():
    ledger = new()
    apply(ledger)
    flush(ledger)
    ledger.durable(saved(1), written=True)
    assert ledger._waiting is None
    apply(ledger)
    ledger.failed(2, "disk full")
    assert ledger._waiting is None


# -- too many that wait --------------------------------------------------------------


def test_an_edit_that_too_many_wait_before_is_applied_and_due_and_deferred_at_once():
    ledger = new(policy=SavePolicy(max_open_receipts=2))
    held = [apply(ledger, code) for code in "ab"]
    late = apply(ledger, "c")
    assert late.outcome == Deferred(
        "2 edits wait already; this one is applied, the next save has it"
    )
    assert [receipt.outcome for receipt in held] == [None, None]
    ledger.durable(saved(2), written=True)
    assert (ledger.document.version, ledger.is_due) == (3, True)


def test_an_edit_behind_too_many_counts_as_an_edit_and_apart():
    ledger = new(policy=SavePolicy(max_open_receipts=1))
    apply(ledger, "a")
    apply(ledger, "b")
    counts = ledger.statistics()
    assert (counts.edits, counts.overflowed, counts.deferred, counts.waiting) == (2, 1, 0, 1)
    ledger.begin_save()
    ledger.durable(saved(2), written=True)
    assert ledger.statistics().coalesced == 1
    assert apply(ledger, "c").outcome is None


@pytest.mark.parametrize("patient", [True, False])
def test_a_flush_waits_however_many_do(patient):
    ledger = new(policy=SavePolicy(max_open_receipts=1))
    apply(ledger, "a")
    first, second = flush(ledger, patient=patient), flush(ledger, patient=patient)
    assert (first.outcome, second.outcome) == (None, None)
    ledger.durable(saved(1), written=True)
    assert (first.outcome, second.outcome) == (saved(1), saved(1))


def test_a_flush_that_waits_does_not_make_an_edit_one_too_many():
    ledger = new(policy=SavePolicy(max_open_receipts=2))
    apply(ledger, "a")
    flush(ledger)
    assert apply(ledger, "b").outcome is None
