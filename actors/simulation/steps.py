"""The steps of a schedule: what a host, outsiders and misfortune do."""

import random

import attrs

WEIGHTS = {
    # the host
    "submit": 34,
    "run some": 14,
    "run all": 8,
    "time": 10,
    "flush": 4,
    "rename": 3,
    "close": 3,
    "open": 5,
    "resolve": 2,
    # outsiders
    "edit": 8,
    "edit in a call": 5,
    "delete": 3,
    "move": 1,
    "link": 1,
    "folder away": 1,
    "folder back": 2,
    "protect": 1,
    "unprotect": 2,
    "git begins": 1,
    "git ends": 2,
    # misfortune
    "fault": 8,
    "archive fault": 1,
    "slow call": 3,
    "others meanwhile": 5,
    "submit meanwhile": 3,
    "disk full": 2,
    "space again": 2,
    "no faults": 3,
    "actor crash": 2,
    # ends
    "stop": 1,
    "kill": 1,
    "kill in a call": 3,
    "power cut": 1,
    "power cut in a call": 3,
}
"""How often each kind of step is drawn, in proportion."""

_KINDS = tuple(WEIGHTS)
_CUMULATIVE = [sum(list(WEIGHTS.values())[: end + 1]) for end in range(len(WEIGHTS))]


@attrs.frozen
class Step:
    """One step; all that is random in it comes from its seed, so that others can be left out."""

    number: int
    kind: str
    seed: int


def draw_steps(chance: random.Random, count: int) -> list[Step]:
    """Return the steps of a schedule."""
    kinds = chance.choices(_KINDS, cum_weights=_CUMULATIVE, k=count)
    return [Step(number, kind, chance.getrandbits(32)) for number, kind in enumerate(kinds, 1)]
