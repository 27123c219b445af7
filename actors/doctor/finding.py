"""One thing that was found out about a directory."""

from enum import StrEnum

import attrs


class Level(StrEnum):
    """How much a finding matters, the worst first."""

    BROKEN = "broken"
    """A promise does not hold."""

    WARNING = "warning"
    """The promises hold, but something that people expect does not."""

    UNKNOWN = "not known"
    """It could not be measured, or nobody on this machine can say."""

    NOTE = "note"
    """Worth knowing; nothing has to be done."""

    OK = "ok"


class Promise(StrEnum):
    """The promises of `docs/guarantees.md` that depend on a directory."""

    SAVING = "saving"
    ATOMICITY = "atomicity"
    DURABILITY = "durability"
    NOT_OVERWRITING = "not overwriting"


@attrs.frozen
class Finding:
    """What was measured or asked of the system, and what it means."""

    name: str
    """What it is about, in a word or two; the same in every release."""

    level: Level
    found: str
    """What was measured, as a part of a sentence."""

    means: str
    """What that is for notebooks: whole sentences."""

    advice: str = ""
    """What to do about it; empty when there is nothing."""

    promise: Promise | None = None
    """What a `BROKEN` finding breaks, and an `UNKNOWN` one leaves open."""

    figures: dict[str, float] = attrs.field(factory=dict)
    """The numbers in `found`, for programs."""


def unknown(name: str, why: str, promise: Promise | None = None) -> Finding:
    """Return the finding that nothing was found."""
    means = "Nothing is said about it."
    return Finding(name, Level.UNKNOWN, why, means, promise=promise)
