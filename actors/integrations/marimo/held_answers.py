"""Answers to browsers that wait for the disk, while the server goes on.

marimo saves in its event loop: who waits there for a disk, or for git, holds up every
notebook of the server. So a save only says what its answer has to wait for, and the answer
is held back.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Settled = Callable[[], Awaitable[str]]
"""Waits until something is on disk; returns the file's text, or raises marimo's `HTTPException`."""

_AWAITED: ContextVar[list[Settled] | None] = ContextVar("awaited", default=None)
"""What the answer to the request that is at work has to wait for; `None` outside of one."""


def hold(settled: Settled) -> bool:
    """Hold back the answer to the request that is at work until something is on disk.

    Returns:
        Whether there is such a request; where there is none, the caller has to wait.
    """
    awaited = _AWAITED.get()
    if awaited is None:
        return False
    awaited.append(settled)
    return True


@contextmanager
def held_answers(app: Any) -> Iterator[None]:
    """Let the answers of a server be held back.

    Args:
        app: marimo's Starlette application, which has been started.
    """
    original = app.middleware_stack
    if original is None:  # not started as a server is: those who save wait themselves
        yield
        return

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await original(scope, receive, send)
            return
        awaited: list[Settled] = []
        token = _AWAITED.set(awaited)
        try:
            await original(scope, receive, _HeldAnswer(send, awaited).send)
        finally:
            _AWAITED.reset(token)

    app.middleware_stack = answer
    try:
        yield
    finally:
        app.middleware_stack = original


class _HeldAnswer:
    """One answer, which goes on its way when everything that it waits for is on disk."""

    def __init__(self, send: Any, awaited: list[Settled]) -> None:
        self._send = send
        self._awaited = awaited
        self._is_replaced = False

    async def send(self, message: Any) -> None:
        """Send one part of the answer, or another one in its place."""
        if self._is_replaced:
            return
        starts_well = message["type"] == "http.response.start" and message["status"] < 400
        if self._awaited and starts_well:
            await self._send_when_settled(message)
        else:
            await self._send(message)

    async def _send_when_settled(self, message: Any) -> None:
        try:
            text = [await settled() for settled in self._awaited][-1]
        except Exception as error:  # noqa: BLE001 - whatever it is, the browser must not see success
            detail = getattr(error, "detail", None) or str(error)
            body = json.dumps({"detail": detail}).encode()
            await self._replace({**message, "status": 500}, "application/json", body)
            return
        if _kind(message).startswith(b"text/plain"):  # a save is answered with the text of the file
            await self._replace(message, "text/plain; charset=utf-8", text.encode())
        else:
            await self._send(message)

    async def _replace(self, message: Any, kind: str, body: bytes) -> None:
        self._is_replaced = True
        headers = [each for each in message["headers"] if each[0].lower() not in _ABOUT_THE_BODY]
        headers += [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
        await self._send({**message, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


_ABOUT_THE_BODY = {b"content-type", b"content-length", b"content-encoding"}


def _kind(message: Any) -> bytes:
    found = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    kind: bytes = found[0] if found else b""
    return kind
