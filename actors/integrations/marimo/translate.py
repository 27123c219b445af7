"""marimo's cells and transactions as ours, and ours as marimo's.

Between both lies the JSON form that marimo sends to browsers: msgspec reads and
writes it on that side, `actors.codec` on this.
"""

import functools
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from marimo._ast.cell import CellConfig as MarimoCellConfig
from marimo._messaging.notebook import changes as marimo_changes

from actors.codec import transaction_to_wire
from actors.notebook import DEFAULT_CONFIG, Cell, CellConfig, Transaction

FILE_WATCH = "file-watch"
"""The source that every marimo knows for a change that came from outside."""


def to_marimo(transaction: Transaction) -> Any:
    """Return a transaction of ours as marimo's; `None` if that has no word for any of it.

    Its documents hold cells alone: changes of the header or of the options of the app
    are left out. A source that this marimo does not list becomes `file-watch`.
    """
    wire = transaction_to_wire(transaction)
    changes = [change for change in wire["changes"] if change["type"] in _known_changes()]
    if not changes:
        return None
    sources = _known_sources()
    source = wire["source"] if not sources or wire["source"] in sources else FILE_WATCH
    return msgspec.convert({"changes": changes, "source": source}, marimo_changes.Transaction)


def cells_of(cells: Iterable[Any], known: Iterable[Cell] = ()) -> tuple[Cell, ...]:
    """Return cells of marimo's as ours.

    Args:
        cells: those of a `NotebookDocument`, or the data of a `CellManager`.
        known: the same cells as we know them. One that has not changed is the very
            same object in the result; options that this marimo does not have are kept.
    """
    olds = {cell.id: cell for cell in known}
    return tuple(_cell(cell, olds.get(_id(cell))) for cell in cells)


def config_of(config: Any, known: CellConfig = DEFAULT_CONFIG) -> CellConfig:
    """Return a cell's options as ours; what this marimo does not have is as in `known`."""
    if known is DEFAULT_CONFIG and config == _default():
        return known  # most cells have it, and this takes a quarter of the time
    return CellConfig.from_options(known.options() | msgspec.structs.asdict(config))


def config_for(config: CellConfig) -> Any:
    """Return a cell's options as marimo's, as far as this marimo has them."""
    return msgspec.convert(config.options(), MarimoCellConfig)


def _id(cell: Any) -> Any:
    return cell.id if hasattr(cell, "id") else cell.cell_id


def _cell(cell: Any, known: Cell | None) -> Cell:
    if known is None:
        return Cell(_id(cell), cell.code, cell.name, config_of(cell.config))
    config = config_of(cell.config, known.config)
    if (cell.code, cell.name, config) == (known.code, known.name, known.config):
        return known
    version = known.version + (cell.code != known.code)
    return Cell(known.id, cell.code, cell.name, config, version)


@functools.cache
def _default() -> Any:
    return MarimoCellConfig()


@functools.cache
def _known_changes() -> frozenset[str]:
    changes = get_args(marimo_changes.DocumentChange)
    return frozenset(change.__struct_config__.tag for change in changes)


@functools.cache
def _known_sources() -> frozenset[str]:
    """Return the sources that marimo lists; none where any text will do, as in 0.23."""
    return frozenset(get_args(getattr(marimo_changes, "TransactionSource", None)))
