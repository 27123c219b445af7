"""Subscribers: each hears everything in order, and none can hold up another."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from actors import subscriber
from actors.events import Alert, Event, SaveStatus
from actors.runtime import ActorSystem, Dispatcher, SimulatedRuntime
from actors.subscriber import Callback, Subscribers
from actors.types import NotebookId

NB = NotebookId("nb")
ALERT = Alert("title", "text", "danger", NB)


def status(version: int) -> SaveStatus:
    return SaveStatus(notebook=NB, state="saved", version=version, path=Path("/nb.py"))


class Scene:
    """Subscribers on a runtime that the test drives."""

    def __init__(self) -> None:
        self.runtime = SimulatedRuntime()
        self.system = ActorSystem(self.runtime)
        self.dispatchers = 0
        self.subscribers = Subscribers(self.system, self.make_dispatcher)

    def make_dispatcher(self) -> Dispatcher:
        self.dispatchers += 1
        return self.runtime.dispatcher("test", 1, quantum_messages=1, quantum_s=1.0)

    def publish(self, *events: Event) -> None:
        for event in events:
            self.subscribers.publish(event)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What the package logs as an error."""
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}\n{exception}", level="ERROR")
    logger.enable("actors")
    yield lines
    logger.disable("actors")
    logger.remove(sink)


def test_publishing_without_subscribers_does_nothing():
    scene = Scene()
    scene.publish(ALERT)
    assert scene.runtime.ready == 0


def test_every_subscriber_hears_every_event_in_order():
    scene = Scene()
    heard: list[list[Event]] = [[], []]
    for each in heard:
        scene.subscribers.add(each.append, None)
    scene.publish(status(1), ALERT, status(2))
    scene.runtime.run_until_idle()
    assert heard == [[status(1), ALERT, status(2)]] * 2


def test_publishing_calls_nobody_itself():
    scene = Scene()
    heard: list[Event] = []
    scene.subscribers.add(heard.append, None)
    scene.publish(ALERT)
    assert heard == []


def test_each_subscriber_has_a_dispatcher_of_its_own():
    scene = Scene()
    for _ in range(3):
        scene.subscribers.add(print, None)
    assert scene.dispatchers == 3


def test_what_was_published_before_is_not_heard():
    scene = Scene()
    heard: list[Event] = []
    scene.publish(status(1))
    scene.subscribers.add(heard.append, None)
    scene.publish(status(2))
    scene.runtime.run_until_idle()
    assert heard == [status(2)]


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, asyncio.CancelledError])
def test_a_subscriber_that_raises_is_logged_hears_on_and_harms_nobody(log, error):
    scene = Scene()
    heard: list[Event] = []
    raised: list[Event] = []

    def raising(event: Event) -> None:
        raised.append(event)
        raise error("broken")

    scene.subscribers.add(raising, None)
    scene.subscribers.add(heard.append, None)
    scene.publish(*[ALERT] * 9)
    scene.runtime.run_until_idle()
    assert (len(raised), len(heard), len(log)) == (9, 9, 9)
    assert scene.system.statistics().crashes == 0


def test_one_that_unsubscribes_hears_no_more_and_its_actor_ends():
    scene = Scene()
    heard: list[Event] = []
    other: list[Event] = []
    unsubscribe = scene.subscribers.add(heard.append, None)
    scene.subscribers.add(other.append, None)
    scene.publish(status(1))
    unsubscribe()
    scene.publish(status(2))
    scene.runtime.run_until_idle()
    assert (heard, other) == ([status(1)], [status(1), status(2)])
    assert scene.system.statistics().actors == 1


def test_unsubscribing_twice_harms_nobody():
    scene = Scene()
    unsubscribe = scene.subscribers.add(print, None)
    unsubscribe()
    scene.runtime.run_until_idle()
    unsubscribe()
    assert scene.system.statistics().dead_letters == 0


def test_one_that_is_far_behind_misses_statuses_but_no_alert(monkeypatch):
    monkeypatch.setattr(subscriber, "BACKLOG", 2)
    scene = Scene()
    heard: list[Event] = []
    scene.subscribers.add(heard.append, None)
    scene.publish(status(1), status(2), status(3), ALERT, status(4))
    scene.runtime.run_until_idle()
    assert heard == [status(1), status(2), ALERT]
    scene.publish(status(5))
    scene.runtime.run_until_idle()
    assert heard[-1] == status(5)


def test_one_that_is_far_behind_costs_another_nothing(monkeypatch):
    monkeypatch.setattr(subscriber, "BACKLOG", 2)
    scene = Scene()
    slow: list[Event] = []
    quick: list[Event] = []
    scene.subscribers.add(slow.append, None)
    scene.subscribers.add(quick.append, None)
    for version in range(5):
        scene.publish(status(version))
        scene.runtime.run_next(scene.runtime.ready - 1)
    assert slow == []
    assert [event.version for event in quick if isinstance(event, SaveStatus)] == [*range(5)]


def test_the_stop_shows_what_is_waiting_first():
    scene = Scene()
    heard: list[Event] = []
    scene.subscribers.add(heard.append, None)
    scene.publish(status(1), ALERT)
    assert scene.subscribers.stop(1.0) == []
    assert heard == [status(1), ALERT]


# -- in an event loop --------------------------------------------------------------


async def heard_in_loop(scene: Scene, callback: Callback, *events: Event) -> None:
    """Publish from a thread for a subscriber in the running loop, and let it hear."""
    scene.subscribers.add(callback, asyncio.get_running_loop())
    await asyncio.to_thread(scene.publish, *events)
    await asyncio.sleep(0)


def test_a_subscriber_with_a_loop_is_called_inside_it_in_order():
    heard: list[tuple[asyncio.AbstractEventLoop, Event]] = []

    async def scenery() -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        await heard_in_loop(
            Scene(),
            lambda event: heard.append((asyncio.get_running_loop(), event)),
            status(1),
            ALERT,
        )
        return loop

    loop = asyncio.run(scenery())
    assert heard == [(loop, status(1)), (loop, ALERT)]


def test_a_subscriber_that_raises_in_its_loop_is_logged(log):
    asyncio.run(heard_in_loop(Scene(), lambda _: 1 / 0, ALERT))
    assert "ZeroDivisionError" in log[0]


def test_a_subscriber_whose_loop_is_closed_harms_nobody(log):
    scene = Scene()
    heard: list[Event] = []
    asyncio.run(heard_in_loop(scene, print))
    scene.subscribers.add(heard.append, None)
    scene.publish(ALERT)
    assert scene.subscribers.stop(1.0) == []
    assert (heard, log) == ([ALERT], [])


def test_a_subscriber_with_a_loop_that_unsubscribes_hears_no_more():
    heard: list[Event] = []
    scene = Scene()

    async def scenery() -> None:
        unsubscribe = scene.subscribers.add(heard.append, asyncio.get_running_loop())
        unsubscribe()
        scene.publish(ALERT)
        await asyncio.sleep(0)

    asyncio.run(scenery())
    assert (heard, scene.dispatchers) == ([], 0)
