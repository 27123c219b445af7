"""Where marimo 0.25.2 writes what Python cannot read, or loses text, we do not."""

import ast

import pytest

from actors import formats
from actors.notebook import CellConfig, Notebook
from tests.formats.marimo_reference import notebook_of, read, written, written_by_marimo

DEEP = "".join(f"{' ' * level}if x:\n" for level in range(99)) + " " * 99 + "y = 1"

CASES = {
    # The null byte is written as it is: no Python reads such a file.
    "null byte": notebook_of(["x = 1\0", "y = 1"]),
    # A lone surrogate has no bytes in UTF-8: the file cannot be saved at all.
    "lone surrogate": notebook_of(["x = '\ud83d'", "y = 1"]),
    # `def f(g): global g` is refused by the compiler.
    "parameter that is global": notebook_of(["g = 1", "global g\nprint(g)"]),
    # Python takes an annotated global in a module only.
    "global with a type": notebook_of(["global g\ng: int = 1"]),
    # Quotes in these are not escaped.
    "quotes in a title": notebook_of(["x = 1"], app_config={"app_title": 'a "b" c'}),
    "newline in a title": notebook_of(["x = 1"], app_config={"app_title": "a\nb"}),
    "quotes in a name": notebook_of(["x = ("], ['a"b']),
    # One level of indentation more than Python allows.
    "deep setup": notebook_of([DEEP], ["setup"]),
}


@pytest.mark.parametrize("notebook", CASES.values(), ids=CASES)
def test_what_marimo_breaks_is_python_and_reads_back(notebook):
    text = written(notebook)
    assert not compiles(saved_by_marimo(notebook))
    assert compiles(text)
    assert [cell.code for cell in read(text)] == [cell.code for cell in notebook]


KEPT = {
    # The second of two such cells becomes a string, because `def *f()` is no Python.
    "starred name twice": notebook_of(["x = (1,\n)", "y = 2"], ["*f", "*f"]),
    # These are taken for line ends, and every save puts four spaces behind them.
    "odd line ends in a string": notebook_of(["x = 'a\fb\x85c\u2028d\x1ce\x0bf'"]),
    "form feed in a long string": notebook_of(["x = '''a\n\fb\n'''"]),
    # A hint whose quotes are escaped already makes an invalid string, and then
    # the cell that uses the variable a string.
    "hint with a backslash": notebook_of(["x: Literal['\\\\', Q] = 1", "print(x)"]),
    # Two functions of one name that wait for others: `ValueError`, nothing is saved.
    "clash of waiting functions": notebook_of(
        [
            "def f(): return g()",
            "def f(): return g() + 1",
            "def g(): return h()",
            "def h(): return f()",
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize("notebook", KEPT.values(), ids=KEPT)
def test_what_marimo_loses_is_kept(notebook):
    text = written(notebook)
    assert text != saved_by_marimo(notebook)
    assert [cell.code for cell in read(text)] == [cell.code for cell in notebook]
    assert "_unparsable_cell" not in text


@pytest.mark.parametrize(
    "code",
    [
        r'mo.md("\\alpha")',  # would be written as `\a`, a bell
        'mo.md(r"""say ""hi"" """)',  # gets backslashes that are seen
        'mo.md("a", kind="b")',  # loses the second argument
        r'mo.md(r"\b" "c")',  # takes the prefix of the last part for all
    ],
)
def test_markdown_that_marimo_changes_is_written_as_it_is(code):
    assert f"    {code}\n" in written(notebook_of([code]))
    assert f"    {code}\n" not in written_by_marimo(notebook_of([code]))


def test_a_comment_behind_the_last_line_of_a_function_is_read():
    codes = ["def f():\n    return 1  # why", "class A:\n    x = 1  # how\n  # less indented"]
    assert [cell.code for cell in read(written(notebook_of(codes)))] == codes


def test_comments_at_the_end_of_a_cell_without_return_are_read():
    text = f"{TOP}@app.cell\ndef _():\n    x = 'é'  # behind\n    # below\n{BOTTOM}"
    assert read(text).cells[0].code == "x = 'é'  # behind\n# below"


def test_a_return_behind_a_statement_that_is_not_ascii_is_found():
    text = f"{TOP}@app.cell\ndef _():\n    x = 'é'; y = '\\d'; return x\n{BOTTOM}"
    assert read(text).cells[0].code == "x = 'é'; y = '\\d'; "


def test_a_broken_setup_cell_is_still_the_setup_cell():
    (cell,) = read(f"{TOP}with app.setup(hide_code=True):\n    import\n{BOTTOM}")
    assert (cell.id, cell.name, cell.code) == ("setup", "setup", "import")
    assert cell.config.hide_code


def test_spaces_on_an_otherwise_empty_line_of_a_string_are_read():
    codes = ["x = '''\n      \n  \nend'''"]
    assert [cell.code for cell in read(written(notebook_of(codes)))] == codes


def test_a_broken_function_keeps_its_header_and_its_config():
    text = f"{TOP}@app.function(hide_code=True)\ndef f(a):\n    return (\n{BOTTOM}"
    (cell,) = read(text)
    assert (cell.name, cell.code) == ("*f", "def f(a):\n    return (")
    assert cell.config == CellConfig(hide_code=True)


def test_options_that_marimo_does_not_know_are_kept():
    text = (
        f"{TOP.replace('App()', 'App(new=[1, None])')}"
        f"@app.cell(hide_code=True, later='x', n=-1)\ndef _():\n    x = 1\n    return\n{BOTTOM}"
    )
    assert written(read(text)) == text.replace("'x'", '"x"')


def test_statements_above_the_import_are_kept():
    text = f"import os\n\n{TOP}{BOTTOM}"
    assert written(read(text)).startswith("import os\n\nimport marimo")


TOP = 'import marimo\n\n__generated_with = "0.25.2"\napp = marimo.App()\n\n\n'
BOTTOM = '\n\nif __name__ == "__main__":\n    app.run()\n'


def compiles(text: str) -> bool:
    try:
        ast.parse(text.encode())
        compile(text, "file", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def saved_by_marimo(notebook: Notebook) -> str:
    try:
        return written_by_marimo(notebook)
    except ValueError as error:
        return str(error)


def test_rendering_gives_bytes_for_surrogates_anywhere():
    notebook = notebook_of(
        ["x = 1"], ["\ud800"], header="# \ud801", app_config={"app_title": "\ud802"}
    )
    assert formats.render(notebook, ".py").isascii()
