"""What a notebook is made of: frozen values, shared and never copied."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from actors.types import CellId

Extra = tuple[tuple[str, Any], ...]
"""Fields that this version does not know, in the order they came.

A tuple of pairs, so that the empty one costs nothing in 100,000 notebooks and
nobody can change it; `dict(extra)` reads it.
"""


def as_extra(fields: Mapping[str, Any] | Extra) -> Extra:
    """Return fields as `Extra`; a mapping is taken as well as pairs."""
    if type(fields) is tuple:  # as a rule; to ask for a `Mapping` takes longer
        return fields
    return tuple(fields.items() if isinstance(fields, Mapping) else fields)


@attrs.frozen
class CellConfig:
    """How a cell is shown and run, as in marimo's `@app.cell(...)`."""

    column: int | None = None
    """Column of a multi-column layout, counted from 0."""

    disabled: bool = False
    """The cell and what depends on it are not run."""

    hide_code: bool = False
    """The editor shows the output only."""

    expand_output: bool = False
    """The output is shown in full height."""

    extra: Extra = attrs.field(default=(), converter=as_extra, repr=False, hash=False)
    """Keys of a newer marimo, kept and written back."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> "CellConfig":
        """Return the config that these options (snake_case keys) describe."""
        if not options:
            return DEFAULT_CONFIG
        known = {key: value for key, value in options.items() if key in _CELL_OPTIONS}
        unknown = {key: value for key, value in options.items() if key not in _CELL_OPTIONS}
        return cls(**known, extra=as_extra(unknown))

    def options(self) -> dict[str, Any]:
        """Return all options, defaults too, in marimo's order, then `extra`."""
        return {name: getattr(self, name) for name in _CELL_OPTIONS} | dict(self.extra)


_CELL_OPTIONS = tuple(field.name for field in attrs.fields(CellConfig) if field.name != "extra")

DEFAULT_CONFIG = CellConfig()
"""The one config that most cells share; every `Cell` without options holds this object."""


def _as_config(config: CellConfig | Mapping[str, Any]) -> CellConfig:
    if config is DEFAULT_CONFIG:
        return DEFAULT_CONFIG
    if not isinstance(config, CellConfig):
        config = CellConfig.from_options(config)
    return DEFAULT_CONFIG if config == DEFAULT_CONFIG else config


def as_cell_id(text: str) -> CellId:
    """Return a text as the id of a cell; anything else is a `TypeError`."""
    if not isinstance(text, str):
        raise TypeError(f"the id of a cell must be text, not {text!r}")
    return CellId(text)


def _is_text(cell: Any, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    del cell
    if not isinstance(value, str):
        raise TypeError(f"Cell.{attribute.name} must be text, not {value!r}")


@attrs.frozen(weakref_slot=False)  # there are a million of them
class Cell:
    """One cell of a notebook."""

    id: CellId = attrs.field(converter=as_cell_id)
    """The host's name for this cell; not stored in a `.py` file."""

    code: str = attrs.field(validator=_is_text)
    """The source, without the indentation that a file gives it."""

    name: str = attrs.field(default="_", validator=_is_text)
    """The function name in the file; `_`, `__` and the empty text mean none."""

    config: CellConfig = attrs.field(default=DEFAULT_CONFIG, converter=_as_config)
    """How the cell is shown and run; a mapping of options is taken too."""

    version: int = 0
    """Grows by one each time the code really changes."""


@attrs.frozen
class TextStyle:
    """How a file writes its text down; kept, so that a save changes no more than it must."""

    newline: str = "\n"
    """What ends its lines: `\\n`, `\\r\\n` or `\\r`."""

    encoding: str = "utf-8"
    """Python's name of the encoding; `utf-8-sig` has a byte order mark."""

    footer: str = ""
    """What stands below the last construct that the format knows."""


PLAIN_STYLE = TextStyle()
"""UTF-8 with Unix line ends, as a new file has it."""


def _as_cells(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return tuple(cells)


@attrs.frozen(weakref_slot=False)
class Notebook:
    """A notebook's content: what a file holds, and the ids of its cells.

    An immutable value: a snapshot is a reference. Changing one cell makes a
    new tuple that shares all the other cells.
    """

    cells: tuple[Cell, ...] = attrs.field(default=(), converter=_as_cells)
    """The cells in order; any iterable of them is taken."""

    app_config: Extra = attrs.field(default=(), converter=as_extra, hash=False)
    """Keyword arguments of `marimo.App(...)` as the file has them, in order.

    A mapping is taken too; `dict(notebook.app_config)` reads it.
    """

    header: str = ""
    """All text above `import marimo`: PEP 723 block, comments, docstring."""

    generated_with: str | None = None
    """The `__generated_with` value of the file, kept so that opening and
    saving with another release does not change that line; `None` for a
    notebook that has no file yet."""

    style: TextStyle = PLAIN_STYLE
    """How the file writes its text down."""

    extra: Extra = attrs.field(default=(), converter=as_extra, repr=False, eq=False)
    """What else the file's format keeps in it, such as the outputs of an
    `.ipynb`; nobody but that format reads it, and it plays no part in `==`."""

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def with_cells(self, cells: Iterable[Cell]) -> "Notebook":
        """Return a notebook that differs in its cells alone."""
        # As `attrs.evolve`, in a third of the time: each edit makes one.
        return Notebook(
            cells, self.app_config, self.header, self.generated_with, self.style, self.extra
        )
