"""Servers that are killed, stopped while they save, switched off, or only run notebooks."""

import contextlib
import http.client
import json
import re
import signal
import threading

import pytest

from actors.storage import SqliteArchive
from tests.plugin.editing_session import opened, text_of
from tests.plugin.failing_disks import unreachable
from tests.plugin.marimo_server import running, wait_until
from tests.plugin.test_saved_in_code_mode import asked

CREATE_FOR_EVER = """
import marimo._code_mode as cm
for number in range(10_000):
    async with cm.get_context() as ctx:
        ctx.create_cell(f"made_{number} = 1")
"""


def drafts(server):
    """Return the drafts that the command lists."""
    done = server.command("actors", "drafts", "--json")
    assert done.returncode == 0, done.stderr
    listed: list[dict[str, object]] = json.loads(done.stdout)
    return listed


def kept(server):
    """Return the drafts that there are, without the time that a command takes."""
    with contextlib.closing(SqliteArchive(server.home / "state" / "notebook-actors")) as archive:
        return archive.drafts()


def test_work_of_a_killed_server_that_was_in_no_file_is_listed_and_told(tmp_path):
    path = tmp_path / "notebooks" / "project" / "nb.py"
    path.parent.mkdir(parents=True)
    path.write_text(text_of("a = 1"), "utf-8")
    with (
        running(tmp_path) as server,
        opened(server, None) as unnamed,
        opened(server, path) as named,
        unreachable(path.parent),
    ):
        unnamed.agent.edit("ctx.create_cell('unnamed = 1')")
        named.agent.edit("ctx.create_cell('named = 1')")
        unnamed.browser.wait_for_alert("draft")
        wait_until(lambda: len(kept(server)) == 2, lambda: kept(server))
        server.end(signal.SIGKILL)
    assert {each["path"] for each in drafts(server)} == {None, str(path)}
    with running(tmp_path) as again, opened(again, path) as named:
        named.browser.wait_for_alert("draft")


def test_what_browsers_were_shown_before_a_server_was_told_to_end_is_in_the_file(tmp_path):
    path = tmp_path / "notebooks" / "nb.py"
    path.parent.mkdir()
    path.write_text(text_of("a = 1"), "utf-8")
    with running(tmp_path) as server, opened(server, path) as notebook:
        agent = threading.Thread(target=run_to_the_end, args=(notebook.agent,))
        agent.start()
        notebook.browser.wait_for_change(code="made_20 = 1")
        server.end()
        agent.join()
        notebook.browser.read_all()
        shown = re.findall(r"made_\d+ = 1", str(notebook.browser.transactions("code-mode")))
    text = path.read_text("utf-8")
    assert not [each for each in shown if each not in text]
    assert text.endswith("    app.run()\n")
    assert not drafts(server)


def run_to_the_end(agent):
    """Edit until the server is gone, which breaks the connection."""
    with pytest.raises((OSError, http.client.HTTPException)):
        agent.run(CREATE_FOR_EVER)


def test_a_server_that_only_runs_notebooks_writes_nothing(tmp_path):
    path = tmp_path / "notebooks" / "nb.py"
    path.parent.mkdir()
    path.write_text(text_of("a = 1"), "utf-8")
    before = path.stat().st_mtime_ns
    with running(tmp_path, mode="run", file=path) as server, opened(server, path) as notebook:
        notebook.browser.wait_for(lambda each: each["op"] == "completed-run")
        server.end()
    assert (path.read_text("utf-8"), path.stat().st_mtime_ns) == (text_of("a = 1"), before)
    assert [each.name for each in path.parent.glob("*.py")] == ["nb.py"]


def test_a_server_that_is_told_to_leave_the_plug_in_out_saves_as_marimo_does(tmp_path):
    path = tmp_path / "notebooks" / "nb.py"
    path.parent.mkdir()
    path.write_text(text_of("a = 1"), "utf-8")
    denied = {"MARIMO_SERVER_ASGI_LIFESPAN_DENYLIST": "notebook-actors"}
    with running(tmp_path, variables=denied) as server, opened(server, path) as notebook:
        said = asked(notebook, "ctx.create_cell('made = 3')")
        assert "does not run the plug-in" in said["reason"]
        notebook.wait_for_text("made = 3")
        assert not (server.home / "state" / "notebook-actors").exists()
