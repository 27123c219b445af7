"""The benchmark in real servers runs, and what it counts is so; never how long it takes."""

import json
import sys

import pytest

from benchmarks.command import main
from benchmarks.live.pings import EVERY_S, waits_between
from benchmarks.live.writes import watched

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

SMALL = ["--sizes", "2x3x4", "--rounds", "1"]


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    main(["marimo", *SMALL, "--folder", str(folder), "--json", str(folder / "figures.json")])
    (found,) = json.loads((folder / "figures.json").read_text("utf-8"))["marimo"]
    return {each["what"]: each for each in found["comparisons"]}


def test_each_figure_of_a_server_is_measured_with_the_plug_in_and_without_it(figures):
    assert len(figures) == 10
    assert all(len(each["ours"]) == len(each["other"]) == 1 for each in figures.values())


def test_both_servers_save_what_an_agent_does(figures):
    assert figures["cells wrong"]["ours"] == [0]
    written = figures["times that a file was written"]
    assert min(*written["ours"], *written["other"]) >= 2


def test_a_file_that_is_written_and_one_that_is_replaced_count_alike(tmp_path):
    path = tmp_path / "notebook.py"
    with watched(tmp_path, "the end") as writes:
        path.write_text("a = 1")
        (tmp_path / "other").write_text("b = 2")
        (tmp_path / "other").replace(path)
    assert writes.count["notebook.py"] == 2


def test_a_file_that_is_closed_after_it_has_replaced_another_counts_once(tmp_path):
    path = tmp_path / "notebook.py"
    with watched(tmp_path, "the end") as writes, (tmp_path / "other").open("w") as other:
        other.write("a = 1")
        other.flush()
        (tmp_path / "other").replace(path)
        other.close()
    assert writes.count["notebook.py"] == 1


def test_the_last_text_of_a_file_is_seen_when_it_comes(tmp_path):
    path = tmp_path / "notebook.py"
    with watched(tmp_path, "the end") as writes:
        path.write_text("the end")
        seen_s = writes.last_s(path, patience_s=30)
        path.write_text("the end, again")
    assert writes.last_s(path, patience_s=30) == seen_s


def test_a_file_without_its_last_text_has_the_time_of_its_last_write(tmp_path):
    with watched(tmp_path, "the end") as writes:
        (tmp_path / "notebook.py").write_text("a = 1")
    assert writes.last_s(tmp_path / "notebook.py", patience_s=0) > 0


def test_a_file_that_is_never_written_is_an_error(tmp_path):
    with watched(tmp_path, "the end") as writes:
        (tmp_path / "other.py").write_text("a = 1")
    with pytest.raises(TimeoutError, match="not written"):
        writes.last_s(tmp_path / "notebook.py", patience_s=0)


def test_a_long_wait_counts_for_all_who_would_have_asked_meanwhile():
    waits = [each.took_s for each in waits_between(0, 3.5 * EVERY_S)]
    assert waits == pytest.approx([3.5 * EVERY_S, 2.5 * EVERY_S, 1.5 * EVERY_S, 0.5 * EVERY_S])
