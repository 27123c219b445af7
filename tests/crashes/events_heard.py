"""What an `Autosave` tells, kept for a test that waits for it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from actors import Autosave, Event, NotebookHandle, Receipt, Settings
from tests.crashes.jobs import WAIT_S, next_edit

_Kind = TypeVar("_Kind", bound=Event)


class Heard:
    """All events so far, in order."""

    def __init__(self, autosave: Autosave) -> None:
        self._changed = threading.Condition()
        self.events: list[Event] = []
        autosave.subscribe(self._hear)

    def first(self, kind: type[_Kind], **having: object) -> _Kind:
        """Return the first event of a kind that has these fields; wait for it if need be."""

        def found() -> Iterator[_Kind]:
            for event in self.events:
                if isinstance(event, kind) and all(
                    getattr(event, name) == value for name, value in having.items()
                ):
                    yield event

        with self._changed:
            assert self._changed.wait_for(lambda: any(True for _ in found()), WAIT_S), self
            return next(found())

    def __repr__(self) -> str:
        return f"heard {self.events}"

    def _hear(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()


def impatient(folder: Path) -> Settings:
    """Return the settings of a host that tries again soon, whose state is in `folder`."""
    return Settings(
        state_dir=folder / "state", retry_min_s=0.01, retry_max_s=0.05, drain_timeout_s=1
    )


def edit(notebook: NotebookHandle) -> Receipt:
    """Submit the first edit of a notebook."""
    return notebook.submit(next_edit(notebook, 1))
