"""A save that fails: the person is told once, nothing is lost, and it is made good by itself."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.plugin.editing_session import opened, text_of
from tests.plugin.failing_disks import full, small_disk, unreachable


@pytest.fixture
def project(server):
    """A folder of its own for one notebook."""
    folder = server.folder / uuid.uuid4().hex
    folder.mkdir()
    return folder


@pytest.fixture
def in_project(server, project):
    """A notebook in that folder."""
    path = project / "nb.py"
    path.write_text(text_of("a = 1", "b = 2"), "utf-8")
    with opened(server, path) as notebook:
        yield notebook


def dangers(browser):
    return [each for each in browser.alerts if each["variant"] == "danger"]


def notices(browser):
    return [each for each in browser.alerts if each["variant"] != "danger"]


def test_edits_that_could_not_be_saved_are_in_the_file_once_it_can_be_written_again(
    in_project, project
):
    with unreachable(project):
        for number in range(5):
            in_project.agent.edit(f"ctx.create_cell('made_{number} = 1')")
        in_project.browser.wait_for(lambda each: each["op"] == "alert")
    in_project.wait_for_text(*(f"made_{number} = 1" for number in range(5)))
    in_project.browser.wait_for(lambda each: each["op"] == "alert" and each["variant"] != "danger")
    in_project.browser.read_all()
    assert (len(dangers(in_project.browser)), len(notices(in_project.browser))) == (1, 1)


def test_a_manual_save_that_fails_says_so_and_the_next_one_says_that_it_did_not(
    in_project, project
):
    with unreachable(project):
        in_project.browser.type(0, "a = 7")
        status, reason = in_project.browser.save(in_project.path)
        assert status >= 400
        assert "nb.py" in reason
    assert in_project.browser.save(in_project.path)[0] == 200
    in_project.wait_for_text("a = 7")


def test_a_full_disk_leaves_the_old_text_and_gets_the_edits_when_there_is_space(server):
    path = server.folder / uuid.uuid4().hex / "nb.py"
    with small_disk(path.parent):
        path.write_text(text_of("a = 1"), "utf-8")
        with opened(server, path) as notebook:
            with full(path.parent):
                notebook.agent.edit("ctx.create_cell('made = ' + repr('x' * 8000))")
                notebook.browser.wait_for_alert("space")
                assert notebook.text == text_of("a = 1")
            notebook.wait_for_text("made = ", "xxx", "a = 1")
            notebook.browser.wait_for(lambda each: each["op"] == "alert" and not each["variant"])


def test_trouble_in_one_notebook_does_not_stop_the_saves_of_another(in_project, project, notebook):
    with unreachable(project):
        in_project.agent.edit("ctx.create_cell('made = 1')")
        in_project.browser.wait_for(lambda each: each["op"] == "alert")
        notebook.agent.edit("ctx.create_cell('elsewhere = 1')")
        notebook.wait_for_text("elsewhere = 1")
        notebook.browser.read_all()
        assert not notebook.browser.alerts


def test_a_browser_that_comes_later_is_told_of_the_trouble_that_there_is(
    server, in_project, project
):
    with unreachable(project):
        in_project.agent.edit("ctx.create_cell('made = 1')")
        first = in_project.browser.wait_for(lambda each: each["op"] == "alert")
        with opened(server, in_project.path, kiosk="true") as second:
            again = second.browser.wait_for(lambda each: each["op"] == "alert")
            assert again["description"] == first["description"]


def test_the_text_of_an_alert_is_escaped(server, project):
    odd = project / "<b>odd<"
    odd.mkdir()
    path = odd / "nb.py"
    path.write_text(text_of("a = 1"), "utf-8")
    with opened(server, path) as notebook, unreachable(odd):
        notebook.agent.edit("ctx.create_cell('made = 1')")
        alert = notebook.browser.wait_for(lambda each: each["op"] == "alert")
        assert "<b>" not in alert["title"] + alert["description"]


def test_a_save_that_waits_for_git_holds_up_nobody_and_is_answered_when_it_is_done(
    in_project, project, notebook
):
    lock = project / ".git" / "index.lock"
    lock.parent.mkdir()
    lock.touch()
    in_project.browser.type(0, "a = 7")
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(in_project.browser.save, in_project.path)
        in_project.browser.wait_for_alert("waits for git")
        notebook.browser.type(0, "a = 8")
        assert notebook.browser.save(notebook.path)[0] == 200
        assert not answer.done()
        lock.unlink()
        assert answer.result() == (200, in_project.text)
    assert "a = 7" in in_project.text
