"""What marimo 0.25.2 itself makes of a markdown notebook, to compare with."""

import logging
import warnings
from pathlib import Path

from marimo._ast.app import InternalApp
from marimo._ast.load import load_app
from marimo._convert.converters import MarimoConvert
from marimo._schemas.serialization import (
    AppInstantiation,
    CellDef,
    Header,
    NotebookSerializationV1,
)
from marimo._session.notebook.serializer import get_notebook_serializer

from actors import formats
from actors.notebook import Notebook
from tests.formats.marimo_reference import read_by_marimo

SUFFIXES = (".md", ".qmd")


def markdown_by_marimo(notebook: Notebook, suffix: str) -> str:
    """Return the file that marimo writes for a new notebook."""
    cells = [
        CellDef(code=cell.code, name=cell.name, options=cell.config.options()) for cell in notebook
    ]
    header = Header(value=notebook.header) if notebook.header else None
    app = AppInstantiation(options=dict(notebook.app_config))
    ir = NotebookSerializationV1(app=app, header=header, cells=cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return str(MarimoConvert.from_ir(ir).to_markdown(f"notebook{suffix}"))


def saved_by_marimo(path: Path) -> str:
    """Return what a marimo server writes when it has opened a file and saves it."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ir = InternalApp(load_app(path)).to_ir()
            serializer = get_notebook_serializer(path)
            header = serializer.extract_header(path)
            app, cells = ir.app, ir.cells
            kept = Header(value=header) if header else None
            return str(
                serializer.serialize(
                    NotebookSerializationV1(app=app, cells=cells, header=kept, filename=str(path))
                )
            )
    finally:
        logging.disable(logging.NOTSET)


def cells_by_marimo(text: str, path: Path) -> list[tuple[str, str, str, dict[str, object]]]:
    """Return id, code, name and config of each cell that marimo reads in a text."""
    path.write_text(text, encoding="utf-8", newline="")
    return read_by_marimo(path)[0]


def cells(notebook: Notebook) -> list[tuple[str, str, str, dict[str, object]]]:
    """Return the same of the cells that we read."""
    return [(cell.id, cell.code, cell.name, cell.config.options()) for cell in notebook]


def written(notebook: Notebook, suffix: str = ".md") -> str:
    """Return our file."""
    return formats.render(notebook, suffix).decode()


def read(text: str, suffix: str = ".md") -> Notebook:
    """Read a file with our reader."""
    return formats.parse(text.encode(), suffix)


def body_of(text: str) -> str:
    """Return what stands below the front matter."""
    return text.partition("\n---\n")[2].strip("\n")
