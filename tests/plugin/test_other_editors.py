"""Somebody changes the file in another program while it is open, with and without `--watch`."""

import pytest


def change(notebook, old, new):
    """Replace a part of the file as an editor does, in place."""
    text = notebook.text
    assert old in text
    notebook.path.write_text(text.replace(old, new), "utf-8")


def create(notebook, code):
    notebook.agent.edit(f"ctx.create_cell({code!r})")
    return notebook.wait_for_text(code)


def wait_until_told(notebook, code):
    """Wait until the browser was told of a cell's new code."""
    notebook.browser.wait_for_change(type="set-code", code=code)


@pytest.fixture(params=["notebook", "watched"])
def open_in_both(request):
    """A notebook whose file is watched, and one whose file is not."""
    return request.getfixturevalue(request.param)


def test_an_agent_that_edits_another_cell_keeps_what_an_editor_changed(open_in_both):
    create(open_in_both, "before = 1")
    change(open_in_both, "b = 2", "b = 22")
    text = create(open_in_both, "after = 2")
    assert "b = 22" in text
    assert "before = 1" in text
    wait_until_told(open_in_both, "b = 22")


def test_what_an_editor_changed_before_the_first_edit_of_an_agent_is_kept(open_in_both):
    change(open_in_both, "b = 2", "b = 22")
    assert "b = 22" in create(open_in_both, "made = 3")
    wait_until_told(open_in_both, "b = 22")


def test_a_browser_that_saves_another_cell_keeps_what_an_editor_changed(open_in_both):
    create(open_in_both, "before = 1")
    change(open_in_both, "b = 2", "b = 22")
    open_in_both.browser.type(0, "a = 7")
    assert open_in_both.browser.save(open_in_both.path)[0] == 200
    open_in_both.wait_for_text("a = 7", "b = 22", "before = 1")


def test_a_cell_that_an_editor_adds_is_shown_and_stays(open_in_both):
    before = open_in_both.text
    added = "@app.cell\ndef _():\n    added = 9\n    return\n\n\nif __name__"
    open_in_both.path.write_text(before.replace("if __name__", added), "utf-8")
    text = create(open_in_both, "after = 2")
    assert "added = 9" in text
    open_in_both.browser.wait_for_change(type="create-cell", code="added = 9")


def test_a_watched_file_that_an_editor_changed_reaches_the_browser_without_an_edit(watched):
    change(watched, "b = 2", "b = 22")
    wait_until_told(watched, "b = 22")
    assert "b = 22" in watched.agent.edit("print([each.code for each in ctx.cells])")


def test_what_a_person_typed_and_did_not_save_survives_a_change_of_the_watched_file(watched):
    watched.browser.type(0, "a = 7")
    change(watched, "b = 2", "b = 22")
    wait_until_told(watched, "b = 22")
    assert "a = 7" in watched.agent.edit("print([each.code for each in ctx.cells])")
    assert watched.browser.save(watched.path)[0] == 200
    watched.wait_for_text("a = 7", "b = 22")


def test_a_watched_file_that_we_save_is_not_taken_for_somebody_elses(watched):
    for number in range(5):
        create(watched, f"own_{number} = 1")
    change(watched, "b = 2", "b = 22")
    wait_until_told(watched, "b = 22")
    watched.browser.read_all()
    assert "own_" not in str(watched.browser.transactions("file-watch"))
    assert not [each for each in watched.browser.heard if each["op"] == "reload"]
    assert not watched.browser.alerts


def test_a_cell_that_an_editor_and_an_agent_changed_is_left_to_the_person(open_in_both):
    cell = open_in_both.browser.cells[1]["id"]
    create(open_in_both, "before = 1")
    open_in_both.browser.type(1, "b = 3")
    change(open_in_both, "b = 2", "b = 22")
    open_in_both.agent.edit(f"ctx.edit_cell({cell!r}, 'b = 4')")
    alert = open_in_both.browser.wait_for_alert("changed here and, differently, in the file")
    assert alert["variant"] == "danger"
    assert "b = 22" in open_in_both.text
    drafts = open_in_both.browser.server.command("actors", "drafts", "--json").stdout
    assert open_in_both.path.name in drafts


def test_a_file_that_somebody_deleted_is_there_again_after_the_next_edit(open_in_both):
    create(open_in_both, "before = 1")
    open_in_both.path.unlink()
    open_in_both.agent.edit("ctx.create_cell('after = 2')")
    open_in_both.wait_for_text("before = 1", "after = 2", "a = 1")
