"""The pages: their examples run, their outputs are real, the names they mention exist."""

import ast
import functools
import importlib
import inspect
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest

import actors
from actors import Settings, messages
from actors.alerts.causes import WORDINGS
from actors.archivist import ArchivistActor
from actors.storage import Storage
from tests.storage.test_storage_contract import StorageContract

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"
PICTURE = DOCS / "images" / "message-flow.svg"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py") if not path.match("test_*"))
TESTS = sorted(path.name for path in EXAMPLES.glob("test_*.py"))

SHOWN_FOLDER = "/srv/notebooks"
"""Stands in the pages for the folder that an example was run in."""

SHOWN_DRAFT = "3f9c01aa"
"""Stands in the pages for the id of a draft, which is random."""

RECEIVERS = ("listener", "saver", "codegen", "archivist", "notifier")
"""In the order of the page that describes what they are told."""

MARKED = re.compile(
    r"^<!-- (?P<kind>example|output): (?P<name>[\w.]+)(?:#(?P<section>\w+))? -->\n"
    r"(?P<fence>`{3,})\w+\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


def marked(kind: str) -> list[Any]:
    """Return each block of a page that shows an example or its output."""
    return [
        pytest.param(found["name"], found["section"], found["text"], id=f"{path.name}-{label}")
        for path in PAGES
        for found in MARKED.finditer(path.read_text(encoding="utf-8"))
        if found["kind"] == kind
        for label in ["-".join(filter(None, (found["name"], found["section"])))]
    ]


def source(name: str, section: str | None) -> str:
    """Return an example, or what stands between `# [section]` and the next such line."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    if section is None:
        return text
    parts = re.split(r"^ *# \[(\w+)\]\n", text, flags=re.MULTILINE)
    return textwrap.dedent(dict(zip(parts[1::2], parts[2::2], strict=True))[section]).strip() + "\n"


@functools.cache
def output(name: str) -> str:
    """Run an example in a folder of its own; return what it printed, as pages show it."""
    # Git's own variables lead into the repository whose hook runs these tests.
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env |= {"PYTHONPATH": str(Path(actors.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-W", "error", str(EXAMPLES / name)]
    if name in TESTS:
        command[3:3] = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            command, check=False, cwd=folder, env=env, capture_output=True, encoding="utf-8"
        )
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout + ran.stderr
        return as_shown(ran.stdout, folder)


def as_shown(text: str, folder: str) -> str:
    """Put what pages show in place of what differs from run to run."""
    text = text.replace(os.path.realpath(folder), SHOWN_FOLDER).replace(folder, SHOWN_FOLDER)
    text = re.sub(r"\b(drafts? (?:diff )?)[0-9a-f]{8}\b", rf"\g<1>{SHOWN_DRAFT}", text)
    return re.sub(r"\b[0-9a-f]{64}\b", "…", text)


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def code_names(text: str) -> list[str]:
    """Return what a text shows `as code`, without calls' brackets."""
    return [name.removesuffix("()") for name in re.findall(r"`([^`\n]+)`", text)]


# -- examples ----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "section", "shown"), marked("example"))
def test_a_page_shows_an_example_as_the_file_has_it(name, section, shown):
    assert shown == source(name, section)


@pytest.mark.parametrize(("name", "section", "shown"), marked("output"))
def test_a_page_shows_what_an_example_really_prints(name, section, shown):
    assert section is None
    assert shown == output(name)


@pytest.mark.parametrize("name", [*SCRIPTS, *TESTS])
def test_an_example_runs(name):
    assert output(name)


@pytest.mark.parametrize("name", [*SCRIPTS, *TESTS])
def test_an_example_is_on_a_page(name):
    assert any(f"<!-- example: {name}" in path.read_text(encoding="utf-8") for path in PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_all_python_on_a_page_is_an_example(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("```python") == text.count("<!-- example:")
    assert len(MARKED.findall(text)) == len(re.findall(r"<!-- (?:example|output):", text))


def load_example(name: str) -> dict[str, Any]:
    """Return the names that an example defines, without running what it does as a script."""
    namespace: dict[str, Any] = {"__name__": name}
    exec(compile(source(name, None), name, "exec"), namespace)
    return namespace


class TestSqliteStorage(StorageContract):
    """The example of a store keeps the contract that every store has to keep."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[Storage]:
        storage: Any = load_example("sqlite_storage.py")["SqliteStorage"](tmp_path / "notebooks.db")
        yield storage
        storage.close()


# -- README ------------------------------------------------------------------------------


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_test_command_of_the_readme_is_the_one_that_ci_runs():
    last = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert last.replace(" --quiet", "") in readme()


def test_the_replay_of_the_readme_prints_such_a_line(tmp_path):
    recording = ROOT / "tests" / "data" / "recordings" / "eda.ndjson"
    command = [sys.executable, "-m", "actors", "replay", str(recording), "--out", "notebooks/"]
    env = os.environ | {"PYTHONPATH": str(Path(actors.__file__).parents[1])}
    ran = subprocess.run(command, check=True, cwd=tmp_path, env=env, capture_output=True, text=True)
    numbers = r"\d+(?:\.\d+)?(?= saves| coalesced| ms)"
    assert re.sub(numbers, "N", as_shown(ran.stdout, str(tmp_path))) in re.sub(
        numbers, "N", readme()
    )


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)", readme()))))
def test_a_link_of_the_readme_leads_to_a_file(link):
    assert (ROOT / link).exists()


# -- names that pages mention ------------------------------------------------------------


@functools.cache
def names_of_tests(file: str) -> set[str]:
    """Return the names of the tests that a file defines."""
    tree = ast.parse((ROOT / file).read_bytes())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def named_tests() -> Iterator[tuple[str, str]]:
    """Yield each test that a page names, with the file named before it."""
    file = "no file named before it"
    for name in code_names(page("guarantees.md") + page("formats.md")):
        if re.fullmatch(r"tests/[\w/]+\.py", name):
            file = name
        elif name.startswith("test_"):
            yield file, name


@pytest.mark.parametrize(("file", "name"), sorted(set(named_tests())))
def test_a_test_that_a_page_names_exists(file, name):
    assert name in names_of_tests(file)


@pytest.mark.parametrize("number", range(1, 9))
def test_every_promise_names_a_test_that_can_fail(number):
    sections = re.split(r"^## ", page("guarantees.md"), flags=re.MULTILINE)
    [section] = [text for text in sections if text.startswith(f"{number}. ")]
    assert "`test_" in section


RULES = re.MULTILINE | re.DOTALL


def messages_to(receiver: str) -> list[str]:
    """Return the names of the messages that a module defines, in its order."""
    module = importlib.import_module(f"actors.messages.to_{receiver}")
    return [
        name
        for name, value in vars(module).items()
        if inspect.isclass(value) and name == value.__name__ and name[0] != "_"
        if value.__module__ == module.__name__
    ]


def test_every_receiver_has_its_place_on_the_page():
    modules = {path.stem for path in Path(messages.__path__[0]).glob("to_*.py")}
    assert modules == {f"to_{receiver}" for receiver in RECEIVERS}


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_every_message_is_described_in_the_order_of_its_module(receiver):
    sections = re.findall(r"^## To (?:the |a )?(\w+)(.*?)(?=^## |\Z)", page("protocol.md"), RULES)
    described = re.findall(r"^### `(\w+)`$", dict(sections)[receiver], flags=re.MULTILINE)
    assert described == messages_to(receiver)


def test_the_page_has_the_receivers_in_order():
    headings = re.findall(r"^## To (?:the |a )?(\w+)", page("protocol.md"), flags=re.MULTILINE)
    assert tuple(headings) == RECEIVERS


def test_every_setting_is_in_the_table_with_its_default():
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", page("embedding.md"), flags=re.MULTILINE)
    table = {name: ast.literal_eval(default) for name, default in rows}
    assert table == {field.name: field.default for field in attrs.fields(Settings)}


def test_every_trouble_that_people_are_told_of_is_in_the_guide_for_marimo():
    titles = {wording.title for wording in WORDINGS.values()}
    assert [title for title in titles if title not in page("marimo.md")] == []


def test_every_module_is_in_the_architecture():
    present = {
        path.stem
        for path in Path(actors.__file__).parent.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert present - {"__init__", "__main__"} <= set(code_names(page("architecture.md")))


def test_the_architecture_has_the_layers_that_are_checked():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [
        contract
        for contract in contracts["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    layers = [re.findall(r"actors\.(\w+)", layer) for layer in contract["layers"]]
    rows = re.findall(r"^\| (`[^|]+`) \|", page("architecture.md"), flags=re.MULTILINE)
    assert [code_names(row) for row in rows if code_names(row) in layers] == layers


# -- the picture ---------------------------------------------------------------------------


def picture_texts() -> list[str]:
    return ["".join(element.itertext()) for element in ET.parse(PICTURE).iter() if is_text(element)]


def is_text(element: ET.Element) -> bool:
    return element.tag.endswith("}text")


def test_the_picture_is_plain_svg_without_scripts():
    tags = {element.tag.rpartition("}")[2] for element in ET.parse(PICTURE).iter()}
    assert tags <= {"svg", "title", "desc", "style", "defs", "marker", "g", "rect", "path", "text"}


def test_every_message_is_in_the_picture_and_every_name_in_it_is_one():
    words = {word for text in picture_texts() for word in re.findall(r"\w+", text)}
    names = {word for word in words if re.search(r"[a-z][A-Z]", word)}
    assert names <= {*vars(messages), *actors.__all__, ArchivistActor.__name__}
    assert set(re.findall(r"^### `(\w+)`$", page("protocol.md"), flags=re.MULTILINE)) <= words
