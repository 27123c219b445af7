"""What is promised, and how the first broken promise of a run is kept."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import attrs

PROMISES: Mapping[int, str] = MappingProxyType(
    {
        1: "order",
        2: "atomicity",
        3: "durability",
        4: "nothing lost",
        5: "nobody's work overwritten",
        6: "isolation",
        7: "the host is never hurt",
        8: "the document is never changed by a save",
    }
)
"""The promises of `docs/guarantees.md`, by number."""


_PARTICULARS = re.compile(r"<.*?>|/\S+|b['\"].*|\bt?\d+x?\b", re.DOTALL)


class BrokenPromiseError(AssertionError):
    """A schedule has shown a promise to be broken; its seed reproduces it."""

    def __init__(self, promise: int, what: str) -> None:
        super().__init__(promise, what)
        self.promise = promise
        self.what = what

    @property
    def kind(self) -> str:
        """The same for all schedules that break it in the same way, as far as that can be told."""
        return f"{self.promise} {_PARTICULARS.sub('', self.what)}"

    def __str__(self) -> str:
        return f"promise {self.promise} ({PROMISES[self.promise]}) is broken: {self.what}"


@attrs.define
class Verdict:
    """Keeps the first broken promise.

    It is not raised where it is found: that is inside the system, which catches much.
    """

    broken: BrokenPromiseError | None = None

    def fail(self, promise: int, what: str) -> None:
        """Note that a promise is broken."""
        if self.broken is None:
            self.broken = BrokenPromiseError(promise, what)

    def check(self) -> None:
        """Raise what was noted."""
        if self.broken is not None:
            raise self.broken
