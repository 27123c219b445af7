"""Actors on shared threads: mailboxes, dispatchers, supervision, simulation."""

from actors.runtime.dispatcher import Dispatcher, Runtime, ThreadDispatcher, ThreadRuntime
from actors.runtime.pooled import HandlerExitError, Inbox, PooledActor
from actors.runtime.simulation import ManualClock, SimulatedRuntime
from actors.runtime.supervision import Crash, RestartLimit
from actors.runtime.system import Actor, ActorSystem, ForeignMailbox, Router, SystemStatistics

__all__ = [
    "Actor",
    "ActorSystem",
    "Crash",
    "Dispatcher",
    "ForeignMailbox",
    "HandlerExitError",
    "Inbox",
    "ManualClock",
    "PooledActor",
    "RestartLimit",
    "Router",
    "Runtime",
    "SimulatedRuntime",
    "SystemStatistics",
    "ThreadDispatcher",
    "ThreadRuntime",
]
