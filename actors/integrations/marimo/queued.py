"""In a kernel: whether an agent's edits still wait for the end of its `async with`."""

import inspect
import sys
from collections.abc import Iterator
from typing import Final

_CODE_MODE: Final = "marimo._code_mode._context"


def has_queued_edits() -> bool:
    """Whether who calls is inside a block of code mode that has edits to make at its end.

    marimo keeps no list of such blocks. So this looks at the variables of those who call,
    where `async with ... as name` has put the block.
    """
    kind = getattr(sys.modules.get(_CODE_MODE), "AsyncCodeModeContext", None)
    # Not `isinstance`, which asks the objects of a notebook's user what they are.
    return any(type(value) is kind and getattr(value, "_ops", ()) for value in _variables())


def _variables() -> Iterator[object]:
    frame = inspect.currentframe()
    while frame is not None:
        yield from list(frame.f_locals.values())
        frame = frame.f_back
