"""Latencies: nearest-rank percentiles of the newest samples."""

import pytest

from actors.notebook.latency import SAMPLES_KEPT, Latency, LatencyRing


def test_no_samples_are_all_zeros():
    assert Latency.of([]) == Latency(count=0, p50_s=0.0, p99_s=0.0, max_s=0.0)


@pytest.mark.parametrize(
    ("count", "p50", "p99"),
    [(1, 1, 1), (2, 1, 2), (3, 2, 3), (4, 2, 4), (99, 50, 99), (100, 50, 99), (101, 51, 100)],
)
def test_percentiles_are_samples_by_nearest_rank(count, p50, p99):
    samples = [float(sample) for sample in range(count, 0, -1)]
    assert Latency.of(samples) == Latency(count, p50, p99, count)


def test_the_order_of_samples_does_not_matter():
    assert Latency.of([3.0, 1.0, 2.0]) == Latency.of(iter([1.0, 2.0, 3.0]))


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
