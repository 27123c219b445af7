"""What ends one actor ends no other: not of ours, not of another system, not of Pykka's."""

from functools import partial
from threading import Event

import pytest
from pykka import ActorRef

from actors.runtime import ActorSystem, ThreadRuntime
from tests.runtime.doubles import FAILURE_S, Doer, Stranger, notes, once, raising, ref_of

EXITS = [SystemExit(3), KeyboardInterrupt(), GeneratorExit()]


@pytest.fixture
def stranger(registry):
    return Stranger.start()


@pytest.fixture
def actor(live, one_thread):
    return live.start(Doer, name="actor", dispatcher=one_thread)


def is_alive(stranger: ActorRef[Stranger]) -> bool:
    return bool(stranger.ask(lambda: "alive", timeout=FAILURE_S) == "alive")


# -- an exit in a handler or a hook -------------------------------------------------------


@pytest.mark.parametrize("error", EXITS, ids=repr)
def test_an_exit_in_a_handler_is_a_crash_of_that_actor_alone(
    live, one_thread, actor, stranger, error
):
    log: list[str] = []
    other = live.start(Doer, name="other", dispatcher=one_thread)
    actor.tell(raising(error))
    actor.tell(partial(log.append, "replacement"))
    other.tell(partial(log.append, "other"))
    assert live.stop([actor, other], FAILURE_S) == []
    assert sorted(log) == ["other", "replacement"]
    assert is_alive(stranger)
    assert [repr(error) in crash.error for crash in live.set_aside] == [True]


@pytest.mark.parametrize("hook", ["on_start", "on_failure"])
@pytest.mark.parametrize("error", EXITS, ids=repr)
def test_an_exit_in_a_hook_is_a_crash_of_that_actor_alone(live, actor, stranger, hook, error):
    log: list[str] = []
    broken = live.start(
        partial(Doer, **{hook: once(raising(error))}), name="broken", dispatcher=actor._dispatcher
    )
    broken.tell(raising(ValueError("bad")))
    broken.tell(partial(log.append, "replacement"))
    actor.tell(partial(log.append, "actor"))
    assert live.stop([broken, actor], FAILURE_S) == []
    assert sorted(log) == ["actor", "replacement"]
    assert is_alive(stranger)


@pytest.mark.parametrize("error", [*EXITS, ValueError("bad")], ids=repr)
def test_what_on_stop_raises_does_not_undo_the_stop(live, one_thread, actor, stranger, error):
    log: list[str] = []
    broken = live.start(lambda: Doer(on_stop=raising(error)), name="broken", dispatcher=one_thread)
    assert live.stop([broken], FAILURE_S) == []
    assert list(live.set_aside) == []
    actor.tell(partial(log.append, "actor"))
    assert live.stop([actor], FAILURE_S) == []
    assert log == ["actor"]
    assert is_alive(stranger)


@pytest.mark.parametrize("error", EXITS, ids=repr)
def test_an_exit_under_ask_is_the_answer(live, actor, error):
    with pytest.raises(Exception, match="raised in a handler"):
        ref_of(actor).ask(raising(error), timeout=FAILURE_S)
    assert ref_of(actor).ask(lambda: "alive", timeout=FAILURE_S) == "alive"


# -- Pykka's registry ---------------------------------------------------------------------


def test_our_actors_are_never_in_the_registry(live, one_thread, stranger, registry):
    seen: list[object] = []
    look = partial(seen.append, None)
    actor = live.start(
        lambda: Doer(on_start=lambda: seen.append(registry.get_all())),
        name="actor",
        dispatcher=one_thread,
    )
    for deed in (look, raising(ValueError("bad")), look):
        actor.tell(deed)
    live.stop([actor], FAILURE_S)
    assert seen == [[stranger], None, [stranger], None]
    assert registry.get_all() == [stranger]


def test_stop_all_of_the_registry_does_not_stop_ours(live, actor, stranger, registry):
    reached = Event()
    registry.stop_all(timeout=FAILURE_S)
    actor.tell(reached.set)
    assert reached.wait(FAILURE_S)
    assert not stranger.is_alive()


def test_a_stranger_that_exits_does_not_stop_ours(live, actor, stranger):
    reached = Event()
    stranger.tell(raising(SystemExit(3)))  # Pykka stops all that are registered
    assert stranger.actor_stopped.wait(FAILURE_S)
    actor.tell(reached.set)
    assert reached.wait(FAILURE_S)


# -- two systems --------------------------------------------------------------------------


def test_stopping_one_system_stops_neither_another_nor_a_stranger(
    live, one_thread, actor, stranger
):
    log: list[object] = []
    runtime = ThreadRuntime()
    other = ActorSystem(runtime)
    pool = runtime.dispatcher("other", 1, quantum_messages=64, quantum_s=1.0)
    assert other.stop([other.start(Doer, name="actor", dispatcher=pool)], FAILURE_S) == []
    runtime.close(FAILURE_S)
    for note in notes(log, "abc"):
        actor.tell(note)
    assert live.stop([actor], FAILURE_S) == []
    assert log == list("abc")
    assert is_alive(stranger)


def test_two_systems_on_one_runtime_count_and_restart_their_own_actors(simulated, line):
    one, other = ActorSystem(simulated), ActorSystem(simulated)
    actors = [each.start(Doer, name="same name", dispatcher=line) for each in (one, other)]
    actors[0].tell(raising(ValueError("bad")))
    simulated.run_until_idle()
    one.stop(actors[:1], 0.0)
    counts = [(seen.actors, seen.crashes) for seen in (one.statistics(), other.statistics())]
    assert counts == [(0, 1), (1, 0)]
    assert list(other.set_aside) == []
