"""A person and an agent edit one notebook: a save takes away nothing that the other did."""


def test_a_save_of_a_browser_that_has_not_seen_the_cell_of_an_agent_keeps_it(notebook):
    notebook.agent.edit("ctx.create_cell('made = 3')")
    notebook.wait_for_text("made = 3")
    notebook.browser.type(0, "a = 7")
    assert notebook.browser.save(notebook.path)[0] == 200
    assert "made = 3" in notebook.wait_for_text("a = 7", "b = 2")
    assert "made = 3" in notebook.agent.edit("print([each.code for each in ctx.cells])")


def test_a_save_of_a_browser_that_has_not_seen_an_edit_of_an_agent_keeps_it(notebook):
    cell = notebook.browser.cells[0]["id"]
    notebook.agent.edit(f"ctx.edit_cell({cell!r}, 'a = 5')")
    notebook.wait_for_text("a = 5")
    notebook.browser.type(1, "b = 7")
    assert notebook.browser.save(notebook.path)[0] == 200
    notebook.wait_for_text("a = 5", "b = 7")


def test_a_save_of_a_browser_that_has_not_seen_a_deletion_brings_no_cell_back(notebook):
    cell = notebook.browser.cells[1]["id"]
    notebook.agent.edit(f"ctx.delete_cell({cell!r})")
    notebook.wait_for_text("a = 1", without="b = 2")
    notebook.browser.type(0, "a = 7")
    assert notebook.browser.save(notebook.path)[0] == 200
    notebook.wait_for_text("a = 7", without="b = 2")


def test_a_cell_that_the_person_deletes_is_gone_after_the_save(notebook):
    cell = notebook.browser.cells.pop(0)["id"]
    notebook.browser.transact({"type": "delete-cell", "cellId": cell})
    assert notebook.browser.save(notebook.path)[0] == 200
    notebook.wait_for_text("b = 2", without="a = 1")


def test_a_person_can_overwrite_what_an_agent_wrote(notebook):
    cell = notebook.browser.cells[0]["id"]
    notebook.agent.edit(f"ctx.edit_cell({cell!r}, 'a = 5')")
    notebook.browser.wait_for_change(type="set-code", code="a = 5")
    notebook.browser.type(0, "a = 6")
    assert notebook.browser.save(notebook.path)[0] == 200
    notebook.wait_for_text("a = 6", without="a = 5")


def test_an_agent_that_edits_after_a_save_has_its_edit_beside_the_one_of_the_person(notebook):
    notebook.browser.type(0, "a = 7")
    assert notebook.browser.save(notebook.path)[0] == 200
    assert "a = 7" in notebook.text
    notebook.agent.edit("ctx.create_cell('made = 3')")
    notebook.wait_for_text("a = 7", "made = 3")


def test_what_a_person_typed_and_did_not_save_is_in_the_file_after_an_edit_of_an_agent(notebook):
    notebook.browser.type(0, "a = 7")
    notebook.agent.edit("ctx.create_cell('made = 3')")
    notebook.wait_for_text("a = 7", "made = 3")


def test_a_save_right_after_one_of_an_agent_reports_success_and_what_the_file_holds(notebook):
    made = notebook.agent.edit("print(ctx.create_cell('made = 3'))").split()[0]
    change = notebook.browser.wait_for_change(type="create-cell", cellId=made)
    new = {"id": made, "code": change["code"], "name": "_", "config": change["config"]}
    notebook.browser.cells.append(new)
    status, text = notebook.browser.save(notebook.path)
    assert (status, text.strip()) == (200, notebook.text.strip())
    assert "made = 3" in text


def test_opening_and_running_a_notebook_does_not_write_its_file(notebook):
    before = notebook.text, notebook.path.stat().st_mtime_ns
    notebook.browser.post("/api/kernel/instantiate", objectIds=[], values=[], autoRun=True)
    notebook.browser.wait_for(lambda each: each["op"] == "completed-run")
    notebook.agent.run("import actors.integrations.marimo as autosave\nawait autosave.saved()")
    assert (notebook.text, notebook.path.stat().st_mtime_ns) == before
