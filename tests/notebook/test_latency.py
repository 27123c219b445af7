"""Latencies: nearest-rank percentiles, of a few samples or of all in a histogram."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.notebook.latency import SAMPLES_KEPT, Histogram, Latency, LatencyRing


def test_no_samples_are_all_zeros():
    assert Latency.of([]) == Latency(count=0, p50_s=0.0, p99_s=0.0, p999_s=0.0, max_s=0.0)


@pytest.mark.parametrize(
    ("count", "p50", "p99", "p999"),
    [
        (1, 1, 1, 1),
        (2, 1, 2, 2),
        (3, 2, 3, 3),
        (99, 50, 99, 99),
        (100, 50, 99, 100),
        (101, 51, 100, 101),
        (1000, 500, 990, 999),
        (1001, 501, 991, 1000),
    ],
)
def test_percentiles_are_samples_by_nearest_rank(count, p50, p99, p999):
    samples = [float(sample) for sample in range(count, 0, -1)]
    assert Latency.of(samples) == Latency(count, p50, p99, p999, count)


def test_the_order_of_samples_does_not_matter():
    assert Latency.of([3.0, 1.0, 2.0]) == Latency.of(iter([1.0, 2.0, 3.0]))


def histogram(samples: Iterable[float]) -> Histogram:
    made = Histogram()
    for sample in samples:
        made.add(sample)
    return made


def test_an_empty_histogram_is_all_zeros():
    assert Histogram().latency() == Latency()


@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=2000))
def test_percentiles_of_a_histogram_are_off_by_less_than_the_width_of_a_bucket(samples):
    true, read = Latency.of(samples), histogram(samples).latency()
    assert (read.count, read.max_s) == (true.count, true.max_s)
    for name in ("p50_s", "p99_s", "p999_s"):
        assert getattr(read, name) == pytest.approx(getattr(true, name), rel=1 / 64 + 1e-9)


@pytest.mark.parametrize("seconds", [0.0, 1e-12, 9.9e-7])
def test_what_is_too_short_to_tell_counts_as_a_microsecond_at_most(seconds):
    read = histogram([seconds]).latency()
    assert (read.count, read.p50_s, read.max_s) == (1, seconds, seconds)


def test_what_took_longer_than_the_last_bucket_is_counted_and_is_the_maximum():
    read = histogram([0.5, 1e9]).latency()
    assert (read.count, read.max_s) == (2, 1e9)
    assert 1000 < read.p99_s <= 1e9


@given(st.lists(st.floats(0, 1e4)), st.lists(st.floats(0, 1e4)))
def test_merged_histograms_are_one_of_all_samples(some, others):
    merged = histogram(some)
    merged.merge(histogram(others))
    assert merged.latency() == histogram(some + others).latency()


def test_a_ring_remembers_what_it_was_given():
    ring = LatencyRing()
    assert ring.samples() == []
    ring.add(0.5)
    ring.add(0.25)
    assert ring.samples() == [0.5, 0.25]


@pytest.mark.parametrize("extra", [1, 7, SAMPLES_KEPT, SAMPLES_KEPT + 3])
def test_a_full_ring_forgets_the_oldest_and_no_other(extra):
    ring = LatencyRing()
    for sample in range(SAMPLES_KEPT + extra):
        ring.add(float(sample))
    newest = [float(sample) for sample in range(extra, SAMPLES_KEPT + extra)]
    assert sorted(ring.samples()) == newest


def test_samples_are_a_copy_that_later_ones_do_not_reach():
    ring = LatencyRing()
    ring.add(1.0)
    samples = ring.samples()
    ring.add(2.0)
    assert samples == [1.0]
