"""In a kernel: waits until what it did is on disk, and ends a conflict that is in the way.

A kernel with an environment of its own (`marimo edit --sandbox`) needs `notebook-actors` there,
too: without it, Python says that there is no module `actors`.
"""

import asyncio
import math
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from actors.integrations.marimo.question import VARIABLE, NotSavedError, Wish, question, saved_of
from actors.integrations.marimo.queued import has_queued_edits
from actors.notebook import Choice, choice_of
from actors.receipt import Saved

HEARD_WITHIN_S: Final = 10.0
"""For so long a kernel waits for the sign that somebody will answer."""

DRAFT_WITHIN_S: Final = 0.25
"""For so long a kernel waits for a draft of what could not be saved."""

TURN_S: Final = 0.2
"""How often the event loop of a kernel that waits turns."""

_LONGEST_ADDRESS: Final = 100
"""Bytes; every system allows a few more."""


async def saved(timeout: float | None = 30.0) -> Saved:  # noqa: ASYNC109 - what agents expect
    """Wait until everything that this kernel did so far is on disk.

    For code mode, and for cells. Call it behind the `async with` of code mode: the edits are made
    at its end, so inside there is nothing to wait for yet. The kernel's other tasks run meanwhile.

    Args:
        timeout: the longest wait in seconds; `None` is for ever.

    Returns:
        The `path` of the notebook's file and the `sha256` of its text.

    Raises:
        NotSavedError: when it is not on disk, with the reason.
    """
    _check_edits_are_made()
    return await ask(_stream(), timeout)


async def resolve(
    choice: Choice,
    timeout: float | None = 30.0,  # noqa: ASYNC109 - as `saved`
) -> Saved:
    """End a conflict between this notebook and its file, which people were told of.

    Waits until that is on disk, as `saved` does; where nothing is in conflict, that is all.

    Args:
        choice: who is right where both changed the same part: `"ours"`, the notebook as the
            browsers show it; `"theirs"`, the file; `"both"` keeps their cells below ours.
            What only one side changed is kept in any case.
        timeout: the longest wait in seconds; `None` is for ever.

    Returns:
        The `path` of the notebook's file and the `sha256` of its text.

    Raises:
        NotSavedError: when the file is not settled, with the reason, such as that it has
            changed once more.
        ValueError: for another choice.
    """
    wish = choice_of(choice)
    _check_edits_are_made()
    return await ask(_stream(), timeout, wish)


async def ask(stream: Any, timeout: float | None, wish: Wish = "saved") -> Saved:  # noqa: ASYNC109
    """Ask the server at the other end of a stream.

    Args:
        stream: marimo's, of this kernel.
        timeout: the longest wait in seconds; `None` is for ever.
        wish: what to ask for.

    Raises:
        NotSavedError: as `saved` does.
    """
    patience_s = math.inf if timeout is None else timeout
    end_s = time.monotonic() + patience_s
    text = await _answer(stream, patience_s, wish)
    try:
        return saved_of(text)
    except NotSavedError as error:
        left_s = end_s - time.monotonic() - DRAFT_WITHIN_S
        if error.draft is not None or left_s <= 0:
            raise
    # Whoever has just failed had no time yet to keep a draft, and an agent wants to know of it.
    await asyncio.sleep(DRAFT_WITHIN_S)
    # Not the same wish: a choice would be about a conflict that nobody was told of yet.
    return saved_of(await _answer(stream, left_s, "saved"))


async def _answer(stream: Any, patience_s: float, wish: Wish) -> bytes:
    loop = asyncio.get_running_loop()
    end_s = loop.time() + patience_s
    heard_s = min(HEARD_WITHIN_S, patience_s)
    late = f"no answer within {heard_s:.3g} s: the server is busy, or does not save this notebook"
    with _listening() as (listener, address), _turning():
        stream.write(question(address, wish))
        try:
            async with asyncio.timeout(heard_s) as limit:
                await _receive(listener)
                late = f"not on disk within {patience_s:.3g} s; the save goes on"
                limit.reschedule(end_s)
                return await _receive(listener)
        except TimeoutError:
            raise NotSavedError(late) from None


def _check_edits_are_made() -> None:
    if has_queued_edits():
        raise NotSavedError(
            "these edits are not made yet: code mode makes them at the end of its `async with`; "
            "ask behind it"
        )


def _stream() -> Any:
    """Return this kernel's stream to a server that will answer."""
    # In a kernel both have long been imported; nobody else needs them.
    import marimo  # noqa: PLC0415
    from marimo._runtime.context import get_context  # noqa: PLC0415

    if (mode := marimo.app_meta().mode) == "run":
        raise NotSavedError("run mode: marimo saves nothing there")
    if mode != "edit":
        raise NotSavedError("not in a notebook that is open in marimo's editor: nothing is saved")
    if VARIABLE not in os.environ:
        raise NotSavedError(
            "this server does not run the plug-in: where marimo runs, "
            "pip install 'notebook-actors[marimo]', and start the server again"
        )
    return get_context().stream


@contextmanager
def _listening() -> Iterator[tuple[socket.socket, str]]:
    """Open a socket for the answers, in a folder that is this user's alone."""
    with tempfile.TemporaryDirectory(prefix="notebook-actors-", dir=_short_folder()) as folder:
        address = os.path.join(folder, "answer")  # noqa: PTH118 - a socket wants a `str`
        with socket.socket(socket.AF_UNIX) as listener:
            listener.setblocking(False)
            listener.bind(address)
            listener.listen()
            yield listener, address


def _short_folder() -> str:
    """Return a folder whose name leaves room in the address of a socket."""
    folder = tempfile.gettempdir()
    is_short = (
        len(os.fsencode(folder)) + len("/notebook-actors-12345678/answer") <= _LONGEST_ADDRESS
    )
    return folder if is_short else "/tmp"  # noqa: S108 - a folder in it is made there, for us alone


@contextmanager
def _turning() -> Iterator[None]:
    """Have the event loop turn now and then, though nothing happens.

    marimo 0.23 interrupts a cell without waking the loop that it waits in.
    """

    async def turn() -> None:
        while True:  # noqa: ASYNC110 - there is no event to wait for, a turn is all
            await asyncio.sleep(TURN_S)

    turning = asyncio.create_task(turn())
    try:
        yield
    finally:
        turning.cancel()


async def _receive(listener: socket.socket) -> bytes:
    """Return what the next who connects has to say."""
    loop = asyncio.get_running_loop()
    connection, _ = await loop.sock_accept(listener)
    with connection:
        text = b""
        while chunk := await loop.sock_recv(connection, 65536):
            text += chunk
        return text
