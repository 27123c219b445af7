"""The one timer for all notebooks whose work is not durable."""

from typing import Any

from actors.messages import DraftDue
from actors.overdue import Overdue
from actors.runtime import SimulatedRuntime
from actors.testing import Probe
from actors.types import NotebookId

NB = NotebookId("nb")


def new() -> tuple[SimulatedRuntime, Overdue, Probe[Any]]:
    runtime = SimulatedRuntime()
    return runtime, Overdue(1.0, runtime.later, runtime.clock.monotonic), Probe()


def test_who_is_pending_is_told_once_and_in_time():
    runtime, overdue, saver = new()
    overdue.begin(NB, saver)
    overdue.begin(NB, saver)
    runtime.advance(1.0)
    assert saver.take() == [DraftDue()]
    runtime.advance(10.0)
    assert saver.take() == []
    assert runtime.next_timer() is None


def test_who_ended_before_is_not_told():
    runtime, overdue, saver = new()
    overdue.begin(NB, saver)
    overdue.end(NB)
    runtime.advance(10.0)
    assert saver.take() == []


def test_of_two_savers_of_one_id_the_later_is_told():
    runtime, overdue, closed = new()
    opened: Probe[Any] = Probe()
    overdue.begin(NB, closed)
    overdue.begin(NB, opened)
    runtime.advance(1.0)
    assert (closed.take(), opened.take()) == ([], [DraftDue()])
