"""In which order a client's notebooks are edited, and when: bursts with pauses, from a seed."""

import random
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

BURSTS = (1, 1, 1, 2, 2, 3, 5)
"""How many edits an agent sends without a pause; each length as often as it stands here."""


class Burst(NamedTuple):
    """Edits to one notebook, one right after another."""

    session: int
    first: int
    """The number of the first of these edits, from 0 on."""

    size: int
    due_s: float
    """When they are to be sent, in seconds from the start; 0 without a rate."""


def bursts(
    sessions: Sequence[int], edits: int, rate: float | None, rng: random.Random
) -> Iterator[Burst]:
    """Yield bursts until each notebook has had its edits.

    The notebooks take turns in an order that is new each time: a burst is followed by a
    pause in which the others have theirs. With a rate the bursts come as a Poisson process
    does, at random and independent of what has become of those before.

    Args:
        sessions: the notebooks of one client.
        edits: to each.
        rate: edits a second, of this client; `None` leaves the time to the client.
        rng: makes all choices.
    """
    done = array("L", [0]) * len(sessions)
    pending = array("L", range(len(sessions))) if edits else array("L")
    due_s = 0.0
    while pending:
        rng.shuffle(pending)
        for position in pending:
            size = min(rng.choice(BURSTS), edits - done[position])
            yield Burst(sessions[position], done[position], size, due_s)
            done[position] += size
            if rate is not None:
                due_s += rng.expovariate(rate / size)
        pending = array("L", (position for position in pending if done[position] < edits))
