"""What a turn leads to runs on the same thread, and yet nobody waits for it in vain."""

import threading
from functools import partial
from threading import Event
from types import SimpleNamespace
from typing import Any

import attrs

from actors.runtime import dispatcher
from tests.runtime.doubles import FAILURE_S, Deed, Doer, raising


def turn(*deeds: Deed) -> Any:
    """Return a turn that does one thing after another."""

    def run() -> None:
        for deed in deeds:
            deed()

    return SimpleNamespace(run=run)


class Row:
    """Turns that hand over to the next one, and a note of what ran."""

    def __init__(self, line: Any, turns: int) -> None:
        self.line, self.left = line, turns
        self.log: list[str] = []
        self.ended = Event()

    def run(self) -> None:
        self.log.append("row")
        self.left -= 1
        if self.left:
            self.line.hand_over(self)
        else:
            self.ended.set()


def test_a_turn_that_is_handed_over_runs_on_the_same_thread_before_the_line(two_threads):
    used: list[threading.Thread] = []
    ended = Event()
    second = turn(lambda: used.append(threading.current_thread()), ended.set)

    def first() -> None:
        used.append(threading.current_thread())
        two_threads.hand_over(second)

    two_threads.schedule(turn(first))
    assert ended.wait(FAILURE_S)
    assert used[0] is used[1]


def test_what_is_handed_over_comes_before_those_in_the_line(one_thread):
    log: list[str] = []
    ended = Event()

    def first() -> None:
        one_thread.schedule(turn(partial(log.append, "in the line"), ended.set))
        one_thread.hand_over(turn(partial(log.append, "handed over")))
        log.append("first")

    one_thread.schedule(turn(first))
    assert ended.wait(FAILURE_S)
    assert log == ["first", "handed over", "in the line"]


def test_the_line_gets_its_turn_after_so_many_that_were_handed_over(one_thread):
    row = Row(one_thread, turns=20)

    def start() -> None:
        one_thread.schedule(turn(lambda: row.log.append("line")))
        one_thread.hand_over(row)

    one_thread.schedule(turn(start))
    assert row.ended.wait(FAILURE_S)
    assert row.log.index("line") == dispatcher.MOST_HANDED_OVER - 1
    assert len(row.log) == 21


def test_the_last_of_two_is_kept_and_the_first_goes_to_the_line(one_thread):
    log: list[str] = []
    ended = Event()

    def first() -> None:
        one_thread.hand_over(turn(partial(log.append, "one"), ended.set))
        one_thread.hand_over(turn(partial(log.append, "two")))

    one_thread.schedule(turn(first))
    assert ended.wait(FAILURE_S)
    assert log == ["two", "one"]


def test_a_turn_that_raises_does_not_lose_what_it_handed_over(one_thread):
    ended = Event()

    def first() -> None:
        one_thread.hand_over(turn(ended.set))
        raise SystemExit(1)

    one_thread.schedule(turn(first))
    assert ended.wait(FAILURE_S)


def test_a_thread_of_another_dispatcher_hands_over_to_the_line(threads, one_thread):
    elsewhere = threads.dispatcher("elsewhere", 1, quantum_messages=64, quantum_s=FAILURE_S)
    used: list[str] = []
    ended = Event()

    def note() -> None:
        used.append(threading.current_thread().name)
        ended.set()

    one_thread.schedule(turn(lambda: elsewhere.hand_over(turn(note))))
    assert ended.wait(FAILURE_S)
    assert used == ["elsewhere-0"]


def test_passing_on_where_another_dispatcher_works_takes_nothing_away(threads, one_thread):
    elsewhere = threads.dispatcher("elsewhere", 1, quantum_messages=64, quantum_s=FAILURE_S)
    log: list[str] = []
    ended = Event()

    def first() -> None:
        one_thread.hand_over(turn(partial(log.append, "handed over")))
        elsewhere.pass_on()
        one_thread.schedule(turn(partial(log.append, "line"), ended.set))

    one_thread.schedule(turn(first))
    assert ended.wait(FAILURE_S)
    assert log == ["handed over", "line"]


def test_a_message_that_follows_does_not_hold_up_what_the_one_before_led_to(live, two_threads):
    reached = Event()
    neighbour = live.start(Doer, name="neighbour", dispatcher=two_threads)
    actor = live.start(Doer, name="actor", dispatcher=two_threads)
    ended = Event()

    def both() -> None:
        neighbour.tell(reached.set)
        actor.tell(turn(lambda: reached.wait(FAILURE_S), ended.set).run)

    actor.tell(both)
    assert ended.wait(FAILURE_S)
    assert reached.is_set()


@attrs.frozen
class Noted:
    """A dispatcher that notes what it is asked for."""

    line: Any
    log: list[str] = attrs.field(factory=list)
    quantum_messages = 64
    quantum_s = float("inf")

    def schedule(self, runnable: Any) -> None:
        self.log.append("schedule")
        self.line.schedule(runnable)

    def hand_over(self, runnable: Any) -> None:
        self.log.append("hand over")
        self.line.schedule(runnable)

    def pass_on(self) -> None:
        self.log.append("pass on")

    def close(self, timeout_s: float) -> None:
        del timeout_s


def test_the_first_message_does_not_hold_up_what_the_start_led_to(system, simulated, line):
    noted = Noted(line)
    note = partial(noted.log.append, "message")
    mailbox = system.start(
        partial(Doer, on_start=partial(noted.log.append, "start")), name="actor", dispatcher=noted
    )
    mailbox.tell(note)
    mailbox.tell(note)
    simulated.run_until_idle()
    assert noted.log == ["schedule", "start", "pass on", "message", "pass on", "message"]


def test_a_message_to_an_idle_actor_is_handed_over_and_asks_for_nothing_else(
    system, simulated, line
):
    mailbox = system.start(Doer, name="actor", dispatcher=(noted := Noted(line)))
    simulated.run_until_idle()
    noted.log.clear()
    mailbox.tell(lambda: None)
    simulated.run_until_idle()
    assert noted.log == ["hand over"]


def test_a_failing_turn_is_logged_and_the_row_goes_on(one_thread, log_lines):
    ended = Event()

    def first() -> None:
        one_thread.hand_over(turn(ended.set))
        raising(ValueError("bad"))()

    one_thread.schedule(turn(first))
    assert ended.wait(FAILURE_S)
    assert "a turn ended with an error" in log_lines[0]
