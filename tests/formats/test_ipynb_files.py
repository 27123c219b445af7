"""A file of another program keeps all that it has but for what was changed here."""

import codecs
import difflib
import json

import attrs
import nbformat
import pytest

from actors.notebook import (
    Cell,
    CellConfig,
    Document,
    MoveCell,
    Notebook,
    SetCode,
    TextStyle,
    Transaction,
)
from actors.types import CellId
from tests.formats.ipynb_values import (
    COLAB,
    FILES,
    JUPYTERLAB,
    MARIMO,
    a_cell,
    a_file,
    fields,
    read,
    written,
)


def changed(notebook, cell_id, **changes):
    cells = [
        attrs.evolve(cell, **changes) if cell.id == cell_id else cell for cell in notebook.cells
    ]
    assert cells != list(notebook.cells)
    return attrs.evolve(notebook, cells=cells)


def without(notebook, cell_id):
    return attrs.evolve(notebook, cells=[cell for cell in notebook if cell.id != cell_id])


def differing(before, after):
    """Return the lines that went and that came."""
    lines = difflib.ndiff(before.decode().split("\n"), after.decode().split("\n"))
    return [line for line in lines if line[0] in "+-"]


def in_file(data, cell_id):
    return next(cell for cell in fields(data)["cells"] if cell["id"] == cell_id)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_unchanged_file_is_written_as_it_is(path):
    assert written(read(path.read_bytes())) == path.read_bytes()


LAYOUTS = {
    "one line": json.dumps(fields(JUPYTERLAB)),
    "one line, no blanks": json.dumps(fields(JUPYTERLAB), separators=(",", ":")),
    "tabs": json.dumps(fields(JUPYTERLAB), indent="\t"),
    "no indentation": json.dumps(fields(JUPYTERLAB), indent=0),
    "by hand": '{"nbformat":4 , "cells": [ ],\n\n "nbformat_minor" :5, "metadata":{ }\t}\n\n',
    "escapes": '{"cells": [], "metadata": {"a\\/b": 1E400}, "nbformat": 4, "nbformat_minor": 2}',
    "twice": '{"cells": 1, "cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_any_layout_of_the_json_stays(text):
    assert written(read(text)) == text.encode()


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_what_is_new_is_laid_out_as_the_file_is(text):
    notebook = read(text)
    data = written(attrs.evolve(notebook, cells=[*notebook, Cell(CellId("new"), "é\n")]))
    wanted = fields(text.encode()) | {"nbformat_minor": 5}
    wanted["cells"] = [*wanted["cells"], a_cell(["é\n"], id="new")]
    assert fields(data) == wanted
    assert (b"\n" in data) == ("\n" in text)
    assert (b'": ' in data) == ('": ' in text)


def test_a_new_cell_on_one_line_is_written_as_the_others():
    text = LAYOUTS["one line"]
    data = written(changed(read(text), "c0de", code="1", name="load"))
    assert data.decode() == json.dumps(fields(data))


def test_what_nbformat_wrote_stays_in_its_form():
    notebook = attrs.evolve(read(JUPYTERLAB), header="# h", generated_with="0.1")
    notebook = changed(changed(notebook, "9b2d", name="load"), "c0de", code='mo.md("hi")')
    notebook = attrs.evolve(notebook, cells=[*notebook, Cell(CellId("new"), "a\nb", "c")])
    data = written(notebook).decode()
    assert nbformat.v4.writes(nbformat.v4.reads(data)) + "\n" == data


def test_an_empty_notebook_is_one_of_nbformat_4_5():
    assert fields(written(Notebook()))["nbformat_minor"] == 5
    assert fields(written(Notebook()))["cells"] == []


def test_a_style_shows_in_a_file_on_one_line_too():
    notebook = read(LAYOUTS["one line"])
    notebook = attrs.evolve(notebook, style=TextStyle("\r\n", "utf-8-sig"))
    assert read(written(notebook)).style == notebook.style


def test_of_a_member_that_is_there_twice_the_last_one_is_changed():
    text = a_file(a_cell("1")).replace('"source": "1"', '"source": "0", "source": "1"')
    data = written(changed(read(text), "a", code="2"))
    assert data.decode() == text.replace('"1"', '"2"')


def test_windows_line_ends_and_a_byte_order_mark_stay():
    data = codecs.BOM_UTF8 + JUPYTERLAB.replace(b"\n", b"\r\n")
    notebook = read(data)
    assert (notebook.style.newline, notebook.style.encoding) == ("\r\n", "utf-8-sig")
    assert written(notebook) == data
    assert b"\n" not in written(changed(notebook, "c0de", code="1\n2")).replace(b"\r\n", b"")


def test_a_changed_source_changes_its_lines_only():
    data = written(changed(read(JUPYTERLAB), "c0de", code="1 / 2\n3"))
    assert differing(JUPYTERLAB, data) == ['-     "1 / 0"', '+     "1 / 2\\n",', '+     "3"']


def test_changed_markdown_changes_its_lines_only():
    notebook = read(JUPYTERLAB)
    code = notebook.cells[0].code.replace("# Résumé", "# Été")
    data = written(changed(notebook, "4f1a0c52-aa01", code=code))
    assert differing(JUPYTERLAB, data) == [
        '-     "# Résumé \\\\alpha\\n",',
        '+     "# Été \\\\alpha\\n",',
    ]


def test_a_source_that_is_one_text_stays_one():
    data = written(changed(read(a_file(a_cell("x\ny"))), "a", code="x\nz"))
    assert in_file(data, "a")["source"] == "x\nz"


def test_escapes_stay_where_the_file_escapes():
    notebook = changed(read(COLAB), "cell-2", code="größer = 1")
    assert written(notebook).isascii()
    assert read(written(notebook)) == notebook


def test_outputs_of_a_changed_cell_stay():
    before = in_file(JUPYTERLAB, "plot")
    after = in_file(written(changed(read(JUPYTERLAB), "plot", code="plot(2)")), "plot")
    assert after == before | {"source": ["plot(2)"]}


def test_a_deleted_cell_takes_its_outputs_along():
    data = written(without(read(JUPYTERLAB), "plot"))
    wanted = fields(JUPYTERLAB)
    wanted["cells"] = [cell for cell in wanted["cells"] if cell["id"] != "plot"]
    assert fields(data) == wanted


def test_moved_cells_take_what_is_theirs_along():
    document = Document(read(JUPYTERLAB))
    move = MoveCell(cell_id=CellId("plot"), before=CellId("9b2d"))
    moved = document.apply(Transaction([move], "code-mode")).notebook
    assert sorted(differing(JUPYTERLAB, written(moved)))
    assert in_file(written(moved), "plot") == in_file(JUPYTERLAB, "plot")
    assert [cell["id"] for cell in fields(written(moved))["cells"]][1:3] == ["plot", "9b2d"]


def test_a_new_cell_has_no_outputs_and_leaves_the_others_alone():
    notebook = read(JUPYTERLAB)
    data = written(attrs.evolve(notebook, cells=[Cell(CellId("new"), "1"), *notebook]))
    first, *others = fields(data)["cells"]
    assert first == a_cell(["1"], id="new")
    assert others == fields(JUPYTERLAB)["cells"]
    assert not [line for line in differing(JUPYTERLAB, data) if line[0] == "-"]


def test_changes_through_a_document_keep_the_file():
    document = Document(read(JUPYTERLAB))
    change = SetCode(cell_id=CellId("c0de"), code="1")
    document = document.apply(Transaction([change], "code-mode"))
    assert in_file(written(document.notebook), "c0de")["outputs"]


# -- kinds of cells ------------------------------------------------------------------


def test_magics_and_shell_commands_stay_as_they_are():
    codes = [cell.code for cell in read(JUPYTERLAB)]
    assert '%matplotlib inline\n!pip install "polars"\nimport polars as pl' in codes
    assert "%%timeit -n 3\nplot()" in codes


def test_a_raw_cell_is_a_disabled_cell_and_stays_raw():
    notebook = read(JUPYTERLAB)
    raw = notebook.cells[2]
    assert (raw.code, raw.config.disabled) == ("rm_all()\n", True)
    data = written(changed(notebook, "77aa", code="other"))
    assert in_file(data, "77aa") == in_file(JUPYTERLAB, "77aa") | {"source": ["other"]}


def test_a_named_raw_cell_is_not_called_disabled():
    cell = in_file(written(changed(read(JUPYTERLAB), "77aa", name="load")), "77aa")
    assert cell["metadata"]["marimo"] == {"name": "load"}


def test_a_raw_cell_becomes_code_when_somebody_enables_it():
    notebook = changed(read(JUPYTERLAB), "77aa", config=CellConfig())
    cell = in_file(written(notebook), "77aa")
    assert (cell["cell_type"], cell["outputs"], cell["source"]) == ("code", [], ["rm_all()\n"])
    assert read(written(notebook)) == notebook


def test_code_that_becomes_markdown_is_a_markdown_cell():
    notebook = changed(read(JUPYTERLAB), "c0de", code='mo.md(r"""\n# One\n""")')
    cell = in_file(written(notebook), "c0de")
    assert (cell["cell_type"], cell["source"]) == ("markdown", ["# One"])
    assert "outputs" not in cell
    assert read(written(notebook)) == notebook


def test_markdown_that_becomes_code_is_a_code_cell():
    notebook = changed(read(JUPYTERLAB), "4f1a0c52-aa01", code="x = 1")
    cell = in_file(written(notebook), "4f1a0c52-aa01")
    assert (cell["cell_type"], cell["outputs"], cell["execution_count"]) == ("code", [], None)
    assert "attachments" not in cell
    assert cell["metadata"]["tags"] == ["title"]


def test_a_code_cell_that_calls_markdown_stays_code_while_nobody_changes_it():
    text = a_file(a_cell(['mo.md("hi")']))
    named = changed(read(text), "a", name="title")
    assert in_file(written(named), "a")["cell_type"] == "code"


# -- metadata ------------------------------------------------------------------------


def test_a_name_and_a_config_stand_beside_what_others_wrote():
    config = CellConfig(column=2, extra={"later": [1]})
    notebook = changed(read(JUPYTERLAB), "9b2d", name="load", config=config)
    metadata = in_file(written(notebook), "9b2d")["metadata"]
    assert metadata == {
        "collapsed": True,
        "marimo": {"config": {"column": 2, "later": [1]}, "name": "load"},
        "scrolled": False,
    }


def test_code_that_is_shown_or_hidden_here_is_so_in_jupyter():
    shown = changed(read(JUPYTERLAB), "c0de", config=CellConfig())
    assert in_file(written(shown), "c0de")["metadata"] == {"tags": ["raises-exception"]}
    hidden = changed(read(JUPYTERLAB), "plot", config=CellConfig(hide_code=True))
    metadata = in_file(written(hidden), "plot")["metadata"]
    assert metadata["jupyter"] == {"source_hidden": True}
    assert metadata["tags"] == ["remove-input"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"jupyter": {}, "tags": []},
        {"tags": ["remove-input", 7, "t"]},
        {"tags": ["hide-cell"], "marimo": {"config": {"hide_code": False}}},
    ],
)
def test_a_new_name_changes_no_other_metadata(metadata):
    notebook = changed(read(a_file(a_cell(["1", "2\n"], metadata=metadata))), "a", name="load")
    cell = in_file(written(notebook), "a")
    assert read(written(notebook)) == notebook
    assert cell["source"] == ["1", "2\n"]
    if "marimo" not in metadata:
        assert cell["metadata"].pop("marimo")["name"] == "load"
        assert cell["metadata"] == metadata


@pytest.mark.parametrize(
    "metadata",
    [{"tags": ["remove-input"]}, {"tags": ["hide-cell"]}, {"jupyter": {"source_hidden": True}}],
)
def test_code_that_jupyter_hides_is_hidden_here(metadata):
    assert read(a_file(a_cell("1", metadata=metadata))).cells[0].config.hide_code


def test_the_notebooks_own_metadata_stand_beside_those_of_others():
    notebook = attrs.evolve(read(JUPYTERLAB), header="# h\n", app_config={"width": "full"})
    marimo = {"app_config": {"width": "full"}, "header": "# h\n"}
    assert fields(written(notebook)) == fields(JUPYTERLAB) | {
        "metadata": fields(JUPYTERLAB)["metadata"] | {"marimo": marimo}
    }


def test_keys_of_a_later_marimo_stay():
    text = a_file(
        a_cell("1", metadata={"marimo": {"later": 1}}), metadata={"marimo": {"later": {"x": 2}}}
    )
    notebook = attrs.evolve(changed(read(text), "a", name="load"), header="# h")
    data = fields(written(notebook))
    assert data["cells"][0]["metadata"]["marimo"] == {"later": 1, "name": "load"}
    assert data["metadata"]["marimo"] == {"header": "# h", "later": {"x": 2}}


def test_what_stands_for_python_is_void_when_another_program_changed_the_rest():
    notebook = Notebook([Cell(CellId("a"), "1", config=CellConfig(extra={"x": (1, 2)}))])
    data = written(notebook)
    other = fields(data)
    other["cells"][0]["metadata"]["marimo"]["config"]["x"] = [3]
    assert dict(read(data).cells[0].config.extra) == {"x": (1, 2)}
    assert dict(read(json.dumps(other)).cells[0].config.extra) == {"x": [3]}


# -- ids -----------------------------------------------------------------------------


def test_a_file_without_ids_gets_none_while_its_cells_stay_in_place():
    notebook = read(COLAB)
    assert [cell.id for cell in notebook] == ["cell-1", "cell-2", "cell-3"]
    data = written(changed(notebook, "cell-3", code="1"))
    assert differing(COLAB, data) == ['-         "print(n)"', '+         "1"']


def test_a_cell_without_an_id_takes_none_that_another_has():
    cells = [a_cell("1"), a_cell("2", id="cell-1"), a_cell("3")]
    del cells[0]["id"], cells[2]["id"]
    text = a_file(*cells)
    assert [cell.id for cell in read(text)] == ["cell-1-2", "cell-1", "cell-3"]
    assert written(read(text)) == text.encode()


def test_a_file_without_ids_gets_them_when_cells_come_or_go():
    data = written(without(read(COLAB), "cell-2"))
    assert [cell["id"] for cell in fields(data)["cells"]] == ["cell-1", "cell-3"]
    assert fields(data)["nbformat_minor"] == 5
    assert [cell.id for cell in read(data)] == ["cell-1", "cell-3"]


@pytest.mark.parametrize("cell_id", ["", "a b", "é", "x" * 65, "a\nb", "\ud800"])
def test_an_id_that_nbformat_cannot_hold_is_read_back(cell_id):
    data = written(Notebook([Cell(CellId(cell_id), "1")]))
    assert fields(data)["cells"][0]["id"].startswith("cell-")
    assert read(data).cells[0].id == cell_id


def test_an_id_that_was_made_up_gives_way_to_a_cell_of_that_name():
    made_up = fields(written(Notebook([Cell(CellId("a b"), "1")])))["cells"][0]["id"]
    notebook = Notebook([Cell(CellId("a b"), "1"), Cell(CellId(made_up), "2")])
    assert fields(written(notebook))["cells"][1]["id"] == made_up
    assert read(written(notebook)) == notebook


def test_a_copy_that_jupyter_made_is_a_cell_of_its_own():
    data = fields(written(Notebook([Cell(CellId("a b"), "1")])))
    data["cells"].append(data["cells"][0] | {"id": "copy"})
    assert [cell.id for cell in read(json.dumps(data))] == ["a b", "copy"]


def test_two_cells_of_one_id_are_both_kept():
    data = written(Notebook([Cell(CellId("a"), "1"), Cell(CellId("a"), "2")]))
    assert [cell.code for cell in read(data)] == ["1", "2"]
    opened = read(a_file(a_cell("1")))
    data = written(attrs.evolve(opened, cells=[*opened, *opened]))
    assert [cell.code for cell in read(data)] == ["1", "1"]


def test_the_file_of_marimo_keeps_its_version():
    notebook = read(MARIMO)
    assert notebook.generated_with == "0.25.2"
    assert b'"marimo_version": "0.25.2"' in written(attrs.evolve(notebook, header=""))
