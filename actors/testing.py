"""What it takes to test an actor without threads and without sleeping.

`SimulatedRuntime` runs actors inside the calls of a test, one message at a
time, in an order that a seed or the test chooses, on a clock that the test
moves. Give it to `Autosave(runtime=…)` to drive the whole system, or to
`start_actor` to drive one actor whose neighbours are `Probe` mailboxes.

`simulate` runs whole schedules of edits, faults, crashes and other programs, and
checks every promise; give it a `System` with a storage or a saver of your own.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from actors.runtime import Actor, ActorSystem, ManualClock, SimulatedRuntime
from actors.simulation import BrokenPromiseError, System, World, simulate
from actors.storage import MemoryStorage
from actors.storage.simulated_disk import Fault, RandomFaults, SimulatedDisk, every_choice
from actors.types import Mailbox

__all__ = [
    "BrokenPromiseError",
    "Fault",
    "ManualClock",
    "MemoryStorage",
    "Probe",
    "RandomFaults",
    "SimulatedDisk",
    "SimulatedRuntime",
    "System",
    "World",
    "every_choice",
    "simulate",
    "start_actor",
]

M = TypeVar("M")


class Probe(Generic[M]):
    """A mailbox that keeps what it is told, for a test to look at."""

    def __init__(self) -> None:
        self.messages: list[M] = []

    def tell(self, message: M, /) -> None:
        """Keep the message."""
        self.messages.append(message)

    def take(self) -> list[M]:
        """Return what came since the last call."""
        taken, self.messages = self.messages, []
        return taken


def start_actor(
    runtime: SimulatedRuntime, factory: Callable[[], Actor[M]], *, max_restarts: int = 3
) -> Mailbox[M]:
    """Start one actor alone; its messages run when the test says so."""
    system = ActorSystem(runtime, max_restarts=max_restarts)
    dispatcher = runtime.dispatcher("test", 1, quantum_messages=1, quantum_s=1.0)
    return system.start(factory, name=str(factory), dispatcher=dispatcher)
