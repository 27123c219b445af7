"""Pages that are loaded again, kernels that are started again, names that are taken."""

import uuid

import attrs

from tests.plugin.editing_session import opened


def test_edits_are_saved_after_the_kernel_was_started_again(notebook, server):
    notebook.agent.edit("ctx.create_cell('before = 1')")
    assert notebook.browser.post("/api/kernel/restart_session")[0] == 200
    with opened(server, notebook.path) as again:
        again.agent.edit("ctx.create_cell('after = 2')")
        again.wait_for_text("before = 1", "after = 2", "a = 1")


def test_a_page_that_is_loaded_again_shows_and_saves_what_the_agent_did(notebook, server):
    notebook.agent.edit("ctx.create_cell('before = 1')")
    notebook.browser.socket.close()
    with opened(server, notebook.path) as again:
        assert "before = 1" in [cell["code"] for cell in again.browser.cells]
        again.browser.type(0, "a = 7")
        assert again.browser.save(notebook.path)[0] == 200
        again.agent.edit("ctx.create_cell('after = 2')")
        again.wait_for_text("a = 7", "before = 1", "after = 2")


def test_a_name_that_another_file_has_is_not_taken_from_it_and_the_old_one_stays(notebook):
    taken = notebook.path.with_name(f"taken_{uuid.uuid4().hex}.py")
    taken.write_text("x = 1\n", "utf-8")
    notebook.browser.post("/api/kernel/rename", filename=str(taken))  # 0.23 answers with success
    notebook.agent.edit("ctx.create_cell('made = 3')")
    notebook.wait_for_text("made = 3")
    assert taken.read_text("utf-8") == "x = 1\n"


def test_a_notebook_that_gets_its_name_by_a_save_has_what_the_agent_did_before(unnamed, server):
    unnamed.agent.edit("ctx.create_cell('early = 1')")
    unnamed.browser.type(0, "a = 7")
    path = server.folder / f"saved_{uuid.uuid4().hex}.py"
    assert unnamed.browser.save(path)[0] == 200
    named = attrs.evolve(unnamed, path=path)
    named.wait_for_text("early = 1", "a = 7")
    named.agent.edit("ctx.create_cell('late = 2')")
    named.wait_for_text("early = 1", "late = 2")
