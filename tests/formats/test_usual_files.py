"""What is read without a syntax tree is what is read with one, in sound and in broken files."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors import formats
from actors.codec import decode_json
from actors.errors import FormatError
from actors.formats.memo import MEMO
from actors.formats.python import reading
from actors.formats.python.encoding import decoded
from actors.formats.python.usual_files import taken_apart
from actors.notebook import PLAIN_STYLE
from benchmarks.workload import make_workload
from tests.formats import python_grammar, tricky_cells
from tests.formats.corpus_rules import CORPUS
from tests.formats.marimo_reference import notebook_of, written
from tests.formats.test_round_trip_py import RECORDINGS


def outcome(read, *arguments):
    """Return all that is read, what plays no part in `==` too, or the refusal."""
    try:
        notebook = read(*arguments)
    except FormatError as refusal:
        return str(refusal)
    return notebook, notebook.extra


def is_read_the_same(data):
    text, style = decoded(data)
    return outcome(formats.parse, data, ".py") == outcome(reading.carefully, text, style)


def is_usual(text):
    """Return whether nothing of a file is given to the careful reader but its top."""
    return reading._quickly(text, PLAIN_STYLE) is not None


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.py")), ids=lambda path: path.stem)
def test_the_corpus_is_read_the_same(path):
    assert is_read_the_same(path.read_bytes())


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_recordings_are_read_the_same(path):
    for line in path.read_bytes().splitlines():
        text = decode_json(line).get("text")
        assert text is None or is_read_the_same(text.encode())


@given(python_grammar.notebooks())
def test_generated_notebooks_are_read_the_same(notebook):
    assert is_read_the_same(written(notebook).encode())


def of_workload(seed):
    return written(notebook_of([cell.code for cell in make_workload(11, 1, seed).cells]))


def test_what_people_write_is_read_without_a_syntax_tree(monkeypatch):
    text = of_workload("a")
    formats.parse(text.encode(), ".py")
    monkeypatch.setattr("actors.formats.python.usual_files.Source.of", None)
    monkeypatch.setattr("actors.formats.python.reading.Source.of", None)
    assert len(formats.parse(text.encode(), ".py")) == 11


TOP = 'import marimo\n\n__generated_with = "0.25.2"\napp = marimo.App()'
GUARD = 'if __name__ == "__main__":\n    app.run()\n'
CELL = "@app.cell\ndef _():\n    x = 1\n    return"


def file_of(*pieces, top=TOP, guard=GUARD):
    return "\n\n\n".join([top, *pieces, guard])


def cell_of(*body):
    return "\n".join(["@app.cell", "def _():", *(f"    {line}" for line in body), "    return"])


USUAL = {
    "a broken cell": [CELL, "@app.cell\ndef _():\n    x = (\n    return (x,)", CELL],
    "a broken function": ["@app.function\ndef f():\n    return return", CELL],
    "a lone quote": ["@app.cell\ndef _():\n    x = '\n    return", CELL],
    "an empty cell": [
        "@app.cell\ndef _():\n    return",
        "@app.cell\ndef _(\n    a,\n):\n    return",
    ],
    "a setup cell": ["with app.setup:\n    import os", CELL],
    "an unparsable cell": ['app._unparsable_cell(\n    r"""\n    x (\n    """,\n    name="_"\n)'],
    "a joined line": [cell_of("x = 1 + \\"), "@app.function\ndef f():\n    x = 1 \\", CELL],
    "many blank lines": [f"{CELL}\n\n\n", CELL],
    "options": ["@app.cell(hide_code=True)\nasync def a(x, y):\n    x\n    return y, x"],
    "a class": ["@app.class_definition\nclass A(B):\n    '''Docs.'''\n\n    x: int = 1"],
    "a quoted quote": ['@app.cell\ndef _():\n    # """\n    return', CELL],
    "types": ["@app.cell\ndef _(x: int):\n    x\n    return"],
}


@pytest.mark.parametrize("pieces", USUAL.values(), ids=USUAL)
def test_usual_files_are_read_the_same(pieces):
    text = file_of(*pieces)
    assert is_usual(text)
    assert is_read_the_same(text.encode())


CLOSING = cell_of('"""  # """')
UNUSUAL = {
    "a string over cells": file_of(cell_of('x = """'), CELL, cell_of('"""')),
    "an escaped quote": file_of(cell_of(r'x = """\"""'), CELL, CLOSING),
    "a quote in a comment": file_of(cell_of('# """', 'x = """'), CELL, CLOSING),
    "a quote in quotes": file_of(cell_of('y = \'"""\'', 'x = """'), CELL, CLOSING),
    "other quotes": file_of(cell_of('""" """', "x = '''"), CELL, cell_of("'''  # '''")),
    "three quotes": file_of(cell_of('""" """', 'x = """'), CELL, cell_of('"""')),
    "a field over cells": file_of(cell_of('x = f"""{"""'), CELL, cell_of('"""}"""')),
    "a function's string": file_of('@app.function\ndef f():\n    x = """', CELL, cell_of('"""')),
    "a statement below a function": file_of("@app.function\ndef f():\n    return 1\nx = 1", CELL),
    "a function with space at the end": file_of("@app.function\ndef f():\n    x = ( ", CELL),
    "a name in half other letters": file_of("@app.function\ndef fil\u00e9(x):\n    return (", CELL),
    "what is no cell in a string": file_of(
        '@app.function\ndef f(x: int):\n    return """\n@app.cell\n"""', cell_of("x = (")
    ),
    "text between": file_of(f"{CELL}\n\n# a comment", CELL),
    "text behind a return": file_of(f"{CELL}  # a comment", CELL),
    "a comment in a signature": file_of("@app.cell()  # )\ndef _():\n    return"),
    "two calls": file_of("@app.cell(column=1)(column=2)\ndef _():\n    return", CELL),
    "a keyword for a name": file_of("@app.cell\ndef class():\n    (\n    return", CELL),
    "a keyword for a parameter": file_of("@app.cell\ndef f(class):\n    return", CELL),
    "a broken header": file_of("@app.function\ndef f(x y):\n    return 1", CELL),
    "a name in other letters": file_of("@app.function\ndef \ufb01le():\n    return 1 +", CELL),
    "space at the end": file_of("@app.cell\ndef _():\n    x = ( \n    return", CELL),
    "a guard above": file_of(CELL, top=f"{TOP}\n\n{GUARD}"),
    "a guard and a variable above": file_of(CELL, top=f"{TOP}\n\n{GUARD}x = 1"),
    "another app": file_of(CELL, top=f"{TOP}\napp = marimo.App()"),
    "a variable above": file_of(CELL, top=f"{TOP}\nx = 1"),
    "text below": file_of(CELL, guard=f"{GUARD}# below\n"),
    "another guard": file_of(CELL, guard=GUARD.replace("run()", "run(1)")),
    "no guard": file_of(CELL, guard=""),
    "another decorator": file_of(CELL, f"@other\n{CELL}"),
    "a form feed": file_of("@app.cell\ndef _():\n    \fx = 1\n    return"),
    "no app": file_of(CELL, top="import marimo"),
    "a conflict": file_of('@app.cell\ndef _():\n    """\n<<<<<<< a\n=======\n>>>>>>> b\n    """'),
}


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_files_are_read_the_same(text):
    assert not is_usual(text)
    assert is_read_the_same(text.encode())


def test_blank_lines_in_a_string_keep_their_spaces():
    text = file_of('@app.cell\ndef _():\n    x = """\n        \n    """\n    return')
    assert is_read_the_same(text.encode())
    assert formats.parse(text.encode(), ".py").cells[0].code == 'x = """\n        \n"""'


SEEDS = [file_of(*pieces) for pieces in USUAL.values()] + [*UNUSUAL.values(), of_workload("b")]
SEEDS += [written(notebook_of(codes)) for codes in tricky_cells.ALL.values()]
CUTS = re.compile(r"\n| {4}|\W|\w+")
PIECES = st.sampled_from([
    "", *"\n #'\"\\()[]{}:,;xf=", "\n\n", "\n\n\n", "    ", '"""', "'''", "return", "class",
    "\\\n", 'f"""', "rf'", "@app.cell", f"\n\n\n{CELL}", GUARD, "\n>>>>>>> b\n", "\n    return",
])  # fmt: skip


@st.composite
def spoiled_files(draw):
    tokens = CUTS.findall(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(tokens) - 1))
        tokens[place : place + draw(st.integers(0, 2))] = [draw(PIECES)]
    return "".join(tokens)


@given(spoiled_files())
def test_spoiled_files_are_read_the_same(text):
    assert is_read_the_same(text.encode())


LINES = st.sampled_from([
    "x = 1", "x = (", ")", "x = '", "'''", "x = '''", "'\"\"\"'", "# '''", "f'{", "}'", "", "\\",
    '"""', 'x = """', '# """', '"""  # """', '""" """', 'f"""{"""', '"""}"""', '\\"""',
    "@app.cell", "return",
])  # fmt: skip
BODIES = st.lists(LINES, min_size=1, max_size=3)
CELLS = st.one_of(
    BODIES.map(lambda body: cell_of(*body)),
    BODIES.map(lambda body: "\n    ".join(["@app.function\ndef f():", *body])),
)


@settings(max_examples=300)
@given(st.lists(CELLS, min_size=2, max_size=4))
def test_cells_with_strings_that_are_not_closed_are_read_the_same(cells):
    assert is_read_the_same(file_of(*cells).encode())


def test_what_files_begin_with_is_one_object_for_all():
    MEMO.clear()
    one, other = (formats.parse(file_of(CELL, CELL).encode(), ".py") for _ in range(2))
    assert one.app_config is other.app_config
    assert one.generated_with is other.generated_with
    assert [cell.id for cell in one] == [cell.id for cell in other]
    assert all(a.id is b.id and a.config is b.config for a, b in zip(one, other, strict=True))


def test_what_can_be_changed_is_not_shared():
    text = file_of(CELL.replace("cell", "cell(later=[1])"))
    one, other = (formats.parse(text.encode(), ".py").cells[0].config for _ in range(2))
    assert one == other
    assert dict(one.extra)["later"] is not dict(other.extra)["later"]


def test_what_is_above_the_cells_is_weighed_in_the_memo():
    MEMO.clear()
    text = file_of(CELL, top=f"# {1000 * 'a'}\n\n{TOP}")
    assert taken_apart(text) is not None
    formats.parse(text.encode(), ".py")
    assert MEMO.held_bytes > 1_000
    MEMO.clear()
