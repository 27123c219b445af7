"""What marimo's documentation says about saving and watching, with the plug-in and without it.

Without it, these tests say whether the promise is marimo's at all.
"""

import json
import uuid

import pytest
from marimo._session import file_change_handler

from tests.plugin.editing_session import opened, written
from tests.plugin.marimo_server import running

HEADER = '# Copyright nobody\n"""What it is about."""\n\n'
CONFLICT = "<<<<<<< ours\n    a = 5\n=======\n    a = 6\n>>>>>>> theirs\n"
OFF = {"MARIMO_SERVER_ASGI_LIFESPAN_DENYLIST": "notebook-actors"}


@pytest.fixture(scope="session", params=["with", "without"])
def any_server(request, tmp_path_factory):
    """A server that watches the files, with the plug-in or without it."""
    place = tmp_path_factory.mktemp("promises")
    with running(place, "--watch", variables=OFF if request.param == "without" else {}) as server:
        yield server


@pytest.fixture
def notebook(any_server):
    with written(any_server, "a = 1", "b = 2") as notebook:
        yield notebook


def run_all(notebook):
    """Run all cells, as a page does when it is opened."""
    notebook.browser.post("/api/kernel/instantiate", objectIds=[], values=[], autoRun=True)
    notebook.browser.wait_for(lambda each: each["op"] == "completed-run")


def snapshot(notebook):
    cells = notebook.browser.cells
    return {
        "cellIds": [each["id"] for each in cells],
        "codes": [each["code"] for each in cells],
        "names": [each["name"] for each in cells],
        "configs": [each["config"] for each in cells],
        "filename": str(notebook.path),
    }


def beside(notebook, suffix=".py"):
    return notebook.path.with_name(uuid.uuid4().hex + suffix)


# -- saving ------------------------------------------------------------------------------


def test_a_save_answers_with_the_text_of_the_file(notebook):
    notebook.browser.cells[0]["code"] = "a = 10"
    status, text = notebook.browser.save(notebook.path)
    assert (status, text.strip()) == (200, notebook.text.strip())
    assert "a = 10" in text


def test_a_save_that_is_not_to_persist_answers_with_the_text_and_writes_nothing(notebook):
    notebook.browser.cells[0]["code"] = "a = 10"
    before = notebook.text
    save = snapshot(notebook) | {"persist": False}
    status, text = notebook.browser.post("/api/kernel/save", **save)
    assert status == 200
    assert "a = 10" in text
    assert notebook.text == before


def test_a_save_under_another_name_is_refused(notebook):
    other = beside(notebook)
    status, text = notebook.browser.save(other)
    assert status == 400
    assert "cannot rename" in text
    assert not other.exists()


def test_a_header_that_the_file_has_got_since_stays(notebook):
    notebook.path.write_text(HEADER + notebook.text, "utf-8")
    notebook.browser.cells[0]["code"] = "a = 10"
    notebook.browser.save(notebook.path)
    assert notebook.wait_for_text("a = 10").startswith(HEADER.rstrip())


def test_a_cell_without_a_name_gets_the_usual_one(notebook):
    notebook.browser.cells[0]["name"] = ""
    notebook.browser.cells[0]["code"] = "a = 10"
    assert notebook.browser.save(notebook.path)[0] == 200
    assert "def _():\n    a = 10\n" in notebook.text


def test_a_save_without_a_layout_takes_the_layout_out_of_the_options(notebook):
    notebook.browser.save(notebook.path, {"type": "slides", "data": {}})
    notebook.wait_for_text("layout_file=")
    notebook.browser.save(notebook.path)
    notebook.wait_for_text("app = marimo.App()")


def test_options_of_the_app_are_written_and_answered(notebook):
    status, text = notebook.browser.post("/api/kernel/save_app_config", config={"width": "medium"})
    assert status == 200
    assert 'marimo.App(width="medium")' in text
    assert text.strip() == notebook.text.strip()


def test_what_is_read_is_what_the_file_holds_after_an_edit_of_an_agent(notebook):
    notebook.agent.edit("ctx.create_cell('made = 3')")
    text = notebook.wait_for_text("made = 3")
    status, answer = notebook.browser.post("/api/kernel/read_code")
    assert (status, json.loads(answer)["contents"]) == (200, text)


def test_a_new_notebook_is_saved_with_the_options_that_new_ones_have(any_server):
    path = any_server.folder / f"{uuid.uuid4().hex}.py"
    with opened(any_server, None) as unnamed:
        status, text = unnamed.browser.save(path)
    assert status == 200
    assert 'marimo.App(width="medium")' in text
    assert text.strip() == path.read_text("utf-8").strip()


def test_a_save_makes_the_folders_that_are_not_there(any_server):
    path = any_server.folder / uuid.uuid4().hex / "deep" / "notebook.py"
    with opened(any_server, None) as unnamed:
        assert unnamed.browser.save(path)[0] == 200
    assert path.exists()


# -- names -----------------------------------------------------------------------------------


def test_a_name_that_is_taken_is_refused_and_both_files_stay(notebook):
    other = beside(notebook)
    other.write_text("taken", "utf-8")
    before = notebook.text
    notebook.browser.post("/api/kernel/rename", filename=str(other))
    assert (notebook.text, other.read_text("utf-8")) == (before, "taken")


def test_a_copy_over_a_file_is_refused(notebook):
    other = beside(notebook)
    other.write_text("taken", "utf-8")
    places = {"source": str(notebook.path), "destination": str(other)}
    status, answer = notebook.browser.post("/api/kernel/copy", **places)
    assert (status, other.read_text("utf-8")) == (400, "taken")
    assert "already exists" in answer


def test_a_notebook_that_is_renamed_to_markdown_becomes_markdown(notebook):
    other = beside(notebook, ".md")
    assert notebook.browser.post("/api/kernel/rename", filename=str(other))[0] == 200
    text = other.read_text("utf-8")
    assert text.startswith("---\n")
    assert "```python {.marimo}\na = 1\n```" in text
    assert not notebook.path.exists()


def test_code_that_runs_after_a_rename_knows_the_new_name(notebook):
    run_all(notebook)
    other = beside(notebook)
    notebook.browser.post("/api/kernel/rename", filename=str(other))
    notebook.agent.edit("ctx.create_cell('where = __file__')")
    assert notebook.agent.run("print(__file__)").strip() == str(other)


# -- pages -----------------------------------------------------------------------------------


def test_a_page_that_is_opened_again_has_the_cells_of_the_agent(notebook, any_server):
    notebook.agent.edit("ctx.create_cell('made = 3')")
    notebook.wait_for_text("made = 3")
    notebook.browser.socket.close()
    with opened(any_server, notebook.path) as again:
        assert [each["code"] for each in again.browser.cells] == ["a = 1", "b = 2", "made = 3"]


def test_a_second_page_hears_of_the_edits_of_the_agent(notebook, any_server):
    with opened(any_server, notebook.path, kiosk="true") as second:
        notebook.agent.edit("ctx.create_cell('made = 3')")
        assert second.browser.wait_for_change(type="create-cell")["code"] == "made = 3"


# -- watching --------------------------------------------------------------------------------


def test_a_cell_that_is_edited_elsewhere_is_shown_and_not_run(notebook):
    run_all(notebook)
    notebook.path.write_text(notebook.text.replace("a = 1", "a = 10"), "utf-8")
    change = notebook.browser.wait_for_change(type="set-code", code="a = 10")
    assert change["cellId"] == notebook.browser.cells[0]["id"]
    assert notebook.agent.run("print(a)").strip() == "1"


@pytest.fixture
def autorun(notebook):
    def set_to(mode):
        config = {"runtime": {"watcher_on_save": mode}}
        assert notebook.browser.post("/api/kernel/save_user_config", config=config)[0] == 200

    set_to("autorun")
    yield
    set_to("lazy")


@pytest.mark.usefixtures("autorun")
def test_a_cell_that_is_edited_elsewhere_is_run_where_the_user_wants_that(notebook):
    run_all(notebook)
    notebook.path.write_text(notebook.text.replace("a = 1", "a = 10"), "utf-8")
    notebook.browser.wait_for_change(type="set-code", code="a = 10")
    notebook.browser.wait_for(lambda each: "10" in str(each) and each["op"] == "variable-values")


def test_a_cell_that_is_deleted_elsewhere_leaves_the_kernel(notebook):
    run_all(notebook)
    cell = "@app.cell\ndef _():\n    b = 2\n    return\n\n\n"
    assert cell in notebook.text
    notebook.path.write_text(notebook.text.replace(cell, ""), "utf-8")
    notebook.browser.wait_for_change(type="delete-cell", cellId=notebook.browser.cells[1]["id"])
    assert notebook.agent.run("print('b' in globals())").strip() == "False"


@pytest.fixture
def conflicts_are_noticed(request):
    is_alone = request.node.callspec.params["any_server"] == "without"
    if is_alone and not hasattr(file_change_handler, "_has_conflict_markers"):
        pytest.skip("marimo alone does so since 0.24")


@pytest.mark.usefixtures("conflicts_are_noticed")
def test_a_file_that_waits_for_its_conflict_to_be_resolved_is_left_alone(notebook):
    conflict = notebook.text.replace("    a = 1\n", CONFLICT)
    notebook.path.write_text(conflict, "utf-8")
    resolved = notebook.text.replace(CONFLICT, "    a = 6\n")
    notebook.agent.run("pass")
    assert notebook.text == conflict
    notebook.path.write_text(resolved, "utf-8")
    notebook.browser.wait_for_change(type="set-code", code="a = 6")
    assert notebook.browser.transactions("file-watch")[0]["changes"][0].get("code") == "a = 6"
