"""One notebook of a server: a browser that has it open, and an agent that edits it."""

import contextlib
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template
from urllib.parse import urlencode

import attrs
from websockets.sync.client import connect

from benchmarks.live.server import WAIT_S, Server
from benchmarks.workload import Edit

# Each edit is a batch, and so a transaction, of its own. The cell is read first: since 0.25, code
# mode lets nobody edit a cell that he has not read as it is now.
_EDITS = Template("""
import json, os, time
import marimo._code_mode as cm
begun_s = time.monotonic()
for position, code in json.loads($edits):
    async with cm.get_context() as ctx:
        cell = ctx.cells[position]
        cell.code
        ctx.edit_cell(cell.id, code)
made_s = time.monotonic()
""")

_ASK = """
import actors.integrations.marimo as autosave
await autosave.saved(timeout=None)
"""

_REPORT = """
print(json.dumps({
    "begun_s": begun_s,
    "made_s": made_s,
    "saved_s": time.monotonic(),
    "has_plug_in": "NOTEBOOK_ACTORS_MARIMO" in os.environ,
}))
"""


@attrs.frozen
class Times:
    """When an agent did what, by the clock that all processes of a machine share."""

    begun_s: float
    made_s: float
    """When it had made its last edit."""

    saved_s: float
    """When it knew that all was durable; with the plug-in only."""

    has_plug_in: bool
    """Whether its kernel knows of the plug-in."""


@attrs.frozen
class Session:
    """A notebook that is open."""

    server: Server
    session_id: str

    def make(self, edits: Sequence[Edit]) -> Times:
        """Let an agent make edits as fast as it can, and ask whether they are saved if it can."""
        pairs = json.dumps([(each.position, each.code) for each in edits])
        code = _EDITS.substitute(edits=repr(pairs))
        code += _ASK * self.server.has_plug_in + _REPORT
        said = self._run(code).splitlines()  # code mode prints what it does, too
        times = Times(**json.loads(said[-1]))
        if times.has_plug_in != self.server.has_plug_in:
            raise RuntimeError("the plug-in is not where it has to be, or where it must not be")
        return times

    def _run(self, code: str) -> str:
        """Run code in the notebook's kernel; return what it printed."""
        found = json.loads(self.server.get("/api/sessions"))[self.session_id].get("session_id")
        # Before 0.25 there is no id that stays when a page is loaded again.
        who = {"Marimo_Session_Id": self.session_id}
        if found is not None:
            who = {"Marimo_Stable_Session_Id": found}
        events = self.server.post("/api/kernel/execute", {"code": code}, **who)
        said = [json.loads(each[6:]) for each in events.splitlines() if each.startswith("data: ")]
        if not said[-1]["success"]:
            raise RuntimeError(events)
        return "".join(each["data"] for each in said if "data" in each)


@contextlib.contextmanager
def opened(server: Server, path: Path) -> Iterator[Session]:
    """Open a notebook as a page does; close it, and its kernel, at the end of the block."""
    session_id = f"s_{uuid.uuid4().hex[:8]}"
    asked = urlencode({"session_id": session_id, "file": str(path)})
    address = f"ws://127.0.0.1:{server.port}/ws?{asked}"
    # No pings of its own: a server that is too busy to answer them must not lose this page.
    options = {"max_size": None, "max_queue": None, "ping_interval": None}
    with connect(address, **options, open_timeout=WAIT_S) as socket:
        until_s = time.monotonic() + WAIT_S
        while json.loads(socket.recv(until_s - time.monotonic()))["op"] != "kernel-ready":
            pass
        yield Session(server, session_id)
        server.post(
            "/api/home/shutdown_session",
            {"sessionId": session_id},
            Marimo_Session_Id=session_id,
            Marimo_Server_Token=server.token,
        )
