"""Kernels in environments of their own: `marimo edit --sandbox`, where uv can make one."""

import importlib.metadata
import shutil
import subprocess

import pytest

from tests.plugin.editing_session import opened, text_of
from tests.plugin.marimo_server import WAIT_S, running

MARIMO = f"marimo=={importlib.metadata.version('marimo')}"
HEADER = f'# /// script\n# requires-python = ">=3.11"\n# dependencies = ["{MARIMO}"]\n# ///\n\n'


@pytest.fixture(scope="module")
def uv():
    """Where uv has what a sandbox needs; the test is skipped where it cannot have that."""
    if (uv := shutil.which("uv")) is None:
        pytest.skip("there is no uv, which makes marimo's sandboxes")
    needed = [uv, "run", "--no-project", "--with", MARIMO, "--", "python", "-c", ""]
    done = subprocess.run(needed, capture_output=True, text=True, check=False, timeout=WAIT_S)
    if done.returncode:
        pytest.skip(f"uv can make no sandbox here: {done.stderr}")
    # A server with a home of its own would fetch all of it once more.
    return {"UV_CACHE_DIR": subprocess.check_output([uv, "cache", "dir"], text=True).strip()}


def test_an_agent_in_a_sandbox_has_its_edit_in_the_file_and_the_header_stays(uv, tmp_path):
    path = tmp_path / "notebooks" / "nb.py"
    path.parent.mkdir()
    path.write_text(HEADER + text_of("a = 1"), "utf-8")
    with (
        running(tmp_path, "--sandbox", file=path, variables=uv) as server,
        opened(server, path) as notebook,
    ):
        notebook.agent.edit("ctx.create_cell('made = 3')")
        assert notebook.wait_for_text("made = 3", "a = 1").startswith(HEADER)
        assert (server.home / "state" / "notebook-actors").exists()
