"""What the process has taken from the machine: where its processor time goes, roughly."""

import resource
from typing import Self

import attrs


@attrs.frozen
class Usage:
    """Processor time in seconds, and how often its threads had to make room."""

    user_s: float
    system_s: float
    waits: float
    """Voluntary context switches: for the disk, for a lock, for Python's global lock."""

    preempted: float
    """Involuntary ones."""

    @classmethod
    def now(cls) -> Self:
        """Return what all threads together have used so far."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(used.ru_utime, used.ru_stime, used.ru_nvcsw, used.ru_nivcsw)

    def __sub__(self, before: Self) -> Self:
        return type(self)(
            self.user_s - before.user_s,
            self.system_s - before.system_s,
            self.waits - before.waits,
            self.preempted - before.preempted,
        )

    @property
    def cpu_s(self) -> float:
        """All processor time."""
        return self.user_s + self.system_s

    def each(self, count: int) -> Self:
        """Return the part of one, of so many."""
        return type(self)(
            self.user_s / count, self.system_s / count, self.waits / count, self.preempted / count
        )
