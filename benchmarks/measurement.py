"""What one run of one side gives."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import attrs

from actors.notebook import Latency

Side: TypeAlias = Literal["marimo", "ours"]

Pace: TypeAlias = Literal["rapid", "one at a time"]
"""All edits as fast as they can be handed in, or each after the one before is saved."""

Caller: TypeAlias = Literal["event loop", "plain thread"]
"""Who hands the edits in."""


@attrs.frozen(kw_only=True)
class Measurement:
    """One side, one notebook, all edits; times in seconds."""

    side: Side
    pace: Pace
    caller: Caller
    edits: int
    seconds: float
    """From the first edit handed in until the last is on disk."""

    cpu_s: float
    """Processor time of the whole process meanwhile; hardly hurt by other programs."""

    held_s: tuple[float, ...]
    """How long the caller was held, one for each edit."""

    submit_s: tuple[float, ...] = ()
    """How long `submit` alone took, one for each edit; ours only."""

    submit_cpu_s: tuple[float, ...] = ()
    """Processor time of the same. Where it is much less, the thread did not run:
    other programs had the processor, or the thread waited for a lock."""

    loop_late_s: tuple[float, ...] = ()
    """How late the event loop was for a timer, each time; empty without a loop."""

    files_written: int
    bytes_written: int
    cells_wrong: int
    """Cells of the file that do not hold what the edits made of them."""

    is_expected_text: bool
    """Whether the file is, byte for byte, what marimo makes of the edited cells,
    but for the line that names marimo's version."""

    @property
    def per_second(self) -> float:
        """Edits a second until the last is on disk."""
        return self.edits / self.seconds

    @property
    def cpu_each_s(self) -> float:
        """Processor time for an edit, on average."""
        return self.cpu_s / self.edits

    @property
    def held_mean_s(self) -> float:
        """How long the caller was held for an edit, on average."""
        return sum(self.held_s) / len(self.held_s)

    def record(self) -> dict[str, Any]:
        """Return this as JSON has it: percentiles in place of samples."""
        samples = {"held_s", "submit_s", "submit_cpu_s", "loop_late_s"}
        plain = {k: v for k, v in attrs.asdict(self).items() if k not in samples}
        return plain | {
            "per_second": self.per_second,
            "cpu_each_s": self.cpu_each_s,
            "held_mean_s": self.held_mean_s,
            "held": percentiles(self.held_s),
            "submit": percentiles(self.submit_s),
            "submit_cpu": percentiles(self.submit_cpu_s),
            "loop_late": percentiles(self.loop_late_s),
        }


def percentiles(samples_s: Sequence[float]) -> dict[str, float]:
    """Return p50, p99 and the longest, in seconds, and of how many samples."""
    return attrs.asdict(Latency.of(samples_s))
