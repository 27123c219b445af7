"""An agent and a person at a browser edit the same notebook."""

from tests.plugin.editing_session import text_of
from tests.plugin.marimo_server import wait_until

AUTOSAVE_OFF = """# /// script
# [tool.marimo.save]
# autosave = "off"
# ///
"""


def in_file(page, *parts):
    wait_until(lambda: all(part in page.path.read_text() for part in parts), page.path.read_text)


def test_a_notebook_opens_and_asks_nothing_of_other_machines(page):
    page.shows("a = 1", "b = 2")
    page.is_marked_saved()
    own = (page.agent.server.url, "data:", "blob:")
    assert [each for each in page.requests if not each.startswith(own)] == []


def test_an_agents_edit_appears_in_the_page_and_in_the_file(page):
    page.agent.edit("ctx.create_cell('made = 3')")
    page.shows("a = 1", "b = 2", "made = 3")
    in_file(page, "made = 3")


def test_an_agents_edit_is_marked_as_saved_and_is_not_written_twice(page):
    page.agent.edit("ctx.create_cell('made = 3')")
    in_file(page, "made = 3")
    written = page.path.stat().st_ino
    page.shows("a = 1", "b = 2", "made = 3")
    page.is_marked_saved()
    assert page.path.stat().st_ino == written


def test_ctrl_s_saves_what_was_typed_beside_what_an_agent_made(page):
    page.agent.edit("ctx.create_cell('made = 3')")
    page.shows("a = 1", "b = 2", "made = 3")
    page.type(0, "23")
    assert page.save() == 200
    in_file(page, "a = 123", "b = 2", "made = 3")
    page.is_marked_saved()


def test_ctrl_s_in_a_page_that_has_not_heard_of_an_agents_cell_keeps_it(page):
    page.deaf = True
    page.agent.edit("ctx.create_cell('made = 3')")
    page.type(0, "23")
    assert page.save() == 200
    in_file(page, "a = 123", "b = 2", "made = 3")


def test_an_edit_in_another_editor_appears_in_the_page_with_the_agents_next(page):
    page.path.write_text(page.path.read_text().replace("b = 2", "b = 22"))
    page.agent.edit("ctx.create_cell('made = 3')")
    page.shows("a = 1", "b = 22", "made = 3")
    in_file(page, "b = 22", "made = 3")


def test_where_autosave_is_off_an_agents_edit_is_marked_as_unsaved_until_ctrl_s(open_page, project):
    path = project / "nb.py"
    path.write_text(AUTOSAVE_OFF + text_of("a = 1"), "utf-8")
    page = open_page(path)
    page.page.clock.install()
    page.agent.edit("ctx.create_cell('made = 3')")
    page.shows("a = 1", "made = 3")
    page.page.clock.fast_forward(60_000)
    page.is_marked_unsaved()
    assert not any(each.endswith("/save") for each in page.requests)
    assert page.save() == 200
    page.is_marked_saved()
