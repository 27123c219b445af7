"""Who edits a notebook of a real server: a browser on its WebSocket, and an agent beside it."""

import contextlib
import json
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.plugin.marimo_server import WAIT_S, Server, wait_until

EXECUTE = "/api/kernel/execute"
READ_FIRST = "[each.code for each in ctx.cells]\n"
"""Since 0.25, code mode lets nobody edit a cell that he has not read as it is now."""

TELLING = {"alert", "banner", "notebook-document-transaction", "reload"}
"""The messages that a wait in vain shows; the others are about what cells put out."""


@attrs.define
class Browser:
    """One browser's side of a session."""

    server: Server
    session_id: str
    socket: ClientConnection
    heard: list[dict[str, Any]] = attrs.field(factory=list)
    """All messages that were read so far, oldest first; each has its kind as `op`."""

    cells: list[dict[str, Any]] = attrs.field(factory=list)
    """The cells as this browser knows them: those of when it came, and its own changes."""

    def wait_for(self, is_it: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Return the first message since the session began for which this holds."""
        for message in self.heard:
            if is_it(message):
                return message
        deadline = time.monotonic() + WAIT_S
        with contextlib.suppress(TimeoutError):
            while True:
                if is_it(message := self._read(deadline)):
                    return message
        told = [each for each in self.heard if each["op"] in TELLING]
        raise AssertionError("\n".join(json.dumps(each)[:500] for each in told))

    def wait_for_alert(self, words: str) -> dict[str, Any]:
        """Return the first toast that has these words in its title or its text."""
        return self.wait_for(
            lambda each: each["op"] == "alert" and words in f"{each['title']} {each['description']}"
        )

    def wait_for_change(self, **parts: object) -> dict[str, Any]:
        """Return the first change of the document that has these parts."""
        return _changes_with(parts, self.wait_for(lambda each: _changes_with(parts, each)))[0]

    def transactions(self, source: str) -> list[dict[str, Any]]:
        """Return the transactions of a source among the messages that were read."""
        all_of_them = [each["transaction"] for each in self.heard if "transaction" in each]
        return [each for each in all_of_them if each["source"] == source]

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return [each for each in self.heard if each["op"] == "alert"]

    def read_all(self) -> None:
        """Read whatever was sent so far, also by a server that has ended since."""
        with contextlib.suppress(TimeoutError, ConnectionClosed):
            while True:
                self._read(time.monotonic())

    def post(self, path: str, /, **body: object) -> tuple[int, str]:
        """Do what a page does: return the status and the text of the answer."""
        return self.server.request(
            "POST",
            path,
            body,
            Marimo_Session_Id=self.session_id,
            Marimo_Server_Token=self.server.token,
        )

    def transact(self, *changes: dict[str, Any]) -> None:
        """Send changes of the document as an editor does while its user types."""
        answer = self.post("/api/document/transaction", changes=changes)
        assert answer[0] == 200, answer

    def type(self, number: int, code: str) -> None:
        """Change the code of a cell that this browser knows, and tell the server."""
        self.cells[number]["code"] = code
        self.transact({"type": "set-code", "cellId": self.cells[number]["id"], "code": code})

    def save(self, path: Path, layout: object = None) -> tuple[int, str]:
        """Save all cells as this browser knows them, as Ctrl+S does."""
        return self.post(
            "/api/kernel/save",
            cellIds=[each["id"] for each in self.cells],
            codes=[each["code"] for each in self.cells],
            names=[each["name"] for each in self.cells],
            configs=[each["config"] for each in self.cells],
            filename=str(path),
            layout=layout,
            persist=True,
        )

    def _read(self, deadline: float) -> dict[str, Any]:
        wire = json.loads(self.socket.recv(max(0.0, deadline - time.monotonic())))
        message: dict[str, Any] = {**wire["data"], "op": wire["op"]}
        self.heard.append(message)
        return message


@attrs.frozen
class Agent:
    """A program that edits through code mode, and says who it is as `marimo pair` does."""

    server: Server
    session_id: str

    def run(self, code: str) -> str:
        """Run code in the notebook's kernel; return what it printed once it is done."""
        status, events = self.server.request("POST", EXECUTE, {"code": code}, **self._headers())
        assert status == 200, events
        said = [json.loads(each[6:]) for each in events.splitlines() if each.startswith("data: ")]
        assert said[-1]["success"], events
        return "".join(each["data"] for each in said if "data" in each)

    def edit(self, steps: str) -> str:
        """Run steps with `ctx`, all in one batch, which is one transaction."""
        inside = textwrap.indent(READ_FIRST + textwrap.dedent(steps).strip(), "    ")
        return self.run(
            f"import marimo._code_mode as cm\nasync with cm.get_context() as ctx:\n{inside}\n"
        )

    @property
    def stable_id(self) -> str | None:
        """Return the id that stays when a page is loaded again, where marimo has one."""
        _, sessions = self.server.request("GET", "/api/sessions")
        found: str | None = json.loads(sessions)[self.session_id].get("session_id")
        return found

    def _headers(self) -> dict[str, str]:
        if (stable_id := self.stable_id) is not None:
            return {"Marimo_Stable_Session_Id": stable_id}
        return {"Marimo_Session_Id": self.session_id}  # before 0.25


@attrs.frozen
class Notebook:
    """A notebook that is open in a server, with those who edit it."""

    path: Path
    browser: Browser
    agent: Agent

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    def wait_for_text(self, *parts: str, without: str | None = None) -> str:
        """Return the text of the file once it has all parts, and not the other."""

        def has_it() -> bool:
            text = self.text
            return all(each in text for each in parts) and (without is None or without not in text)

        wait_until(has_it, lambda: self.text + self.browser.server.log)
        return self.text


@contextlib.contextmanager
def opened(server: Server, path: Path | None, **query: str) -> Iterator[Notebook]:
    """Open a notebook in a browser; close both, and its kernel, at the end of the block."""
    session_id = f"s_{uuid.uuid4().hex[:8]}"
    key = f"__new__{session_id}" if path is None else str(path)
    asked = urlencode({"session_id": session_id, "file": key, **query})
    address = f"ws://127.0.0.1:{server.port}/ws?{asked}"
    with connect(address, max_size=None, max_queue=None, open_timeout=WAIT_S) as socket:
        browser = Browser(server, session_id, socket)
        ready = browser.wait_for(lambda each: each["op"] == "kernel-ready")
        parts = (ready[each] for each in ("cell_ids", "codes", "names", "configs"))
        names = ("id", "code", "name", "config")
        browser.cells = [dict(zip(names, each, strict=True)) for each in zip(*parts, strict=True)]
        yield Notebook(path or Path(key), browser, Agent(server, session_id))
        if server.process.poll() is None:
            browser.post("/api/home/shutdown_session", sessionId=session_id)


def written(server: Server, *codes: str) -> contextlib.AbstractContextManager[Notebook]:
    """Write a file of these cells to the folder of the server, and open it."""
    path = server.folder / f"{uuid.uuid4().hex}.py"
    path.write_text(text_of(*codes), "utf-8")
    return opened(server, path)


def text_of(*codes: str) -> str:
    """Return a file of these cells, one line each."""
    cells = "".join(f"@app.cell\ndef _():\n    {code}\n    return\n\n\n" for code in codes)
    head = "import marimo\n\napp = marimo.App()\n\n\n"
    return f'{head}{cells}if __name__ == "__main__":\n    app.run()\n'


def _changes_with(parts: dict[str, object], message: dict[str, Any]) -> list[dict[str, Any]]:
    changes = message.get("transaction", {}).get("changes", [])
    return [each for each in changes if parts.items() <= each.items()]
