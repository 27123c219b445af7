"""Runs schedules by their seeds, and makes those small that break a promise."""

from collections import deque
from collections.abc import Collection

from actors.simulation.counts import Counts
from actors.simulation.life import System
from actors.simulation.promises import BrokenPromiseError
from actors.simulation.world import STEPS, World

_LINES_KEPT = 60


def simulate(seed: int, system: System | None = None, *, steps: int = STEPS) -> Counts:
    """Run the schedule of one seed, and return what it went through.

    Args:
        seed: decides all of it.
        system: what is looked at; ours, or a mutant of it.
        steps: how many.

    Raises:
        BrokenPromiseError: when a promise was broken; with the seed, the promise, the
            smallest schedule found that breaks it, and the last of what happened there.
    """
    error = _outcome(seed, system, steps)
    if isinstance(error, Counts):
        return error
    kept = shrink(seed, system, steps=steps)
    lines: deque[str] = deque(maxlen=_LINES_KEPT)
    world = World(seed, system, steps=steps, keep=kept, trace=lines.append)
    try:
        world.run()
    except BrokenPromiseError as small:
        number = "the end" if world.step is None else f"step {world.step.number}"
        numbers = ", ".join(map(str, sorted(kept)))
        small.add_note(f"seed {seed}, {number}; it takes the steps {numbers} only:")
        small.add_note("\n".join(lines))
        raise
    raise RuntimeError(f"seed {seed} does not do the same again") from error


def shrink(seed: int, system: System | None = None, *, steps: int = STEPS) -> Collection[int]:
    """Return the numbers of few steps that break the same promise as all of them."""
    first = _outcome(seed, system, steps)
    if isinstance(first, Counts):
        return range(1, steps + 1)
    kept = list(range(1, steps + 1))
    size = len(kept) // 2
    while size:
        for start in range(0, len(kept), size):
            fewer = kept[:start] + kept[start + size :]
            outcome = _outcome(seed, system, steps, fewer)
            if isinstance(outcome, BrokenPromiseError) and outcome.kind == first.kind:
                kept = fewer
                break
        else:
            size //= 2
    return kept


def _outcome(
    seed: int, system: System | None, steps: int, keep: Collection[int] | None = None
) -> Counts | BrokenPromiseError:
    try:
        return World(seed, system, steps=steps, keep=keep).run()
    except BrokenPromiseError as error:
        return error
