"""Context variables stay with the actor that set them, on a worker that many share."""

from contextvars import ContextVar

import pytest
from loguru import logger

from tests.runtime.doubles import Deed, Doer, raising

COLOUR: ContextVar[str] = ContextVar("COLOUR", default="none")


@pytest.fixture
def two(system, line):
    return [system.start(Doer, name=name, dispatcher=line) for name in ("one", "other")]


@pytest.fixture
def seen():
    return []


def look(seen: list[str]) -> Deed:
    return lambda: seen.append(COLOUR.get())


def test_a_context_variable_does_not_reach_another_actor(two, simulated, seen):
    one, other = two
    one.tell(lambda: COLOUR.set("red"))
    other.tell(look(seen))
    simulated.run_until_idle()
    assert seen == ["none"]


def test_a_context_variable_stays_with_its_actor_from_turn_to_turn(two, simulated, seen):
    one, other = two
    one.tell(lambda: COLOUR.set("red"))
    other.tell(lambda: COLOUR.set("blue"))
    one.tell(look(seen))
    other.tell(look(seen))
    assert simulated.run_until_idle() >= 4
    assert seen == ["red", "blue"]


def test_a_context_variable_of_an_actor_does_not_reach_its_host(two, simulated):
    two[0].tell(lambda: COLOUR.set("red"))
    simulated.run_until_idle()
    assert COLOUR.get() == "none"


def test_a_context_variable_of_the_host_does_not_reach_an_actor(system, simulated, line, seen):
    reset = COLOUR.set("green")
    system.start(lambda: Doer(on_start=look(seen)), name="actor", dispatcher=line)
    simulated.run_until_idle()
    COLOUR.reset(reset)
    assert seen == ["none"]


def test_a_replacement_starts_without_what_the_crashed_actor_had_set(two, simulated, seen):
    two[0].tell(lambda: COLOUR.set("red"))
    two[0].tell(raising(ValueError("bad")))
    two[0].tell(look(seen))
    simulated.run_until_idle()
    assert seen == ["none"]


def test_what_loguru_binds_in_one_actor_is_not_in_the_logs_of_another(two, simulated, seen):
    sink = logger.add(lambda message: seen.append(message.record["extra"]), format="{message}")
    bound = logger.contextualize(notebook="one")
    two[0].tell(bound.__enter__)
    two[0].tell(lambda: logger.info("of the one"))
    two[1].tell(lambda: logger.info("of the other"))
    two[0].tell(lambda: bound.__exit__(None, None, None))
    simulated.run_until_idle()
    logger.remove(sink)
    assert sorted(seen, key=len) == [{}, {"notebook": "one"}]
