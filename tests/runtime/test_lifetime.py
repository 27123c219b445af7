"""What keeps an actor in memory, and what lets it go."""

import gc
import weakref
from threading import Event

from actors.runtime import ActorSystem
from tests.runtime.doubles import FAILURE_S, Doer, actor_of, raising


def test_the_mailbox_keeps_its_actor_alive(system, simulated, line):
    made: list[weakref.ref[Doer]] = []

    def factory() -> Doer:
        actor = Doer()
        made.append(weakref.ref(actor))
        return actor

    system.start(factory, name="actor", dispatcher=line)
    simulated.run_until_idle()
    gc.collect()
    assert made[0]() is not None


def test_a_stop_lets_the_actor_go_although_the_mailbox_is_kept(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    alive = weakref.ref(actor_of(mailbox))
    system.request_stop(mailbox)
    simulated.run_until_idle()
    assert alive() is None


def test_going_out_of_service_lets_the_actor_go(simulated, line):
    system = ActorSystem(simulated, max_restarts=0)
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    alive = weakref.ref(actor_of(mailbox))
    mailbox.tell(raising(ValueError("bad")))
    simulated.run_until_idle()
    gc.collect()  # the traceback of the crash holds the actor in a cycle
    assert alive() is None


def test_a_restart_lets_the_crashed_actor_go(system, simulated, line):
    mailbox = system.start(Doer, name="actor", dispatcher=line)
    alive = weakref.ref(actor_of(mailbox))
    mailbox.tell(raising(ValueError("bad")))
    simulated.run_until_idle()
    gc.collect()
    assert alive() is None
    assert system.statistics().restarts == 1


def test_an_idle_worker_does_not_keep_the_last_mailbox_that_it_ran(live, one_thread):
    gone = Event()
    mailbox = live.start(Doer, name="actor", dispatcher=one_thread)
    weakref.finalize(mailbox, gone.set)
    live.stop([mailbox], FAILURE_S)
    del mailbox
    assert gone.wait(FAILURE_S)


def test_the_timer_thread_does_not_keep_the_last_action_that_it_ran(threads):
    class Action:
        def __call__(self):
            pass

    gone = Event()
    action = Action()
    weakref.finalize(action, gone.set)
    threads.later(0.0, action)
    del action
    assert gone.wait(FAILURE_S)
