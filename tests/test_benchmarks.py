"""The benchmark runs, and what it compares is the same work; never how long it takes."""

import json
from typing import Any

import pytest

from benchmarks.command import main
from benchmarks.protection import VARIANTS
from benchmarks.workload import make_workload

ARGUMENTS = ["--cells", "12", "--edits", "4", "--rounds", "1"]


@pytest.fixture(scope="module")
def size(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    main([*ARGUMENTS, "--folder", str(folder), "--json", str(folder / "figures.json")])
    (size,) = json.loads((folder / "figures.json").read_text("utf-8"))["sizes"]
    return size


def measured(size: dict[str, Any], **wanted: str) -> list[dict[str, Any]]:
    return [m for m in size["measurements"] if wanted.items() <= m.items()]


def test_both_sides_leave_the_same_text(size):
    # marimo's rapid run is left out: its save may roll back edits that came meanwhile.
    compared = measured(size, side="ours") + measured(size, side="marimo", pace="one at a time")
    assert len(compared) == 5
    assert all(m["is_expected_text"] and m["cells_wrong"] == 0 for m in compared)


def test_every_edit_is_timed_on_both_sides(size):
    assert [m["edits"] for m in size["measurements"]] == [4] * 6
    assert [m["held"]["count"] for m in size["measurements"]] == [4] * 6


def test_edits_that_come_one_at_a_time_are_one_file_each(size):
    assert {m["files_written"] for m in measured(size, pace="one at a time")} == {4}


def test_the_tables_name_what_they_compare(tmp_path, capsys):
    main(["--cells", "2", "--edits", "2", "--rounds", "1", "--folder", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "2 cells" in printed
    assert "marimo 0.25.2" in printed
    assert "Raw limit" in printed


def test_what_protection_costs_is_compared_with_saving_without_it(tmp_path, capsys):
    figures = tmp_path / "figures.json"
    size = ["--cells", "2", "--notebooks", "2", "--edits", "2", "--rounds", "1"]
    main(["protection", *size, "--folder", str(tmp_path), "--json", str(figures)])
    found = json.loads(figures.read_text("utf-8"))["protection"]
    assert all(found[name][0]["cpu_s"] > 0 for name in VARIANTS)
    assert "own_files and drafts" in capsys.readouterr().out


def test_a_size_below_one_is_wrong_use(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--cells", "0"])
    assert "less than 1" in capsys.readouterr().err


def test_a_seed_gives_the_same_work_again():
    assert make_workload(30, 50, seed="a") == make_workload(30, 50, seed="a")
    assert make_workload(30, 50, seed="a") != make_workload(30, 50, seed="b")


def test_every_edit_changes_the_text():
    workload = make_workload(30, 200, seed="a")
    codes = [cell.code for cell in workload.cells]
    for edit in workload.edits:
        assert codes[edit.position] != edit.code
        codes[edit.position] = edit.code
    assert codes == workload.final_codes()
