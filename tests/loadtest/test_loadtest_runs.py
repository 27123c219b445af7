"""Small load tests, whole."""

import gc
import json
import threading
from typing import Any

import pytest

from actors import Autosave, Settings
from actors.loadtest import Plan, Watch, run_load_test
from actors.storage import MemoryStorage

SMALL: dict[str, Any] = {"sessions": 7, "edits": 6, "cells": 4}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"storage": "memory"},
        {"rate": 400},
        {"rate": 400, "storage": "memory", "threads": 1},
        {"threads": 1},
        {"threads": 12, "in_flight": 1},
        {"active": 2},
        {"gc_freeze": True, "cells": 1},
    ],
    ids=str,
)
def test_every_edit_is_sent_saved_and_checked(options, tmp_path):
    plan = Plan(**SMALL | {"folder": tmp_path} | options)
    report = run_load_test(plan)
    assert report.ok, report.problems
    assert report.outcomes == {"Saved": plan.edits_in_all}
    assert (report.sent, report.opened, report.checked) == (plan.edits_in_all, 7, 7)
    assert 0 < report.durable["p50"] <= report.durable["max"]
    assert list(tmp_path.iterdir()) == []


def test_the_collector_is_left_as_it_was():
    before = (gc.get_freeze_count(), list(gc.callbacks))
    report = run_load_test(Plan(**SMALL, gc_freeze=True))
    assert (gc.get_freeze_count(), gc.callbacks) == before
    assert report.pauses.count > 0
    assert report.pauses.longest_s <= report.pauses.total_s


def test_without_edits_opening_leaves_every_file_as_it_is():
    report = run_load_test(Plan(sessions=5, edits=0))
    assert (report.ok, report.checked, report.outcomes) == (True, 5, {})
    assert report.statistics["saves"] == 0


def test_the_system_is_that_of_the_caller():
    report = run_load_test(
        Plan(**SMALL, storage="memory"),
        storage=MemoryStorage(),
        autosave=lambda storage: Autosave(Settings(file_threads=1), storage=storage),
    )
    assert report.ok


def test_the_record_is_json_with_all_that_is_reported():
    record = json.loads(json.dumps(run_load_test(Plan(**SMALL)).record()))
    assert record["ok"]
    assert list(record["phases_s"]) == ["make", "open", "edit", "flush", "check", "stop"]
    assert record["edits"] == {"sent": 42, "Saved": 42}
    assert set(record["time_to_durable_s"]) == set(record["submit_s"])
    assert record["memory"]["opened_each_beyond_text"] < record["memory"]["opened_each"]
    assert record["settings"]["pacing"].startswith("closed loop")
    assert record["samples"][-1]["settled"] == 42
    assert record["machine"]["processors"] >= 1


class StopsAt(Watch):
    """Presses Ctrl-C, so to speak, when a phase begins."""

    def __init__(self, phase):
        self.stopped = threading.Event()
        self.phase = phase

    def begin(self, phase, total):
        if phase == self.phase:
            self.stopped.set()


@pytest.mark.parametrize("phase", ["make", "open", "edit"])
def test_one_that_is_stopped_checks_what_was_accepted_and_is_not_ok(phase, tmp_path):
    watch = StopsAt(phase)
    plan = Plan(**SMALL, folder=tmp_path)
    report = run_load_test(plan, watch=watch, stopped=watch.stopped)
    assert (report.interrupted, report.ok, report.problems) == (True, False, ())
    assert report.checked == report.opened == (7 if phase == "edit" else 0)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_system_ends_it_and_leaves_no_folder(tmp_path):
    class Unopenable(Autosave):
        def open(self, path=None, *, cells=None, mode="edit"):
            raise RuntimeError("a mistake of ours")

    with pytest.raises(RuntimeError, match="a mistake of ours"):
        run_load_test(Plan(folder=tmp_path), autosave=lambda store: Unopenable(storage=store))
    assert list(tmp_path.iterdir()) == []


def test_files_are_in_folders_of_a_hundred(tmp_path):
    counts: list[int] = []

    class Counts(Watch):
        def begin(self, phase, total):
            if phase == "check":
                counts.extend(len(list(each.glob("*.py"))) for each in tmp_path.glob("*/000/*"))

    run_load_test(Plan(sessions=230, edits=0, cells=1, folder=tmp_path), watch=Counts())
    assert sorted(counts) == [30, 100, 100]
