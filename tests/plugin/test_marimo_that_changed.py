"""Where the plug-in cannot work, a real server says why in one line, and saves as marimo does."""

import os

import pytest

from tests.plugin.editing_session import written
from tests.plugin.marimo_server import GROUP, environment, running

CHANGED = """
from marimo._session.extensions.extensions import NotificationListenerExtension as Listener

original = Listener._maybe_autosave
Listener._maybe_autosave = lambda self, session, *source, why=None: original(self, session, *source)
lifespan = __import__("contextlib").nullcontext
"""
"""A plug-in that makes of the installed marimo one that is not out yet."""

ASK = """
import actors.integrations.marimo as autosave
try:
    await autosave.saved()
except autosave.NotSavedError as error:
    print(error)
"""


@pytest.fixture
def changed(tmp_path):
    """Return the variables of a server that runs the plug-in above."""
    (tmp_path / "changed_marimo.py").write_text(CHANGED)
    info = tmp_path / "changed_marimo-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: changed-marimo\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nchanged = changed_marimo:lifespan\n")
    home = tmp_path / "home"
    home.mkdir()
    return {"PYTHONPATH": os.pathsep.join([environment(home)["PYTHONPATH"], str(tmp_path)])}


def test_in_a_marimo_that_has_changed_its_own_autosave_goes_on(tmp_path, changed):
    with running(tmp_path, variables=changed) as server, written(server, "a = 1") as notebook:
        notebook.agent.edit("ctx.create_cell('made = 3')")
        notebook.wait_for_text("a = 1", "made = 3")
        assert "does not run the plug-in" in notebook.agent.run(ASK)
        [line] = [line for line in server.log.splitlines() if "notebook-actors" in line]
    assert "whose own autosave goes on without it: " in line
    assert line.endswith("NotificationListenerExtension._maybe_autosave has the new parameter why")


def test_where_the_plug_in_can_keep_no_drafts_marimo_goes_on_without_it(tmp_path):
    state = tmp_path / "home" / "state"
    state.mkdir(parents=True)
    (state / "notebook-actors").write_text("in the way")
    with running(tmp_path) as server, written(server, "a = 1") as notebook:
        notebook.agent.edit("ctx.create_cell('made = 3')")
        notebook.wait_for_text("a = 1", "made = 3")
        assert "marimo's own autosave goes on: cannot " in server.log
