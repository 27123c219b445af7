"""In the server: does what a kernel asks for, and answers whether its work is on disk."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from loguru import logger

from actors.integrations.marimo.question import HEARD, VARIABLE, address_of, answer, wish_of
from actors.notebook import Choice
from actors.receipt import Outcome, Receipt


class Asked(Protocol):
    """What is needed of the notebook that is asked about; a `SessionAutosave` has it."""

    @property
    def draft(self) -> str | None:
        """The id of the draft that has what is in no file."""
        ...

    @property
    def disputed(self) -> bool:
        """Whether it waits for a choice."""
        ...

    def request_flush(self) -> Receipt:
        """Ask for everything so far to be durable."""
        ...

    def resolve(self, choice: Choice) -> Receipt:
        """End a conflict, and ask for everything to be durable then."""
        ...


@contextmanager
def announced() -> Iterator[None]:
    """Let the kernels that start meanwhile know that they may ask."""
    os.environ[VARIABLE] = str(os.getpid())
    try:
        yield
    finally:
        os.environ.pop(VARIABLE, None)


def reply(message: bytes, notebook: Asked) -> None:
    """Answer a question when it can be answered; returns at once, and never raises.

    Call it when all that the kernel did before has been handed in.

    Args:
        message: one for which `is_question` holds.
        notebook: that of the kernel's own session.
    """
    try:
        address, wish = address_of(message), wish_of(message)
        receipt = notebook.request_flush() if wish == "saved" else notebook.resolve(wish)
        _send(address, HEARD)
        receipt.add_done_callback(partial(_tell, address, notebook))
    except Exception as error:  # noqa: BLE001 - it is marimo's loop that calls
        logger.warning("a kernel's question has no answer: {}", error)


def _tell(address: str, notebook: Asked, outcome: Outcome) -> None:
    _send(address, answer(outcome, notebook.draft, disputed=notebook.disputed))


def _send(address: str, text: bytes) -> None:
    """Connect and say one thing, without ever waiting: whoever listens has room for it."""
    try:
        _check_owner(Path(address).parent)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.setblocking(False)
            connection.connect(address)
            connection.sendall(text)
    except OSError as error:
        logger.debug("nobody waits for the answer at {}: {}", address, error)


def _check_owner(folder: Path) -> None:
    """See to it that nobody but this user can be at the other end."""
    status = folder.lstat()
    is_private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
    if not is_private or status.st_uid != os.geteuid():
        raise PermissionError(f"{folder} is not this user's alone")
