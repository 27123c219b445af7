"""Where marimo 0.25.2 loses or changes what a markdown notebook says, and we do not."""

import pytest

from actors import formats
from actors.notebook import Notebook
from tests.formats.marimo_reference import notebook_of
from tests.formats.markdown_reference import (
    body_of,
    cells_by_marimo,
    markdown_by_marimo,
    read,
    saved_by_marimo,
    written,
)


def read_back(code):
    (cell,) = read(written(notebook_of([code])))
    return cell.code


# -- writing ---------------------------------------------------------------------------

KEPT = {
    # marimo writes the text alone.
    "comment above a text": '# why\nmo.md("""\na\n""")',
    "comment behind a text": 'mo.md("""\na\n""")  # why',
    "comment in a call": 'mo.md(\n    # why\n    "a"\n)',
    "semicolon": 'mo.md("""\na\n""");',
    "argument": 'mo.md("a", x=1)',
    # marimo takes the spaces out of a string.
    "blank line in a string": 's = """\na\n   \nb"""',
    # marimo writes another query, or none.
    "query in a variable": "df = mo.sql(query)",
    "comment above a query": '# why\ndf = mo.sql(f"""SELECT 1""")',
    "letters of a query": 'df = mo.sql(\n    f"""\n    SELECT \'é\'\n    """\n)',
    "backslash in a query": 'df = mo.sql(f"""SELECT \'\\\\n\'""")',
    "braces in a query": 'df = mo.sql("SELECT {}")',
    "engine in an object": 'df = mo.sql(f"SELECT 1", engine=db.engine)',
    "engine of a name in quotes": 'df = mo.sql(f"SELECT 1", engine="db")',
    # marimo makes `mo.sql` of it.
    "another function": 'df = duckdb.sql("SELECT 1")',
    # marimo writes a text that is read as a cell, or takes in the cells below it.
    "tilde fence like a cell": 'mo.md("""\n~~~python {.marimo}\nx\n~~~\n""")',
    "tilde fence without an end": 'mo.md("""\n~~~\nx\n""")',
    "quoted fence without an end": 'mo.md("""\n> ```\n> x\n""")',
    "indented fence without an end": 'mo.md("""\n- a\n  ```\n""")',
}


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT)
def test_what_marimo_loses_when_it_writes_is_kept(code, tmp_path):
    codes = [code, "last = 1"]
    text = markdown_by_marimo(notebook_of(codes), ".md")
    by_marimo = [cell[1] for cell in cells_by_marimo(text, tmp_path / "n.md")]
    assert by_marimo != codes, "no longer lost by marimo"
    assert [cell.code for cell in read(written(notebook_of(codes)))] == codes


def test_half_a_surrogate_pair_is_an_escape():
    # marimo cannot write the file.
    assert read_back('x = "\ud800"') == 'x = "\\ud800"'


def test_dashes_at_the_end_of_a_line_do_not_end_the_front_matter(tmp_path):
    # marimo ends it at the first `---` at the end of any line, and loses what follows.
    notebook = Notebook(header="# a ---\n# b")
    path = tmp_path / "n.md"
    path.write_text(written(notebook), encoding="utf-8")
    assert read(written(notebook)).header == notebook.header
    assert "# b" not in saved_by_marimo(path).partition("\n---\n")[0]


def test_an_empty_notebook_keeps_its_front_matter(tmp_path):
    # marimo takes front matter with nothing below it for text.
    text = written(Notebook(app_config={"width": "full"}))
    assert len(cells_by_marimo(text, tmp_path / "n.md")) == 1
    assert dict(read(text).app_config)["width"] == "full"


def test_an_option_can_be_reset():
    # marimo keeps the value that the file has.
    notebook = read("---\ntitle: T\nwidth: full\nmarimo-version: 1\n---")
    reset = Notebook(app_config={"app_title": "T"}, generated_with="1", extra=notebook.extra)
    assert written(reset) == "---\ntitle: T\nmarimo-version: 1\n---"


def test_the_list_of_downloads_is_read():
    # marimo writes it, and reads only values that are texts.
    notebook = Notebook(app_config={"app_title": "T", "auto_download": ["html"]})
    assert read(written(notebook)).app_config == notebook.app_config


# -- reading ---------------------------------------------------------------------------


def saved(text, tmp_path):
    path = tmp_path / "n.md"
    path.write_text(text, encoding="utf-8")
    return body_of(saved_by_marimo(path))


SAVED = {
    # Two spaces at the end of a line are a line break.
    "line break": "a  \nb",
    "three quotes": 'a """ b',
    "tab in a block": "```make\nall:\n\techo\n```",
    "block in a quote": "> ```\n> x\n> ```",
    "empty block": "```\n```",
    "margin of the first line": "a\n<!---->\n    indented\n    code",
}


@pytest.mark.parametrize("body", SAVED.values(), ids=SAVED)
def test_a_text_that_marimo_changes_when_it_saves_stays(body, tmp_path):
    text = f"---\ntitle: T\nmarimo-version: 0.25.2\n---\n\n{body}"
    assert saved(text, tmp_path) != body, "no longer changed by marimo"
    assert written(read(text)) == text


def test_tabs_in_a_string_stay(tmp_path):
    # marimo makes four spaces of each.
    text = '```python {.marimo}\nx = "\t"\n```'
    assert "\t" not in cells_by_marimo(text, tmp_path / "n.md")[0][1]
    assert read(text).cells[0].code == 'x = "\t"'


def test_a_cell_in_a_list_keeps_its_name_and_loses_its_margin(tmp_path):
    # marimo keeps the margin, so that the code is no Python, and not the name.
    text = '- item\n\n  ```python {.marimo name="load"}\n  if x:\n      y\n  ```'
    assert cells_by_marimo(text, tmp_path / "n.md")[1][1:3] == ("  if x:\n      y", "_")
    cell = read(text).cells[1]
    assert (cell.code, cell.name) == ("if x:\n    y", "load")


@pytest.mark.parametrize(
    "text", ["---\ntitle: T\n---\n\n    indented", "---\n---\n\na", "---\n\na\n\n---\n\nb"]
)
def test_a_file_at_which_marimo_gives_up_is_read(text, tmp_path):
    with pytest.raises(AssertionError):
        cells_by_marimo(text, tmp_path / "n.md")
    assert len(formats.parse(text.encode(), ".md")) == 1
