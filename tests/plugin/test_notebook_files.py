"""Names, copies, layouts, options, headers and other formats of a notebook that an agent edits."""

import uuid

import attrs
import pytest

from tests.plugin.editing_session import opened

MARKDOWN = "---\ntitle: Tour\n---\n\n# Tour\n\n```python {.marimo}\na = 1\n```\n"
HEADER = '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["attrs"]\n# ///\n\n'


def create(notebook, code):
    """Let the agent create a cell, and wait until it is in the file."""
    notebook.agent.edit(f"ctx.create_cell({code!r})")
    return notebook.wait_for_text(code)


def test_edits_of_an_agent_follow_the_notebook_to_its_new_name(notebook):
    create(notebook, "before = 1")
    new = notebook.path.with_name(f"renamed_{uuid.uuid4().hex}.py")
    assert notebook.browser.post("/api/kernel/rename", filename=str(new))[0] == 200
    notebook.agent.edit("ctx.create_cell('after = 2')")
    renamed = attrs.evolve(notebook, path=new)
    renamed.wait_for_text("before = 1", "after = 2")
    assert not notebook.path.exists()


def test_a_notebook_that_gets_a_name_has_in_its_file_what_the_agent_did_before(unnamed, server):
    unnamed.agent.edit("ctx.create_cell('early = 1')")
    path = server.folder / f"named_{uuid.uuid4().hex}.py"
    assert unnamed.browser.post("/api/kernel/rename", filename=str(path))[0] == 200
    named = attrs.evolve(unnamed, path=path)
    named.wait_for_text("early = 1")
    create(named, "late = 2")
    assert "early = 1" in named.text


def test_a_copy_has_the_last_edit_and_none_that_comes_later(notebook):
    text = create(notebook, "before = 1")
    copy = notebook.path.with_name(f"copy_{uuid.uuid4().hex}.py")
    places = {"source": str(notebook.path), "destination": str(copy)}
    assert notebook.browser.post("/api/kernel/copy", **places)[0] == 200
    create(notebook, "after = 2")
    assert copy.read_text("utf-8") == text


def test_a_layout_that_the_person_chose_stays_when_the_agent_edits(notebook):
    layout = {"type": "slides", "data": {}}
    assert notebook.browser.save(notebook.path, layout)[0] == 200
    chosen = f'layout_file="layouts/{notebook.path.stem}.slides.json"'
    notebook.wait_for_text(chosen)
    assert (notebook.path.parent / "layouts" / f"{notebook.path.stem}.slides.json").exists()
    assert chosen in create(notebook, "made = 3")


def test_options_of_the_app_are_saved_and_stay_when_the_agent_edits(notebook):
    create(notebook, "before = 1")
    answer = notebook.browser.post("/api/kernel/save_app_config", config={"width": "full"})
    assert answer[0] == 200
    assert 'width="full"' in notebook.wait_for_text("before = 1")
    assert 'width="full"' in create(notebook, "after = 2")


def test_a_header_that_a_package_manager_writes_stays_when_the_agent_edits(notebook):
    text = create(notebook, "before = 1")
    notebook.path.write_text(HEADER + text, "utf-8")
    saved = create(notebook, "after = 2")
    assert saved.startswith(HEADER)
    assert "before = 1" in saved


def test_a_package_manager_that_writes_the_header_while_an_agent_edits_loses_nothing(notebook):
    for number in range(5):
        notebook.agent.edit(f"ctx.create_cell('more_{number} = 1')")
        line = f"# number = {number}\n"
        notebook.path.write_text(f"# /// script\n{line}# ///\n" + body_of(notebook.text), "utf-8")
    text = create(notebook, "last = 1")
    assert text.startswith("# /// script\n# number = 4\n# ///\n")
    assert all(f"more_{number} = 1" in text for number in range(5))


def body_of(text):
    return text[text.index("import marimo") :]


def test_an_agent_edits_a_notebook_in_markdown(server):
    path = server.folder / f"{uuid.uuid4().hex}.md"
    path.write_text(MARKDOWN, "utf-8")
    with opened(server, path) as notebook:
        text = create(notebook, "made = 3")
    assert "title: Tour" in text
    assert "# Tour" in text
    assert "a = 1" in text


@pytest.mark.parametrize("name", ["with space.py", "größe.py"])
def test_an_agent_edits_a_notebook_with_an_unusual_name(server, name):
    path = server.folder / f"{uuid.uuid4().hex} {name}"
    path.write_text(
        'import marimo\n\napp = marimo.App()\n\nif __name__ == "__main__":\n    app.run()\n'
    )
    with opened(server, path) as notebook:
        create(notebook, "made = 3")
