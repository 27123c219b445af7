"""What cannot be read as an `.ipynb` file is refused with a reason; what can be kept is not."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loguru import logger

from actors.errors import FormatError
from actors.formats import ipynb
from actors.notebook import Cell, Notebook
from actors.types import CellId
from tests.formats.ipynb_values import JUPYTERLAB, a_cell, a_file, read, written

REFUSED = {
    "not UTF-8": (b"{\n\xff", "line 2: not text in UTF-8"),
    "not JSON": (JUPYTERLAB[:-40], "not JSON: Expecting"),
    "a comma too many": (b'{"nbformat": 4,\n}', "not JSON"),
    "two values": (b"{} {}", "line 1: not JSON: Extra data"),
    "Python": (b"import marimo", "line 1: not JSON"),
    "two byte order marks": (b"\xef\xbb\xbf" * 2 + b"{}", "not JSON"),
    "a list": (b"[]", "JSON, but no notebook"),
    "another object": (b'{"cells": []}', "JSON, but no notebook"),
    "nbformat 3": (a_file(nbformat=3).encode(), "nbformat 3 is not supported"),
    "nbformat 5": (a_file(nbformat=5).encode(), "nbformat 5 is not supported"),
    "nbformat true": (a_file(nbformat=True).encode(), "nbformat True is not supported"),
    "nbformat 4.0": (a_file(nbformat=4.0).encode(), "nbformat 4.0 is not supported"),
    "no minor": (a_file(nbformat_minor=None).encode(), "nbformat_minor is None"),
    "minor below zero": (a_file(nbformat_minor=-1).encode(), "nbformat_minor is -1"),
    "no cells": (a_file(cells=None).encode(), "`cells` is no list"),
    "metadata": (a_file(metadata=[]).encode(), "`metadata` is no JSON object"),
    "a number": (a_file(1).encode(), "line 3: not a notebook: a cell without a `cell_type`"),
    "cell type": (a_file(a_cell("", "heading")).encode(), "unknown type: 'heading'"),
    "cell type list": (a_file(a_cell("") | {"cell_type": [1]}).encode(), "unknown type"),
    "source": (a_file(a_cell([1])).encode(), "`source` is no text"),
    "cell metadata": (a_file(a_cell("", metadata=1)).encode(), "`metadata` is no JSON object"),
    "id": (a_file(a_cell("", id=7)).encode(), "`id` is no text"),
    "id twice": (a_file(a_cell("1"), a_cell("2")).encode(), "line 11: two cells have the id 'a'"),
    "deep": (b"[" * 100_000, "nested too deeply to be read"),
    "deep output": (
        a_file(a_cell("", outputs=[0])).replace("0\n", "[" * 20_000 + "]" * 20_000).encode(),
        "nested too deeply to be read",
    ),
    "a long number": (b'{"a": ' + b"1" * 5_000 + b"}", "not JSON that can be read"),
    "a git conflict": (
        b'{\n<<<<<<< ours\n "nbformat": 4\n=======\n "nbformat": 3\n>>>>>>> theirs\n}\n',
        "line 2: a git conflict is not resolved here",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_notebook_is_refused_with_the_reason(data, reason):
    with pytest.raises(FormatError) as caught:
        read(data)
    assert reason in str(caught.value)


KEPT = {
    "no outputs": a_file({"cell_type": "code", "id": "a", "metadata": {}, "source": ""}),
    "no metadata": a_file({"cell_type": "raw", "id": "a", "source": ""}),
    "no source": a_file({"cell_type": "code", "id": "a", "metadata": {}}),
    "no id": a_file({"cell_type": "raw", "metadata": {}, "source": ""}),
    "an id with a blank": a_file(a_cell("", id="a b")),
    "an empty id": a_file(a_cell("", id="")),
    "an id in 4.2": a_file(a_cell(""), nbformat_minor=2),
    "a newer minor": a_file(a_cell(""), nbformat_minor=99),
    "another field": a_file(a_cell("", other=1), other=2),
    "odd outputs": a_file(a_cell("", outputs=[{"output_type": None}, 7])),
    "tags that are none": a_file(a_cell("", metadata={"tags": 7, "jupyter": 7, "marimo": 7})),
    "options of the wrong type": a_file(
        a_cell("", metadata={"marimo": {"config": {"column": "x", "hide_code": 3}, "name": 1}}),
        metadata={"marimo": {"app_config": 1, "header": 2, "marimo_version": 3}},
    ),
    "no codec": a_file(metadata={"notebook-actors": {"style": {"encoding": "zip", "footer": 1}}}),
    "no Python": a_file(a_cell("", metadata={"notebook-actors": {"python": "f(" * 999}})),
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_nbformat_would_refuse_is_kept_as_it_is_where_that_does_no_harm(text):
    assert written(read(text)) == text.encode()


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_was_kept_takes_changes(text):
    notebook = read(text)
    changed = Notebook(
        [Cell(cell.id, "x", "load") for cell in notebook] + [Cell(CellId("z"), "y")],
        extra=notebook.extra,
    )
    assert read(written(changed)).cells == changed.cells


def test_what_is_of_the_wrong_type_counts_for_nothing():
    notebook = read(KEPT["options of the wrong type"])
    assert list(notebook) == [Cell(CellId("a"), "")]
    assert notebook == Notebook(notebook.cells)
    assert read(KEPT["no codec"]) == Notebook()


def test_a_failure_of_nbformats_own_costs_nothing(monkeypatch):
    def failing(*_, **__):
        raise TypeError  # as in nbformat 5.11 for a `cell_type` that is no text

    monkeypatch.setattr("nbformat.validator.iter_validate", failing)
    assert written(read(JUPYTERLAB)) == JUPYTERLAB


def test_what_nbformat_has_against_a_file_is_logged():
    lines: list[str] = []
    logger.enable("actors")
    logger.add(lines.append, format="{message}")
    read(a_file(a_cell("", other=1)))
    assert len(lines) == 1
    assert "'other' was unexpected" in lines[0]


def test_an_empty_file_is_an_empty_notebook():
    assert read(b"") == read(b"\xef\xbb\xbf\r\n") == Notebook()


@given(st.binary() | st.text().map(str.encode))
def test_random_bytes_are_read_or_refused(data):
    try:
        notebook = read(data)
    except FormatError:
        return
    assert notebook == Notebook()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: (
        st.lists(values)
        | st.dictionaries(
            st.sampled_from(["cells", "metadata", "source", "cell_type", "id"]), values
        )
    ),
    max_leaves=8,
)


def with_junk(junk):
    yield json.dumps(junk)
    for key in ("nbformat", "nbformat_minor", "cells", "metadata"):
        yield a_file(**{key: junk})
    yield a_file(metadata={"marimo": junk, "notebook-actors": junk})
    for key in ("cell_type", "source", "id", "metadata", "outputs", "execution_count"):
        yield a_file(junk, a_cell(""))
        yield a_file(a_cell("") | {key: junk})
    metadata = dict.fromkeys(("marimo", "notebook-actors", "jupyter", "tags"), junk)
    yield a_file(a_cell("", "markdown", metadata=metadata))


@given(JSON)
def test_random_json_is_kept_or_refused(junk):
    for text in with_junk(junk):
        try:
            notebook = read(text)
        except FormatError:
            continue
        assert written(notebook) == text.encode()


def test_an_option_that_is_nested_too_deeply_to_be_written_is_an_error_of_ours():
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(FormatError, match="nested too deeply to be written"):
        written(Notebook(app_config={"deep": deep}))
    while deep:  # Python 3.11 frees what is nested so deeply level by level
        deep = deep.pop()  # type: ignore[assignment]


def test_a_number_that_is_too_long_to_be_written_is_an_error_of_ours():
    with pytest.raises(FormatError, match="cannot be written as JSON"):
        written(Notebook(app_config={"long": 1 << 20_000}))


def test_without_nbformat_the_error_says_what_to_install(monkeypatch):
    ipynb._new_file.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "nbformat"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nbformat", None)
    for attempt in (lambda: read(JUPYTERLAB), lambda: written(Notebook())):
        with pytest.raises(FormatError, match=r"install `notebook-actors\[ipynb\]`"):
            attempt()


def test_nbformat_is_not_imported_before_it_is_needed():
    code = "import actors.formats, sys; sys.exit('nbformat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
