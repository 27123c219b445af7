"""A real `marimo edit` server in a process of its own, with the plug-in or without it."""

import contextlib
import http.client
import importlib.metadata
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import psutil

import actors

GROUP = "marimo.server.asgi.lifespan"
NAME = "notebook-actors"

WAIT_S = 600
"""Only what is broken takes so long."""


@attrs.frozen
class Server:
    """A server that runs."""

    process: psutil.Process
    folder: Path
    """The folder of its notebooks."""

    port: int
    has_plug_in: bool
    token: str
    """What a page sends along, so that the server knows a page of its own version."""

    def post(self, path: str, body: object, **headers: str) -> str:
        """Return the whole answer to what a page or an agent asks for."""
        return _answer(self.port, "POST", path, json.dumps(body).encode(), headers)

    def get(self, path: str) -> str:
        """Return the whole answer."""
        return _answer(self.port, "GET", path)


@contextlib.contextmanager
def running(place: Path, *, has_plug_in: bool) -> Iterator[Server]:
    """Run a server, whose notebooks and state are below a place, until the block is left."""
    folder = place / "notebooks"
    folder.mkdir(parents=True)
    port = _free_port()
    command = [sys.executable, "-m", "marimo", "edit", "--headless", "--no-token", "--port"]
    with (place / "log").open("wb") as log:
        process = psutil.Popen(
            [*command, str(port), str(folder)],
            cwd=folder,
            env=_environment(place, has_plug_in=has_plug_in),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        token = _token(process, port, place / "log")
        yield Server(process, folder, port, has_plug_in, token)
    finally:
        _end(process)


def _environment(home: Path, *, has_plug_in: bool) -> Mapping[str, str]:
    # What is set for the marimo of who measures must not reach the server.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MARIMO_")}
    folders = ("CACHE", "CONFIG", "DATA", "STATE")
    return {
        **kept,
        **{f"XDG_{each}_HOME": str(home / each.lower()) for each in folders},
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(Path(actors.__file__).parents[1]), *_metadata(home)]),
        "MARIMO_SKIP_UPDATE_CHECK": "1",
        "MARIMO_SERVER_ASGI_LIFESPAN_DENYLIST": "" if has_plug_in else NAME,
    }


def _metadata(home: Path) -> list[str]:
    """Have marimo find the plug-in where this package is not installed, but a source tree."""
    if any(each.name == NAME for each in importlib.metadata.entry_points(group=GROUP)):
        return []
    info = home / "metadata" / "the_plug_in-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: the-plug-in\nVersion: 1\n")
    entry = f"[{GROUP}]\n{NAME} = actors.integrations.marimo:lifespan\n"
    (info / "entry_points.txt").write_text(entry)
    return [str(info.parent)]


def _token(process: psutil.Popen, port: int, log: Path) -> str:
    """Wait until the server answers, and read the token in its page."""
    until_s = time.monotonic() + WAIT_S
    while process.poll() is None and time.monotonic() < until_s:
        with contextlib.suppress(OSError, http.client.HTTPException):
            found = re.search('"serverToken": "([^"]+)"', _answer(port, "GET", "/"))
            if found is not None:
                return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"no marimo server: {log.read_text('utf-8', 'replace')}")


def _answer(
    port: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    sent = {"Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
    with contextlib.closing(connection):
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
    if answer.status != http.client.OK:
        raise RuntimeError(f"{method} {path}: {answer.status} {text}")
    return text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end(process: psutil.Popen) -> None:
    kernels = process.children(recursive=True) if process.is_running() else []
    process.terminate()
    try:
        process.wait(WAIT_S)
    finally:
        for each in [process, *kernels]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
