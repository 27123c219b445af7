"""What a benchmark finds: figures of two things that were measured in one run."""

import statistics
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import attrs

Unit: TypeAlias = Literal["/s", "s", "ms", "us", "KB", "%", ""]
"""What a figure is shown in; it is kept in units of one: seconds, bytes, parts of 1."""


@attrs.frozen
class Aim:
    """What a figure has to be for the benchmark to count as passed; no test checks it."""

    of: Literal["ratio", "ours"]
    limit: float
    at_least: bool = False

    def is_met_by(self, figure: float) -> bool:
        """Return whether a figure is within the limit."""
        return figure >= self.limit if self.at_least else figure <= self.limit


NONE = Aim("ours", 0)
"""Of what must not happen."""


@attrs.frozen(kw_only=True)
class Comparison:
    """One figure of ours and of what it is compared with, once a round each."""

    what: str
    unit: Unit
    ours: Sequence[float]
    other: Sequence[float] = ()
    """Empty where there is nothing to compare with."""

    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """The median of ours divided by the median of the other."""
        if not self.ours or not self.other or (other := statistics.median(self.other)) <= 0:
            return None
        return statistics.median(self.ours) / other

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is met; `None` without one, or without figures."""
        if self.aim is None or not self.ours:
            return None
        figure = self.ratio if self.aim.of == "ratio" else statistics.median(self.ours)
        return None if figure is None else self.aim.is_met_by(figure)

    def record(self) -> dict[str, Any]:
        """Return this as JSON has it."""
        return attrs.asdict(self) | {"ratio": self.ratio, "is_met": self.is_met}


@attrs.frozen
class Findings:
    """What one benchmark found."""

    title: str
    other: str
    """What ours is compared with."""

    comparisons: Sequence[Comparison]
    remarks: Sequence[str] = ()

    def record(self) -> dict[str, Any]:
        """Return this as JSON has it."""
        return {
            "title": self.title,
            "other": self.other,
            "comparisons": [each.record() for each in self.comparisons],
            "remarks": list(self.remarks),
        }


class Rounds:
    """Collects figures round by round, by name, in the order in which they first came."""

    def __init__(self) -> None:
        self._figures: dict[tuple[str, Unit], tuple[list[float], list[float]]] = {}
        self._aims: dict[tuple[str, Unit], Aim | None] = {}

    def add(
        self, what: str, unit: Unit, ours: float, other: float | None = None, aim: Aim | None = None
    ) -> None:
        """Add the figures of one round."""
        all_ours, all_others = self._figures.setdefault((what, unit), ([], []))
        all_ours.append(ours)
        if other is not None:
            all_others.append(other)
        self._aims[what, unit] = aim

    def comparisons(self) -> list[Comparison]:
        """Return what was collected."""
        return [
            Comparison(what=what, unit=unit, ours=ours, other=others, aim=self._aims[what, unit])
            for (what, unit), (ours, others) in self._figures.items()
        ]
