"""An agent asks whether its work is on disk: `await autosave.saved()`."""

import hashlib
import json

import pytest

ASK = """
import json
import actors.integrations.marimo as autosave
try:
    saved = await autosave.saved(timeout=60)
except Exception as error:
    print(json.dumps({"error": type(error).__name__, "reason": str(error)}))
else:
    print(json.dumps({"path": str(saved.path), "sha256": saved.sha256}))
"""


def asked(notebook, step="pass"):
    """Return what the agent is told right after an edit."""
    edit = f"import marimo._code_mode as cm\nasync with cm.get_context() as ctx:\n    {step}\n"
    said: dict[str, str] = json.loads(notebook.agent.run(edit + ASK).splitlines()[-1])
    return said


def test_an_agent_that_asks_gets_path_and_hash_of_the_file_with_its_edit(notebook):
    said = asked(notebook, "ctx.create_cell('made = 3')")
    content = notebook.path.read_bytes()
    assert said == {"path": str(notebook.path), "sha256": hashlib.sha256(content).hexdigest()}
    assert b"made = 3" in content


@pytest.mark.parametrize("call", ["saved()", "resolve('ours')"])
def test_an_agent_that_asks_before_its_edits_are_made_is_told_where_to_ask(notebook, call):
    said = notebook.agent.edit(f"""
        ctx.create_cell("made = 3")
        import actors.integrations.marimo as autosave
        try:
            await autosave.{call}
        except autosave.NotSavedError as error:
            print(error)
    """)
    assert "at the end of its `async with`" in said
    assert "error" not in asked(notebook)


def test_an_agent_that_asks_in_its_block_before_it_edits_is_answered(notebook):
    said = notebook.agent.edit("""
        import actors.integrations.marimo as autosave
        print((await autosave.saved()).path)
        ctx.create_cell("made = 3")
    """)
    assert str(notebook.path) in said


def test_an_agent_in_a_notebook_without_a_file_is_told_the_reason(unnamed):
    said = asked(unnamed, "ctx.create_cell('made = 3')")
    assert said["error"] == "NotSavedError"
    assert "no file" in said["reason"]


def test_the_question_of_an_agent_does_not_reach_the_browser(notebook):
    asked(notebook)
    notebook.browser.read_all()
    assert not [each for each in notebook.browser.heard if "notebook-actors" in str(each)]
