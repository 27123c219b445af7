"""What people write between cells, which marimo drops, is never lost and seldom moved."""

import ast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loguru import logger

from tests.formats.marimo_reference import read, written, written_by_marimo

IMPORT = "import marimo\n"
APP = '\n__generated_with = "0.25.2"\napp = marimo.App()\n'
ONE = "@app.cell\ndef _():\n    x = 1\n    return\n"
TWO = "@app.cell\ndef two():\n    y = 2\n    return\n"
RUN = 'if __name__ == "__main__":\n    app.run()\n'
SPACE = "\n\n"

KEPT = {
    "below the import": f"{IMPORT}# here\nimport os\n{APP}{SPACE}{ONE}{SPACE}{RUN}",
    "behind the import": f"import marimo  # here\n{APP}{SPACE}{ONE}{SPACE}{RUN}",
    "above the app": (
        f'{IMPORT}\n__generated_with = "0.25.2"\n# here\napp = marimo.App()\n'
        f"{SPACE}{ONE}{SPACE}{RUN}"
    ),
    "behind the app": f"{IMPORT}{APP[:-1]}  # here\n{SPACE}{ONE}{SPACE}{RUN}",
    "above a cell": f"{IMPORT}{APP}{SPACE}# here\n{ONE}{SPACE}# there\n{TWO}{SPACE}{RUN}",
    "statements": f"{IMPORT}{APP}{SPACE}X = 1\n\n\n{ONE}{SPACE}def here():\n    pass\n{SPACE}{RUN}",
    "behind a return": f"{IMPORT}{APP}{SPACE}{ONE[:-1]}  # here\n{SPACE}{TWO}{SPACE}{RUN}",
    "below a return": f"{IMPORT}{APP}{SPACE}{ONE}    # here\n    # there\n{SPACE}{TWO}{SPACE}{RUN}",
    "above the run guard": f"{IMPORT}{APP}{SPACE}{ONE}{SPACE}# here\n{RUN}",
    "without cells": f"{IMPORT}{APP}{SPACE}# here\n{SPACE}{RUN}",
    "above setup": (
        f"{IMPORT}{APP}\n# here\nwith app.setup:\n    import os\n{SPACE}{ONE}{SPACE}{RUN}"
    ),
    "below a broken cell": (
        f'{IMPORT}{APP}{SPACE}app._unparsable_cell(\n    r"""\n    x (\n    """,\n    name="_"\n)'
        f"  # here\n{SPACE}# there\n{ONE}{SPACE}{RUN}"
    ),
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_text_between_cells_stays_where_it_is(text):
    notebook = read(text)
    assert written(notebook) == text
    assert "here" not in written_by_marimo(notebook)


ON_ONE_LINE = {
    "import marimo, os\n": "import marimo\nimport os\n",
    "import marimo; import os\n": "import marimo\nimport os\n",
    "import os; import marimo\n": "import os;\n\nimport marimo\n",
}


@pytest.mark.parametrize(("top", "expected"), ON_ONE_LINE.items())
def test_statements_on_one_line_with_the_import_are_kept(top, expected):
    text = f"{top}{APP}{SPACE}{ONE}{SPACE}{RUN}"
    assert written(read(text)) == text.replace(top, expected)


TEXT = f"{IMPORT}{APP}{SPACE}# one\n{ONE[:-1]}  # behind\n{SPACE}# two\n{TWO}{SPACE}{RUN}"


def test_text_goes_where_its_cell_goes():
    notebook = read(TEXT)
    moved = written(attrs.evolve(notebook, cells=reversed(notebook.cells)))
    assert moved.index("# two") < moved.index("def two") < moved.index("# one")
    assert moved.index("# one") < moved.index("return  # behind")


def test_indented_comments_below_a_return_go_with_the_cell_above():
    notebook = read(f"{IMPORT}{APP}{SPACE}{ONE}    # here\n{SPACE}{TWO}{SPACE}{RUN}")
    moved = written(attrs.evolve(notebook, cells=reversed(notebook.cells)))
    assert moved == f"{IMPORT}{APP}{SPACE}{TWO}{SPACE}{ONE}    # here\n{SPACE}{RUN}"


def test_text_whose_cell_is_deleted_stands_above_the_run_guard():
    text = written(attrs.evolve(read(TEXT), cells=()))
    assert text == f"{IMPORT}{APP}{SPACE}# one\n\n\n# behind\n\n\n# two\n{SPACE}{RUN}"
    assert written(read(text)) == text


def test_a_cell_that_comes_between_takes_no_text():
    notebook = read(TEXT)
    new = attrs.evolve(notebook.cells[1], id="new", code="y = 1")
    text = written(attrs.evolve(notebook, cells=[notebook.cells[0], new, notebook.cells[1]]))
    assert text.index("return  # behind") < text.index("y = 1") < text.index("# two")


PIECES = [
    *("# {}\n", "    # {}\n", "\n", "X = {}\n", "print({}); print({})\n", "'''{}\n'''\n"),
    *(ONE, TWO, ONE[:-1] + "  # {}\n", "@app.function\ndef f():\n    pass  # {}\n    # {}\n"),
    *("with app.setup:\n    import os  # {}\n", 'app._unparsable_cell("x (")  # {}\n', RUN),
]


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.randoms(use_true_random=False))
def test_no_text_between_cells_is_ever_lost(pieces, order):
    count = iter(range(1_000, 9_999))
    text = f"{IMPORT}{APP}\n{''.join(pieces)}"
    while "{}" in text:
        text = text.replace("{}", str(next(count)), 1)
    marks = [str(mark) for mark in range(1_000, next(count))]
    notebook = read(text)
    some = [cell for cell in notebook if order.random() < 0.7 or any(m in cell.code for m in marks)]
    order.shuffle(some)
    again = written(attrs.evolve(notebook, cells=some))
    assert [mark for mark in marks if again.count(mark) != 1] == []
    ast.parse(again)
    # An indented comment that a move has put right below a function is that function's
    # from then on, so the spaces around it settle one save later.
    settled = written(read(again))
    assert [mark for mark in marks if settled.count(mark) != 1] == []
    assert written(read(settled)) == settled


UNKEPT = {
    "another decorator": f"@cache\n{ONE}",
    "above def": ONE.replace("def", "# here\ndef"),
    "behind the signature": ONE.replace("():", "():  # here"),
    "in the signature": ONE.replace("()", "(\n    # here\n)"),
}


@pytest.mark.parametrize("cell", UNKEPT.values(), ids=UNKEPT)
def test_what_cannot_be_kept_is_logged_with_its_line(cell):
    assert [line for line in logged_at_reading(cell) if "line 6: a save will not keep" in line]


@pytest.mark.parametrize("cell", [ONE, ONE.replace("x =", "# here\n    x ="), TWO])
def test_nothing_is_logged_of_a_file_that_is_kept_whole(cell):
    assert logged_at_reading(cell) == []


def logged_at_reading(cell):
    lines: list[str] = []
    logger.enable("actors")
    logger.add(lines.append)
    read(f"{IMPORT}{APP}\n{cell}\n\n{RUN}")
    return lines
