"""What another program did to a file reaches the session that shows it."""

import pytest

from actors.events import Merged
from actors.integrations.marimo.merging import take_in
from actors.integrations.marimo.translate import to_marimo
from actors.notebook import (
    CellConfig,
    CreateCell,
    DeleteCell,
    Notebook,
    ReorderCells,
    SetAppConfig,
    SetCode,
    SetConfig,
    SetHeader,
    SetName,
    Transaction,
)
from actors.types import NotebookId
from tests.integrations.marimo.marimo_session import Browser, Session


@pytest.fixture
def session(tmp_path):
    session = Session(tmp_path / "nb.py")
    session.connect_consumer(Browser(), main=True)
    return session


def merge(session, *changes, before=None):
    """Take in what another program did to the notebook as it was before."""
    before = Notebook(session.cells() if before is None else before)
    transaction = Transaction(changes, "file-watch")
    path = session.app_file_manager._filename
    return take_in(session, Merged(NotebookId("nb"), transaction, 1, path, before))


def edit(session, *changes):
    """Edit as an agent does, whose edit is on its way to the saver."""

    session.document.apply(to_marimo(Transaction(changes, "code-mode")))


def test_an_edit_by_another_program_is_in_the_session_and_in_what_it_saves(session):
    a, b, _ = session.ids
    merge(session, SetCode(cell_id=b, code="b = 2"), DeleteCell(cell_id=a))
    assert session.codes() == ["b = 2", "c = 1"]
    assert session.saved_codes() == session.codes()


def test_browsers_are_told_of_the_edit_once(session):
    b = session.ids[1]
    merge(session, SetCode(cell_id=b, code="b = 2"))
    [message] = session.main.messages
    assert message["op"] == "notebook-document-transaction"
    told = message["data"]["transaction"] if "data" in message else message["transaction"]
    assert told["source"] == "file-watch"
    assert told["version"] == session.document.version
    assert told["changes"] == [{"type": "set-code", "cellId": b, "code": "b = 2"}]


def test_a_merge_that_is_in_the_session_already_says_nothing(session):
    before = session.cells()
    edit(session, SetCode(cell_id=session.ids[1], code="b = 2"))
    done = merge(session, SetCode(cell_id=session.ids[1], code="b = 2"), before=before)
    assert not done.changes
    assert session.main.messages == []


def test_an_edit_that_is_newer_than_the_merge_stays(session):
    a, b, _ = session.ids
    before = session.cells()
    edit(session, SetCode(cell_id=a, code="a = 'newer'"))
    changes = (SetCode(cell_id=a, code="a = 2"), SetCode(cell_id=b, code="b = 2"))
    done = merge(session, *changes, before=before)
    assert session.codes() == ["a = 'newer'", "b = 2", "c = 1"]
    assert done.changes == changes[1:]


def test_both_may_have_changed_one_cell_in_different_parts(session):
    a, *_ = session.ids
    before = session.cells()
    edit(session, SetConfig(cell_id=a, config=CellConfig(hide_code=True)))
    merge(session, SetConfig(cell_id=a, config=CellConfig(disabled=True)), before=before)
    merge(session, SetName(cell_id=a, name="first"))
    cell = session.cells()[0]
    assert (cell.name, cell.config) == ("first", CellConfig(hide_code=True, disabled=True))


def test_a_cell_that_is_gone_here_stays_gone_and_the_rest_is_done(session):
    a, b, _ = session.ids
    before = session.cells()
    edit(session, DeleteCell(cell_id=a))
    merge(
        session, SetCode(cell_id=a, code="a = 2"), SetCode(cell_id=b, code="b = 2"), before=before
    )
    assert session.codes() == ["b = 2", "c = 1"]


def test_a_new_cell_whose_neighbour_is_gone_is_put_in_its_place(session):
    _, b, _ = session.ids
    before = session.cells()
    edit(session, DeleteCell(cell_id=b))
    new = CreateCell(cell_id="new", code="n = 1", name="_", config=CellConfig(), after=b)
    merge(session, new, before=before)
    assert session.codes() == ["a = 1", "n = 1", "c = 1"]


def test_cells_that_were_moved_are_moved_among_those_that_are_new_here(session):
    a, b, c = session.ids
    before = session.cells()
    new = CreateCell(cell_id="new", code="n = 1", name="_", config=CellConfig(), after=c)
    edit(session, new)
    merge(session, ReorderCells(cell_ids=(c, a, b)), before=before)
    assert session.codes() == ["c = 1", "n = 1", "a = 1", "b = 1"]


def test_the_next_save_by_a_browser_has_the_new_header_and_options(session):
    merge(session, SetHeader(header="# /// script"), SetAppConfig(config={"app_title": "Sales"}))
    app = session.app_file_manager.app
    assert app.to_ir().header.value == "# /// script"
    assert app.config.asdict_difference() == {"app_title": "Sales"}
    assert session.main.messages == []


def test_the_environment_of_the_server_still_overrides_options(session, monkeypatch):
    monkeypatch.setenv("_MARIMO_APP_OVERLOAD_WIDTH", "full")
    merge(session, SetAppConfig(config={"width": "medium"}))
    assert session.app_file_manager.app.config.width == "full"


def test_an_option_of_a_newer_marimo_is_passed_over(session):
    merge(session, SetAppConfig(config={"hologram": True, "width": "full"}))
    assert session.app_file_manager.app.config.width == "full"


@pytest.mark.parametrize("on_save", ["lazy", "autorun"])
def test_the_kernel_forgets_cells_that_are_deleted(session, on_save):
    session.config_manager.on_save = on_save
    a, b, c = session.ids
    merge(session, DeleteCell(cell_id=a))
    [request] = session.requests
    assert request.delete_ids == [a]
    assert request.cells == {b: "b = 1", c: "c = 1"}


def test_changed_cells_run_where_the_person_wants_that(session):
    session.config_manager.on_save = "autorun"
    a, b, c = session.ids
    merge(session, SetCode(cell_id=b, code="b = 2"), ReorderCells(cell_ids=(c, a, b)))
    [request] = session.requests
    assert request.run_ids == [b]
    assert request.cells[b] == "b = 2"


def test_changed_cells_wait_for_the_person_otherwise(session):
    merge(session, SetCode(cell_id=session.ids[1], code="b = 2"))
    assert session.requests == []
