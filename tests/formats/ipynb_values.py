"""Strategies and shortcuts for `.ipynb` files."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from actors import formats
from actors.notebook import Cell, CellConfig, Notebook, TextStyle

FILES = sorted((Path(__file__).parents[1] / "data" / "ipynb").glob("*.ipynb"))
JUPYTERLAB = next(path for path in FILES if path.stem == "jupyterlab").read_bytes()
COLAB = next(path for path in FILES if path.stem == "colab").read_bytes()
MARIMO = next(path for path in FILES if path.stem == "marimo").read_bytes()


def read(data: bytes | str) -> Notebook:
    """Read a file."""
    return formats.parse(data.encode() if isinstance(data, str) else data, ".ipynb")


def written(notebook: Notebook) -> bytes:
    """Return the file."""
    return formats.render(notebook, ".ipynb")


def fields(data: bytes) -> Any:
    """Return what other programs find in a file."""
    return json.loads(data.decode("utf-8-sig"))


def a_file(*cells: Any, **members: Any) -> str:
    """Return a file of cells, in nbformat's own layout."""
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | members
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def a_cell(source: Any, cell_type: str = "code", **members: Any) -> dict[str, Any]:
    """Return a cell, which has the id `a` if nothing is said."""
    cell: dict[str, Any] = {"cell_type": cell_type, "id": "a", "metadata": {}, "source": source}
    if cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell | members


TRICKY = [
    'mo.md("hi")',
    'mo.md(r"""\n# a\n""")',
    'mo.md(f"""\n# {x}\n""")',
    'mo.md(rf"""\n# {{x}}\n""")',
    'mo.md("""\n\\\\alpha\n""")',
    'mo.md("""\n    a\n      b\n""")  ',
    "mo.md('''\n\"\"\"\n''')",
    'mo.md(u"q")',
    'mo.md("a" "é")',
    'mo.md(\n"a"\n)',
    'mo.md("\\d")',
    'mo.md("a\\r\\0")',
    'mo.md("x") # why',
    ' mo.md("x")',
    'mo.md("x", "y")',
    "!ls",
    "%%bash\nls",
    "x\r\ny",
    "a\u2028b\x85c\x00",
]
"""Codes at the corners of what is markdown and what is a line."""

CODES = st.text() | st.sampled_from(TRICKY)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
    | st.sampled_from([{1: (2,)}, {1, 2}]),
    lambda values: (
        st.lists(values, max_size=2)
        | st.tuples(values, values)
        | st.dictionaries(st.text(), values, max_size=2)
    ),
    max_leaves=4,
)
"""Options as Python files have them; JSON knows but some of these."""

CONFIGS = st.builds(
    CellConfig,
    st.none() | st.integers(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.dictionaries(st.sampled_from(["later", "B"]), VALUES, max_size=2),
)

IDS = st.text() | st.sampled_from(["a", "b", "cell-1", "cell-2", "x" * 64, "x" * 65, "a b", "é"])

CELLS = st.builds(
    Cell, IDS, CODES, st.sampled_from(["_", "__", "", "load", "*add"]) | st.text(), CONFIGS
)

STYLES = st.builds(
    TextStyle,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]),
    st.sampled_from(["", "# end\n"]),
)

NOTEBOOKS = st.builds(
    Notebook,
    st.lists(CELLS, max_size=4, unique_by=lambda cell: cell.id),
    st.dictionaries(st.sampled_from(["width", "later", "app_title"]), VALUES, max_size=2),
    st.text(),
    st.none() | st.text(),
    STYLES,
)

_METADATA = st.fixed_dictionaries(
    {},
    optional={
        "jupyter": st.fixed_dictionaries({"source_hidden": st.booleans()}),
        "marimo": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "config": st.dictionaries(
                    st.sampled_from(["hide_code", "disabled", "column", "later"]),
                    st.booleans() | st.integers() | st.none(),
                ),
                "later": st.integers(),
                "md_prefix": st.sampled_from(["", "r", "f", "x", 3]),
                "name": st.text() | st.integers(),
            },
        ),
        "notebook-actors": st.fixed_dictionaries(
            {},
            optional={
                "code": CODES,
                "ids": st.dictionaries(st.sampled_from(["a", "b"]), IDS),
                "python": st.text() | st.just("{'name': 'q'}"),
            },
        ),
        "other": st.integers(),
        "tags": st.lists(st.sampled_from(["hide-cell", "remove-input", "t"]), max_size=2),
    },
)

_SOURCES = CODES | st.lists(CODES, max_size=3)
_OUTPUTS = st.lists(st.just({"output_type": "stream", "name": "stdout", "text": ["a\n"]}))


def _file_cells(minor: int) -> st.SearchStrategy[dict[str, Any]]:
    shared = {"metadata": _METADATA, "source": _SOURCES}
    if minor >= 5:
        shared |= {"id": IDS}
    code = shared | {"cell_type": st.just("code"), "outputs": _OUTPUTS}
    text = shared | {"cell_type": st.sampled_from(["markdown", "raw"])}
    return st.fixed_dictionaries(
        code, optional={"execution_count": st.none() | st.integers(0)}
    ) | st.fixed_dictionaries(text, optional={"attachments": st.just({"a.png": {}})})


def _files(minor: int) -> st.SearchStrategy[dict[str, Any]]:
    ids = (lambda cell: cell["id"]) if minor >= 5 else id
    return st.fixed_dictionaries(
        {
            "nbformat": st.just(4),
            "nbformat_minor": st.just(minor),
            "metadata": _METADATA,
            "cells": st.lists(_file_cells(minor), max_size=4, unique_by=ids),
        }
    )


FOREIGN = st.builds(
    lambda notebook, indent, is_sorted, is_ascii: json.dumps(
        notebook, indent=indent, sort_keys=is_sorted, ensure_ascii=is_ascii
    ).encode(),
    st.sampled_from([2, 4, 5, 6]).flatmap(_files),
    st.sampled_from([None, 1, 2, "\t"]),
    st.booleans(),
    st.booleans(),
)
"""Files of other programs, and some that nobody would write."""
