"""Receipts: settled once, waited for by anybody, hurt by nobody."""

import asyncio
import itertools
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from loguru import logger

from actors import receipt as receipts
from actors.receipt import Outcome, Receipt, Refused, Saved

SAVED = Saved(1, "hash", Path("/nb.py"))
PATIENCE_S = 20.0
"""Never used up: only a broken receipt would wait so long."""


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What the package logs."""
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}\n{exception}", level="DEBUG")
    logger.enable("actors")
    yield lines
    logger.disable("actors")
    logger.remove(sink)


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that interrupt each other at almost every bytecode."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


async def outcome_of(receipt: Receipt) -> Outcome:
    return await receipt


async def turns(count: int = 5) -> None:
    """Let everything that is ready in the loop run."""
    for _ in range(count):
        await asyncio.sleep(0)


# -- settling ----------------------------------------------------------------------


def test_a_receipt_is_settled_once_and_the_first_counts():
    receipt = Receipt()
    assert receipt.outcome is None
    assert receipt.settle(SAVED)
    assert not receipt.settle(Refused("late"))
    assert receipt.outcome == SAVED


def test_its_repr_says_how_it_stands():
    receipt = Receipt()
    assert repr(receipt) == "<Receipt pending>"
    receipt.settle(Refused("no"))
    assert repr(receipt) == "<Receipt Refused(reason='no')>"


# -- callbacks ---------------------------------------------------------------------


def test_callbacks_are_called_once_whether_added_before_or_after_the_end():
    receipt = Receipt()
    calls: list[tuple[str, Outcome]] = []
    receipt.add_done_callback(lambda outcome: calls.append(("before", outcome)))
    receipt.settle(SAVED)
    receipt.add_done_callback(lambda outcome: calls.append(("after", outcome)))
    receipt.settle(SAVED)
    assert calls == [("before", SAVED), ("after", SAVED)]


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError, SystemExit])
def test_a_callback_that_raises_is_logged_and_harms_nobody(log, error):
    def raising(_: Outcome) -> None:
        raise error

    receipt = Receipt()
    calls: list[Outcome] = []
    for callback in (calls.append, raising, calls.append):
        receipt.add_done_callback(callback)
    assert receipt.settle(SAVED)
    receipt.add_done_callback(raising)
    assert calls == [SAVED, SAVED]
    assert [error.__name__ in line for line in log] == [True, True]


def test_a_callback_finds_the_receipt_settled():
    receipt = Receipt()
    seen: list[Outcome | None] = []
    receipt.add_done_callback(lambda _: seen.append(receipt.outcome))
    receipt.settle(SAVED)
    assert seen == [SAVED]


def test_a_callback_may_add_another_one():
    receipt = Receipt()
    calls: list[Outcome] = []
    receipt.add_done_callback(lambda _: receipt.add_done_callback(calls.append))
    receipt.settle(SAVED)
    assert calls == [SAVED]


def test_a_callback_added_while_another_thread_settles_is_called_exactly_once(eager_threads):
    with ThreadPoolExecutor(4) as threads:
        for _ in range(200):
            assert set(race(threads).values()) == {1}


def race(threads: ThreadPoolExecutor) -> Counter[tuple[int, int]]:
    """Settle on one thread while three add callbacks; count the calls of each."""
    receipt, start = Receipt(), threading.Barrier(4)
    calls = Counter({(adder, number): 0 for adder in range(3) for number in range(10)})
    called: list[tuple[int, int]] = []

    def add(adder: int) -> None:
        start.wait(PATIENCE_S)
        for number in range(10):
            receipt.add_done_callback(partial(lambda key, _: called.append(key), (adder, number)))

    adding = [threads.submit(add, adder) for adder in range(3)]
    start.wait(PATIENCE_S)
    receipt.settle(SAVED)
    for each in adding:
        each.result(PATIENCE_S)
    calls.update(called)
    return calls


# -- interrupted at any point ------------------------------------------------------


def interrupted(action: Callable[[], object], at: int, interruption: Callable[[], object]) -> bool:
    """Run `action`, and `interruption` before its bytecode number `at`.

    The hammer above hits few points: Python changes threads at some bytecodes
    only, and which those are depends on its version.

    Returns:
        `False` when `action` has no such bytecode.
    """
    steps, tracer = itertools.count(), sys.gettrace()
    reached = False

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal reached
        frame.f_trace_opcodes = True
        ours = frame.f_code.co_filename == receipts.__file__
        if event == "opcode" and ours and next(steps) == at:
            reached = True
            interruption()
        return trace

    sys._getframe().f_trace_opcodes = True  # Python 3.12 looks for one when tracing begins
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(tracer)
    return reached


def settle(receipt: Receipt, outcome: Outcome, wins: list[bool]) -> None:
    wins.append(receipt.settle(outcome))


def test_of_two_that_settle_one_wins_wherever_they_meet():
    for at in itertools.count():
        receipt, wins = Receipt(), list[bool]()
        first = partial(settle, receipt, SAVED, wins)
        if not interrupted(first, at, partial(settle, receipt, Refused("no"), wins)):
            break
        assert sorted(wins) == [False, True]
    assert at > 5


def note(calls: list[str], name: str, _: Outcome) -> None:
    calls.append(name)


@pytest.mark.parametrize("late", [True, False])
def test_a_callback_is_called_exactly_once_wherever_its_adding_meets_the_end(late):
    for at in itertools.count():
        receipt, calls = Receipt(), list[str]()
        for name in "ab":
            receipt.add_done_callback(partial(note, calls, name))
        end = partial(receipt.settle, SAVED)
        add = partial(receipt.add_done_callback, partial(note, calls, "c"))
        if not interrupted(end if late else add, at, add if late else end):
            break
        assert sorted(calls) == ["a", "b", "c"]
    assert at > 5


# -- waiting in threads ------------------------------------------------------------


def test_wait_returns_at_once_when_it_is_settled():
    receipt = Receipt()
    receipt.settle(SAVED)
    assert receipt.wait(0) == receipt.wait() == SAVED


def test_wait_times_out_with_words_and_the_receipt_goes_on():
    receipt = Receipt()
    with pytest.raises(TimeoutError, match="not settled within 0 s; the transaction goes on"):
        receipt.wait(timeout=0)
    receipt.settle(SAVED)
    assert receipt.wait(timeout=0) == SAVED


def test_a_wait_that_timed_out_leaves_nothing_behind():
    receipt = Receipt()
    for _ in range(100):
        with pytest.raises(TimeoutError):
            receipt.wait(timeout=0)
    assert receipt._log == []


def test_a_settled_receipt_lets_go_of_its_callbacks():
    receipt = Receipt()
    receipt.add_done_callback(lambda _: None)
    receipt.settle(SAVED)
    receipt.add_done_callback(lambda _: None)
    assert receipt._log is None


def test_all_threads_that_wait_get_the_outcome():
    waiting = threading.Semaphore(0)

    class Announced(Receipt):
        def _add(self, callback):
            super()._add(callback)
            waiting.release()

    receipt = Announced()
    with ThreadPoolExecutor(3) as threads:
        results = [threads.submit(receipt.wait, PATIENCE_S) for _ in range(3)]
        for _ in range(3):
            assert waiting.acquire(timeout=PATIENCE_S)
        receipt.settle(SAVED)
        assert [result.result(PATIENCE_S) for result in results] == [SAVED] * 3


# -- awaiting in asyncio -----------------------------------------------------------


def test_awaiting_leaves_the_loop_free_until_a_thread_settles():
    async def scene() -> Outcome:
        receipt = Receipt()
        waiter = asyncio.create_task(outcome_of(receipt))
        await turns()
        assert not waiter.done()
        await asyncio.to_thread(receipt.settle, SAVED)
        return await waiter

    assert asyncio.run(asyncio.wait_for(scene(), PATIENCE_S)) == SAVED


def test_a_thread_that_settles_wakes_the_loop_in_the_loops_own_way():
    async def scene() -> bool:
        receipt = Receipt()
        waiter = asyncio.create_task(outcome_of(receipt))
        await turns()
        thread = threading.Thread(target=receipt.settle, args=[SAVED])
        thread.start()
        thread.join(PATIENCE_S)
        await turns()
        return waiter.done()

    assert asyncio.run(scene(), debug=True)  # where asyncio refuses calls from other threads


def test_a_settled_receipt_can_be_awaited_again_and_again():
    async def scene() -> list[Outcome]:
        receipt = Receipt()
        receipt.settle(SAVED)
        return [await receipt, await receipt]

    assert asyncio.run(asyncio.wait_for(scene(), PATIENCE_S)) == [SAVED, SAVED]


def test_several_awaiters_in_several_loops_get_the_outcome():
    receipt, ready = Receipt(), threading.Barrier(4)

    async def scene() -> list[Outcome]:
        waiters = [asyncio.create_task(outcome_of(receipt)) for _ in range(2)]
        await turns()
        await asyncio.to_thread(ready.wait, PATIENCE_S)
        return await asyncio.gather(*waiters)

    with ThreadPoolExecutor(3) as threads:
        results = [threads.submit(asyncio.run, scene()) for _ in range(3)]
        ready.wait(PATIENCE_S)
        receipt.settle(SAVED)
        assert [result.result(PATIENCE_S) for result in results] == [[SAVED] * 2] * 3


def test_a_cancelled_awaiter_harms_nobody():
    trouble: list[object] = []

    async def scene() -> Outcome:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: trouble.append(what))
        receipt = Receipt()
        cancelled, patient = (asyncio.create_task(outcome_of(receipt)) for _ in range(2))
        await turns()
        cancelled.cancel()
        receipt.settle(SAVED)
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        return await patient

    assert asyncio.run(asyncio.wait_for(scene(), PATIENCE_S)) == SAVED
    assert trouble == []


def test_a_timeout_of_asyncio_leaves_the_receipt_open():
    async def scene() -> Outcome:
        receipt = Receipt()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receipt, 0)
        assert receipt.outcome is None
        receipt.settle(SAVED)
        return await receipt

    assert asyncio.run(asyncio.wait_for(scene(), PATIENCE_S)) == SAVED


def test_an_awaiter_whose_loop_is_closed_harms_nobody(log):
    receipt = Receipt()
    calls: list[Outcome] = []

    async def begin_to_wait() -> None:
        receipt.__await__()

    receipt.add_done_callback(calls.append)
    asyncio.run(begin_to_wait())
    receipt.add_done_callback(calls.append)
    assert receipt.settle(SAVED)
    assert (calls, log) == ([SAVED, SAVED], [])
