"""Line ends, encoding, mark and text of a file that a notebook does not need stay in it."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import formats
from actors.errors import FormatError
from actors.notebook import Notebook, TextStyle
from tests.formats.marimo_reference import notebook_of, read, written

TOP = 'import marimo\n\n__generated_with = "0.25.2"\napp = marimo.App()\n\n\n'
CELL = "@app.cell\ndef _():\n    x = 'é'\n    return\n"
BOTTOM = '\n\nif __name__ == "__main__":\n    app.run()\n'
FILE = f"# é\n\n{TOP}{CELL}{BOTTOM}"


def again(data: bytes) -> bytes:
    return formats.render(formats.parse(data, ".py"), ".py")


# -- line ends -----------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_the_byte_order_mark_stay(newline, mark):
    data = mark + FILE.replace("\n", newline).encode()
    assert again(data) == data
    assert formats.parse(data, ".py").style.newline == newline


def test_mixed_line_ends_become_those_of_most_lines():
    crlf = FILE.replace("\n", "\r\n")
    assert again(crlf.replace("\r\n", "\n", 3).encode()) == crlf.encode()
    assert again(FILE.replace("\n", "\r\n", 3).encode()) == FILE.encode()


def test_a_cell_never_has_the_line_ends_of_its_file():
    data = FILE.replace("x = 'é'", "x = '''\n    é'''").replace("\n", "\r\n").encode()
    (cell,) = formats.parse(data, ".py")
    assert cell.code == "x = '''\né'''"


def test_line_ends_that_an_edit_brings_become_those_of_the_file():
    notebook = notebook_of(["x = 1\r\ny = 2\nz = 3"], style=TextStyle(newline="\r\n"))
    assert b"    x = 1\r\n    y = 2\r\n    z = 3\r\n" in formats.render(notebook, ".py")


# -- encodings -----------------------------------------------------------------------

LATIN = f"# -*- coding: iso-8859-15 -*-\n{FILE}"


def test_a_declared_encoding_is_read_and_stays():
    data = LATIN.encode("iso-8859-15")
    assert formats.parse(data, ".py").cells[0].code == "x = 'é'"
    assert again(data) == data


@pytest.mark.parametrize(
    "header", ["# vim: set fileencoding=cp1252 :", "#!/bin/sh\n# coding=cp1252"]
)
def test_an_encoding_is_declared_as_in_pep_263(header):
    data = f"{header}\n\n{TOP}{CELL}{BOTTOM}".encode("cp1252")
    assert again(data) == data


def test_the_declaration_in_the_first_line_rules():
    data = f"# coding: utf-8\n# coding: cp1252\n\n{TOP}{CELL}{BOTTOM}".encode()
    assert again(data) == data
    assert formats.parse(data, ".py").cells[0].code == "x = 'é'"


@pytest.mark.parametrize(
    "header", ["x = 1\n# coding=cp1252", "# a\n\n# coding=cp1252", '"coding=x"']
)
def test_what_is_no_declaration_declares_nothing(header):
    data = f"{header}\n\n{TOP}{CELL}{BOTTOM}".encode()
    assert again(data) == data


def test_what_the_declared_encoding_cannot_hold_turns_the_file_into_utf8():
    notebook = formats.parse(LATIN.encode("iso-8859-15"), ".py")
    cell = attrs.evolve(notebook.cells[0], code="x = '漢'")
    data = formats.render(attrs.evolve(notebook, cells=[cell]), ".py")
    assert data.startswith(b"# -*- coding: utf-8 -*-\n")
    assert formats.parse(data, ".py").cells[0].code == "x = '漢'"


@pytest.mark.parametrize("name", ["rot13", "utf-16", "unicode_escape", "punycode", "nonsense"])
def test_an_encoding_that_no_source_can_have_is_never_written(name):
    data = formats.render(notebook_of(["x = 'é'"], header=f"# coding: {name}"), ".py")
    assert data.startswith(b"# coding: utf-8\n")
    assert formats.parse(data, ".py").cells[0].code == "x = 'é'"


@pytest.mark.parametrize("name", ["rot13", "nonsense", "ascii", "utf-32"])
def test_a_file_that_is_no_text_in_its_encoding_is_refused(name):
    with pytest.raises(FormatError) as info:
        formats.parse(f"# coding: {name}\n{FILE}".encode(), ".py")
    assert info.value.line is not None


@given(st.binary(max_size=8), st.sampled_from(["rot13", "hex", "idna", "utf-7", "undefined", "x"]))
def test_any_declaration_is_read_or_refused(data, name):
    try:
        notebook = formats.parse(f"# coding: {name}\n".encode() + data, ".py")
    except FormatError:
        return
    assert formats.render(notebook, ".py")


# -- below the last construct --------------------------------------------------------


@pytest.mark.parametrize("footer", ["# the end", "\n\nprint(1)\n", "\n# a\n\n\nx = '''\n\n'''\n\n"])
def test_text_below_the_run_guard_stays(footer):
    notebook = read(FILE + footer)
    assert notebook.style.footer == footer
    assert written(notebook) == FILE + footer


def test_blank_lines_at_the_end_do_not_count_as_text():
    assert written(read(f"{FILE}\n\n")) == FILE


def test_a_cell_below_the_run_guard_stays_there():
    assert len(read(f"{FILE}\n\n{CELL}")) == 1
    assert written(read(f"{FILE}\n\n{CELL}")) == f"{FILE}\n\n{CELL}"


@pytest.mark.parametrize(
    "guard",
    [
        'if __name__ == "__main__":\n    app.run(port=1)  # mine\n',
        "if __name__ == '__main__':\n    # about it\n    app.run()\n",
        'if __name__ == "__main__":\n    import sys\n\n    sys.exit(app.run())\nelse:\n    pass\n',
    ],
)
def test_a_run_guard_of_ones_own_stays(guard):
    text = f"{TOP}{CELL}\n\n{guard}# below\n"
    assert written(read(text)) == text


def test_a_run_guard_that_says_what_the_usual_one_does_becomes_the_usual_one():
    assert (
        written(read(f"{TOP}{CELL}\n\nif __name__ == '__main__': app.run()\n"))
        == TOP + CELL + BOTTOM
    )


def test_a_file_without_a_run_guard_gets_one():
    assert written(read(TOP + CELL)) == TOP + CELL + BOTTOM
    assert written(read(f"{TOP}{CELL}\n\nprint(1)")) == f"{TOP}{CELL}\n\nprint(1)\n{BOTTOM[2:]}"


STYLES = st.builds(
    TextStyle,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig"]),
    st.sampled_from(["", "# x\n", "\nprint('漢')", "'''\n\n'''"]),
)


@given(STYLES, st.sampled_from(["", "# é", '"""Docs.\n\n"""']))
def test_a_style_is_read_as_it_was_written(style, header):
    notebook = Notebook(notebook_of(["x = 1"]).cells, header=header, style=style)
    parsed = formats.parse(formats.render(notebook, ".py"), ".py")
    assert (parsed.style, parsed.header) == (style, header)
