"""What is seen of a load test: lines, a table that changes, a table at the end, a picture."""

import io
import xml.etree.ElementTree as ET

import attrs
import pytest
from rich.console import Console

from actors.loadtest import Plan, Sample, run_load_test
from actors.loadtest.live import LiveWatch, PlainWatch
from actors.loadtest.plot import _apart, draw
from actors.loadtest.tables import show
from actors.loadtest.units import duration, size

SAMPLE = Sample(
    at_s=2.5,
    sent=900,
    settled=850,
    edits_per_s=1_234.5,
    saves=400,
    saves_per_s=617.2,
    coalescing=2.125,
    mailbox_depth=17,
    waiting=50,
    durable={"p50": 0.004, "p99": 0.031, "p99.9": 0.05, "max": 0.051},
    durable_so_far={"p50": 0.003, "p99": 0.029, "p99.9": 0.061, "max": 0.0625},
    memory_bytes=75 * 2**20,
    threads=21,
    errors=3,
)


@pytest.fixture(scope="module")
def report():
    return run_load_test(Plan(sessions=6, edits=6, cells=3))


def text_of(watch):
    stream = io.StringIO()
    Console(file=stream, width=100).print(watch.picture())
    return stream.getvalue()


def shown(report):
    stream = io.StringIO()
    show(report, Console(file=stream, width=110))
    return stream.getvalue()


def test_the_live_table_has_everything():
    watch = LiveWatch(Plan(sessions=120, active=100, edits=9), Console(file=io.StringIO()))
    watch.begin("edit", 900)
    watch.sample(SAMPLE)
    text = text_of(watch)
    shown = "100 of 120|1,234|617|2.12|17|3.00 ms|29.0 ms|61.0 ms|62.5 ms|75.0 MB|21|3 errors"
    assert [each for each in shown.split("|") if each not in text] == []
    assert "850 of 900" in text


def test_the_live_table_can_be_shown_before_the_first_sample():
    watch = LiveWatch(Plan(), Console(file=io.StringIO()))
    watch.begin("open", 1_000)
    watch.note("stopping")
    assert "opening" in text_of(watch)
    assert "stopping" in text_of(watch)


def test_the_live_table_is_drawn_on_a_terminal_and_wiped_at_the_end():
    stream = io.StringIO()
    with LiveWatch(Plan(), Console(file=stream, force_terminal=True, width=100)) as watch:
        watch.sample(SAMPLE)
        drawn = stream.getvalue()
        watch.progress(3)
        assert stream.getvalue() == drawn, "progress alone is drawn twice a second at most"
    assert "617" in drawn


def test_elsewhere_a_line_tells_of_each_phase_and_of_few_samples():
    stream = io.StringIO()
    watch = PlainWatch(Plan(rate=50), stream)
    watch.begin("edit", 900)
    watch.sample(SAMPLE)
    watch._next_line_s = 0
    watch.sample(SAMPLE)
    watch.note("stopping")
    first, second, third = stream.getvalue().splitlines()
    assert first == "notebook-actors: editing: 900, open loop, 50 edits/s"
    assert "850 of 900 edits durable, 1,234 edits/s, 617 saves/s" in second
    assert third == "notebook-actors: stopping"


def test_a_long_phase_tells_how_far_it_is():
    stream = io.StringIO()
    watch = PlainWatch(Plan(), stream)
    watch.begin("check", 5_000)
    watch._next_line_s = 0
    watch.progress(2_000)
    watch.progress(3_000)
    assert stream.getvalue().splitlines()[1:] == [
        "notebook-actors: checking every file: 2,000 of 5,000"
    ]


def test_the_table_at_the_end_has_every_figure(report):
    text = shown(report)
    assert "36 of 36 edits; closed loop" in text
    assert "36 Saved" in text
    assert "each is what the edits fold to" in text


def test_the_table_tells_why_edits_were_not_saved(report):
    text = shown(attrs.evolve(report, not_saved={"disk full": 3}, problem_count=2))
    assert "3 times: disk full" in text
    assert "2 problems" in text


def test_the_picture_says_what_was_found_and_names_its_lines(report, tmp_path):
    changed = attrs.evolve(report, samples=(SAMPLE, attrs.evolve(SAMPLE, at_s=3.0)))
    draw(changed, tmp_path / "a.svg")
    texts = " ".join(ET.parse(tmp_path / "a.svg").getroot().itertext())
    assert f"99 % of 36 edits were durable within {duration(report.durable['p99'])}" in texts
    assert all(name in texts for name in ("p50:", "p99:", "p99.9:", "edits/s", "saves/s"))


def test_the_same_figures_give_the_same_picture(report, tmp_path):
    for name in ("a.svg", "b.svg"):
        draw(report, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_picture_can_be_a_png(report, tmp_path):
    draw(report, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_names_of_lines_do_not_overlap():
    assert _apart([0.9, 0.1], 0.2) == [0.9, 0.1]
    assert _apart([0.5, 0.5, 0.5], 0.1) == pytest.approx([0.5, 0.4, 0.3])
    assert _apart([0.02, 0.1], 0.2) == pytest.approx([0.05, 0.25])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0"), (5e-9, "5 ns"), (4.31e-3, "4.31 ms"), (0.12, "120 ms"), (61.0, "61.0 s")],
)
def test_times_have_the_unit_that_suits_them(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(12, "12 bytes"), (-2048, "-2.00 KB"), (5 * 2**30, "5.00 GB")]
)
def test_sizes_have_the_unit_that_suits_them(number, text):
    assert size(number) == text
