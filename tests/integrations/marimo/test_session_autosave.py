"""What is handed in of a session is all that its saver lacks, and nothing else."""

import asyncio
import contextlib
import hashlib
from types import SimpleNamespace
from typing import Any, cast

import attrs
import pytest
from marimo._messaging.notification import NotebookDocumentTransactionNotification
from marimo._messaging.serde import serialize_kernel_message

from actors import Autosave, Deferred, Merged, Saved, Settings
from actors.formats import parse, render
from actors.integrations.marimo.session import AGENT, PERSON, SessionAutosave
from actors.integrations.marimo.translate import to_marimo
from actors.notebook import (
    CellConfig,
    CreateCell,
    DeleteCell,
    ReorderCells,
    SetCode,
    SetConfig,
    Transaction,
)
from actors.receipt import Receipt
from tests.integrations.marimo.marimo_session import Session

WAIT_S = 60


class Scene:
    """A session that is adopted, and the edits that come to it."""

    def __init__(self, autosave: Autosave, session: Session) -> None:
        self.session = session
        self.path = session.app_file_manager._filename
        self.notebook = autosave.open(self.path, cells=session.cells())
        self.saver = SessionAutosave(session, self.notebook)
        self.handed_in: list[Transaction] = []
        self.merged: asyncio.Queue[Merged] = asyncio.Queue()
        autosave.subscribe(self._on_event, loop=asyncio.get_running_loop())
        self.is_handed_in = asyncio.Event()
        self.saver.notebook = cast("Any", Recorder(self.notebook, self._submitted))

    def edit(self, source, *changes):
        """Apply changes to the session's document, and tell its browsers, as marimo does."""
        applied = self.session.document.apply(to_marimo(Transaction(changes, source)))
        note = NotebookDocumentTransactionNotification(transaction=applied)
        self.saver.hear(serialize_kernel_message(note))
        return self.saver.save_agent_edit() if source == AGENT else None

    async def saved(self):
        async with asyncio.timeout(WAIT_S):
            assert isinstance(await self.notebook.request_flush(), Saved)
        return [cell.code for cell in parse(self.path.read_bytes(), ".py")]

    def edit_file(self, old, new):
        """Change the file as another program does."""
        notebook = parse(self.path.read_bytes(), ".py")
        cells = [
            attrs.evolve(cell, code=new if cell.code == old else cell.code) for cell in notebook
        ]
        self.path.write_bytes(render(notebook.with_cells(cells), ".py"))

    def _submitted(self, transaction):
        self.handed_in.append(transaction)
        self.is_handed_in.set()

    def _on_event(self, event):
        if isinstance(event, Merged):
            self.merged.put_nowait(event)


class Recorder:
    """A notebook's handle that tells what is submitted."""

    def __init__(self, handle, tell):
        self._handle, self._tell = handle, tell

    def __getattr__(self, name):
        return getattr(self._handle, name)

    def submit(self, transaction):
        self._tell(transaction)
        return self._handle.submit(transaction)


@contextlib.asynccontextmanager
async def scene_in(folder):
    settings = Settings(persist_sources={AGENT, PERSON}, state_dir=folder / "state")
    async with Autosave(settings) as autosave:
        yield Scene(autosave, Session(folder / "nb.py"))


def within(folder, play):
    """Play a scene in an event loop."""

    async def run():
        async with scene_in(folder) as scene:
            await play(scene)

    asyncio.run(run())


def test_an_agents_edit_goes_on_as_it_came(tmp_path):
    async def play(scene):
        a = scene.session.ids[0]
        scene.edit(AGENT, SetCode(cell_id=a, code="a = 2"))
        [handed_in] = scene.handed_in
        assert handed_in.changes == (SetCode(cell_id=a, code="a = 2"),)
        assert await scene.saved() == ["a = 2", "b = 1", "c = 1"]

    within(tmp_path, play)


def test_what_a_person_did_before_is_saved_with_the_agents_edit_and_not_alone(tmp_path):
    async def play(scene):
        a, b, _ = scene.session.ids
        scene.edit(PERSON, SetCode(cell_id=a, code="a = 2"))
        assert scene.handed_in == []
        scene.edit(AGENT, SetCode(cell_id=b, code="b = 2"))
        assert await scene.saved() == ["a = 2", "b = 2", "c = 1"]

    within(tmp_path, play)


def test_an_edit_that_changes_nothing_is_not_handed_in(tmp_path):
    async def play(scene):
        scene.edit(AGENT, SetCode(cell_id=scene.session.ids[0], code="a = 1"))
        assert scene.saver.save_agent_edit() is None

    within(tmp_path, play)


def test_an_edit_that_nobody_told_of_is_saved_with_the_next_one(tmp_path):
    async def play(scene):
        a, b, c = scene.session.ids
        untold = Transaction([DeleteCell(cell_id=a), ReorderCells(cell_ids=[c, b])], "host")
        scene.session.document.apply(to_marimo(untold))
        scene.edit(AGENT, SetCode(cell_id=b, code="b = 2"))
        assert await scene.saved() == ["c = 1", "b = 2"]

    within(tmp_path, play)


def test_an_option_that_an_agent_sets_is_in_the_file(tmp_path):
    async def play(scene):
        a = scene.session.ids[0]
        scene.edit(AGENT, SetConfig(cell_id=a, config=CellConfig(hide_code=True)))
        await scene.saved()
        assert parse(scene.path.read_bytes(), ".py").cells[0].config.hide_code is True

    within(tmp_path, play)


@pytest.mark.parametrize("is_back", [True, False])
def test_the_echo_that_brings_an_agents_code_back_is_saved(tmp_path, is_back):
    async def play(scene):
        a, b, _ = scene.session.ids
        for code in ("a = 2", "a = 3"):
            scene.edit(AGENT, SetCode(cell_id=a, code=code))
        scene.edit(PERSON, SetCode(cell_id=a, code="a = 2"))  # of the first edit, and late
        scene.edit(AGENT, SetCode(cell_id=b, code="b = 2"))
        scene.edit(PERSON, SetCode(cell_id=a, code="a = 3" if is_back else "a = 4"))
        assert await scene.saved() == ["a = 3" if is_back else "a = 2", "b = 2", "c = 1"]

    within(tmp_path, play)


def test_an_edit_of_another_program_comes_to_the_session_and_is_not_undone(tmp_path):
    async def play(scene):
        a = scene.session.ids[0]
        scene.edit_file("b = 1", "b = 20")
        scene.edit(AGENT, SetCode(cell_id=a, code="a = 2"))
        assert await scene.saved() == ["a = 2", "b = 20", "c = 1"]
        async with asyncio.timeout(WAIT_S):
            scene.saver.on_merged(await scene.merged.get())
        assert scene.session.codes() == ["a = 2", "b = 20", "c = 1"]
        scene.edit(AGENT, SetCode(cell_id=a, code="a = 3"))
        assert await scene.saved() == ["a = 3", "b = 20", "c = 1"]

    within(tmp_path, play)


def test_another_editor_wins_over_what_was_saved_before_though_more_is_under_way(tmp_path):
    async def play(scene):
        scene.saver._under_way.add(Receipt())
        scene.edit(AGENT, SetCode(cell_id=scene.session.ids[0], code="a = 2"))
        await scene.saved()
        scene.edit_file("a = 2", "a = 20")
        async with asyncio.timeout(WAIT_S):
            await scene.notebook.look()
            scene.saver.on_merged(await scene.merged.get())
            await scene.saver._agreeing
        assert await scene.saved() == scene.session.codes() == ["a = 20", "b = 1", "c = 1"]

    within(tmp_path, play)


def test_an_agent_that_asks_is_told_of_its_work_whatever_a_person_types_beside_it(tmp_path):
    async def play(scene):
        a, b, _ = scene.session.ids
        scene.edit(AGENT, SetCode(cell_id=b, code="b = 2"))
        scene.edit(PERSON, SetCode(cell_id=a, code="a = 2"))
        async with asyncio.timeout(WAIT_S):
            await scene.saver.look()
            assert isinstance(await scene.saver.request_flush(), Saved)

    within(tmp_path, play)


def test_an_edit_that_the_saver_refused_is_handed_in_anew(tmp_path):
    async def play(scene):
        a = scene.session.ids[0]
        # As after a merge of which the session has not heard yet.
        scene.notebook.submit(Transaction([DeleteCell(cell_id=a)], AGENT))
        scene.edit(AGENT, SetCode(cell_id=a, code="a = 2"))
        scene.is_handed_in.clear()
        async with asyncio.timeout(WAIT_S):
            await scene.is_handed_in.wait()
        assert await scene.saved() == ["a = 2", "b = 1", "c = 1"]

    within(tmp_path, play)


def test_a_flush_waits_for_an_edit_that_the_saver_refused_at_first(tmp_path):
    async def play(scene):
        a = scene.session.ids[0]
        scene.notebook.submit(Transaction([DeleteCell(cell_id=a)], AGENT))
        scene.edit(AGENT, SetCode(cell_id=a, code="a = 2"))
        async with asyncio.timeout(WAIT_S):
            saved = await scene.saver.request_flush()
        content = scene.path.read_bytes()
        assert saved.sha256 == hashlib.sha256(content).hexdigest()
        assert b"a = 2" in content

    within(tmp_path, play)


def test_a_flush_that_the_end_of_a_server_cuts_short_does_not_claim_to_be_saved(tmp_path):
    flushes = []

    async def play(scene):
        scene.saver.notebook = SimpleNamespace(request_flush=Receipt)
        flushes.append(scene.saver.request_flush())
        await asyncio.sleep(0)  # it begins, and ends with the loop

    within(tmp_path, play)
    assert flushes[0].outcome == Deferred("the server stops")


def test_a_merge_beside_an_edit_that_is_under_way_ends_in_agreement(tmp_path):
    async def play(scene):
        b = scene.session.ids[1]
        made = CreateCell(cell_id="made", code="d = 1", name="_", config=CellConfig(), after=b)
        merged = Transaction([made, SetCode(cell_id=b, code="b = 20")], "file-watch")
        before = scene.notebook.document.notebook
        scene.notebook.submit(attrs.evolve(merged, source=AGENT))
        scene.edit(AGENT, SetCode(cell_id=b, code="b = 2"))
        event = Merged(scene.notebook.id, merged, 1, scene.path, before)
        scene.saver.on_merged(event)
        async with asyncio.timeout(WAIT_S):
            await scene.saver._agreeing
        assert await scene.saved() == scene.session.codes() == ["a = 1", "b = 2", "d = 1", "c = 1"]

    within(tmp_path, play)


async def changed_by_both(scene):
    """Have an agent and another program change the same cell; return it."""
    a, b = scene.session.ids[:2]
    scene.edit(AGENT, SetCode(cell_id=b, code="b = 2"))
    await scene.saved()
    scene.edit_file("a = 1", "a = 9")
    assert isinstance(await scene.edit(AGENT, SetCode(cell_id=a, code="a = 2")), Deferred)
    return a


@pytest.mark.parametrize(
    ("choice", "codes"),
    [
        ("ours", ["a = 3", "b = 2", "c = 1"]),
        ("theirs", ["a = 9", "b = 2", "c = 1"]),
        ("both", ["a = 3", "a = 9", "b = 2", "c = 1"]),
    ],
)
def test_a_choice_is_about_what_people_see_also_where_it_was_not_saved(tmp_path, choice, codes):
    async def play(scene):
        assert not scene.saver.disputed
        a = await changed_by_both(scene)
        assert scene.saver.disputed
        scene.edit("frontend", SetCode(cell_id=a, code="a = 3"))
        assert isinstance(await scene.saver.resolve(choice), Saved)
        assert not scene.saver.disputed
        assert await scene.saved() == codes

    within(tmp_path, play)


def test_a_choice_in_a_session_that_is_over_is_answered(tmp_path):
    async def play(scene):
        await changed_by_both(scene)
        scene.saver.close()
        outcome = await scene.saver.resolve("ours")
        assert isinstance(outcome, Deferred)
        assert "is closed" in outcome.reason

    within(tmp_path, play)
