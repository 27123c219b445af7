"""What another program did to a notebook's file, brought to the session that shows it."""

import functools
import inspect
from collections.abc import Iterator
from typing import Any

from marimo._ast.app_config import _AppConfig, overloads_from_env
from marimo._session.file_change_handler import EditModeReloadStrategy

from actors.events import Merged
from actors.integrations.marimo.translate import cells_of, config_for, to_marimo
from actors.notebook import (
    Change,
    Document,
    Notebook,
    ReorderCells,
    SetAppConfig,
    SetHeader,
    Transaction,
)
from actors.notebook.merge import rebased


def take_in(session: Any, merged: Merged) -> Transaction:
    """Bring a session to what its saver's document has become by a merge.

    The session may be ahead: edits of an agent or a person can be on their way to
    the saver. These are newer, and stay: where the session and the merge changed
    the same part of a cell, the session's is kept. Browsers are told, and the
    kernel is, as after a change that marimo itself finds in a file.

    Returns:
        What was done to the cells of the session.
    """
    for change in merged.transaction.changes:
        _follow(session.app_file_manager.app, change)
    before = merged.before.cells
    after = Document(merged.before).apply(merged.transaction).notebook.cells
    now = cells_of(session.document.cells)
    outcome = rebased(Notebook(before), Notebook(after), Notebook(now))
    if outcome.transaction.changes:
        _show(session, outcome.notebook, outcome.transaction)
    return outcome.transaction


def _follow(app: Any, change: Change) -> None:
    """Do to a session's app what is of no cell, or its next save brings back the old."""
    if isinstance(change, SetHeader):
        app._app._header = change.header
    elif isinstance(change, SetAppConfig):
        config = _AppConfig.from_untrusted_dict(dict(change.config), silent=True)
        # As when marimo loads an app: the environment of the server overrides the file.
        config.update(overloads_from_env().asdict_difference())
        app.update_config(config.asdict())


def _show(session: Any, notebook: Notebook, transaction: Transaction) -> None:
    strategy = EditModeReloadStrategy(session.config_manager)
    changed = set(_changed(transaction))
    if _takes_transaction():
        shown = session.document.apply(to_marimo(transaction))
        strategy.handle_reload(session, transaction=shown, changed_cell_ids=changed)
    else:
        # Until 0.23 the strategy itself finds what the app has and the document has not.
        _put_in_app(session.app_file_manager.app, notebook)
        strategy.handle_reload(session, changed_cell_ids=changed)


def _changed(transaction: Transaction) -> Iterator[str]:
    """Give the cells that may run anew; those that only have another place do not."""
    for change in transaction.changes:
        if not isinstance(change, ReorderCells | SetAppConfig | SetHeader):
            yield change.cell_id


@functools.cache
def _takes_transaction() -> bool:
    return "transaction" in inspect.signature(EditModeReloadStrategy.handle_reload).parameters


def _put_in_app(app: Any, notebook: Notebook) -> None:
    app.with_data(
        cell_ids=[cell.id for cell in notebook],
        codes=[cell.code for cell in notebook],
        names=[cell.name for cell in notebook],
        configs=[config_for(cell.config) for cell in notebook],
    )
