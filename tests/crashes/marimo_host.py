"""marimo 0.25.2's own classes, wired as its server wires them, without a browser or a kernel."""

import asyncio
import copy
from pathlib import Path
from typing import Any

import attrs
import msgspec
from marimo._config.manager import get_default_config_manager
from marimo._messaging.notebook.changes import SetCode, Transaction
from marimo._messaging.notification import NotebookDocumentTransactionNotification
from marimo._server.models.models import SaveNotebookRequest
from marimo._session.extensions.extensions import NotificationListenerExtension
from marimo._session.file_change_handler import EditModeReloadStrategy, FileChangeCoordinator
from marimo._session.model import SessionMode
from marimo._session.notebook.file_manager import AppFileManager
from marimo._session.notebook.storage import FilesystemStorage

TEXT = """\
import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    a = 1
    return


@app.cell
def _():
    b = 1
    return


if __name__ == "__main__":
    app.run()
"""


@attrs.frozen
class Host:
    """A notebook that is open in marimo."""

    files: Any
    """marimo's `AppFileManager`."""

    told: list[Any] = attrs.field(factory=list)
    """The notifications that the browser would get."""

    @classmethod
    def opened(cls, path: Path | None, text: str = TEXT, storage: Any = None) -> "Host":
        """Open a file that is written first; `None` is an unnamed notebook."""
        if path is not None:
            path.write_text(text, "utf-8", newline="")
        return cls(AppFileManager(path, storage=storage))

    @property
    def app_file_manager(self) -> Any:
        return self.files

    @property
    def document(self) -> Any:
        return self.files.app.cell_manager.document

    @property
    def codes(self) -> list[str]:
        """The code of each cell of the live document."""
        return [cell.code for cell in self.document.cells]

    def notify(self, notification: Any, from_consumer_id: Any) -> None:
        self.told.append(notification)

    def put_control_request(self, request: Any, from_consumer_id: Any) -> None:
        """Tell no kernel; there is none."""

    def alerts(self) -> list[Any]:
        return [each for each in self.told if getattr(each, "name", "") == "alert"]

    def edit(self, number: int, code: str, source: str = "code-mode") -> Transaction:
        """Return the transaction that sets the code of a cell, by default an agent's."""
        cell_id = self.document.cells[number].id
        return Transaction((SetCode(cell_id=cell_id, code=code),), source=source)

    def snapshot(self) -> list[Any]:
        """Return what its autosave takes along to its thread."""
        return copy.deepcopy(self.document.cells)

    def autosave(self, cells: list[Any] | None = None) -> None:
        """Save as its autosave does, on this thread."""
        self.files.save_from_cells(self.snapshot() if cells is None else cells)

    def browser_saves(self, cells: list[Any]) -> None:
        """Save as the browser does: all cells that it knows of."""
        self.files.save(
            SaveNotebookRequest(
                cell_ids=[cell.id for cell in cells],
                codes=[cell.code for cell in cells],
                names=[cell.name for cell in cells],
                configs=[cell.config for cell in cells],
                filename=str(self.files.path),
            )
        )

    def file_changed(self) -> None:
        """Do what its watcher does when it has seen the file change."""
        strategy = EditModeReloadStrategy(get_default_config_manager(current_path=None))
        coordinator = FileChangeCoordinator(strategy)
        coordinator._handle_file_change_locked(self.files.path, self)

    def agent_sends(self, *transactions: Transaction) -> None:
        """Hand transactions to its listener, and let its autosave come to an end."""
        asyncio.run(self._send(transactions))

    async def _send(self, transactions: Any) -> None:
        listener = NotificationListenerExtension(_Kernel(), None)
        for transaction in transactions:
            told = NotebookDocumentTransactionNotification(transaction=transaction)
            message = msgspec.json.encode({"op": told.name, "transaction": transaction})
            listener._on_kernel_message(self, message)
        await listener._autosave_runner.drain()
        listener._autosave_runner.shutdown()


class _Kernel:
    mode = SessionMode.EDIT


class CountingStorage(FilesystemStorage):  # type: ignore[misc]  # it is `Any`: mypy skips marimo
    """marimo's own storage, which counts what is written."""

    writes = 0

    def write(self, path: Path, content: str) -> None:
        """Write as marimo does."""
        self.writes += 1
        super().write(path, content)
