"""An agent that waits for the disk: in order, in a cell, in vain, and until it is interrupted."""

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from actors import Cell, CellId, Notebook
from actors.formats import render
from tests.plugin.editing_session import EXECUTE, opened, text_of
from tests.plugin.marimo_server import running
from tests.plugin.test_saved_in_code_mode import asked

MANY_EDITS = """
import asyncio
import actors.integrations.marimo as autosave
import marimo._code_mode as cm
for number in range(20):
    async with cm.get_context() as ctx:
        ctx.create_cell(f"made_{number} = 0")
answers = await asyncio.gather(*[autosave.saved() for _ in range(10)])
print(*{answer.sha256 for answer in answers})
"""
ASKING_CELL = """\
import actors.integrations.marimo as autosave
try:
    said = (await autosave.saved()).sha256
except autosave.NotSavedError as error:
    said = error.reason
said
"""


@pytest.fixture
def in_project(server):
    """A notebook in a folder of its own, at which git is at work."""
    folder = server.folder / uuid.uuid4().hex
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "index.lock").touch()
    path = folder / "nb.py"
    path.write_text(text_of("a = 1"), "utf-8")
    with opened(server, path) as notebook:
        yield notebook


def hash_of(notebook):
    return hashlib.sha256(notebook.path.read_bytes()).hexdigest()


def test_all_edits_before_the_question_are_in_the_text_of_the_answer(notebook):
    [answer] = notebook.agent.run(MANY_EDITS).splitlines()[-1].split()
    assert answer == hash_of(notebook)
    assert [number for number in range(20) if f"made_{number} = 0" not in notebook.text] == []


def test_a_cell_of_the_notebook_may_ask(notebook):
    notebook.agent.edit(f"ctx.run_cell(ctx.create_cell({ASKING_CELL!r}))")
    notebook.browser.wait_for(lambda each: hash_of(notebook) in str(each.get("output")))


def test_an_agent_is_told_which_draft_keeps_what_has_no_file(unnamed, server):
    reason = asked(unnamed, "ctx.create_cell('made = 3')")["reason"]
    listed = server.command("actors", "drafts", "--json").stdout
    draft = reason.partition("(draft ")[2].partition(" ")[0]
    assert draft
    assert draft in listed


def test_an_agent_that_waits_can_be_interrupted_and_its_work_is_saved_later(in_project):
    agent, browser = in_project.agent, in_project.browser
    agent.edit("ctx.create_cell('made = 3')")
    wait = {"code": "import actors.integrations.marimo as it\nawait it.saved(timeout=None)"}
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(agent.server.request, "POST", EXECUTE, wait, **agent._headers())
        browser.wait_for_alert("waits for git")
        assert browser.post("/api/kernel/interrupt")[0] == 200
        assert "CancelledError" in waiting.result()[1]
    (in_project.path.parent / ".git" / "index.lock").unlink()
    in_project.wait_for_text("made = 3")


def test_in_run_mode_a_cell_is_told_that_nothing_is_saved(tmp_path):
    path = tmp_path / "nb.py"
    path.write_bytes(render(Notebook(cells=[Cell(CellId("ask"), ASKING_CELL)]), ".py"))
    with running(tmp_path, mode="run", file=path) as server, opened(server, path) as notebook:
        notebook.browser.wait_for(lambda each: "run mode: marimo saves" in str(each.get("output")))
