"""What marimo 0.25.2 itself makes of a notebook, to compare with."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from marimo._ast.app import InternalApp
from marimo._ast.load import load_app
from marimo._ast.toplevel import TopLevelStatus
from marimo._convert.converters import MarimoConvert
from marimo._schemas.serialization import (
    AppInstantiation,
    CellDef,
    Header,
    NotebookSerializationV1,
)

from actors import formats
from actors.notebook import Cell, CellConfig, Notebook
from actors.types import CellId


@contextmanager
def _in_silence() -> Iterator[None]:
    # marimo asks the variables of all cells in the order of their memory
    # addresses; here it is that of the cells, as in ours.
    by_position = patch.object(TopLevelStatus, "__hash__", lambda status: int(status.cell_id))
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), by_position:
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def written_by_marimo(notebook: Notebook) -> str:
    """Return the file that a marimo server saves for this notebook."""
    cells = [
        CellDef(code=cell.code, name=cell.name, options=cell.config.options()) for cell in notebook
    ]
    options = dict(notebook.app_config)
    header = Header(value=notebook.header) if notebook.header else None
    app = AppInstantiation(options=options)
    with _in_silence():
        ir = NotebookSerializationV1(app=app, header=header, cells=cells)
        return str(MarimoConvert.from_ir(ir).to_py())


def read_by_marimo(path: Path) -> tuple[list[tuple[str, str, str, dict[str, Any]]], dict[str, Any]]:
    """Return id, code, name and config of each cell, and what is set of the app's config."""
    with _in_silence():
        app = InternalApp(load_app(path))
        cells = [
            (data.cell_id, data.code, data.name, data.config.asdict())
            for data in app.cell_manager.cell_data()
        ]
        return cells, app.config.asdict_difference()


def written(notebook: Notebook) -> str:
    """Return our file."""
    return formats.render(notebook, ".py").decode()


def read(text: str) -> Notebook:
    """Read a file with our reader."""
    return formats.parse(text.encode(), ".py")


def notebook_of(
    codes: Sequence[str],
    names: Sequence[str] | None = None,
    config: CellConfig | None = None,
    **fields: Any,
) -> Notebook:
    """Return a notebook of these cells, which are called `_` if nothing is said."""
    names = ["_"] * len(codes) if names is None else names
    cells = [
        Cell(CellId(str(number)), code, name, config or CellConfig())
        for number, (code, name) in enumerate(zip(codes, names, strict=True))
    ]
    return Notebook(cells, **fields)
