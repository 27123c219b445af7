"""What a load test found."""

import os
import platform
from typing import Any

import attrs
import psutil

from actors import __version__
from actors.loadtest.collector import Pauses
from actors.loadtest.plan import Plan
from actors.loadtest.watching import Sample


@attrs.frozen
class Memory:
    """Resident memory of the process, in bytes."""

    before: int
    """With the files made and no notebook open."""

    opened: int
    edited: int
    """After the last flush."""

    sessions: int
    text_each: int
    """The code of a notebook's cells."""

    @property
    def opened_each(self) -> float:
        """What an open notebook takes."""
        return (self.opened - self.before) / self.sessions

    @property
    def edited_each(self) -> float:
        """What it takes when the edits are done."""
        return (self.edited - self.before) / self.sessions

    def record(self) -> dict[str, float]:
        """Return this as JSON has it."""
        return attrs.asdict(self) | {
            "opened_each": self.opened_each,
            "opened_each_beyond_text": self.opened_each - self.text_each,
            "edited_each": self.edited_each,
            "edited_each_beyond_text": self.edited_each - self.text_each,
        }


@attrs.frozen(kw_only=True)
class Report:
    """The result of a load test; all times are in seconds."""

    plan: Plan
    opened: int
    """Notebooks that were opened; fewer than planned when it was interrupted."""

    interrupted: bool
    phases: dict[str, float]
    """How long each phase took: make, open, edit, flush, check, stop."""

    sent: int
    outcomes: dict[str, int]
    """How receipts ended: `Saved`, `Deferred`, `Refused`."""

    not_saved: dict[str, int]
    """Why receipts do not say `Saved`, with `#` for each number, and how many of them; the
    first different reasons."""

    durable: dict[str, float]
    """From the intended time of sending to the settled receipt: p50, p99, p99.9, max."""

    submit: dict[str, float]
    """How long a call of `submit` took."""

    statistics: dict[str, Any]
    """Of the `Autosave`, after the last flush."""

    bytes_of_file: int
    memory: Memory
    pauses: Pauses
    """Of the garbage collector, from opening to the last flush."""

    most_threads: int
    checked: int
    """Files that were compared."""

    problem_count: int
    problems: tuple[str, ...]
    """What went wrong, a line each, the first 20."""

    samples: tuple[Sample, ...]

    @property
    def ok(self) -> bool:
        """Whether every promise was kept, and nobody stopped it."""
        return not self.problem_count and not self.interrupted

    @property
    def edits_per_s(self) -> float:
        """Edits made durable a second, while they were sent."""
        return self.outcomes.get("Saved", 0) / self.phases["edit"] if self.sent else 0.0

    @property
    def saves_per_s(self) -> float:
        """Files written a second meanwhile."""
        return float(self.statistics["saves"]) / self.phases["edit"] if self.sent else 0.0

    @property
    def coalescing(self) -> float:
        """Edits to a save."""
        saves = self.statistics["saves"]
        return float(self.statistics["edits"] / saves) if saves else 1.0

    def sessions_per_s(self, phase: str) -> float:
        """Return how many notebooks went through a phase a second."""
        return self.opened / self.phases[phase]

    def record(self) -> dict[str, Any]:
        """Return this as JSON has it, with the facts of the machine."""
        plan = attrs.asdict(self.plan) | {"folder": self.plan.folder and str(self.plan.folder)}
        return {
            "ok": self.ok,
            "interrupted": self.interrupted,
            "machine": machine(),
            "settings": plan | {"pacing": self.plan.pacing},
            "opened": self.opened,
            "phases_s": self.phases,
            "open_per_s": self.sessions_per_s("open"),
            "stop_per_s": self.sessions_per_s("stop"),
            "edits": {"sent": self.sent, **self.outcomes},
            "not_saved": self.not_saved,
            "edits_per_s": self.edits_per_s,
            "saves_per_s": self.saves_per_s,
            "coalescing": self.coalescing,
            "time_to_durable_s": self.durable,
            "submit_s": self.submit,
            "statistics": self.statistics,
            "bytes_of_file": self.bytes_of_file,
            "memory": self.memory.record(),
            "gc": attrs.asdict(self.pauses),
            "most_threads": self.most_threads,
            "checked": self.checked,
            "problem_count": self.problem_count,
            "problems": list(self.problems),
            "samples": [attrs.asdict(sample) for sample in self.samples],
        }


def machine() -> dict[str, Any]:
    """Return what figures of another machine are to be compared with."""
    return {
        "notebook-actors": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
    }
