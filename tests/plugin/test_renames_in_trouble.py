"""A notebook that gets another name while its saves wait or fail."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.plugin.editing_session import Notebook, opened, text_of
from tests.plugin.failing_disks import full, small_disk


@pytest.fixture
def project(server):
    """A folder of its own for one notebook."""
    folder = server.folder / uuid.uuid4().hex
    folder.mkdir()
    return folder


@pytest.fixture
def lock(project):
    """The file for which saves wait, as long as it is there."""
    lock = project / ".git" / "index.lock"
    lock.parent.mkdir()
    return lock


def renamed(notebook, path):
    return Notebook(path, notebook.browser, notebook.agent)


def test_a_rename_while_the_save_waits_for_git_holds_up_nobody(server, project, lock, notebook):
    path, new = project / "nb.py", project / "new.py"
    path.write_text(text_of("a = 1"), "utf-8")
    with opened(server, path) as waiting, ThreadPoolExecutor() as threads:
        lock.touch()
        waiting.agent.edit("ctx.create_cell('early = 1')")
        waiting.browser.wait_for_alert("waits for git")
        answer = threads.submit(waiting.browser.post, "/api/kernel/rename", filename=str(new))
        notebook.browser.type(0, "a = 8")
        assert notebook.browser.save(notebook.path)[0] == 200
        assert not answer.done()
        lock.unlink()
        assert answer.result()[0] == 200
        assert "early = 1" in new.read_text("utf-8")


def test_a_first_name_while_the_save_waits_for_git_holds_up_nobody(
    project, lock, notebook, unnamed
):
    lock.touch()
    unnamed.agent.edit("ctx.create_cell('early = 1')")
    new = project / "new.py"
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(unnamed.browser.post, "/api/kernel/rename", filename=str(new))
        unnamed.browser.wait_for_alert("waits for git")
        notebook.browser.type(0, "a = 8")
        assert notebook.browser.save(notebook.path)[0] == 200
        assert not answer.done()
        lock.unlink()
        assert answer.result()[0] == 200
    assert "early = 1" in new.read_text("utf-8")


def test_a_rename_of_a_notebook_whose_save_fails_is_one_for_marimo_too(server, project):
    path, new = project / "nb.py", project / "new.py"
    with small_disk(project):
        path.write_text(text_of("a = 1"), "utf-8")
        with opened(server, path) as notebook:
            with full(project):
                notebook.agent.edit("ctx.create_cell('made = ' + repr('x' * 8000))")
                notebook.browser.wait_for_alert("space")
                answer = notebook.browser.post("/api/kernel/rename", filename=str(new))
                assert (answer[0], path.exists()) == (200, False)
            renamed(notebook, new).wait_for_text("made = ")
            notebook.agent.edit("ctx.create_cell('late = 1')")
            renamed(notebook, new).wait_for_text("late = 1")
