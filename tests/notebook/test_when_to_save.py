"""When a save is to begin: after a pause, within a limit, at once if anybody waits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.notebook import Ledger, SavePolicy
from tests.notebook.ledger_scene import OTHER, apply, flush, new, save, saved

QUIET = SavePolicy(quiet_s=1.0, max_delay_s=5.0)


def quiet(**options: Any) -> Ledger:
    return new(policy=QUIET, **options)


def test_nothing_due_is_never_saved():
    ledger = quiet()
    assert ledger.save_in_s(0.0) is None
    apply(ledger, source="kernel")
    assert ledger.save_in_s(100.0) is None
    apply(ledger)
    save(ledger)
    assert ledger.save_in_s(100.0) is None


def test_without_a_quiet_period_what_is_due_is_due_now():
    ledger = new()
    apply(ledger, now_s=10.0)
    assert ledger.save_in_s(10.0) == 0.0


def test_a_save_waits_for_the_quiet_period_after_the_last_edit():
    ledger = quiet()
    apply(ledger, now_s=10.0)
    assert ledger.save_in_s(10.0) == 1.0
    apply(ledger, now_s=10.75)
    assert ledger.save_in_s(11.0) == 0.75
    assert ledger.save_in_s(11.75) == 0.0
    assert ledger.save_in_s(99.0) == 0.0


def test_a_timer_that_comes_early_by_a_rounding_error_need_not_come_again():
    ledger = quiet()
    apply(ledger, now_s=10.0)
    assert ledger.save_in_s(11.0 - 1e-9) == 0.0


def test_constant_edits_postpone_a_save_up_to_the_longest_delay_only():
    ledger = quiet()
    for tenths in range(100, 146, 5):
        apply(ledger, now_s=tenths / 10)
    assert ledger.save_in_s(14.5) == 0.5
    assert ledger.save_in_s(15.0) == 0.0


def test_an_edit_that_asks_for_no_save_postpones_none():
    ledger = quiet()
    apply(ledger, now_s=10.0)
    apply(ledger, source="kernel", now_s=10.5)
    assert ledger.save_in_s(10.5) == 0.5


def test_an_edit_behind_too_many_that_wait_is_saved_in_time_too():
    ledger = new(policy=SavePolicy(quiet_s=1.0, max_open_receipts=1))
    apply(ledger, now_s=10.0)
    apply(ledger, now_s=10.5)
    assert ledger.save_in_s(10.5) == 1.0


def test_edits_made_during_a_save_belong_to_the_next_period():
    ledger = quiet()
    apply(ledger, now_s=10.0)
    version = ledger.begin_save().version
    apply(ledger, now_s=14.0)
    ledger.durable(saved(version), written=True)
    assert ledger.save_in_s(14.0) == 1.0
    for now_s in (14.75, 15.5, 16.25, 17.0, 17.75, 18.5):
        apply(ledger, now_s=now_s)
    assert ledger.save_in_s(18.5) == 0.5  # 5 s after that edit, not after the one at 10 s


@pytest.mark.parametrize("patient", [True, False])
def test_a_flush_is_not_kept_waiting_by_the_quiet_period(patient):
    ledger = quiet()
    apply(ledger, now_s=10.0)
    flush(ledger, patient=patient)
    assert ledger.save_in_s(10.0) == 0.0
    save(ledger)
    apply(ledger, now_s=20.0)
    assert ledger.save_in_s(20.0) == 1.0


def test_a_notebook_that_was_closed_once_and_opened_again_waits_for_its_quiet_period():
    ledger = quiet()
    ledger.closing = 1
    apply(ledger, now_s=10.0)
    assert ledger.save_in_s(10.0) == 1.0


def test_a_rename_is_not_kept_waiting_by_the_quiet_period():
    ledger = quiet()
    ledger.move_to(OTHER, moved=False)
    assert ledger.save_in_s(10.0) == 0.0


def test_after_a_failure_only_the_savers_own_delay_counts():
    ledger = quiet()
    apply(ledger, now_s=10.0)
    ledger.failed(ledger.begin_save().version, "disk full")
    apply(ledger, now_s=10.5)
    assert ledger.save_in_s(10.5) == 0.0
    save(ledger)
    apply(ledger, now_s=20.0)
    assert ledger.save_in_s(20.0) == 1.0


def test_a_save_that_was_begun_and_forgotten_in_a_crash_is_due_now():
    ledger = quiet()
    apply(ledger, now_s=10.0)
    ledger.begin_save()
    assert ledger.save_in_s(10.0) == 0.0


TIMES = st.floats(0, 3) | st.floats(0, 0.2)
"""Between two edits; short ones often, so that they never pause for long."""


@given(st.lists(TIMES, min_size=1, max_size=100), st.floats(0, 4), st.floats(1e5, 1e7))
def test_an_edit_is_taken_up_within_the_longest_delay_whatever_follows_it(
    pauses_s, save_takes_s, start_s
):
    ledger, now_s, free_s = quiet(), start_s, start_s
    edited_s: list[float] = []  # of those that no save has taken up
    for pause_s in [*pauses_s, 100.0]:
        until_s = now_s + pause_s
        while (delay_s := ledger.save_in_s(now_s)) is not None:
            begins_s = max(now_s + delay_s, free_s)  # one save at a time
            if begins_s > until_s:
                break
            now_s = begins_s
            if ledger.save_in_s(now_s) != 0.0:
                continue
            for each_s in edited_s:
                assert now_s <= max(each_s + QUIET.max_delay_s, free_s) + 1e-6
            assert ledger.save_in_s(now_s) == 0.0
            save(ledger)
            edited_s, free_s = [], now_s + save_takes_s
        now_s = until_s
        if pause_s < 100.0:
            apply(ledger, now_s=now_s)
            edited_s.append(now_s)
    assert (edited_s, ledger.is_due) == ([], False)
