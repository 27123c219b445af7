"""What an agent does in code mode is in the file: each kind of edit, and many of them."""

import importlib.util
import json
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.plugin.marimo_server import WAIT_S, environment

KINDS_OF_EDITS = {
    "created": ("ctx.create_cell('made = 3')", "made = 3", "nothing"),
    "edited": ("ctx.edit_cell({a!r}, 'a = 10')", "a = 10", "a = 1\n"),
    "deleted": ("ctx.delete_cell({b!r})", "a = 1", "b = 2"),
    "renamed": ("ctx.edit_cell({b!r}, name='loads')", "def loads", "nothing"),
    "configured": ("ctx.edit_cell({a!r}, disabled=True)", "@app.cell(disabled=True)", "nothing"),
}


@pytest.mark.parametrize("kind", KINDS_OF_EDITS)
def test_each_kind_of_edit_that_an_agent_makes_is_in_the_file(notebook, kind):
    step, expected, gone = KINDS_OF_EDITS[kind]
    a, b = (cell["id"] for cell in notebook.browser.cells)
    notebook.agent.edit(step.format(a=a, b=b))
    notebook.wait_for_text(expected, without=gone)


def test_cells_that_an_agent_moves_are_in_the_new_order_in_the_file(notebook):
    a, b = (cell["id"] for cell in notebook.browser.cells)
    notebook.agent.edit(f"ctx.move_cell({b!r}, before={a!r})\nctx.edit_cell({a!r}, 'a = 10')")
    text = notebook.wait_for_text("a = 10")
    assert text.index("b = 2") < text.index("a = 10")


def test_of_200_rapid_edits_a_reader_sees_whole_texts_that_never_go_back(notebook):
    cell = notebook.browser.cells[0]["id"]
    with Reader(notebook.path) as reader:
        notebook.agent.run(f"""
import marimo._code_mode as cm
for number in range(1, 201):
    async with cm.get_context() as ctx:
        ctx.cells[{cell!r}].code
        ctx.edit_cell({cell!r}, f"a = {{number}}")
""")
        notebook.wait_for_text("a = 200\n")
    numbers = [int(each) for text in reader.texts for each in re.findall(r"a = (\d+)\n", text)]
    assert all(text.endswith("    app.run()\n") for text in reader.texts)
    assert numbers == sorted(numbers)


def test_agents_in_several_notebooks_at_once_have_each_their_own_edits_in_their_file(open_notebook):
    notebooks = [open_notebook(f"own = {number}") for number in range(4)]
    with ThreadPoolExecutor() as threads:
        list(threads.map(create_ten, notebooks))
    for number, notebook in enumerate(notebooks):
        text = notebook.wait_for_text("more_9 = 9", f"own = {number}")
        assert len(re.findall("more_", text)) == 10
        assert len(re.findall("own", text)) == 1


def test_the_agent_client_of_marimo_creates_a_cell_that_is_in_the_file(notebook):
    if importlib.util.find_spec("marimo._cli.pair.client") is None:
        pytest.skip("this marimo has no `marimo pair execute`")
    server = notebook.browser.server
    pair = [sys.executable, "-m", "marimo", "pair"]
    listed = output_of([*pair, "notebook", "list"], server)
    assert notebook.agent.stable_id in listed
    target = ["--url", server.url, "--session", notebook.agent.stable_id, "--code-file", "-"]
    assert json.loads(output_of([*pair, "execute", *target], server, CREATE))["success"]
    notebook.wait_for_text("by_the_client = 1")


CREATE = """
import marimo._code_mode as cm
async with cm.get_context() as ctx:
    ctx.create_cell("by_the_client = 1")
"""


def output_of(command, server, given=None):
    return subprocess.run(
        command,
        input=given,
        env=environment(server.home),
        capture_output=True,
        text=True,
        check=True,
        timeout=WAIT_S,
    ).stdout


def create_ten(notebook):
    for number in range(10):
        notebook.agent.edit(f"ctx.create_cell('more_{number} = {number}')")


class Reader:
    """Reads a file again and again in a thread of its own, and keeps each text that is new."""

    def __init__(self, path):
        self.texts = [path.read_text("utf-8")]
        self._path = path
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()

    def _read(self):
        while not self._is_over.wait(0.001):
            if (text := self._path.read_text("utf-8")) != self.texts[-1]:
                self.texts.append(text)
