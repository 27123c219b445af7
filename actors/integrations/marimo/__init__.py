"""Saves every notebook of a marimo server through one `Autosave`; nothing to configure.

marimo's server finds `lifespan` by the entry point group `marimo.server.asgi.lifespan`.
In a notebook of such a server, an agent waits for its work to be on disk:

    import actors.integrations.marimo as autosave

    await autosave.saved()

and ends a conflict with the file by `await autosave.resolve("ours")`.

Kernels import this too, so it imports nothing itself that takes long.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from actors.integrations.marimo.agent import resolve, saved
from actors.integrations.marimo.held_answers import held_answers
from actors.integrations.marimo.needs import missing, warn
from actors.integrations.marimo.question import NotSavedError

__all__ = ["NotSavedError", "lifespan", "resolve", "saved"]


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Run the plug-in as long as a marimo server runs.

    Where something that it needs is missing, one line says what, and marimo's own
    autosave works as without the plug-in.

    Args:
        app: marimo's Starlette application; its `state` has the session manager.
    """
    server = _started(getattr(app.state, "session_manager", None))
    if server is None:
        yield
        return
    try:
        with held_answers(app):
            yield
    finally:
        await server.stop()


def _started(manager: Any) -> Any:
    """Return the plug-in at work in a server; `None` where it cannot, or need not, be."""
    gaps = missing(manager) if manager is not None else ["the server has no session manager"]
    if gaps:
        warn(gaps)
        return None
    try:
        # Not before it is known that marimo has what this imports, and never in a kernel.
        from actors.integrations.marimo.server import ServerAutosave  # noqa: PLC0415

        return ServerAutosave.started(manager)
    except Exception as error:  # noqa: BLE001 - such as a state folder that cannot be written
        warn([str(error)])
        return None
