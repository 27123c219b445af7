"""Actors on shared threads: mailboxes, dispatchers, supervision, simulation."""

from actors.runtime.bulkhead import AtOnce, BlockingWork, Bulkhead
from actors.runtime.dispatcher import Dispatcher, Runnable, Runtime, ThreadDispatcher, ThreadRuntime
from actors.runtime.idle import IdleSweep
from actors.runtime.inbox import Inbox
from actors.runtime.pooled import HandlerExitError, PooledActor
from actors.runtime.simulation import ManualClock, SimulatedRuntime
from actors.runtime.supervision import Crash, RestartLimit
from actors.runtime.system import Actor, ActorSystem, ForeignMailbox, Router, SystemStatistics

__all__ = [
    "Actor",
    "ActorSystem",
    "AtOnce",
    "BlockingWork",
    "Bulkhead",
    "Crash",
    "Dispatcher",
    "ForeignMailbox",
    "HandlerExitError",
    "IdleSweep",
    "Inbox",
    "ManualClock",
    "PooledActor",
    "RestartLimit",
    "Router",
    "Runnable",
    "Runtime",
    "SimulatedRuntime",
    "SystemStatistics",
    "ThreadDispatcher",
    "ThreadRuntime",
]
