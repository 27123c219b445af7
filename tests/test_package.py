"""The package as a whole: its public names, its wheel, its silence, its sizes."""

import ast
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import loguru
import pytest

import actors

ROOT = Path(__file__).parents[1]
PACKAGE = Path(actors.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 400

# In pieces, so that this file does not hold what it looks for.
FORBIDDEN = [
    "py" + "pi.org",
    "python" + "hosted",
    "regist" + "ry.npmjs",
    "deb.deb" + "ian.org",
    "/ro" + "ot/",
    "/wo" + "rk/",
    "/tm" + "p/w/",
    "../sha" + "red",
]
TEXTS = {".ini", ".json", ".md", ".ndjson", ".py", ".svg", ".toml", ".txt", ".yml", ""}

IMPORT_AND_LOOK = """
import sys, loguru
sinks = set(loguru.logger._core.handlers)
import actors
assert set(loguru.logger._core.handlers) == sinks, "import adds no sink"
exec("logger.error('to nobody')", {"__name__": "actors.saver", "logger": loguru.logger})
heavy = {"marimo", "typer", "rich", "click", "starlette", "pytest"} & set(sys.modules)
assert not heavy, heavy
"""

IMPORT_THE_PLUGIN = """
import sys
from actors.integrations import marimo as autosave
heavy = {"marimo", "starlette", "typer", "rich", "pytest"} & set(sys.modules)
assert not heavy, heavy
"""

EMBED = """
import asyncio

from actors import Alert, Autosave, Event, Outcome, Saved, SaverActor, Settings, Transaction


class MySaver(SaverActor):
    pass


def on_event(event: Event) -> None:
    if isinstance(event, Alert):
        print(event.title)


async def host(transaction: Transaction) -> Outcome:
    async with Autosave(Settings(retry_max_s=5), saver=MySaver) as autosave:
        autosave.subscribe(on_event, loop=asyncio.get_running_loop())
        return await autosave.open("nb.py").submit(transaction)


with Autosave() as autosave:
    outcome = autosave.open("nb.py").submit(b"{}").wait(timeout=5)
    if isinstance(outcome, Saved):
        reveal_type(outcome.sha256)
"""


def project_files() -> Iterator[Path]:
    """Yield the text files that are kept under version control, as far as names tell."""
    yield from (
        path
        for path in ROOT.iterdir()
        if path.is_file() and path.suffix in TEXTS and path.name != ".git"  # as in a work tree
    )
    for folder in (".ci", "actors", "benchmarks", "docs", "examples", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXTS and "__marimo__" not in path.parts:
                yield path


def modules_of(*folders: str) -> list[Path]:
    data = ROOT / "tests" / "data"  # notebooks, no modules
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in paths if not path.is_relative_to(data)]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT if path.is_relative_to(ROOT) else PACKAGE))


def run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a child process, away from the source tree, that finds the package tested here."""
    env = dict(os.environ)
    if not PACKAGE.is_relative_to(sys.prefix):
        env |= dict.fromkeys(("PYTHONPATH", "MYPYPATH"), str(PACKAGE.parent))
    return subprocess.run(command, check=False, cwd=folder, env=env, capture_output=True, text=True)


# -- names -----------------------------------------------------------------------------


def test_all_is_sorted_and_every_name_in_it_exists():
    assert actors.__all__ == sorted(actors.__all__)
    assert [name for name in actors.__all__ if not hasattr(actors, name)] == []


def test_all_has_every_public_object():
    public = {
        name
        for name, value in vars(actors).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and value is not loguru.logger
    }
    assert public == set(actors.__all__) - {"__version__"}


# -- what is installed -----------------------------------------------------------------


def test_the_version_is_that_of_the_installed_distribution():
    try:
        installed = importlib.metadata.version("notebook-actors")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("notebook-actors is not installed, the tests run from its source")
    assert actors.__version__ == installed


def test_marimo_finds_its_plug_in_by_an_entry_point():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    group = "marimo.server.asgi.lifespan"
    [(name, value)] = project["entry-points"][group].items()
    entry_point = importlib.metadata.EntryPoint(name, value, group)
    assert entry_point.name == project["name"]
    assert callable(entry_point.load())


@pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="not run by tox")
def test_tox_tests_what_it_has_installed_and_not_the_source():
    assert PACKAGE.is_relative_to(sys.prefix)


def test_type_checkers_are_told_that_the_package_has_types():
    assert (PACKAGE / "py.typed").is_file()


def test_a_host_that_embeds_it_passes_a_strict_type_check(tmp_path):
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed here; `tox -e types` runs this test")
    (tmp_path / "host.py").write_text(EMBED)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "host.py"]
    checked = run(command, tmp_path)
    assert 'Revealed type is "str"' in checked.stdout
    assert checked.returncode == 0, checked.stdout


# -- import ----------------------------------------------------------------------------


def test_import_is_silent_and_loads_neither_the_command_nor_a_notebook_server(tmp_path):
    command = [sys.executable, "-W", "error", "-c", IMPORT_AND_LOOK]
    imported = run(command, tmp_path)
    assert (imported.stdout, imported.stderr, imported.returncode) == ("", "", 0)


def test_import_of_the_plug_in_for_marimo_is_silent_and_loads_no_marimo(tmp_path):
    command = [sys.executable, "-W", "error", "-c", IMPORT_THE_PLUGIN]
    imported = run(command, tmp_path)
    assert (imported.stdout, imported.stderr, imported.returncode) == ("", "", 0)


# -- the house rules that no other tool checks -----------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_every_module_says_what_it_is_about(path):
    assert ast.get_docstring(ast.parse(path.read_bytes()))


@pytest.mark.parametrize(
    "path", modules_of("actors", "tests", "benchmarks", "docs", "examples"), ids=relative
)
def test_no_module_has_more_than_one_subject(path):
    lines = len(path.read_text().splitlines())
    assert lines <= MAX_LINES


def test_no_file_names_the_machine_or_the_registry_that_it_was_made_with():
    found = [
        f"{relative(path)}: {word}"
        for path in project_files()
        for word in FORBIDDEN
        if word in path.read_text(errors="replace")
    ]
    assert found == []
