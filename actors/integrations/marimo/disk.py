"""Local files, each under marimo's own lock while it is replaced."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from loguru import logger

from actors.errors import StorageError
from actors.storage import Etag, LocalStorage, Replaced

LOCK_WAIT_S = 5.0
"""How long a save waits for another program that has marimo's lock of the file."""

_AGAIN_S = 0.02

Lock = Callable[[Path], AbstractContextManager[None]]
"""Holds marimo's lock of a notebook, and raises `BlockingIOError` when somebody else does."""


class MarimoDisk(LocalStorage):
    """`LocalStorage` for a machine on which marimo's tools edit notebooks, too.

    Its package managers read a notebook, change the PEP 723 header and write it
    back under a lock; a save comes before or after, not between.
    """

    def __init__(self, *, lock: Lock | None = None, **options: Any) -> None:
        """Begin.

        Args:
            lock: see `Lock`; by default that of the installed marimo, if it has one.
            options: see `LocalStorage`.
        """
        super().__init__(**options)
        self._lock = marimo_lock() if lock is None else lock

    def replace(
        self, path: Path, data: bytes, *, expected: tuple[Etag, ...] | None = None
    ) -> Replaced:
        """Make `data` the durable text of a file; see `LocalStorage.replace`."""
        with ExitStack() as stack:
            if self._lock is not None:
                take(self._lock, path, stack)
            return super().replace(path, data, expected=expected)


def take(lock: Lock, path: Path, stack: ExitStack, *, wait_s: float = LOCK_WAIT_S) -> None:
    """Hold a lock until a stack is left, waiting for it a bounded time.

    Raises:
        StorageError: when another program does not let go of it.
    """
    until_s = time.monotonic() + wait_s
    while True:
        try:
            stack.enter_context(lock(path))
        except BlockingIOError:
            if time.monotonic() > until_s:
                raise StorageError(
                    f"cannot save {path}: another program has held marimo's lock of it for "
                    f"{wait_s:g} s; end that program, and the save is tried again",
                    "locked",
                ) from None
            time.sleep(_AGAIN_S)
        except OSError as error:
            logger.debug("marimo's lock of {} is nobody's: {}", path, error)
            return
        else:
            return


def marimo_lock() -> Lock | None:
    """Return marimo's lock of a notebook's file; releases before 0.25 have none."""
    try:
        from marimo._environments.script_metadata import (  # noqa: PLC0415 - 0.25 and later
            _file_lock,
            _notebook_lock_path,
        )
    except ImportError:
        return None

    def lock(path: Path) -> AbstractContextManager[None]:
        return _file_lock(_notebook_lock_path(str(path)), blocking=False)  # type: ignore[no-any-return]

    return lock
