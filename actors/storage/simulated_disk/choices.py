"""What decides, where a crash leaves more than one legal state: chance, or each in turn."""

from collections.abc import Iterator
from typing import Protocol


class Choice(Protocol):
    """Decides what a crash leaves; `random.Random` is one."""

    def randrange(self, stop: int, /) -> int:
        """Return a number from 0 to `stop` - 1."""
        ...


class _Path:
    """One way through a tree of decisions: first those given, then 0."""

    def __init__(self, taken: list[tuple[int, int]]) -> None:
        self._taken = taken
        self._step = 0

    def randrange(self, stop: int, /) -> int:
        if self._step == len(self._taken):
            self._taken.append((0, stop))
        number, expected = self._taken[self._step]
        if stop != expected:
            raise RuntimeError("what is decided upon differs from one run to the next")
        self._step += 1
        return number


def every_choice() -> Iterator[Choice]:
    """Yield a `Choice` for each different outcome of what the loop's body decides.

    The body has to do the same again with each, beginning from the same state:
    `for choice in every_choice(): make_disk().crash(choice)`.
    """
    taken: list[tuple[int, int]] = []
    while True:
        yield _Path(taken)
        while taken and taken[-1][0] == taken[-1][1] - 1:
            taken.pop()
        if not taken:
            return
        number, stop = taken.pop()
        taken.append((number + 1, stop))
