"""The benchmarks of many notebooks run, and leave the right files; never how long it takes."""

import json
import statistics

import attrs
import pytest

from benchmarks.command import main
from benchmarks.scale.comparison import Aim, Comparison, Rounds

SMALL = {
    "pace": "--sessions 5 --cells 2 --edits 2 --rounds 1 --raw-s 0.01",
    "latency": "--edits 2 --sessions 5 --cells 2 --seconds 0.1 --rounds 1 --raw-s 0.01",
    "host": "--sessions 1 5 --active 3 --cells 2 --seconds 0.1 --burst 10 --rounds 1",
    "marimo": "--sizes 1x2x2 3x2x2 --rounds 1",
    "threads": "--sessions 5 --cells 1",
    "fairness": "--sessions 4 --cells 2 --large-cells 20 --in-folder 1 --seconds 0.1 --rounds 1",
}


@pytest.fixture(scope="module", params=SMALL)
def findings(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    figures = ["--folder", str(folder), "--json", str(folder / "figures.json")]
    main(["scale", request.param, *SMALL[request.param].split(), *figures])
    assert [file.name for file in folder.iterdir()] == ["figures.json"]
    return json.loads((folder / "figures.json").read_text("utf-8"))["scale"][request.param]


def test_each_figure_was_measured_once_a_round(findings):
    assert findings
    assert all(len(c["ours"]) == 1 for each in findings for c in each["comparisons"])


def test_something_else_was_measured_in_the_same_run(findings):
    assert all(any(c["other"] for c in each["comparisons"]) for each in findings)


def test_no_file_is_wrong_and_no_edit_is_lost(findings):
    for each in findings:
        forbidden = [c for c in each["comparisons"] if "wrong" in c["what"] or " not " in c["what"]]
        assert forbidden or "in memory" in each["title"]
        assert all(c["is_met"] for c in forbidden)


def test_a_ratio_is_that_of_the_medians():
    compared = Comparison(what="saves", unit="/s", ours=[1, 30, 4], other=[8, 2, 100])
    assert compared.ratio == statistics.median([1, 30, 4]) / statistics.median([8, 2, 100])


def test_an_aim_is_met_up_to_its_limit():
    compared = Comparison(what="p99", unit="ms", ours=[1], other=[2], aim=Aim("ratio", 0.5))
    assert compared.is_met is True
    assert attrs.evolve(compared, ours=[1.1]).is_met is False
    assert attrs.evolve(compared, aim=None).is_met is None


def test_what_is_wanted_high_misses_its_aim_below_the_limit():
    aim = Aim("ours", 5, at_least=True)
    assert Comparison(what="saves", unit="/s", ours=[4], aim=aim).is_met is False


def test_rounds_put_the_figures_of_one_name_together():
    rounds = Rounds()
    rounds.add("p99", "ms", 1, 2)
    rounds.add("p50", "ms", 5)
    rounds.add("p99", "ms", 3, 4)
    (p99, p50) = rounds.comparisons()
    assert (p99.ours, p99.other) == ([1, 3], [2, 4])
    assert (p50.ours, p50.other) == ([5], [])


def test_a_setting_that_is_none_is_wrong_use(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["scale", "pace", "--settings", "no_such=1"])
    assert "no setting no_such" in capsys.readouterr().err
