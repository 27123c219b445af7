"""A real marimo server in a process of its own, which finds the plug-in as it does for users."""

import contextlib
import functools
import http.client
import importlib.metadata
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import psutil

import actors

WAIT_S = 60
"""Only a broken build waits so long."""

GROUP = "marimo.server.asgi.lifespan"
ENTRY_POINT = f"[{GROUP}]\nnotebook-actors = actors.integrations.marimo:lifespan\n"
"""What is in the metadata of the installed package, for tests that run in the source tree."""


@attrs.frozen
class Server:
    """A marimo server that runs, or did."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    """The folder of its notebooks."""

    home: Path
    """What it has in place of the user's home; its state is below."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Return what it has printed so far."""
        return (self.home / "log").read_text("utf-8", "replace")

    def request(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, str]:
        """Return the status and the text of the whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        sent = {"Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(connection):
            connection.request(method, path, json.dumps(body).encode(), sent)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    @functools.cached_property
    def token(self) -> str:
        """Return what a page sends along, so that the server knows a page of its own version."""
        _, page = self.request("GET", "/")
        found = re.search('"serverToken": "([^"]+)"', page)
        assert found is not None, page
        return found[1]

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a module's command to its end with the state of this server."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            env=environment(self.home),
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_S,
        )

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal, wait until the server is gone, and see that its kernels are, too."""
        if self.process.poll() is not None:
            return
        kernels = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        self.process.wait(WAIT_S)
        for kernel in kernels:
            with contextlib.suppress(psutil.NoSuchProcess):
                kernel.kill()


@contextlib.contextmanager
def running(
    place: Path,
    *options: str,
    mode: str = "edit",
    file: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server of a file, or of the folder `notebooks`, until the block is left.

    A second one at the same place is what a user has who starts it again.
    """
    home, folder = place / "home", place / "notebooks"
    home.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    port = _free_port()
    served = ["--port", str(port), *options, str(file or folder)]
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "marimo", mode, "--headless", "--no-token", *served],
            cwd=folder,
            env=environment(home) | dict(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    server = Server(process, folder, home, port)
    try:
        wait_until(lambda: _is_ready(server), lambda: server.log)
        yield server
    finally:
        server.end(signal.SIGKILL)


def wait_until(is_so: Callable[[], Any], explain: Callable[[], object] = str) -> Any:
    """Return what a condition gives once it is true; fail with an explanation if it never is."""
    deadline, pause = time.monotonic() + WAIT_S, threading.Event()
    while not (found := is_so()):
        assert time.monotonic() < deadline, explain()
        pause.wait(0.01)
    return found


def environment(home: Path) -> dict[str, str]:
    """Return the variables with which a process has its state below `home`."""
    # Anything of the test's own marimo or of its user must not reach the server.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MARIMO_")}
    folders = {f"XDG_{each}_HOME": str(home / each.lower()) for each in _XDG}
    path = [str(Path(actors.__file__).parents[1])]
    if not any(each.name == "notebook-actors" for each in _installed()):
        path.append(str(_metadata(home)))
    return {
        **kept,
        **folders,
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(path),
        "MARIMO_SKIP_UPDATE_CHECK": "1",
    }


_XDG = ("CACHE", "CONFIG", "DATA", "STATE")


def _installed() -> Any:
    return importlib.metadata.entry_points(group=GROUP)


def _metadata(home: Path) -> Path:
    """Write what an installed package says of itself, and return the folder of it."""
    folder = home / "metadata"
    info = folder / "the_plug_in-1.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: the-plug-in\nVersion: 1\n")
    (info / "entry_points.txt").write_text(ENTRY_POINT)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_ready(server: Server) -> bool:
    assert server.process.poll() is None, server.log
    try:
        return server.request("GET", "/health")[0] == 200
    except OSError:
        return False
