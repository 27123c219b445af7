"""One mailbox in front of many replicas."""

import threading
from collections import Counter
from threading import Barrier, Thread
from types import SimpleNamespace

from actors.runtime import Router
from actors.testing import Probe
from tests.runtime.doubles import FAILURE_S, run_all


def counts(replicas: list[Probe[object]]) -> list[int]:
    return [len(replica.messages) for replica in replicas]


def test_messages_from_elsewhere_go_to_each_replica_in_turn():
    replicas = [Probe[object]() for _ in range(3)]
    router = Router(replicas)
    for number in range(7):
        router.tell(number)
    assert [replica.messages for replica in replicas] == [[0, 3, 6], [1, 4], [2, 5]]


def test_each_thread_of_a_dispatcher_has_its_own_replica(threads):
    both = threads.dispatcher("both", 2, quantum_messages=1, quantum_s=FAILURE_S)
    replicas = [Probe[object](), Probe[object]()]
    router, together, ended = Router(replicas), Barrier(2), Barrier(3)

    def tell() -> None:
        together.wait(FAILURE_S)  # so that these are two threads
        for _ in range(5):
            router.tell(threading.current_thread().name)
        ended.wait(FAILURE_S)

    for _ in range(2):
        both.schedule(SimpleNamespace(run=tell))
    ended.wait(FAILURE_S)
    assert [replica.messages for replica in replicas] == [["both-0"] * 5, ["both-1"] * 5]


def test_more_threads_than_replicas_share_them(threads):
    three = threads.dispatcher("three", 3, quantum_messages=1, quantum_s=FAILURE_S)
    replicas = [Probe[object](), Probe[object]()]
    router, together, ended = Router(replicas), Barrier(3), Barrier(4)

    def tell() -> None:
        together.wait(FAILURE_S)
        router.tell("message")
        ended.wait(FAILURE_S)

    for _ in range(3):
        three.schedule(SimpleNamespace(run=tell))
    ended.wait(FAILURE_S)
    assert counts(replicas) == [2, 1]


def test_no_message_is_lost_between_threads_that_tell_at_once():
    told: Counter[int] = Counter()
    replica = SimpleNamespace(tell=lambda message: told.update([message]))
    router, together = Router([replica]), Barrier(4)

    def tell(number: int) -> None:
        together.wait(FAILURE_S)
        router.tell(number)

    run_all([Thread(target=tell, args=(n,), daemon=True) for n in range(4)])
    assert told == Counter(range(4))
