"""What the schedules of a run went through."""

from collections import Counter
from collections.abc import Iterable

import attrs


@attrs.define
class Counts:
    """Sums over schedules; each field counts words, such as the kinds of faults."""

    schedules: int = 0
    steps: int = 0
    turns: int = 0
    calls: int = 0
    happened: Counter[str] = attrs.field(factory=Counter)
    """By a word: `kill`, `power cut`, `edit: same cell`, `fault: write ENOSPC` and so on."""

    def note(self, what: str) -> None:
        """Count one."""
        self.happened[what] += 1

    def add(self, other: "Counts") -> None:
        """Take in the counts of others."""
        self.schedules += other.schedules
        self.steps += other.steps
        self.turns += other.turns
        self.calls += other.calls
        self.happened.update(other.happened)

    def lines(self) -> Iterable[str]:
        """Return the counts as lines of text."""
        yield f"{self.schedules:,} schedules, {self.steps:,} steps, {self.turns:,} messages"
        yield f"{self.calls:,} system calls"
        for what, count in sorted(self.happened.items()):
            yield f"{count:>12,}  {what}"
