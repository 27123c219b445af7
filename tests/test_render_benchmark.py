"""The benchmark of rendering runs, and both sides make the same text; never how long it takes."""

import json
from xml.etree import ElementTree as ET

import attrs
import pytest

from benchmarks.command import main
from benchmarks.render import Rendered, Size
from benchmarks.render_plot import svg


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("render")
    files = ["--json", str(folder / "figures.json"), "--plot", str(folder / "plot.svg")]
    main(["render", "--cells", "12", "--edits", "3", "--rounds", "1", *files])
    return folder


def test_both_sides_make_the_same_text_cold_and_after_each_edit(folder):
    (size,) = json.loads((folder / "figures.json").read_text("utf-8"))["sizes"]
    assert size["is_same_text"]
    assert [(run["side"], len(run["edits_s"])) for run in size["runs"]] == [
        ("marimo", 3),
        ("ours", 3),
    ]


def test_memory_is_traced_on_both_sides(folder):
    (size,) = json.loads((folder / "figures.json").read_text("utf-8"))["sizes"]
    assert [memory["side"] for memory in size["memories"]] == ["marimo", "ours"]
    assert all(memory["peak_bytes"] > 0 for memory in size["memories"])


def test_another_text_is_noticed():
    ours = Rendered(side="ours", cold_s=1, edits_s=[1], sha256=["a", "b"], file_bytes=1)
    assert not Size(1, [ours, attrs.evolve(ours, sha256=["a", "c"])]).is_same_text
    assert Size(1, [ours, attrs.evolve(ours, sha256=["a"])]).is_same_text


def test_the_plot_is_well_formed_and_names_both_sides(folder):
    text = (folder / "plot.svg").read_text("utf-8")
    ET.fromstring(text)
    assert "marimo 0.25.2" in text
    assert "this package," in text


def test_a_plot_says_how_many_times_faster_an_edit_is():
    sizes = [
        Size(
            cells,
            [
                Rendered(side="marimo", cold_s=4, edits_s=[4], sha256=[], file_bytes=1),
                Rendered(side="ours", cold_s=1, edits_s=[0.02], sha256=[], file_bytes=1),
            ],
        )
        for cells in (1, 10, 100)
    ]
    assert svg(sizes).count("200 times") == 1
