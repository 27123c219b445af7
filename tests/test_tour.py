"""The notebook that the README opens: as marimo would write it, and it runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from marimo import __version__
from marimo._session.notebook.file_manager import AppFileManager

import actors
from actors.cli import app as command
from actors.formats import parse, render

TOUR = Path(__file__).parents[1] / "examples" / "tour.py"
RELEASE = "0.25.2"


def run(*words: str) -> str:
    """Run a Python command as a user does, and return what it prints."""
    env = os.environ | {"PYTHONPATH": str(Path(actors.__file__).parents[1])}
    ran = subprocess.run(
        [sys.executable, *words], check=False, env=env, capture_output=True, encoding="utf-8"
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout + ran.stderr
    return ran.stdout


def tour() -> Any:
    """Return the tour's app, without running it."""
    namespace: dict[str, Any] = {"__name__": "tour", "__file__": str(TOUR)}
    exec(compile(TOUR.read_text(encoding="utf-8"), TOUR, "exec"), namespace)
    return namespace["app"]


@pytest.mark.skipif(__version__ != RELEASE, reason=f"the tour was written by marimo {RELEASE}")
def test_a_save_in_marimo_leaves_the_tour_as_it_is():
    assert AppFileManager(str(TOUR)).to_code() == TOUR.read_text(encoding="utf-8")


def test_a_save_of_ours_leaves_the_tour_as_it_is():
    text = TOUR.read_bytes()
    assert render(parse(text, ".py"), ".py") == text


def test_it_is_the_notebook_that_the_readme_opens():
    readme = (TOUR.parents[1] / "README.md").read_text(encoding="utf-8")
    [command, *_] = re.findall(r"^python3 -m venv .*$", readme, flags=re.MULTILINE)
    assert "-e '.[marimo]' " in command
    assert command.endswith("bin/marimo edit examples/tour.py")


def test_the_tour_runs_as_a_script():
    run("-W", "error", str(TOUR))


def test_the_tour_can_be_exported(tmp_path):
    copy = shutil.copy(TOUR, tmp_path)  # marimo leaves a cache beside it
    page = run("-m", "marimo", "export", "html", copy)
    assert "What becomes of your edits" in page


def test_the_button_of_the_tour_shows_what_is_kept_of_it(capfd):
    tour().run(defs={"look": SimpleNamespace(value=True)})
    assert capfd.readouterr().out.splitlines()[-2:] == [f"no versions of {TOUR}", "no drafts"]


def test_each_command_that_the_tour_names_exists():
    named = re.findall(r"notebook-actors (\w+) ?[\"\n]", TOUR.read_text(encoding="utf-8"))
    groups = {found.name for found in command.registered_groups}
    known = groups | {found.name for found in command.registered_commands}
    assert set(named) == {"history", "diff", "drafts", "restore"} & known
