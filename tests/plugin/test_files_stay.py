"""What a notebook's file is, besides its cells, and whose: it stays so in a marimo server."""

import uuid

import pytest

from tests.plugin.editing_session import opened, text_of
from tests.plugin.marimo_server import running

OLD_RELEASE = '__generated_with = "0.1.0"\napp = '


@pytest.fixture
def open_file(server):
    """Opens a file of this text."""

    def open_it(text):
        path = server.folder / f"{uuid.uuid4().hex}.py"
        path.write_bytes(text.encode())
        return opened(server, path)

    return open_it


def test_a_save_without_a_change_leaves_a_file_of_another_release_alone(open_file):
    text = text_of("a = 1").replace("app = ", OLD_RELEASE)
    with open_file(text) as notebook:
        before = notebook.path.stat().st_mtime_ns
        assert notebook.browser.save(notebook.path)[0] == 200
        assert (notebook.text, notebook.path.stat().st_mtime_ns) == (text, before)


def test_line_ends_and_text_below_the_last_line_stay(open_file):
    text = f"{text_of('a = 1')}\n# the end\n".replace("\n", "\r\n")
    with open_file(text) as notebook:
        notebook.agent.edit("ctx.create_cell('made = 1')")
        notebook.wait_for_text("made = 1")
        saved = notebook.path.read_bytes()
    assert saved.endswith(b"app.run()\r\n\r\n# the end\r\n")
    assert saved.count(b"\n") == saved.count(b"\r\n")


def test_a_link_to_a_notebook_stays_one(server):
    target, link = (server.folder / f"{uuid.uuid4().hex}.py" for _ in range(2))
    target.write_text(text_of("a = 1"), "utf-8")
    link.symlink_to(target.name)
    with opened(server, link) as notebook:
        notebook.agent.edit("ctx.create_cell('made = 1')")
        notebook.wait_for_text("made = 1")
    assert link.is_symlink()
    assert "made = 1" in target.read_text("utf-8")


def test_a_second_server_says_who_has_a_notebook_and_saves_it_when_that_has_ended(tmp_path):
    path = tmp_path / "notebooks" / "nb.py"
    path.parent.mkdir()
    path.write_text(text_of("a = 1"), "utf-8")
    with (
        running(tmp_path) as first,
        opened(first, path) as theirs,
        running(tmp_path) as second,
        opened(second, path) as ours,
    ):
        theirs.agent.edit("ctx.create_cell('theirs = 1')")
        theirs.wait_for_text("theirs = 1")
        ours.browser.wait_for_alert(f"pid {first.process.pid} has")
        ours.agent.edit("ctx.create_cell('ours = 1')")
        first.end()
        ours.wait_for_text("theirs = 1", "ours = 1")


def test_a_watched_file_that_is_emptied_does_not_empty_the_notebook(watched):
    watched.agent.edit("ctx.create_cell('made = 1')")
    before = watched.wait_for_text("made = 1")
    watched.path.write_text("")
    watched.agent.edit("ctx.create_cell('after = 1')")
    watched.browser.wait_for_alert("was changed by")
    watched.path.write_text(before)
    watched.wait_for_text("a = 1", "b = 2", "made = 1", "after = 1")
