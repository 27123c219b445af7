"""What marimo's file watcher finds goes to the saver."""

import asyncio
import types
from pathlib import Path

import pytest

from actors.errors import NotebookClosedError
from actors.integrations.marimo import watching
from actors.integrations.marimo.watching import Watching
from actors.notebook import Document
from actors.receipt import Deferred, Receipt, Saved


class Autosave:
    """Saves a notebook whose file another program has changed, or has not."""

    path = Path("nb.py")

    def __init__(self, outcome=None, changes=0):
        self.document = Document()
        self._outcome = outcome
        self._changes = changes

    @property
    def notebook(self):
        return self

    def look(self):
        receipt = Receipt()
        self.document = Document(version=self._changes)
        if self._outcome is not None:
            receipt.settle(self._outcome)
        return receipt


class Closed(Autosave):
    def look(self):
        raise NotebookClosedError("nb is closed")


class Coordinator:
    """marimo's own."""

    def __init__(self):
        self.asked = []

    async def handle_change(self, file_path, session):
        self.asked.append((file_path, session))
        return "marimo's answer"


SAVED = Saved(1, "0" * 64, Path("nb.py"))


def handled(autosave, tmp_path):
    """Return what becomes of a change of the file."""
    found = Watching(Coordinator(), lambda session: autosave)
    return asyncio.run(found.handle_change(tmp_path / "nb.py", types.SimpleNamespace()))


def test_a_change_that_was_merged_is_handled(tmp_path):
    result = handled(Autosave(SAVED, changes=1), tmp_path)
    assert (result.handled, result.error) == (True, None)


def test_our_own_text_is_no_change(tmp_path):
    result = handled(Autosave(SAVED), tmp_path)
    assert (result.handled, result.error) == (False, None)


def test_a_conflict_is_told_to_marimo_as_an_error(tmp_path):
    result = handled(Autosave(Deferred("nb.py was emptied")), tmp_path)
    assert (result.handled, result.error) == (False, "nb.py was emptied")


def test_a_notebook_that_was_just_closed_is_let_alone(tmp_path):
    assert handled(Closed(), tmp_path).error == "nb is closed"


def test_a_disk_that_hangs_does_not_hold_the_watcher_up(tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "LOOK_S", 0.0)
    assert "could not be read" in handled(Autosave(), tmp_path).error


def test_a_session_that_is_not_ours_is_marimos(tmp_path):
    coordinator, session = Coordinator(), object()
    found = Watching(coordinator, lambda session: None)
    assert asyncio.run(found.handle_change(tmp_path, session)) == "marimo's answer"
    assert coordinator.asked == [(tmp_path, session)]


def test_all_else_is_as_marimo_has_it():
    coordinator = Coordinator()
    assert Watching(coordinator, pytest.fail).asked is coordinator.asked
