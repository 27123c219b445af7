"""marimo's automatic exports, which read the file anew: no work that is in no file is lost."""

import uuid

import pytest

from tests.plugin.editing_session import opened, text_of


@pytest.fixture
def held_up(server):
    """A notebook whose saves wait for git, and the lock that they wait for."""
    lock = server.folder / uuid.uuid4().hex / ".git" / "index.lock"
    lock.parent.mkdir(parents=True)
    path = lock.parents[1] / "nb.py"
    path.write_text(text_of("a = 1", "b = 2"), "utf-8")
    with opened(server, path) as notebook:
        lock.touch()
        yield notebook, lock
        lock.unlink(missing_ok=True)


def test_an_automatic_export_leaves_the_work_that_is_not_in_the_file_yet(held_up):
    notebook, lock = held_up
    notebook.agent.edit("ctx.create_cell('early = 1')")
    notebook.browser.wait_for_alert("waits for git")
    answer = notebook.browser.post("/api/export/auto_export/markdown", download=False)
    assert answer[0] < 400, answer
    notebook.agent.edit("ctx.create_cell('late = 2')")
    lock.unlink()
    notebook.wait_for_text("early = 1", "late = 2")
