"""What is remembered stays within its bytes, the least recently used goes first."""

import gc
import threading
import tracemalloc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import Autosave, Settings, formats
from actors.formats import memo as memo_module
from actors.formats.memo import MEMO, Memo
from tests.formats.marimo_reference import notebook_of


@pytest.fixture(autouse=True)
def nothing_remembered():
    MEMO.clear()
    yield
    MEMO.limit(Settings().render_memo_bytes)
    MEMO.clear()


def test_what_was_put_is_found_until_it_is_dropped():
    memo = Memo(10)
    memo.put("a", 1, 4)
    assert memo.get("a") == 1
    memo.drop("a")
    assert memo.get("a") is None
    assert memo.held_bytes == 0


def test_the_least_recently_used_makes_room():
    memo = Memo(10)
    for key in "abc":
        memo.put(key, key, 3)
    memo.get("a")
    memo.put("d", "d", 3)
    assert [key for key in "abcd" if memo.get(key)] == ["a", "c", "d"]


def test_a_value_that_replaces_another_is_weighed_once():
    memo = Memo(10)
    for _ in range(5):
        memo.put("a", "a", 6)
    memo.age()
    memo.put("a", "a", 6)
    assert (memo.held_bytes, len(memo)) == (6, 1)


def test_what_is_heavier_than_the_limit_costs_no_other_its_place():
    memo = Memo(10)
    memo.put("a", "a", 6)
    memo.put("b", "b", 11)
    assert memo.get("a") == "a"
    assert memo.get("b") is None


def test_a_lower_limit_holds_at_once():
    memo = Memo(10)
    for key in "abc":
        memo.put(key, key, 3)
    memo.limit(4)
    assert memo.held_bytes == 3
    assert memo.get("c") == "c"


def test_what_is_not_used_between_two_calls_of_age_is_forgotten():
    memo = Memo(10)
    for key in "abc":
        memo.put(key, key, 3)
    memo.age()
    assert memo.get("a") == "a"
    memo.put("b", "B", 2)
    memo.age()
    assert [memo.get(key) for key in "abc"] == ["a", "B", None]
    assert memo.held_bytes == 5


def test_what_was_idle_makes_room_before_what_was_used():
    memo = Memo(10)
    for key in "abc":
        memo.put(key, key, 3)
    memo.age()
    memo.get("a")
    memo.put("d", "d", 3)
    assert [key for key in "abcd" if memo.get(key)] == ["a", "c", "d"]


def test_what_is_idle_can_be_dropped():
    memo = Memo(10)
    memo.put("a", 1, 4)
    memo.age()
    assert len(memo) == 1
    memo.drop("a")
    assert (len(memo), memo.held_bytes) == (0, 0)


class Slow:
    """Takes its time to be freed: until it has seen that others can use the memo."""

    def __init__(self, memo):
        self.memo, self.was_free = memo, []

    def __del__(self):
        self.was_free.append(self.memo._lock.acquire(blocking=False))
        self.memo._lock.release()


def test_nobody_waits_for_a_thread_that_has_the_lock():
    memo = Memo(10)
    memo.put("a", "A", 4)
    with memo._lock:
        assert (memo.get("a"), memo.get("b")) == ("A", None)
        memo.put("b", "B", 4)
        memo.drop("a")
    assert (memo.get("a"), memo.get("b")) == ("A", None)


FORGETTING = {
    "age": lambda memo: (memo.age(), memo.age()),
    "clear": lambda memo: memo.clear(),
    "limit": lambda memo: memo.limit(1),
    "put": lambda memo: memo.put("a", "a", 3),
    "room": lambda memo: memo.put("b", "b", 8),
}


@pytest.mark.parametrize("forget", FORGETTING.values(), ids=FORGETTING)
def test_nobody_waits_for_the_lock_while_a_value_is_freed(forget):
    memo = Memo(10)
    value = Slow(memo)
    was_free = value.was_free
    memo.put("a", value, 4)
    del value
    forget(memo)
    assert was_free == [True]


def test_nothing_of_a_notebook_stays_when_it_was_idle_for_two_calls_of_age():
    notebook = notebook_of(["x = 1", "print(x)"], header="# its own")
    notebook = formats.parse(formats.render(notebook, ".py"), ".py")
    expected = formats.render(notebook, ".py")
    rendering = weakref.ref(MEMO.get(("first", id(notebook.cells[0]))))
    MEMO.age()
    MEMO.age()
    gc.collect()
    assert (len(MEMO), rendering()) == (0, None)
    assert formats.render(notebook, ".py") == expected


def test_a_notebook_that_is_saved_now_and_then_stays_remembered(monkeypatch):
    notebook = notebook_of(["x = 1", "print(x)"])
    expected = formats.render(notebook, ".py")
    monkeypatch.setattr("actors.formats.python.rendering.analyze", None)
    for _ in range(5):
        MEMO.age()
        assert formats.render(notebook, ".py") == expected


def weight_of(memo):
    return sum(weight for part in (memo._used, memo._idle) for _, weight in part.values())


STEPS = st.lists(st.tuples(st.sampled_from("pgdla"), st.integers(0, 5), st.integers(0, 9)))


@given(STEPS)
def test_it_never_holds_more_than_its_limit_and_weighs_what_it_holds(steps):
    memo, limit = Memo(12), 12
    for what, key, number in steps:
        match what:
            case "p":
                memo.put(key, key, number)
            case "g":
                assert memo.get(key) in {None, key}
            case "d":
                memo.drop(key)
            case "a":
                memo.age()
            case _:
                limit = number + 1
                memo.limit(limit)
        assert memo.held_bytes == weight_of(memo) <= limit


def test_many_threads_leave_it_whole():
    memo = Memo(500)

    def use(number):
        for step in range(2_000):
            key = (step * number) % 97
            memo.put(key, key, key % 13)
            assert memo.get(step % 97) in {None, step % 97}
            memo.drop((step + number) % 97)
            if step % 50 == number:
                memo.age()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert memo.held_bytes == weight_of(memo) <= 500


def test_many_notebooks_edited_in_turn_stay_within_the_limit():
    MEMO.limit(50_000)
    for number in range(100):
        formats.render(notebook_of([f"x{number} = {cell}" for cell in range(5)]), ".py")
    assert 0 < MEMO.held_bytes <= 50_000


def test_a_limit_too_low_for_anything_costs_time_only():
    notebook = notebook_of(["x = 1", "print(x)"])
    expected = formats.render(notebook, ".py")
    MEMO.limit(1)
    assert formats.render(notebook, ".py") == expected
    assert len(MEMO) == 0


def test_the_estimate_covers_what_is_really_held():
    notebook = notebook_of([f"value_{n} = compute(value_{n - 1}, {n})" for n in range(400)])
    formats.render(notebook_of(["x = 1"]), ".py")
    MEMO.clear()
    tracemalloc.start()
    try:
        formats.render(notebook, ".py")
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held_bytes <= MEMO.held_bytes <= 3 * held_bytes


def test_autosave_sets_the_limit():
    with Autosave(settings=Settings(render_memo_bytes=12_345)):
        assert memo_module.MEMO._limit_bytes == 12_345


def test_threads_that_render_one_notebook_agree():
    notebooks = [notebook_of([f"x = {n}", "y = x", "print(y)"]) for n in range(4)]
    expected = [formats.render(notebook, ".py") for notebook in notebooks]
    seen = []

    def render():
        texts = []
        for notebook in notebooks:
            texts.append(formats.render(notebook, ".py"))
            MEMO.age()
        seen.append(texts)

    threads = [threading.Thread(target=render) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 16
