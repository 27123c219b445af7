"""A session as marimo has it, but for its kernel and its browsers: these keep what they get."""

import json

from marimo._messaging.notebook.document import NotebookCell, NotebookDocument
from marimo._messaging.serde import serialize_kernel_message
from marimo._session.model import ConnectionState
from marimo._session.notebook import AppFileManager

from actors.integrations.marimo.translate import cells_of

NOTEBOOK = """\
import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium")


@app.cell
def _():
    a = 1
    return


@app.cell
def _():
    b = 1
    return


@app.cell
def _():
    c = 1
    return


if __name__ == "__main__":
    app.run()
"""


class Configuration:
    """What a person has set."""

    def __init__(self, on_save):
        self.on_save = on_save

    def get_config(self):
        return {"runtime": {"watcher_on_save": self.on_save}}


class Browser:
    """A browser that is connected; keeps what it is sent."""

    def __init__(self, state=ConnectionState.OPEN):
        self.state = state
        self.messages = []

    def connection_state(self):
        return self.state

    def notify(self, message):
        self.messages.append(json.loads(message))


class Session:
    """Real cells, a real file; `browsers` and `requests` to the kernel are recorded."""

    def __init__(self, path, on_save="lazy"):
        path.write_text(NOTEBOOK)
        self.app_file_manager = AppFileManager(path)
        self.config_manager = Configuration(on_save)
        self.requests = []
        self.main = None
        self.others = []
        if not hasattr(self.app_file_manager.app.cell_manager, "document"):
            self._document = document_of(self.app_file_manager.app)

    @property
    def document(self):
        manager = self.app_file_manager.app.cell_manager
        return getattr(manager, "document", None) or self._document

    @property
    def ids(self):
        return list(self.document.cell_ids)

    def codes(self):
        return [cell.code for cell in self.document.cells]

    def saved_codes(self):
        """Return what marimo itself would save."""
        return [cell.code for cell in self.app_file_manager.app.to_ir().cells]

    def cells(self):
        return cells_of(self.document.cells)

    def connection_state(self):
        return ConnectionState.ORPHANED if self.main is None else self.main.connection_state()

    def connect_consumer(self, session_consumer, *, main):
        if main:
            self.main = session_consumer
        else:
            self.others.append(session_consumer)

    def notify(self, operation, from_consumer_id):
        assert from_consumer_id is None
        for browser in [self.main, *self.others]:
            if browser is not None and browser.state == ConnectionState.OPEN:
                browser.notify(serialize_kernel_message(operation))

    def put_control_request(self, request, from_consumer_id):
        assert from_consumer_id is None
        self.requests.append(request)


def document_of(app):
    """Return the cells of an app as the document that marimo 0.23 keeps beside it."""
    return NotebookDocument(
        NotebookCell(id=each.cell_id, code=each.code, name=each.name, config=each.config)
        for each in app.cell_manager.cell_data()
    )
