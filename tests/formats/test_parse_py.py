"""What a `.py` file is read as, and which files are refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import formats
from actors.errors import FormatError
from actors.notebook import CellConfig, Notebook
from tests.formats.marimo_reference import notebook_of, read, read_by_marimo, written

TOP = 'import marimo\n\n__generated_with = "0.25.2"\napp = marimo.App()\n\n\n'
BOTTOM = '\n\nif __name__ == "__main__":\n    app.run()\n'
CELL = "@app.cell\ndef _():\n    x = 1\n    return\n"


def refusal(data: bytes | str) -> FormatError:
    with pytest.raises(FormatError) as info:
        formats.parse(data if isinstance(data, bytes) else data.encode(), ".py")
    return info.value


@pytest.mark.parametrize("data", [b"", b"\n \n"])
def test_an_empty_file_is_an_empty_notebook(data):
    assert formats.parse(data, ".py") == Notebook()


def test_comments_and_docstrings_alone_are_a_notebook_with_a_header():
    assert read('# a\n"""b"""\n') == Notebook(header='# a\n"""b"""')


def test_cells_get_the_ids_that_marimo_gives_them():
    text = written(notebook_of(["import os", "x = 1", "def f(): pass"], ["setup", "a", "_"]))
    assert [(c.id, c.name) for c in read(text)] == [
        ("setup", "setup"),
        ("Hbol", "a"),
        ("MJUe", "*f"),
    ]


def test_bom_and_crlf_are_read():
    text = f"{TOP}@app.cell\ndef _():\n    x = '''\n    a'''\n    return\n{BOTTOM}"
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert formats.parse(data, ".py").cells == read(text).cells
    assert read(text).cells[0].code == "x = '''\na'''"


BODIES = {
    "return of names": "def _():\n    x = 1\n    return x, y",
    "return over lines": "def _():\n    x = 1\n    return (\n        x,\n        y,\n    )",
    "only return": "def _():\n    return",
    "only comments": "def _():\n    # a\n\n    # b\n    return",
    "blank line above return": "def _():\n    import x\n\n    return (x,)",
    "blank lines": "def _():\n\n    x = 1\n\n\n    return",
    "no return": "def _():\n    x = 1",
    "return in the middle": "def _():\n    if x:\n        return\n    y = 1\n    return",
    "parameters over lines": "def _(\n    a: 'x:y',\n    b={1: 2},  # :\n):\n    x = 1\n    return",
    "hint of the result": "async def _(a) -> dict[str, int]:\n    await a\n    return",
    "one line": "def _(): x = 1; y = 2",
    "comment behind the header": "def _():  # a\n    x = 1\n    return",
    "return behind a statement": "def _():\n    x = '\\d'; y = 1or 2; return x",
    "badly indented string": 'def _():\n    x = """\n  a\n    b\n"""\n    return',
    "well indented string": 'def _():\n    x = """\n      a\n    b\n    """\n    return',
    "tab": "def _():\n\tif x:\n\t\ty = 1\n\treturn",
    "less indented bracket": "def _():\n    x = [\n  1,\n]\n    return",
    "decorated first statement": "def _():\n    @a\n    def f():\n        pass\n\n    return",
    "options": "def _():\n    x = 1\n    return",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("decorator", ["@app.cell", "@app.cell(hide_code=True, column=1)"])
def test_a_cell_is_read_as_marimo_reads_it(tmp_path, decorator, body):
    path = tmp_path / "notebook.py"
    path.write_text(f"{TOP}{decorator}\n{body}\n{BOTTOM}")
    cells, _ = read_by_marimo(path)
    ours = formats.parse(path.read_bytes(), ".py")
    assert [(c.id, c.code, c.name, c.config.options()) for c in ours] == cells


FILES = {
    "alias": f"import marimo as mo\n\napp = mo.App(width='full')\n\n{CELL}",
    "no version": f"import marimo\n\napp = marimo.App()\n\n{CELL}{BOTTOM}",
    "statement between": f"{TOP}import os\n\n\n{CELL}{BOTTOM}",
    "no run guard": f"{TOP}{CELL}",
    "behind the run guard": f"{TOP}{CELL}{BOTTOM}\n\n{CELL}",
    "function": f"{TOP}@app.function\n@a\n# c\ndef f():\n    pass\n    # d\n\n\n{CELL}{BOTTOM}",
    "class": f"{TOP}@app.class_definition(column=1)\nclass A:\n    x = 1\n\n\n{CELL}{BOTTOM}",
    "setup": f"{TOP}with app.setup(hide_code=True):\n    import x\n    # y\n\n\n{CELL}{BOTTOM}",
    "setup of comments": f"{TOP}with app.setup:\n    # x\n    pass\n\n\n{CELL}{BOTTOM}",
    "cell called setup": f"{TOP}@app.cell\ndef setup():\n    x = 1\n    return\n{BOTTOM}",
    "unparsable": f'{TOP}app._unparsable_cell(\n    r"""\n    x (\n    """,\n    name="a"\n)\n',
    "unparsable setup": f'{TOP}app._unparsable_cell("x (", name="setup")\n\n{CELL}{BOTTOM}',
    "unparsable in place": f'{TOP}app._unparsable_cell("x (", disabled=True)\n\n{CELL}{BOTTOM}',
    "another decorator": f"{TOP}@cache\n@app.cell\n@other\ndef f():\n    pass\n{BOTTOM}",
    "broken cell": f"{TOP}{CELL}\n\n@app.cell\ndef b(x):\n    y = (\n    return\n\n\n{CELL}",
    "broken string": f"{TOP}{CELL}\n\n@app.cell\ndef _():\n    y = '\n    return\n\n\n{CELL}",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_file_is_read_as_marimo_reads_it(tmp_path, text):
    path = tmp_path / "notebook.py"
    path.write_text(text)
    cells, app_config = read_by_marimo(path)
    ours = formats.parse(path.read_bytes(), ".py")
    assert [(c.code, c.name, c.config.options()) for c in ours] == [cell[1:] for cell in cells]
    assert dict(ours.app_config) == app_config


def test_an_unterminated_string_costs_no_other_cell():
    text = f"{TOP}{CELL}\n\n@app.cell\ndef _():\n    y = '''\n    return\n\n\n{CELL}{BOTTOM}"
    assert [cell.code for cell in read(text)] == ["x = 1", "y = '''", "x = 1"]


def test_what_looks_like_a_cell_in_a_string_is_none():
    code = "def f():\n    return '''\n@app.cell\ndef _():\n'''"
    text = f"{TOP}@app.function\n{code}\n\n\n@app.cell\ndef _():\n    x = (\n\n\n{CELL}{BOTTOM}"
    assert [cell.code for cell in read(text)] == [code, "x = (", "x = 1"]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"x = 1\n\xe9", "x".encode("utf-16")])
def test_bytes_that_are_no_utf8_are_refused(data):
    assert "UTF-8" in refusal(data).reason
    assert refusal(data).line == data.count(b"\n") + 1


@pytest.mark.parametrize("text", ["import os\nprint(1)\n", "import marimo as mo\nmo.md('x')\n"])
def test_a_plain_script_is_told_from_a_broken_notebook(text):
    assert "plain Python script" in refusal(text).reason
    assert "plain" not in refusal(f"{TOP}{CELL}\nx = (\n").reason


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = (\n", 1),
        (f"import os\nimport (\n{TOP}{CELL}", 2),
        (f"{TOP}{CELL}\n\nthese are words\n\n\n{CELL}{BOTTOM}", 13),
        (f"{TOP}{CELL}{BOTTOM}    app.run(\n", 15),
    ],
)
def test_a_syntax_error_outside_of_cells_is_refused_with_its_line(text, line):
    assert refusal(text).line == line


CONFLICT = "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> branch\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{TOP}{CONFLICT.format(CELL, CELL)}{BOTTOM}", 7),
        (f"{TOP}@app.cell\ndef _():\n{CONFLICT.format('    x = 1', '    x = 2')}    return\n", 9),
        (f'{TOP}@app.cell\ndef _():\n    mo.md("""\n{CONFLICT.format("a", "b")}    """)\n', 10),
        (f"{TOP}{CELL}>>>>>>> branch\n{BOTTOM}", 11),
    ],
)
def test_a_git_conflict_is_refused_with_its_line(text, line):
    assert "conflict" in refusal(text).reason
    assert refusal(text).line == line


def test_conflict_marks_that_a_function_writes_are_code():
    code = f'def f():\n    return """\n{CONFLICT}"""'
    assert read(written(notebook_of([code]))).cells[0].code == code


def test_an_unknown_suffix_is_refused_and_the_known_ones_named():
    with pytest.raises(FormatError, match=r"'\.xyz'.*\.py"):
        formats.parse(b"", ".xyz")
    with pytest.raises(FormatError, match=r"'\.xyz'.*\.py"):
        formats.render(Notebook(), ".xyz")


@given(st.binary())
def test_random_bytes_are_read_or_refused(data):
    with contextlib.suppress(FormatError):
        formats.parse(data, ".py")


PIECES = [
    *(TOP, BOTTOM, CELL, "@app.cell\n", "@app.function\n", "with app.setup:\n", "    pass\n"),
    *("app._unparsable_cell(\n", ")\n", "def f(:\n", "    x = (\n", "    return x\n"),
    *("'''", '"', "\\", "\0", "\f", "\t", "é", "1if", "f'{", "{x:", "}'"),
    *("=======\n", "<<<<<<< a\n", ">>>>>>> b\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_pieces_of_notebooks_are_read_or_refused(text):
    try:
        notebook = read(TOP + text)
    except FormatError:
        return
    assert read(written(notebook)) is not None


def test_the_config_of_a_cell_is_read():
    text = f"{TOP}@app.cell(column=1, disabled=True)\ndef a():\n    return\n{BOTTOM}"
    assert read(text).cells[0].config == CellConfig(column=1, disabled=True)
