"""What we write in `.md` and `.qmd`, and read there, is what marimo writes and reads."""

import re
from pathlib import Path

import attrs
import marimo
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors import formats
from actors.formats.markdown.metadata import titled
from actors.notebook import DEFAULT_CONFIG, Cell, CellConfig, Notebook
from actors.types import CellId
from tests.formats import tricky_cells
from tests.formats.marimo_reference import notebook_of, read_by_marimo
from tests.formats.markdown_reference import (
    SUFFIXES,
    cells,
    cells_by_marimo,
    markdown_by_marimo,
    read,
    saved_by_marimo,
    written,
)

TUTORIALS = [
    path
    for path in sorted(Path(marimo.__file__).parent.glob("_tutorials/*.py"))
    if path.name != "__init__.py"
]
MARKDOWN_TUTORIAL = Path(marimo.__file__).parent / "_tutorials" / "markdown_format.md"


def tutorial(path):
    notebook = formats.parse(path.read_bytes(), ".py")
    # The mark of a top-level function is in memory only; see test_markdown_notebook_kept.py.
    cells = [attrs.evolve(cell, name=cell.name.removeprefix("*")) for cell in notebook]
    return attrs.evolve(notebook, cells=cells, generated_with=None)


# -- tutorials ---------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_every_tutorial_is_written_as_marimo_writes_it(path, suffix):
    notebook = tutorial(path)
    assert written(notebook, suffix) == markdown_by_marimo(notebook, suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_every_tutorial_is_read_as_marimo_reads_it(path, suffix, tmp_path):
    text = written(tutorial(path), suffix)
    assert cells(read(text, suffix)) == cells_by_marimo(text, tmp_path / f"notebook{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_a_file_in_marimo_s_form_stays_as_it_is(path, suffix):
    text = written(tutorial(path), suffix)
    assert written(read(text, suffix), suffix) == text


def test_the_markdown_tutorial_is_read_as_marimo_reads_it():
    ours = formats.parse(MARKDOWN_TUTORIAL.read_bytes(), ".md")
    read_cells, app_config = read_by_marimo(MARKDOWN_TUTORIAL)
    assert (cells(ours), dict(ours.app_config)) == (read_cells, app_config)


def test_the_markdown_tutorial_stays_as_it_is():
    data = MARKDOWN_TUTORIAL.read_bytes()
    assert formats.render(formats.parse(data, ".md"), ".md") == data


def test_the_markdown_tutorial_is_saved_as_a_server_saves_it():
    notebook = formats.parse(MARKDOWN_TUTORIAL.read_bytes(), ".md")
    ours = written(attrs.evolve(notebook, generated_with="0.25.2"))
    assert ours == saved_by_marimo(MARKDOWN_TUTORIAL)


# -- one notebook for a rule ---------------------------------------------------------

WRITTEN = {
    "empty notebook": [],
    "empty cell": [""],
    "only a comment": ["# c"],
    "text": ['mo.md("# T")'],
    "two texts": ['mo.md("a")', 'mo.md("b")', "x = 1"],
    "text, code, text": ['mo.md("a")', "x = 1", 'mo.md("b")'],
    "empty text": ['mo.md("")'],
    "raw text": ['mo.md(r"""\n$\\alpha$\n""")'],
    "escapes": ['mo.md("a\\tb\\\\n")'],
    "joined strings": ['mo.md("a" "b")'],
    "f-string without fields": ['mo.md(f"a{{b}}")'],
    "f-string": ['mo.md(f"a{x}")'],
    "spaces around the call": ['\n mo.md("a") \n'],
    "spaces in the call": ['mo.md( "a" )', 'mo . md("a")'],
    "spaces at line ends": ['mo.md("""a  \nb\t\n""")'],
    "indented text": ['mo.md("""\n    a\n        b\n    c\n""")', 'mo.md("""a\n    b""")'],
    "text that is assigned": ['x = mo.md("a")'],
    "table": ['mo.md("""| a | b |\n|---|---|\n| 1 | 2 |""")'],
    "rule": ['mo.md("""---\na: b\n---""")'],
    "html comment": ['mo.md("a\\n<!-- b -->\\nc")'],
    "separator": ['mo.md("a\\n<!---->\\nb")'],
    "fence": ['mo.md("""```python\nx\n```""")'],
    "longer fence": ['mo.md("""````md\n```python {.marimo}\nx\n```\n````""")'],
    "tilde fence": ['mo.md("""~~~~\n```\n~~~~""")', 'mo.md("""~~~ js\nx\n~~~""")'],
    "fence with a title": ['mo.md("""```python title="x"\nx\n```""")'],
    "fence with lines": ['mo.md("""```python hl_lines="1-2 4" linenums="1"\nx\n```""")'],
    "fence with unknown words": ['mo.md("""```python foo\nx\n```""")'],
    "fence with bad lines": ['mo.md("""```python hl_lines="x"\nx\n```""")'],
    "fence without an end": ['mo.md("""```python\nx""")'],
    "fence without a start": ['mo.md("""x\n```""")'],
    "fence with nothing in it": ['mo.md("""```\n```""")'],
    "fence with a tab": ['mo.md("""```make\n\tx\n```""")'],
    "fence with a separator": ['mo.md("""```html\n<!---->\n```""")'],
    "fence in a list": ['mo.md("""- a\n  ```\n  x\n  ```\n""")'],
    "fence in a quote": ['mo.md("""> ```\n> x\n> ```\n""")'],
    "fence that leaves a quote": ['mo.md("""> ```\n> a\n>\n  b\n""")'],
    "backticks in a line": ['mo.md("""a ```b``` c""")', 'mo.md("""```a```""")'],
    "text like a cell": ['mo.md("""```python {.marimo}\nx\n```""")'],
    "text like an old cell": ['mo.md("""```{.python.marimo}\nx\n```""")'],
    "text like Quarto's cell": ['mo.md("""```{python}\nx\n```""")'],
    "text with a call in it": ['mo.md("""a\nmo.md(b)\n""")'],
    "backticks in code": ['s = """\n````\n"""', "'```'"],
    "code of blank lines": ["x = 1\n   \ny = 2", "\n\nx\n\n"],
    "code with a margin": ["  x = 1", "  # c\nx = 1"],
    "SQL": ['df = mo.sql(\n    f"""\n    SELECT 1\n    """\n)'],
    "SQL without a name": ['_df = mo.sql(f"SELECT 1")', 'mo.sql(f"SELECT 1")'],
    "SQL without output": ['df = mo.sql(f"SELECT 1", output=False)'],
    "SQL with an engine": ['df = mo.sql(f"SELECT 1", engine=db)'],
    "SQL of many lines": ['df = mo.sql(\n    f"""\n    SELECT\n      a\n    FROM b\n    """\n)'],
    "SQL with Python in it": ['df = mo.sql(f"SELECT {x + 1}, {y!r:>3}, {{}}")'],
    "SQL that is no f-string": ['df = mo.sql("SELECT 1")'],
    "SQL and more": ['df = mo.sql(f"SELECT 1")\nx = 1'],
    "broken": ["x = (", "def f(:", "return 1", "from x import *"],
    "Python, but not in a function": [
        "".join(f"{' ' * depth}if x:\n" for depth in range(99)) + " " * 99 + "y"
    ],
    "await": ["await x"],
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("codes", WRITTEN.values(), ids=WRITTEN)
def test_a_cell_of_each_kind_is_written_as_marimo_writes_it(codes, suffix):
    notebook = notebook_of(codes)
    assert written(notebook, suffix) == markdown_by_marimo(notebook, suffix)


# marimo expands tabs in what it reads: see test_markdown_notebook_better_than_marimo.py.
READABLE = {name: codes for name, codes in WRITTEN.items() if codes and "tab" not in name}


@pytest.mark.parametrize("codes", READABLE.values(), ids=READABLE)
def test_a_cell_of_each_kind_is_read_as_marimo_reads_it(codes, tmp_path):
    text = written(notebook_of(codes))
    assert cells(read(text)) == cells_by_marimo(text, tmp_path / "notebook.md")


@pytest.mark.parametrize("name", ["_", "__", "", "load", "a b", "q\"<>&'", "é", "setup"])
def test_a_name_is_written_as_marimo_writes_it(name):
    notebook = notebook_of(["x = 1", 'mo.md("a")', "x = ("], [name] * 3)
    assert written(notebook) == markdown_by_marimo(notebook, ".md")


@pytest.mark.parametrize("code", ["x = 1", 'mo.md("a")', "x = (", 'df = mo.sql(f"SELECT 1")'])
@pytest.mark.parametrize("column", [None, 0, 2])
def test_a_config_is_written_as_marimo_writes_it(code, column):
    config = CellConfig(column, disabled=True, hide_code=True, expand_output=True)
    notebook = notebook_of([code], config=config)
    assert written(notebook) == markdown_by_marimo(notebook, ".md")


@pytest.mark.parametrize(
    "app_config",
    [
        {"app_title": "My: 'title'", "width": "medium"},
        {"app_title": "Übung", "layout_file": "layouts/a.json", "css_file": ""},
        {"app_title": "yes", "auto_download": ["html", "ipynb"], "sql_output": "polars"},
        {"app_title": "word " * 40, "width": "compact", "html_head_file": None},
        {"app_title": "two\nlines", "later": True},
        {"app_title": "y", "description": "word " * 30, "css_file": "0.25"},
    ],
)
def test_the_options_of_the_app_are_written_as_marimo_writes_them(app_config):
    notebook = Notebook(app_config=app_config)
    assert written(notebook) == markdown_by_marimo(notebook, ".md")


@pytest.mark.parametrize(
    "header",
    [
        "# /// script\n# dependencies = ['a']\n# ///",
        '"""A docstring: with a colon."""',
        "# a\n# spaces  \n# é",
        "author: me\npyproject: |\n  a\n\n  b\ndate: 2024-03-01",
        "# é " + "word " * 40 + '\n  # "x"',
    ],
)
def test_a_header_is_written_as_marimo_writes_it(header):
    notebook = Notebook(header=header)
    assert written(notebook) == markdown_by_marimo(notebook, ".md")


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("my-first_notebook.md", "My First Notebook"),
        ("dir/report.qmd", "Report"),
        ("v1.2-notes.md", "V1.2 Notes"),
        ("notes.myst.md", "Notes"),
    ],
)
def test_a_new_file_is_called_what_marimo_calls_it(file_name, title, tmp_path):
    assert dict(titled(Notebook(), file_name).app_config) == {"app_title": title}
    path = tmp_path / Path(file_name).name
    path.write_text("# a", encoding="utf-8")
    assert f"title: {title}\n" in saved_by_marimo(path) or ".myst" in file_name


def test_a_notebook_that_has_a_title_keeps_it():
    notebook = Notebook(app_config={"app_title": "x"})
    assert titled(notebook, "y.md") is notebook


# -- mixtures ------------------------------------------------------------------------

# In these marimo loses a comment, a semicolon or the spaces in a string, or crashes:
# see test_markdown_notebook_better_than_marimo.py.
LOST = {
    "layout: strings over lines",
    "markdown: comments",
    "markdown: invalid escape",
    "markdown: not alone",
    "markdown: unicode",
}
CODES = [
    code
    for name, codes in (tricky_cells.ALL | READABLE).items()
    for code in codes
    if name not in LOST and "\ud800" not in code
]
CELLS = st.builds(
    Cell,
    st.just(CellId("a")),
    st.sampled_from(CODES),
    st.sampled_from(["_", "load", "a b"]),
    st.just(DEFAULT_CONFIG)
    | st.builds(CellConfig, st.none() | st.integers(0, 2), st.booleans(), st.booleans()),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CELLS, max_size=5), st.sampled_from(SUFFIXES))
def test_any_mixture_of_cells_is_written_as_marimo_writes_it(some_cells, suffix):
    notebook = Notebook(some_cells)
    assert written(notebook, suffix) == markdown_by_marimo(notebook, suffix)


LINES = st.sampled_from(
    [
        "", "", "a", "# T", "- item", "| a | b |", "---", '"""x"""', "\\d", "> quote", "<!-- c -->",
        "<!---->", "  <!---->", "    indented", "`code`", "```x` y", "x = 1", "SELECT 1",
        "```", "````", "~~~", "```python", "```foo bar", '```python title="x"',
        "```python{.marimo}", "```python {.marimo}", "```python {.marimo}", "``` {.marimo}",
        "```{python}", "~~~python {.marimo}", '```{.python.marimo disabled="true"}',
        '````python {.marimo name="x&amp;y" column="1"}', '```sql {.marimo query="df"}',
        '```{marimo .sql hide_output="True" engine="e"}',
    ]
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=12).map("\n".join))
def test_any_mixture_of_lines_is_read_as_marimo_reads_it(tmp_path, body):
    # The first line is one that marimo can begin with, and blocks that are closed at
    # once get an empty line from it: see test_markdown_notebook_better_than_marimo.py.
    text = f"---\ntitle: T\n---\n\nA text.\n{body}"
    text = re.sub(r"(~~~|``)\n(?=\1)", r"\1\n\n", text)
    ours = cells(read(text))
    assert ours == cells_by_marimo(text, tmp_path / "notebook.md")
