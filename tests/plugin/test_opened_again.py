"""A notebook that is closed with work that is in no file, and opened again in the same server."""

import json
import uuid

import pytest

from tests.plugin.editing_session import opened, text_of
from tests.plugin.failing_disks import unreachable


@pytest.fixture
def disputed(server, open_notebook):
    """The path of a notebook that was closed with `b = 3`, while its file has `b = 22`."""
    notebook = open_notebook("a = 1", "b = 2")
    cell = notebook.browser.cells[1]["id"]
    notebook.agent.edit("ctx.create_cell('made = 1')")
    notebook.path.write_text(notebook.wait_for_text("made = 1").replace("b = 2", "b = 22"))
    notebook.agent.edit(f"ctx.edit_cell({cell!r}, 'b = 3')")
    notebook.browser.wait_for_alert("changed by another program")
    notebook.browser.post("/api/home/shutdown_session", sessionId=notebook.browser.session_id)
    return notebook.path


def draft_of(server, path):
    """Return the draft that the command lists for a notebook."""
    listed = json.loads(server.command("actors", "drafts", "--json").stdout)
    [draft] = [each for each in listed if each["path"] == str(path)]
    return server.command("actors", "drafts", "show", draft["id"]).stdout


def test_it_goes_on_with_that_work(server, disputed):
    with opened(server, disputed) as again:
        codes = again.agent.edit("print([each.code for each in ctx.cells])")
        assert codes.strip().endswith("['a = 1', 'b = 3', 'made = 1']")


def test_an_edit_does_not_drop_its_draft(server, disputed):
    with opened(server, disputed) as again:
        again.agent.edit("ctx.create_cell('after = 1')")
        status, reason = again.browser.save(disputed)
        assert (status, "changed by another program" in reason) == (500, True)
    draft = draft_of(server, disputed)
    assert "b = 3" in draft
    assert "after = 1" in draft


def test_a_person_ends_the_conflict_by_making_both_the_same(server, disputed):
    with opened(server, disputed) as again:
        again.agent.edit(f"ctx.edit_cell({again.browser.cells[1]['id']!r}, 'b = 22')")
        again.agent.edit("ctx.create_cell('after = 1')")
        again.wait_for_text("b = 22", "made = 1", "after = 1")


def test_a_session_that_begins_while_the_last_one_is_saved_has_what_that_saved(server):
    path = server.folder / uuid.uuid4().hex / "nb.py"
    path.parent.mkdir()
    path.write_text(text_of("a = 1"), "utf-8")
    with opened(server, path) as notebook, unreachable(path.parent):
        notebook.agent.edit("ctx.create_cell('early = 1')")
        notebook.browser.wait_for(lambda each: each["op"] == "alert")
        assert notebook.browser.post("/api/kernel/restart_session")[0] == 200
    with opened(server, path) as again:
        again.wait_for_text("early = 1")
        again.agent.edit("ctx.create_cell('late = 2')")
        again.wait_for_text("early = 1", "late = 2")
