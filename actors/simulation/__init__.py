"""Proof by simulation: whole systems on a disk in memory, with everything that goes wrong.

`simulate(seed)` runs one schedule: several notebooks, agents that edit them,
other programs that edit their files, faults of the disk, crashes, kills and
power cuts, all in an order that the seed decides, on virtual time. What is
promised in `docs/guarantees.md` is checked between any two system calls and
after each message. The same seed does the same again.
"""

from actors.simulation.counts import Counts
from actors.simulation.life import System
from actors.simulation.promises import PROMISES, BrokenPromiseError
from actors.simulation.schedules import shrink, simulate
from actors.simulation.world import World

__all__ = [
    "PROMISES",
    "BrokenPromiseError",
    "Counts",
    "System",
    "World",
    "shrink",
    "simulate",
]
