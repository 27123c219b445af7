"""The plug-in when a server starts: it never keeps the server from starting, and says why not."""

import asyncio
import sys
from types import SimpleNamespace

import pytest
from marimo._session.events import SessionEventBus
from marimo._session.file_change_handler import FileChangeCoordinator
from marimo._session.model import ConnectionState, SessionMode

from actors.autosave import Autosave
from actors.events import Alert
from actors.integrations.marimo import lifespan
from actors.integrations.marimo.server import LOGGER, ServerAutosave
from actors.receipt import Deferred, Receipt
from actors.types import NotebookId
from tests.integrations.marimo.marimo_session import Browser, Session

SERVER = "actors.integrations.marimo.server"
GOES_ON = "whose own autosave goes on without it: "


@pytest.fixture
def manager():
    """A session manager, as far as the plug-in knows it."""
    return SimpleNamespace(
        mode=SessionMode.EDIT,
        _event_bus=SessionEventBus(),
        _file_change_coordinator=FileChangeCoordinator(None),
        close_all_sessions=lambda: None,
    )


@pytest.fixture
def said(monkeypatch):
    """Return the warnings in marimo's log."""
    warnings = []
    monkeypatch.setattr(LOGGER, "warning", lambda text, *parts: warnings.append(text % parts))
    return warnings


def run_server(manager):
    """Start and end a server; return what the plug-in had replaced while it ran."""
    return asyncio.run(replaced_in(manager, SimpleNamespace(session_manager=manager)))


async def replaced_in(manager, state):
    own = dict(vars(manager))
    async with lifespan(SimpleNamespace(state=state, middleware_stack=None)):
        return {name for name, value in vars(manager).items() if value is not own[name]}


def test_it_listens_and_watches_while_a_server_runs(manager, said):
    assert run_server(manager) == {"_file_change_coordinator"}
    assert said == []


def test_it_leaves_a_server_as_it_was(manager):
    before = dict(vars(manager))
    run_server(manager)
    assert vars(manager) == before
    assert manager._event_bus._listeners == []


def test_its_saves_end_though_marimo_fails_to_close_its_sessions(manager, monkeypatch):
    ended = []
    stop = Autosave.stop
    monkeypatch.setattr(Autosave, "stop", lambda self: ended.append(stop(self)))
    manager.close_all_sessions = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        run_server(manager)
    assert len(ended) == 1


def test_it_does_nothing_where_nobody_edits(manager, said):
    manager.mode = SessionMode.RUN
    assert run_server(manager) == set()
    assert said == []


def test_it_does_nothing_where_something_is_missing(manager, said):
    del manager._event_bus
    assert run_server(manager) == set()
    [line] = said
    assert line.endswith(GOES_ON + "session_manager has no _event_bus")


def test_a_server_starts_though_the_plug_in_cannot_be_imported(manager, said, monkeypatch):
    monkeypatch.setitem(sys.modules, SERVER, None)
    assert run_server(manager) == set()
    [line] = said
    assert GOES_ON in line


def test_a_server_without_a_session_manager_starts(said):
    asyncio.run(replaced_in(SimpleNamespace(), SimpleNamespace()))
    assert said[0].endswith(GOES_ON + "the server has no session manager")


def test_an_alert_that_no_browser_can_show_is_in_the_log_as_plain_text(manager, said):
    alert = Alert.escaped("a & b.py", 'says "no"', "danger", NotebookId("nobody's"))
    ServerAutosave(manager)._on_event(alert)
    assert said == ['a & b.py: says "no"']


def test_a_session_that_ends_before_its_file_is_free_is_not_taken_over(manager, said, tmp_path):
    server, path = ServerAutosave(manager), tmp_path / "nb.py"
    session, before = Session(path), Receipt()
    server._closing[str(path)] = before

    async def end_at_once():
        begun = asyncio.create_task(server.on_session_created(session))
        await asyncio.sleep(0)
        await server.on_session_closed(session)
        session.main = Browser(ConnectionState.CLOSED)
        before.settle(Deferred("the disk is full"))
        await begun

    asyncio.run(end_at_once())
    assert (server._adopted, said) == ({}, [])
