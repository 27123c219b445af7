"""Our `.ipynb` files against those of marimo's own export."""

import warnings
from pathlib import Path

import attrs
import marimo
import pytest
from marimo._ast.app import InternalApp
from marimo._ast.load import load_app
from marimo._convert.converters import MarimoConvert
from marimo._convert.ipynb.from_ir import convert_from_ir_to_ipynb

from actors import formats
from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId
from tests.formats.ipynb_values import JUPYTERLAB, MARIMO, read, written

TUTORIALS = [
    path
    for path in sorted(Path(marimo.__file__).parent.glob("_tutorials/*.py"))
    # marimo takes the markdown cells for code in which a line looks like a second call.
    if path.name not in {"__init__.py", "markdown.py"}
]


def exported(path: Path) -> tuple[bytes, Notebook]:
    """Return marimo's `.ipynb` file for a `.py` file, and what it read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = InternalApp(load_app(path))
        data = convert_from_ir_to_ipynb(app, sort_mode="top-down").encode()
    notebook = formats.parse(path.read_bytes(), ".py")
    header = app._app._header or ""
    return data, attrs.evolve(notebook, generated_with=marimo.__version__, header=header)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_a_tutorial_is_written_as_marimo_exports_it(path):
    data, notebook = exported(path)
    assert written(notebook) == data


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_what_marimo_exports_of_a_tutorial_is_read(path):
    data, notebook = exported(path)
    assert attrs.evolve(read(data), app_config=()) == attrs.evolve(
        notebook, app_config=(), style=read(data).style
    )
    assert dict(read(data).app_config) == dict(notebook.app_config)


def converted(data):
    """Return code, name and config of each cell that marimo's converter finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cells = MarimoConvert.from_ipynb(data.decode()).to_ir().cells
    return [(cell.code, cell.name, cell.options) for cell in cells]


def test_marimo_reads_names_configs_and_markdown_as_we_do():
    config = CellConfig(column=1, disabled=True, expand_output=True)
    notebook = Notebook(
        [
            Cell(CellId("a"), "import marimo as mo"),
            Cell(CellId("b c"), "x = 1", "load", config),
            Cell(CellId("c"), 'mo.md("""\n# Hi\n""")', config=CellConfig(hide_code=True)),
            Cell(CellId("d"), 'mo.md(r"""\n$\\alpha$\n""")'),
            Cell(CellId("e"), "x", config=CellConfig(hide_code=True)),
        ]
    )
    assert converted(written(notebook)) == [
        (cell.code, cell.name, cell.config.options()) for cell in notebook
    ]


@pytest.mark.parametrize("data", [MARIMO, JUPYTERLAB], ids=["marimo", "jupyterlab"])
def test_names_and_hidden_code_are_those_that_marimo_finds(data):
    # marimo drops empty cells, adds an import, and rewrites the code of some.
    ours = {(cell.name, cell.config.hide_code) for cell in read(data) if cell.code}
    theirs = {(name, options["hide_code"]) for _, name, options in converted(data)}
    assert theirs == ours
