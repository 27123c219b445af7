"""What an agent in a kernel learns about its work, and what asking leaves behind."""

import asyncio
import contextlib
import math
import selectors
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import marimo
import pytest
from marimo._runtime import context

from actors.integrations.marimo import NotSavedError, agent, resolve, saved
from actors.integrations.marimo.agent import DRAFT_WITHIN_S, HEARD_WITHIN_S, TURN_S, ask
from actors.integrations.marimo.asking import reply
from actors.integrations.marimo.question import VARIABLE
from actors.notebook import Choice
from actors.receipt import Deferred, Receipt, Saved
from tests.integrations.marimo.asked_notebook import SAVED, UNNAMED, AskedNotebook, Stream, nobody

PATIENCE_S = 60.0
"""Never used up but by a mistake."""


@pytest.fixture(autouse=True)
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where kernels listen; its name is short, as that of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="asks-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The kernel of a notebook that is edited, as marimo's functions tell of it."""
    kernel = SimpleNamespace(mode="edit", stream=Stream.to(AskedNotebook(SAVED)))
    monkeypatch.setattr(marimo, "app_meta", lambda: kernel)
    monkeypatch.setattr(context, "get_context", lambda: kernel)
    monkeypatch.setenv(VARIABLE, "1")
    return kernel


class Clock(selectors.DefaultSelector):
    """Takes a step of a test whenever its loop has nothing to do but to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []
        self.steps: list[Callable[[], object]] = []
        self.runner = asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(self))

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout != 0 and self.steps:
            self.naps.append(math.inf if timeout is None else timeout)
            self.steps.pop(0)()
        return super().select(timeout)

    def skip(self, seconds: float) -> None:
        """Let time pass."""
        loop = self.runner.get_loop()
        now = loop.time
        loop.time = lambda: now() + seconds  # type: ignore[method-assign]


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    with clock.runner:
        yield clock


def settle(notebook: AskedNotebook) -> None:
    notebook.receipts[0].settle(SAVED)


def why_not(stream: Stream, patience_s: float = PATIENCE_S) -> NotSavedError:
    with pytest.raises(NotSavedError) as raised:
        asyncio.run(ask(stream, patience_s))
    return raised.value


# -- what is answered ----------------------------------------------------------------


def test_an_agent_learns_which_text_is_in_which_file(kernel):
    assert asyncio.run(saved()) == SAVED


def test_an_agent_may_wait_without_a_limit(kernel):
    assert asyncio.run(saved(timeout=None)) == SAVED


def test_an_agent_learns_why_its_work_is_in_no_file():
    assert why_not(Stream.to(AskedNotebook(UNNAMED))).reason == UNNAMED.reason


def test_an_agent_learns_which_draft_keeps_what_is_in_no_file():
    error = why_not(Stream.to(AskedNotebook(UNNAMED)))
    assert error.draft == "c0ffee42"
    assert "draft c0ffee42 keeps it" in str(error)


def test_an_agent_learns_of_a_draft_that_was_not_kept_yet_when_it_asked():
    class Slow(AskedNotebook):
        def request_flush(self) -> Receipt:
            receipt = super().request_flush()
            self.draft = "c0ffee42" if len(self.receipts) == 2 else None
            return receipt

    assert why_not(Stream.to(Slow(UNNAMED, UNNAMED))).draft == "c0ffee42"


def test_work_that_is_saved_while_its_draft_is_waited_for_is_saved():
    notebook = AskedNotebook(UNNAMED, SAVED, draft=None)
    assert asyncio.run(ask(Stream.to(notebook), PATIENCE_S)) == SAVED


def test_an_agent_in_a_hurry_does_not_wait_for_a_draft():
    notebook = AskedNotebook(UNNAMED, draft=None)
    assert why_not(Stream.to(notebook), DRAFT_WITHIN_S).draft is None
    assert len(notebook.receipts) == 1


def test_an_answer_is_read_to_its_end():
    notebook = AskedNotebook(Deferred("no space " * 8_000))
    assert why_not(Stream.to(notebook)).reason == "no space " * 8_000


def test_any_name_of_a_file_comes_through():
    strange = Saved(1, "5ca1ab1e", Path('/home/ada/"quoted"\n\\ünïcode\udcff.py'))
    assert asyncio.run(ask(Stream.to(AskedNotebook(strange)), PATIENCE_S)) == strange


# -- conflicts -------------------------------------------------------------------------


@pytest.mark.parametrize("choice", get_args(Choice))
def test_an_agent_that_says_who_is_right_learns_which_text_is_in_which_file(kernel, choice):
    notebook = AskedNotebook(SAVED)
    kernel.stream = Stream.to(notebook)
    assert asyncio.run(resolve(choice)) == SAVED
    assert notebook.choices == [choice]


@pytest.mark.parametrize("word", ["mine", "OURS", "saved", "", None, ["ours"]])
def test_any_other_word_is_an_error_at_once_and_nobody_is_asked(kernel, word: Any):
    with pytest.raises(ValueError, match="choose 'ours', 'theirs' or 'both', not"):
        asyncio.run(resolve(word))
    assert kernel.stream.questions == []


@pytest.mark.parametrize("is_disputed", [True, False])
def test_an_agent_whose_work_is_in_conflict_learns_how_to_end_that(is_disputed):
    notebook = AskedNotebook(UNNAMED)
    notebook.disputed = is_disputed
    error = why_not(Stream.to(notebook))
    assert error.disputed is is_disputed
    assert ("autosave.resolve" in str(error)) is is_disputed


def test_a_choice_is_not_made_again_for_a_conflict_that_came_after_it(kernel):
    notebook = AskedNotebook(Deferred("changed once more"), SAVED, draft=None)
    kernel.stream = Stream.to(notebook)
    assert asyncio.run(resolve("ours")) == SAVED
    assert notebook.choices == ["ours"]


# -- waiting ---------------------------------------------------------------------------


def test_an_agent_waits_for_the_save_while_the_kernel_goes_on():
    async def scenario() -> Saved:
        notebook = AskedNotebook()
        waiting = asyncio.create_task(ask(Stream.to(notebook), PATIENCE_S))
        await asyncio.sleep(0)  # it asks
        assert not waiting.done()
        notebook.receipts[0].settle(SAVED)
        return await waiting

    assert asyncio.run(scenario()) == SAVED


def test_several_ask_at_once_and_each_gets_its_own_answer():
    async def scenario() -> list[Saved]:
        notebook = AskedNotebook()
        stream = Stream.to(notebook)
        waiting = [asyncio.create_task(ask(stream, PATIENCE_S)) for _ in range(20)]
        await asyncio.sleep(0)  # they ask
        for version, receipt in reversed(list(enumerate(notebook.receipts))):
            receipt.settle(Saved(version, "5ca1ab1e", SAVED.path))
        return await asyncio.gather(*waiting)

    assert [saved.version for saved in asyncio.run(scenario())] == list(range(20))


def test_an_agent_whose_time_is_up_is_told_that_the_save_goes_on():
    error = why_not(Stream.to(AskedNotebook()), patience_s=0.01)
    assert error.reason == "not on disk within 0.01 s; the save goes on"


def test_where_nobody_hears_an_agent_is_told_so_before_its_time_is_up(monkeypatch):
    monkeypatch.setattr(agent, "HEARD_WITHIN_S", 0.01)
    stream = Stream(nobody)
    assert "does not save this notebook" in why_not(stream, math.inf).reason
    assert len(stream.questions) == 1


def test_a_save_may_take_longer_than_the_sign_that_it_was_asked_for(clock):
    notebook = AskedNotebook()
    clock.steps = [partial(clock.skip, 2 * HEARD_WITHIN_S), lambda: settle(notebook)]
    assert clock.runner.run(ask(Stream.to(notebook), PATIENCE_S)) == SAVED


def test_a_kernel_that_waits_can_be_interrupted(clock):
    notebook = AskedNotebook()
    clock.steps = [lambda: settle(notebook)]
    clock.runner.run(ask(Stream.to(notebook), PATIENCE_S))
    assert clock.naps
    assert max(clock.naps) <= TURN_S


# -- where nobody could answer -------------------------------------------------------------


def test_without_the_plug_in_an_agent_is_told_how_to_get_it(kernel, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(NotSavedError, match=r"pip install 'notebook-actors\[marimo\]'"):
        asyncio.run(saved())
    assert kernel.stream.questions == []


def test_in_run_mode_an_agent_is_told_that_nothing_is_saved(kernel):
    kernel.mode = "run"
    with pytest.raises(NotSavedError, match="run mode"):
        asyncio.run(saved())
    assert kernel.stream.questions == []


@pytest.mark.parametrize("mode", ["script", "test", None])
def test_outside_of_an_editor_an_agent_is_told_that_nothing_is_saved(kernel, mode):
    kernel.mode = mode
    with pytest.raises(NotSavedError, match="not in a notebook that is open"):
        asyncio.run(saved())


# -- what is left behind ---------------------------------------------------------------------


def asked_once(notebook: AskedNotebook) -> None:
    """Ask, whatever comes of it."""
    with contextlib.suppress(NotSavedError):
        asyncio.run(ask(Stream.to(notebook), PATIENCE_S))


@pytest.mark.parametrize("outcome", [SAVED, UNNAMED])
def test_asking_leaves_nothing_on_disk(sockets, outcome):
    asked_once(AskedNotebook(outcome))
    assert list(sockets.iterdir()) == []


def test_asking_leaves_no_task_behind():
    async def scenario() -> None:
        await ask(Stream.to(AskedNotebook(SAVED)), PATIENCE_S)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


def test_an_interrupted_agent_leaves_nothing_on_disk(sockets):
    async def scenario() -> None:
        notebook = AskedNotebook()
        waiting = asyncio.create_task(ask(Stream.to(notebook), PATIENCE_S))
        await asyncio.sleep(0)  # it asks
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        notebook.receipts[0].settle(SAVED)

    asyncio.run(scenario())
    assert list(sockets.iterdir()) == []


def test_nobody_else_can_connect_to_a_kernel_that_waits(sockets):
    modes: list[int] = []

    def server(message: bytes) -> None:
        modes.extend(folder.stat().st_mode & 0o077 for folder in sockets.iterdir())
        reply(message, AskedNotebook(SAVED))

    asyncio.run(ask(Stream(server), PATIENCE_S))
    assert modes == [0]


def test_a_temporary_folder_with_a_long_name_is_no_obstacle(sockets, monkeypatch):
    deep = sockets / ("n" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    assert asyncio.run(ask(Stream.to(AskedNotebook(SAVED)), PATIENCE_S)) == SAVED
