"""What a user wrote into a `.md` or `.qmd` file stays, and what it cannot hold is known."""

from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors import formats
from actors.errors import FormatError
from actors.formats.python.reading import parse as parse_python
from actors.notebook import Cell, CellConfig, Notebook, TextStyle
from actors.types import CellId
from tests.formats.marimo_reference import notebook_of
from tests.formats.markdown_reference import body_of, read, written

DATA = Path(__file__).parents[1] / "data" / "markdown"
FILES = sorted(DATA.iterdir())


def changed(notebook, **app_config):
    return attrs.evolve(notebook, app_config=dict(notebook.app_config) | app_config)


# -- files ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_written_by_hand_stays_as_it_is(path):
    data = path.read_bytes()
    assert formats.render(formats.parse(data, path.suffix), path.suffix) == data


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_edit_changes_its_cell_and_nothing_else(path):
    data = path.read_bytes()
    notebook = formats.parse(data, path.suffix)
    added = Cell(CellId("new"), "x = 'new'")
    text = formats.render(attrs.evolve(notebook, cells=[*notebook, added]), path.suffix).decode()
    assert text.startswith(data.decode().rstrip())
    assert text.count("x = 'new'") == 1


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_the_line_ends_stay(newline):
    data = (DATA / "report.md").read_text().replace("\n", newline).encode()
    notebook = formats.parse(data, ".md")
    assert notebook.style.newline == newline
    assert all("\r" not in cell.code for cell in notebook)
    assert formats.render(notebook, ".md") == data


def test_a_byte_order_mark_stays():
    data = b"\xef\xbb\xbf" + (DATA / "quarto.qmd").read_bytes()
    assert formats.render(formats.parse(data, ".qmd"), ".qmd") == data


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "  \n"])
def test_the_end_of_the_file_stays(end):
    text = written(notebook_of(["x = 1"]))
    assert written(read(text + end)) == text + end


def test_a_footer_of_another_format_is_no_text():
    notebook = notebook_of(["x = 1"], style=TextStyle(footer="\nprint()\n"))
    assert "print" not in written(notebook)


# -- front matter ----------------------------------------------------------------------


def test_a_changed_option_keeps_its_comment_and_its_neighbours():
    text = (DATA / "report.md").read_text()
    notebook = changed(read(text), width="full", app_title="Other")
    expected = text.replace('"medium" # or', "full # or").replace("'Quarterly report' ", "Other ")
    assert written(notebook) == expected


def test_a_new_option_is_added_below_the_others():
    text = "---\ntitle: T\nmarimo-version: 1\n# end\n---"
    notebook = changed(read(text), sql_output="polars", auto_download=["html"])
    options = "sql_output: polars\nauto_download:\n- html\n"
    assert written(notebook) == text.removesuffix("---") + options + "---"


def test_an_option_that_is_reset_is_taken_out_with_its_value():
    text = "---\nauto_download:\n  - html\n  - ipynb\n\n# c\ntitle: T\nmarimo-version: 1\n---"
    notebook = attrs.evolve(read(text), app_config={"app_title": "T", "auto_download": []})
    assert written(notebook) == "---\n\n# c\ntitle: T\nmarimo-version: 1\n---"


def test_a_value_over_lines_is_replaced_whole():
    text = "---\ntitle: |\n  a\n  b\n\nother: 1\nmarimo-version: 1\n---"
    notebook = changed(read(text), app_title="c")
    assert written(notebook) == "---\ntitle: c\n\nother: 1\nmarimo-version: 1\n---"


def test_front_matter_in_braces_is_written_anew_when_it_changes():
    text = "---\n{title: T, other: [1, 2], marimo-version: '1'}\n---"
    assert written(read(text)) == text
    assert read(written(changed(read(text), app_title="c"))).app_config == (("app_title", "c"),)
    assert "other:\n- 1\n- 2\n" in written(changed(read(text), app_title="c"))


@pytest.mark.parametrize(
    "text",
    ["title: &t T\nother: *t\n", "  title: T\n  other: 1\n", "title: T\nother: 1\n...\n"],
    ids=["anchor", "margin", "end mark"],
)
def test_front_matter_that_no_edit_of_lines_can_change_is_written_anew(text):
    notebook = read(f"---\n{text}---\n\na")
    assert dict(read(written(changed(notebook, app_title="c"))).app_config)["app_title"] == "c"
    assert "other: " in written(changed(notebook, app_title="c"))


def test_an_option_that_yaml_has_no_form_for_is_shown_as_python_shows_it():
    assert "later: 1j\n" in written(Notebook(app_config={"later": 1j}))


def test_a_title_that_is_no_text_is_left_alone():
    text = "---\ntitle: 2024\nmarimo-version: 0.25.2\n---\n\na"
    assert written(read(text)) == text


def test_the_version_that_a_notebook_came_with_is_kept():
    notebook = read("---\ntitle: T\nmarimo-version: 0.1\n---")
    assert notebook.generated_with == "0.1"
    other = attrs.evolve(notebook, generated_with="0.9.1")
    assert written(other) == "---\ntitle: T\nmarimo-version: 0.9.1\n---"


def test_the_header_is_that_of_the_python_file():
    header = '# /// script\n# dependencies = ["a"]\n# ///\n\n"""About."""'
    text = written(Notebook(header=header))
    assert read(text).header == header
    python = formats.render(attrs.evolve(read(text), extra=()), ".py")
    assert parse_python(python).header == header


def test_a_project_is_the_header_of_a_python_file_as_marimo_wraps_it():
    text = "---\npyproject: |-\n  dependencies = [\n    'a',\n  ]\ntitle: T\nmarimo-version: 1\n---"
    header = "# /// script\n# dependencies = [\n#   'a',\n# ]\n# ///"
    assert read(text).header == header
    assert written(read(text)) == text


def test_a_new_header_takes_the_place_of_the_project():
    notebook = read("---\npyproject: a\ntitle: T\nmarimo-version: 1\n---")
    text = written(attrs.evolve(notebook, header="# b"))
    assert text == "---\ntitle: T\nmarimo-version: 1\nheader: |-\n  # b\n---"
    assert "header" not in written(attrs.evolve(read(text), header=""))


def test_two_rules_around_a_text_are_no_front_matter():
    (cell,) = read("---\n\nSome text\n\n---\nmore")
    assert cell.code == 'mo.md(r"""\n---\n\nSome text\n\n---\nmore\n""")'


# -- cells -------------------------------------------------------------------------------


def test_a_text_that_changes_is_written_without_the_spaces_at_its_line_ends():
    notebook = read("a  \nb")
    assert body_of(written(notebook)) == "a  \nb"
    (cell,) = notebook
    edited = attrs.evolve(cell, code=cell.code.replace("b", "c"))
    assert body_of(written(attrs.evolve(notebook, cells=[edited]))) == "a\nc"


def test_a_text_stays_when_a_host_gives_its_cells_other_ids():
    notebook = read('"""\n\n```make\n\tx  \n```')
    cells = [attrs.evolve(cell, id=CellId("host")) for cell in notebook]
    assert written(attrs.evolve(notebook, cells=cells)) == written(notebook)
    assert body_of(written(notebook)) == '"""\n\n```make\n\tx  \n```'


def test_a_text_with_a_block_that_never_ends_does_not_take_in_the_next_cell():
    notebook = read("```python\nx  ")
    notebook = attrs.evolve(notebook, cells=[*notebook, Cell(CellId("b"), "y = 1")])
    assert [cell.code for cell in read(written(notebook))] == [
        'mo.md(r"""\n```python\nx\n""")',
        "y = 1",
    ]


def test_a_text_that_begins_a_column_is_written_as_code():
    (cell,) = notebook = read("a  \nb")
    moved = attrs.evolve(cell, config=CellConfig(column=1))
    text = written(attrs.evolve(notebook, cells=[moved]))
    assert 'python {.marimo column="1"}' in text
    assert [cell.config for cell in read(text)] == [moved.config]


def test_attributes_that_mean_nothing_here_stay():
    text = body_of(written(read('```python {.marimo hide_code="true" note="What & why"}\nx\n```')))
    assert text == '```python {.marimo hide_code="true" note="What &amp; why"}\nx\n```'


@pytest.mark.parametrize("name", ["*f", "f"])
def test_the_mark_of_a_function_at_top_level_stays_in_memory(name):
    assert 'name="f"' in written(notebook_of(["def f(): ..."], [name]))


def test_a_name_of_two_lines_does_not_break_its_block():
    (cell,) = read(written(notebook_of(["x"], ['a\n"b"\r'])))
    assert (cell.name, cell.code) == ('a\n"b"\r', "x")


def test_cells_get_the_ids_that_marimo_gives_them():
    notebook = read("a\n<!---->\nb\n\n```python {.marimo}\n```")
    assert [cell.id for cell in notebook] == ["Hbol", "MJUe", "vblA"]


@pytest.mark.parametrize("text", ["", "\n \n", "---\ntitle: T\n---", "---\n---"])
def test_a_file_without_cells_is_a_notebook_without_cells(text):
    assert read(text).cells == ()


# -- what the format cannot hold -----------------------------------------------------------


def test_the_name_and_config_of_a_text_are_not_held():
    (cell,) = read(written(notebook_of(['mo.md("a")'], ["intro"], CellConfig(disabled=True))))
    assert (cell.name, cell.config) == ("_", CellConfig(hide_code=True))


def test_how_a_text_was_quoted_is_not_held():
    (cell,) = read(written(notebook_of(["mo.md('a')"])))
    assert cell.code == 'mo.md(r"""\na\n""")'


def test_a_text_with_a_separator_becomes_two():
    assert len(read(written(notebook_of(['mo.md("a\\n<!---->\\nb")'])))) == 2


def test_column_0_and_blank_lines_around_code_are_not_held():
    (cell,) = read(written(notebook_of(["\n\nx = 1\n"], config=CellConfig(column=0))))
    assert (cell.code, cell.config) == ("x = 1", CellConfig())


def test_that_there_is_no_title_is_not_held():
    assert read(written(Notebook())).app_config == (("app_title", "Notebook"),)


# -- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: T\nother: [1\n---\n", 4),
        ("\n\n---\na: 'b\n---\n", 4),
        ('---\ntitle: T\n---\n\n```python {.marimo column="x"}\n```', 5),
        ("a\n\n```{marimo} python\nx\n```", 3),
        ("```{marimo-config}\nwidth: full\n```", 1),
        ("a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs", 2),
        ("```python {.marimo}\n<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n```", 2),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, line):
    with pytest.raises(FormatError) as refused:
        read(text)
    assert abs(refused.value.line - line) <= 1


@pytest.mark.parametrize("start", ["a: " + "[" * 20_000, "- " * 5_000, "? " * 5_000])
def test_front_matter_of_any_depth_is_refused_at_once(start):
    with pytest.raises(FormatError, match="front matter"):
        read(f"---\n{start}\n---\n\na")


def test_a_query_of_any_depth_is_written():
    code = f'df = mo.sql(f"{{{"+".join(["x"] * 20_000)}}}")'
    assert read(written(notebook_of([code]))).cells[0].code == code


def test_what_is_not_utf_8_is_refused_with_its_line():
    with pytest.raises(FormatError, match="line 2: not text in UTF-8"):
        formats.parse(b"a\n\xff", ".md")


def test_a_conflict_that_a_text_shows_in_a_block_is_no_conflict():
    text = "```\n<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n```"
    assert body_of(written(read(text))) == text


PIECES = st.sampled_from(
    [
        "---\n",
        "```",
        "python {.marimo ",
        'column="',
        '"}',
        "\n",
        "title: ",
        "[",
        "{",
        "\t",
        " ",
        "é",
    ]
)


@settings(max_examples=100)
@given(st.binary() | st.lists(PIECES).map(lambda pieces: "".join(pieces).encode()))
def test_random_bytes_are_read_or_refused(data):
    try:
        notebook = formats.parse(data, ".md")
    except FormatError:
        return
    formats.render(notebook, ".md")


CELLS = st.builds(
    Cell,
    st.just(CellId("a")),
    st.sampled_from(["x = 1", "x = (", "", "'```'", 'mo.md(r"""\n# T\n""")', "s = '''\n  \n'''"])
    | st.text().map(str.strip),
    st.sampled_from(["_", "load", "a b", '"<&>']),
    st.builds(CellConfig, st.none() | st.integers(1, 9), st.booleans(), st.booleans()),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CELLS, max_size=4), st.dictionaries(st.sampled_from(["width", "z"]), st.text()))
def test_any_notebook_is_written_and_read_back_as_often_as_one_likes(cells, app_config):
    once = read(written(Notebook(cells, app_config)))
    again = read(written(once))
    assert len(once) == len(cells)
    assert written(read(written(again))) == written(again)
