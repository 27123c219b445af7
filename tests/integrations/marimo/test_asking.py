"""What a server does with a kernel's question, whatever comes with it."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from loguru import logger
from marimo._messaging.serde import deserialize_kernel_message

from actors.integrations.marimo.asking import announced, reply
from actors.integrations.marimo.question import (
    HEARD,
    VARIABLE,
    NotSavedError,
    address_of,
    is_question,
    question,
    saved_of,
    wish_of,
)
from actors.notebook import Choice
from tests.integrations.marimo.asked_notebook import SAVED, UNNAMED, AskedNotebook


@pytest.fixture
def folder() -> Iterator[Path]:
    """This user's alone; its name is short, as that of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="asking-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def kernel(folder: Path) -> Iterator[socket.socket]:
    """The socket that a kernel waits at."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "answer"))
        listener.listen()
        listener.settimeout(20)
        yield listener


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    """What the package logs for an administrator."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING")
    logger.enable("actors")
    yield lines
    logger.disable("actors")
    logger.remove(sink)


def received(kernel: socket.socket) -> bytes:
    connection, _ = kernel.accept()
    with connection, connection.makefile("rb") as text:
        return text.read()


def question_to(folder: Path) -> bytes:
    return question(str(folder / "answer"))


# -- the question ----------------------------------------------------------------------------


def test_marimo_takes_a_question_for_a_message_that_it_drops():
    message = deserialize_kernel_message(question('/tmp/"odd"\\ü/answer'))
    assert (message.name, message.secrets) == ("secret-keys-result", [])


def test_a_question_is_known_from_what_marimo_sends():
    assert is_question(question("/tmp/answer"))
    assert not is_question(b'{"op":"secret-keys-result","secrets":[],"request_id":"1"}')
    assert not is_question(b'{"op":"cell-op","console":"notebook-actors-saved:"}')


@pytest.mark.parametrize("wish", get_args(Choice))
def test_a_choice_is_a_question_of_which_marimo_knows_no_more(wish):
    message = question("/tmp/a:b/answer", wish)
    assert is_question(message)
    assert (wish_of(message), address_of(message)) == (wish, "/tmp/a:b/answer")
    assert deserialize_kernel_message(message).name == "secret-keys-result"


@pytest.mark.parametrize("address", ["/tmp/a b/answer", '/tmp/"\\\n/answer', "/tmp/ü\udcff/answer"])
def test_any_address_comes_through(address):
    assert address_of(question(address)) == address


# -- the answer --------------------------------------------------------------------------------


def test_a_kernel_hears_at_once_that_it_will_get_an_answer(kernel, folder):
    reply(question_to(folder), AskedNotebook())
    assert received(kernel) == HEARD


def test_a_kernel_hears_how_the_save_ended(kernel, folder):
    reply(question_to(folder), AskedNotebook(SAVED))
    assert received(kernel) == HEARD
    assert saved_of(received(kernel)) == SAVED


def test_the_draft_is_that_of_the_time_of_the_answer(kernel, folder):
    notebook = AskedNotebook()
    reply(question_to(folder), notebook)
    notebook.draft = "dec0de42"
    notebook.receipts[0].settle(UNNAMED)
    received(kernel)
    with pytest.raises(NotSavedError, match="draft dec0de42 keeps it"):
        saved_of(received(kernel))


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"saved":{}}', b'{"saved":1}', b"\xff"])
def test_an_answer_of_another_release_is_quoted(text):
    with pytest.raises(NotSavedError, match="what this release cannot read"):
        saved_of(text)


@pytest.mark.parametrize("choice", get_args(Choice))
def test_a_choice_is_made_and_the_kernel_hears_how_the_save_ended(kernel, folder, choice):
    notebook = AskedNotebook(SAVED)
    reply(question(str(folder / "answer"), choice), notebook)
    assert notebook.choices == [choice]
    assert received(kernel) == HEARD
    assert saved_of(received(kernel)) == SAVED


# -- trouble -------------------------------------------------------------------------------------


def test_a_kernel_that_is_gone_is_no_trouble(folder, warnings):
    notebook = AskedNotebook()
    reply(question_to(folder), notebook)
    assert notebook.receipts[0].settle(SAVED)
    assert warnings == []


def test_a_kernel_that_takes_no_answer_keeps_nobody_waiting(kernel, folder):
    notebook = AskedNotebook()
    kernel.listen(0)
    for _ in range(10):
        reply(question_to(folder), notebook)
    for receipt in notebook.receipts:
        receipt.settle(SAVED)
    assert received(kernel) == HEARD


def test_what_is_wrong_with_a_question_stays_out_of_marimo():
    reply(question("/tmp/answer")[:-3], AskedNotebook())


def test_what_a_later_release_asks_for_is_not_done_and_stays_out_of_marimo(folder, warnings):
    message = question_to(folder).replace(b"-saved:", b"-mine:")
    notebook = AskedNotebook(SAVED)
    reply(message, notebook)
    assert notebook.receipts == []
    assert len(warnings) == 1


def test_what_is_wrong_with_a_notebook_stays_out_of_marimo(folder, monkeypatch, warnings):
    notebook = AskedNotebook()
    monkeypatch.setattr(notebook, "request_flush", lambda: 1 / 0)
    reply(question_to(folder), notebook)
    assert len(warnings) == 1


def test_a_folder_that_is_open_to_others_gets_no_answer(kernel, folder):
    folder.chmod(0o755)
    reply(question_to(folder), AskedNotebook(SAVED))
    kernel.setblocking(False)
    with pytest.raises(BlockingIOError):
        kernel.accept()


def test_a_folder_of_somebody_else_gets_no_answer(kernel, folder, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    reply(question_to(folder), AskedNotebook(SAVED))
    kernel.setblocking(False)
    with pytest.raises(BlockingIOError):
        kernel.accept()


# -- kernels that start ---------------------------------------------------------------------------


def test_kernels_may_ask_as_long_as_the_plug_in_runs(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with announced():
        assert VARIABLE in os.environ
    assert VARIABLE not in os.environ
