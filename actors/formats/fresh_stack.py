"""A stack of one's own: what is nested too deeply must not depend on who asks."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def on_fresh_stack(function: Callable[[], T]) -> T:
    """Call a function at the bottom of a thread's stack, and wait for it.

    Python's limit of recursion counts the frames of the caller too, those of the
    compiler included: the same cell may be refused in a server's callback and
    read in a plain loop. Called again here, it gets one answer everywhere.

    Raises:
        RecursionError: when that is too deep as well; and whatever it raises.
    """
    outcome: list[T] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            outcome.append(function())
        except BaseException as error:  # noqa: BLE001 - the waiting caller gets it
            errors.append(error)

    thread = threading.Thread(target=call, name="fresh-stack", daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return outcome[0]
