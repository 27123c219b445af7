"""Runtimes, and what keeps the tests on them from waiting for ever."""

from collections.abc import Iterator
from threading import Event

import pytest
from loguru import logger
from pykka import ActorRegistry

from actors.runtime import ActorSystem, SimulatedRuntime, ThreadDispatcher, ThreadRuntime
from actors.runtime.simulation import SimulatedDispatcher
from tests.runtime.doubles import FAILURE_S


@pytest.fixture
def simulated() -> SimulatedRuntime:
    """Runs actors when the test says so, first come, first served."""
    return SimulatedRuntime()


@pytest.fixture
def line(simulated: SimulatedRuntime) -> SimulatedDispatcher:
    """Where actors of the simulated runtime wait; one message a turn."""
    return simulated.dispatcher("line", 1, quantum_messages=1, quantum_s=1.0)


@pytest.fixture
def system(simulated: SimulatedRuntime) -> ActorSystem:
    return ActorSystem(simulated)


@pytest.fixture
def threads() -> Iterator[ThreadRuntime]:
    runtime = ThreadRuntime()
    yield runtime
    runtime.close(FAILURE_S)


@pytest.fixture
def live(threads: ThreadRuntime) -> ActorSystem:
    """A system on real threads."""
    return ActorSystem(threads)


@pytest.fixture
def one_thread(threads: ThreadRuntime) -> ThreadDispatcher:
    return threads.dispatcher("one", 1, quantum_messages=64, quantum_s=FAILURE_S)


@pytest.fixture
def two_threads(threads: ThreadRuntime) -> ThreadDispatcher:
    return threads.dispatcher("two", 2, quantum_messages=64, quantum_s=FAILURE_S)


@pytest.fixture
def gate(threads: ThreadRuntime) -> Iterator[Event]:
    """Opened at the end, so that no handler that waits for it outlives the test."""
    event = Event()
    yield event
    event.set()


@pytest.fixture
def registry() -> Iterator[type[ActorRegistry]]:
    """Pykka's registry, empty before and after."""
    assert ActorRegistry.get_all() == []
    yield ActorRegistry
    ActorRegistry.stop_all(timeout=FAILURE_S)


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """Every line that the package logs while the test runs."""
    lines: list[str] = []
    logger.enable("actors")
    sink = logger.add(lines.append, level=0, format="{message}", catch=False)
    yield lines
    logger.remove(sink)
    logger.disable("actors")
