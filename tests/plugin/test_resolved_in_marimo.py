"""Another program and an agent change the same cell; somebody says in marimo who is right."""

import html
import json

import pytest

ASK = """
import actors.integrations.marimo as autosave
try:
    saved = await autosave.{call}
except Exception as error:
    said = {{"error": type(error).__name__, "reason": str(error)}}
else:
    said = {{"path": str(saved.path)}}
"""
CODES = """
import marimo._code_mode as code_mode
async with code_mode.get_context() as notebook:
    said = [each.code for each in notebook.cells]
"""
# By a file, because marimo may lose what is printed at the end, where the machine is busy.
TELL = """
import json, pathlib
pathlib.Path({path!r}).write_text(json.dumps(said))
"""


@pytest.fixture
def disputed(notebook):
    """A notebook in which an agent has made `b = 3` of what the file has as `b = 22`."""
    cell = notebook.browser.cells[1]["id"]
    notebook.agent.edit("ctx.create_cell('made = 1')")
    notebook.path.write_text(notebook.wait_for_text("made = 1").replace("b = 2", "b = 22"))
    notebook.agent.edit(f"ctx.edit_cell({cell!r}, 'b = 3')")
    notebook.browser.wait_for_alert("changed here and, differently, in the file")
    return notebook


def said_by(notebook, code):
    """Return what an agent's code has in `said` at its end."""
    path = notebook.path.with_suffix(".json")
    notebook.agent.run(code + TELL.format(path=str(path)))
    return json.loads(path.read_text("utf-8"))


def asked(notebook, call):
    """Return what an agent is told that awaits a call of the plug-in."""
    return said_by(notebook, ASK.format(call=call))


def advice(notebook):
    """Return what the toast of the conflict says, as a person reads it."""
    alert = notebook.browser.wait_for_alert("changed here and, differently, in the file")
    return html.unescape(alert["description"])


@pytest.mark.parametrize(
    ("choice", "kept"), [("ours", ["b = 3"]), ("theirs", ["b = 22"]), ("both", ["b = 3", "b = 22"])]
)
def test_who_is_right_is_in_the_file_and_in_the_notebook(disputed, choice, kept):
    assert asked(disputed, f"resolve({choice!r})") == {"path": str(disputed.path)}
    text = disputed.text
    assert [code for code in ("b = 3", "b = 22") if f"    {code}\n" in text] == kept
    assert "made = 1" in text
    disputed.browser.wait_for_alert("is saved again")
    assert said_by(disputed, CODES) == ["a = 1", *kept, "made = 1"]


def test_the_browser_is_shown_what_the_other_program_wrote_where_that_is_right(disputed):
    asked(disputed, "resolve('theirs')")
    disputed.browser.wait_for_change(type="set-code", code="b = 22")


def test_work_goes_on_to_be_saved_after_a_choice(disputed):
    asked(disputed, "resolve('theirs')")
    disputed.agent.edit("ctx.create_cell('after = 1')")
    text = disputed.wait_for_text("after = 1")
    assert "b = 22" in text


def test_the_toast_has_the_line_to_run_and_it_works_in_the_scratchpad(disputed):
    line = advice(disputed).split("in the scratchpad run `")[1].split("`")[0]
    status, _ = disputed.browser.post("/api/kernel/scratchpad/run", code=line)
    assert status == 200
    disputed.browser.wait_for_alert("is saved again")
    assert "b = 3" in disputed.wait_for_text("b = 3", without="b = 22")


def test_the_toast_speaks_of_nothing_that_nobody_can_call_there(disputed):
    assert "notebook.resolve" not in advice(disputed)


def test_an_agent_that_asks_meanwhile_is_told_how_to_end_it(disputed):
    said = asked(disputed, "saved()")
    assert said["error"] == "NotSavedError"
    assert 'await autosave.resolve("ours")' in said["reason"]


def test_a_wrong_word_is_an_error_and_changes_nothing(disputed):
    before = disputed.text
    assert asked(disputed, "resolve('mine')")["error"] == "ValueError"
    assert disputed.text == before


def test_a_choice_that_leaves_the_file_unsettled_says_why(disputed):
    disputed.path.write_text("no notebook (")
    said = asked(disputed, "resolve('theirs')")
    assert said["error"] == "NotSavedError"
    assert disputed.text == "no notebook ("


def test_where_nothing_is_in_conflict_a_choice_waits_for_the_disk_like_saved(notebook):
    notebook.agent.edit("ctx.create_cell('made = 3')")
    assert asked(notebook, "resolve('theirs')") == {"path": str(notebook.path)}
    assert "made = 3" in notebook.text
