"""The meter: counts of all threads, exact when nothing moves."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from actors.notebook import Meter
from tests.notebook.ledger_scene import apply, flush, new, save


def on_a_thread(action: Callable[[], object]) -> None:
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


def work(meter: Meter) -> None:
    """Save two edits together, then leave an edit and a flush waiting."""
    ledger = new(meter=meter)
    apply(ledger)
    apply(ledger)
    save(ledger)
    apply(ledger)
    flush(ledger)


def test_a_new_meter_has_counted_nothing():
    assert set(Meter().counts().values()) == {0}
    assert Meter().time_to_durable().count == 0


def test_notebooks_add_up_and_other_meters_are_not_touched():
    meter, other = Meter(), Meter()
    for _ in range(3):
        work(meter)
    counts = meter.counts()
    assert (counts["edits"], counts["saves"], counts["coalesced"]) == (9, 3, 3)
    assert (counts["waiting"], meter.time_to_durable().count) == (6, 6)
    assert other.counts()["edits"] == 0


def test_each_thread_counts_in_a_shard_of_its_own():
    meter = Meter()
    with ThreadPoolExecutor(1) as thread:
        theirs = thread.submit(meter.shard).result()
        assert theirs is thread.submit(meter.shard).result()
    assert meter.shard() is meter.shard() is not theirs


def test_what_ended_threads_have_counted_stays():
    meter = Meter()
    on_a_thread(lambda: work(meter))
    assert (meter.counts()["edits"], meter.time_to_durable().count) == (3, 2)


def test_a_receipt_opened_on_one_thread_and_settled_on_another_waits_no_more():
    meter = Meter()
    ledger = new(meter=meter)
    on_a_thread(lambda: apply(ledger))
    assert meter.counts()["waiting"] == 1
    on_a_thread(lambda: save(ledger))
    assert meter.counts()["waiting"] == 0


def test_shards_of_ended_threads_are_put_together_and_those_of_live_ones_stay():
    meter = Meter()
    work(meter)
    with ThreadPoolExecutor(1) as alive:
        alive.submit(work, meter).result()
        for _ in range(500):
            on_a_thread(lambda: work(meter))
        alive.submit(work, meter).result()
        assert len(meter._shards) < 150
        assert (meter.counts()["edits"], meter.counts()["waiting"]) == (3 * 503, 2 * 503)
        assert meter.time_to_durable().count == 2 * 503


@pytest.fixture
def counting() -> Iterator[Meter]:
    """A meter that four threads count with."""
    meter, over = Meter(), threading.Event()

    def count() -> None:
        while not over.is_set():
            save_one(meter)

    with ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(count)
        yield meter
        over.set()


def save_one(meter: Meter) -> None:
    ledger = new(meter=meter)
    apply(ledger)
    save(ledger)


def test_counts_read_while_threads_count_never_go_back_and_none_is_negative(counting):
    seen = [counting.counts() for _ in range(300)]
    assert all(count["waiting"] >= 0 for count in seen)
    edits = [count["edits"] for count in seen]
    assert edits == sorted(edits)


def test_many_threads_at_once_lose_no_count():
    meter = Meter()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: save_one(meter), range(2000)))
    counts = meter.counts()
    assert (counts["edits"], counts["saves"], counts["waiting"]) == (2000, 2000, 0)
    assert meter.time_to_durable().count == 2000
