"""Markdown cells of a file and cells of code that is one `mo.md` call are the same."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actors.formats.ipynb.markdown import PREFIXES, code_of, markdown_of
from actors.notebook import Cell, Notebook
from actors.types import CellId
from tests.formats.ipynb_values import TRICKY, a_cell, a_file, fields, read, written

MARKDOWN = st.text() | st.text(st.sampled_from('"\\{}\r\n\t a\0\ud800'))


def value_of(code):
    return eval(code, {"mo": type("mo", (), {"md": str})})


@given(MARKDOWN, st.sampled_from(sorted(PREFIXES)))
@example("\\\\alpha {x}", "")
@example("\\\\alpha {x}", "f")
@example("\\\\alpha {x}", "rf")
def test_the_code_of_a_markdown_text_says_just_that(markdown, prefix):
    code = code_of(markdown, prefix)
    assert value_of(code) == f"\n{markdown}\n"
    is_indented = markdown.strip() and not re.search(r"^\S", markdown, re.MULTILINE)
    assert is_indented or markdown_of(code) == markdown


def test_usual_markdown_is_written_as_marimos_converter_writes_it():
    assert code_of("# A\n\n$\\alpha$") == 'mo.md(r"""\n# A\n\n$\\alpha$\n""")'


@pytest.mark.parametrize(
    "code",
    [
        'mo.md(f"{x}")',
        'mo.md("x", "y")',
        'mo.md("x").center()',
        'mo.md("x"); 1',
        'mo.md("x")  # why',
        '# why\nmo.md("x")',
        'mo.md("x"',
        "mo.md(b'x')",
        'mo.md(*"x")',
        "mo.md(x)",
        "mo.md()",
        'mo.md("a")\nmo.md("b")',
        'other.md("x")',
    ],
)
def test_anything_but_one_plain_call_is_code(code):
    assert markdown_of(code) is None
    assert fields(written(Notebook([Cell(CellId("a"), code)])))["cells"][0]["cell_type"] == "code"


@pytest.mark.parametrize(
    ("code", "markdown"),
    [
        ('mo.md("hi")', "hi"),
        ('mo.md("""\n    # a\n\n      - b\n    """)', "# a\n\n  - b"),
        ("mo.md(\n    r'''$\\alpha$'''\n)", "$\\alpha$"),
        ('mo.md(f"{{x}}")', "{x}"),
        ('mo.md("a" "é")', "aé"),
        ('mo.md("")', ""),
        ('mo.md(r"""\n    # a\n    b\n""")', "# a\nb"),
    ],
)
def test_a_call_in_another_form_is_markdown_and_keeps_its_form(code, markdown):
    notebook = Notebook([Cell(CellId("a"), code)])
    cell = fields(written(notebook))["cells"][0]
    assert (cell["cell_type"], "".join(cell["source"])) == ("markdown", markdown)
    assert read(written(notebook)).cells[0].code == code


def test_markdown_that_was_edited_in_jupyter_wins_over_the_form_that_was_noted():
    data = written(Notebook([Cell(CellId("a"), 'mo.md("hi")')]))
    edited = data.replace(b'"hi"\n', b'"hello"\n')
    assert edited != data
    assert read(edited).cells[0].code == 'mo.md("""\nhello\n""")'


@given(MARKDOWN.filter(str.isprintable) | st.sampled_from(TRICKY))
def test_a_markdown_cell_of_others_has_the_text_as_its_value(markdown):
    cell = read(a_file(a_cell(markdown, "markdown"))).cells[0]
    assert value_of(cell.code) == f"\n{markdown}\n"
    assert cell.config.hide_code


def test_an_empty_markdown_cell_stays_empty():
    text = a_file(a_cell([], "markdown"))
    assert markdown_of(read(text).cells[0].code) == ""


def test_a_prefix_that_python_does_not_know_is_none_of_the_codes():
    text = a_file(a_cell("a", "markdown", metadata={"marimo": {"md_prefix": "x"}}))
    assert read(text).cells[0].code == code_of("a")
    assert written(read(text)) == text.encode()
