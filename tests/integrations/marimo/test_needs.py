"""What the plug-in needs of marimo: all of it is in what is installed, and each gap has a name."""

import importlib
import logging
from types import SimpleNamespace

import pytest

from actors.integrations.marimo.needs import CALLED, REPLACED, SHOWN, missing, missing_in, warn

LINES = [
    (module, line)
    for table in (CALLED, REPLACED)
    for module, lines in table.items()
    for line in lines
]
FILES = "marimo._session.notebook"
LISTENER = "marimo._session.extensions.extensions"


class Without:
    """Something of marimo's that lacks one attribute."""

    def __init__(self, whole, name):
        self._whole, self._name = whole, name

    def __getattr__(self, name):
        if name == self._name:
            raise AttributeError(name)
        return getattr(self._whole, name)


class Coordinator:
    async def handle_change(self, file_path, session):
        pass


APPLY = {"module": "marimo._messaging.notebook.document", "name": "NotebookDocument.apply"}


def manager(**changed):
    bus = SimpleNamespace(subscribe=lambda listener: None)
    parts = {
        "mode": "edit",
        "_event_bus": bus,
        "_file_change_coordinator": Coordinator(),
        "close_all_sessions": lambda: None,
    }
    return SimpleNamespace(**parts | changed)


def session(**changed):
    files = dict.fromkeys(("_filename", "_save_lock", "storage"))
    app = SimpleNamespace(cell_manager=None, _app=SimpleNamespace(_header=None))
    document = SimpleNamespace(apply=lambda transaction: transaction, cells=[], version=0)
    parts = {
        "app_file_manager": SimpleNamespace(app=app, **files),
        "document": document,
        "_event_bus": SimpleNamespace(subscribe=lambda listener: None),
        **dict.fromkeys(("config_manager", "extensions", "room")),
    }
    return SimpleNamespace(**parts | changed)


def replace(monkeypatch, function, *, module=FILES, name="AppFileManager._save_file"):
    """Let a method of marimo's have other parameters, as in a version that is not out yet."""
    owner, _, method = name.partition(".")
    monkeypatch.setattr(getattr(importlib.import_module(module), owner), method, function)


# -- what is there, and what is not ---------------------------------------------------------


def test_nothing_is_missing_in_the_installed_marimo():
    assert missing(manager()) == []


@pytest.mark.parametrize(("module", "line"), LINES, ids=str)
def test_whatever_is_not_there_is_told_by_name(module, line, monkeypatch):
    owner, _, name = line.removeprefix("await ").partition("(")[0].rpartition(".")
    if owner:
        whole = getattr(importlib.import_module(module), owner)
        monkeypatch.setattr(f"{module}.{owner}", Without(whole, name))
    else:
        monkeypatch.delattr(f"{module}.{name}")
    assert ".".join(filter(None, (module, owner))) + f" has no {name}" in missing()


def test_a_module_that_is_not_there_is_told_once(monkeypatch):
    monkeypatch.setitem(importlib.import_module("sys").modules, FILES, None)
    [gap] = missing()
    assert gap.startswith(f"{FILES} cannot be imported: ")


@pytest.mark.parametrize("name", vars(manager()))
def test_what_a_session_manager_lacks_is_told_by_name(name):
    assert missing(Without(manager(), name)) == [f"session_manager has no {name}"]


# -- what has changed ---------------------------------------------------------------------------


def test_a_parameter_that_is_gone_is_told(monkeypatch):
    replace(monkeypatch, lambda self, path, *, notebook, persist: "")
    gap = f"{FILES}.AppFileManager._save_file: got an unexpected keyword argument 'previous_path'"
    assert missing() == [gap]


def test_a_parameter_that_is_new_where_marimo_calls_us_is_told(monkeypatch):
    replace(monkeypatch, lambda self, path, *, notebook, persist, previous_path, dry_run=0: "")
    assert missing() == [f"{FILES}.AppFileManager._save_file has the new parameter dry_run"]


def test_a_new_parameter_that_we_need_not_give_is_no_gap(monkeypatch):
    replace(monkeypatch, lambda self, tx, *, dry_run=False: tx, **APPLY)
    assert missing() == []


def test_a_new_parameter_that_we_do_not_give_is_told(monkeypatch):
    replace(monkeypatch, lambda self, tx, *, author: tx, **APPLY)
    [gap] = missing()
    assert "NotebookDocument.apply: missing a required " in gap
    assert gap.endswith(": 'author'")


def test_another_name_for_what_is_given_by_position_is_no_gap(monkeypatch):
    replace(monkeypatch, lambda self, transaction: transaction, **APPLY)
    assert missing() == []


def test_a_method_that_has_become_a_coroutine_is_told(monkeypatch):
    async def save_file(self, path, *, notebook, persist, previous_path=None): ...

    replace(monkeypatch, save_file)
    assert missing() == [f"{FILES}.AppFileManager._save_file is a coroutine"]


def test_a_coroutine_that_has_become_a_method_is_told():
    coordinator = SimpleNamespace(handle_change=lambda file_path, session: None)
    name = "session_manager._file_change_coordinator.handle_change"
    assert missing(manager(_file_change_coordinator=coordinator)) == [f"{name} is no coroutine"]


def test_a_property_that_has_become_a_method_is_told(monkeypatch):
    replace(monkeypatch, lambda self: None, name="AppFileManager.path")
    assert missing() == [f"{FILES}.AppFileManager.path is a method"]


def test_what_only_some_versions_hand_over_need_not_be_there(monkeypatch):
    name = "NotificationListenerExtension._maybe_autosave"
    for function in (lambda self, session: None, lambda self, session, source: None):
        replace(monkeypatch, function, module=LISTENER, name=name)
        assert missing() == []


# -- a session -----------------------------------------------------------------------------


def test_nothing_is_missing_in_a_session_that_has_all_of_it():
    assert missing_in(session()) == []


@pytest.mark.parametrize("name", vars(session()))
def test_what_a_session_lacks_is_told_once_by_name(name):
    assert missing_in(Without(session(), name)) == [f"session has no {name}"]


def test_what_a_part_of_a_session_lacks_is_told_by_name():
    files = Without(session().app_file_manager, "_save_lock")
    gap = "session.app_file_manager has no _save_lock"
    assert missing_in(session(app_file_manager=files)) == [gap]


# -- what people read ------------------------------------------------------------------------


def test_the_log_has_one_line_that_says_what_is_missing(caplog):
    with caplog.at_level(logging.WARNING, "marimo"):
        warn(["a has no b", "c is a coroutine"])
    [line] = caplog.messages
    assert line.endswith("goes on without it: a has no b; c is a coroutine")


def test_a_long_list_stays_one_short_line(caplog):
    with caplog.at_level(logging.WARNING, "marimo"):
        warn([f"gap{number}" for number in range(SHOWN + 2)])
    assert caplog.messages[0].endswith("gap0; gap1; gap2 and 2 more")
