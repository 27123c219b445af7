"""The saver on a thread of its own: the same functions on Pykka's `ThreadingActor`."""

import types
from collections.abc import Callable
from typing import Any

import pykka

from actors.saver import SaverActor


class _OwnThread:
    """What `SaverActor` has from the runtime, as an actor with its own thread has it."""

    use_daemon_thread = True  # a benchmark that is stopped must not wait for 20,000 threads

    @property
    def mailbox(self) -> Any:
        return self.actor_ref  # type: ignore[attr-defined]

    def pause(
        self, start: Callable[[Any], object], action: Callable[[], None], *, over: Any = None
    ) -> None:
        """Do it at once: this thread may wait."""
        del start, over
        action()

    def passivate(self) -> None:
        """Do nothing: the thread stays."""


def _threaded(source: type) -> type[pykka.ThreadingActor]:
    """Return a class of a thread's own with the functions of `source`, which is not its base.

    `super()` finds the class that a function belongs to in a cell of the
    function; those that use it get a cell with the new class.
    """
    here = types.CellType()
    own = {n: v for n, v in vars(source).items() if n not in {"__dict__", "__weakref__"}}
    functions = {name: _with_class(value, here) for name, value in own.items()}
    # Another base of Pykka's would bring the pooled inbox.
    made = type(f"Threaded{source.__name__}", (_OwnThread, pykka.ThreadingActor), functions)
    here.cell_contents = made
    return made


def _with_class(value: Any, here: types.CellType) -> Any:
    if not isinstance(value, types.FunctionType) or "__class__" not in value.__code__.co_freevars:
        return value
    cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=True)
    closure = tuple(here if name == "__class__" else cell for name, cell in cells)
    return types.FunctionType(
        value.__code__, value.__globals__, value.__name__, value.__defaults__, closure
    )


ThreadedSaver = _threaded(SaverActor)
