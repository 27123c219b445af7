"""`notebook-actors convert`, run as a user runs it."""

import itertools
from pathlib import Path

import pytest

from actors import Cell, Notebook
from actors.formats import parse, render
from tests.system.test_cli import run

NOTEBOOK = Notebook([Cell("a", "x = 1", "load"), Cell("b", "y = x")], {"width": "medium"}, "# top")


@pytest.fixture
def source(tmp_path):
    (tmp_path / "nb.py").write_bytes(render(NOTEBOOK, ".py"))
    return tmp_path / "nb.py"


def test_a_conversion_leaves_the_source_alone_and_says_where_the_result_is(source):
    before, target = source.read_bytes(), source.parent / "copy.py"
    result = run("convert", source, target)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{target}\n", "")
    assert source.read_bytes() == before == target.read_bytes()


def test_a_file_that_is_there_is_replaced_only_by_force(source):
    target = source.parent / "mine.py"
    target.write_text("mine = 1\n")
    result = run("convert", source, target)
    assert (result.returncode, target.read_text()) == (2, "mine = 1\n")
    assert result.stderr == f"notebook-actors: {target} is there already; --force replaces it\n"
    assert run("convert", source, target, "--force").returncode == 0
    assert parse(target.read_bytes(), ".py").cells[0].code == "x = 1"


def test_a_file_is_not_converted_onto_itself(source):
    link = source.parent / "link.py"
    link.symlink_to(source)
    result = run("convert", source, link, "--force")
    assert result.returncode == 2
    assert "is the file to convert" in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "target", "error"),
    [
        ("none.py", None, "out.py", (2, "no such file")),
        ("nb.txt", b"x", "out.py", (2, ".txt")),
        ("nb.py", b"import marimo\n\napp = marimo.App()\n", "out.txt", (2, ".txt")),
        ("nb.py", b"x = 1\n", "out.py", (2, "plain Python script")),
        ("nb.py", b"import marimo\n\napp = marimo.App()\n", "none/out.py", (1, "folder")),
    ],
)
def test_what_cannot_be_converted_is_one_clear_line(tmp_path, name, content, target, error):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run("convert", tmp_path / name, tmp_path / target)
    assert result.returncode == error[0]
    assert error[1] in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / target).exists()


def test_a_notebook_goes_through_all_formats_and_back(source):
    names = ["nb.md", "nb.qmd", "nb.ipynb", "back.py"]
    paths = [source, *(source.parent / name for name in names)]
    for old, new in itertools.pairwise(paths):
        assert run("convert", old, new).returncode == 0
    back = parse(paths[-1].read_bytes(), ".py")
    assert [(cell.code, cell.name) for cell in back] == [("x = 1", "load"), ("y = x", "_")]
    assert dict(back.app_config) == {"width": "medium", "app_title": "Nb"}
    assert back.header.strip() == "# top"


def test_what_the_new_format_cannot_hold_is_said(tmp_path):
    jupyter = Path(__file__).parent.parent / "data" / "ipynb" / "jupyterlab.ipynb"
    result = run("convert", jupyter, tmp_path / "nb.py")
    assert result.returncode == 0
    assert "outputs, attachments, metadata" in result.stderr


def test_a_function_of_its_own_loses_nothing_in_markdown(source):
    function = Cell("f", "def f():\n    return 1", "*f")
    source.write_bytes(render(Notebook([function]), ".py"))
    result = run("convert", source, source.parent / "nb.md")
    assert (result.returncode, result.stderr) == (0, "")
