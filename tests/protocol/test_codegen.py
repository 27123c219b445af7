"""Codegen: every request has one answer, whatever becomes of it."""

from typing import Any

import pytest

from actors.codegen import CodegenActor
from actors.errors import FormatError
from actors.messages import Generate, Generated, GenerateFailed
from actors.notebook import Cell, Notebook
from actors.runtime import SimulatedRuntime
from actors.testing import Probe, start_actor
from actors.types import CellId

NOTEBOOK = Notebook([Cell(CellId("a"), "x = 1")])


class Joining(CodegenActor):
    """Writes the codes alone, and fails where one says so."""

    def generate(self, notebook: Notebook, suffix: str) -> bytes:
        text = suffix + "".join(cell.code for cell in notebook)
        if "raise" in text:
            raise FormatError(text)
        return text.encode()


class Crashing(Joining):
    """Crashes over its first ticket."""

    def on_receive(self, message: Generate) -> None:
        if message.ticket == 1:
            raise RuntimeError("blown")
        super().on_receive(message)


def answers(codegen: type[CodegenActor], *notebooks: Notebook, **options: Any) -> list[Any]:
    """Return the answers of one actor to a request for each notebook."""
    runtime, asker = SimulatedRuntime(), Probe[Generated | GenerateFailed]()
    mailbox = start_actor(runtime, codegen, **options)
    for ticket, notebook in enumerate(notebooks, 1):
        mailbox.tell(Generate(ticket, notebook, ".py", asker))
    runtime.run_until_idle()
    return asker.messages


def test_the_text_is_that_of_the_formats(monkeypatch):
    def render(notebook: Notebook, suffix: str) -> bytes:
        return f"{suffix} of {len(notebook)}".encode()

    monkeypatch.setattr("actors.codegen.render", render)
    assert answers(CodegenActor, NOTEBOOK) == [Generated(1, b".py of 1")]


def test_each_request_is_answered_under_its_ticket_and_in_order():
    other = Notebook([Cell(CellId("b"), "y")])
    assert answers(Joining, NOTEBOOK, other, NOTEBOOK) == [
        Generated(1, b".pyx = 1"),
        Generated(2, b".pyy"),
        Generated(3, b".pyx = 1"),
    ]


def test_the_answer_goes_to_whoever_asked():
    runtime = SimulatedRuntime()
    mailbox = start_actor(runtime, Joining)
    askers = [Probe[Generated | GenerateFailed]() for _ in range(2)]
    for ticket, asker in enumerate(askers):
        mailbox.tell(Generate(ticket, NOTEBOOK, ".py", asker))
    runtime.run_until_idle()
    assert [asker.messages[0].ticket for asker in askers] == [0, 1]


def test_a_notebook_without_a_text_is_answered_with_the_reason_and_harms_no_other():
    bad = Notebook([Cell(CellId("a"), "raise")])
    assert answers(Joining, bad, NOTEBOOK, max_restarts=0) == [
        GenerateFailed(1, "no text could be made: .pyraise"),
        Generated(2, b".pyx = 1"),
    ]


def test_a_crash_over_a_request_reaches_the_asker_and_the_next_is_served():
    failed, served = answers(Crashing, NOTEBOOK, NOTEBOOK)
    assert isinstance(failed, GenerateFailed)
    assert failed.ticket == 1
    assert "crashed over it: RuntimeError('blown')" in failed.reason
    assert served == Generated(2, b".pyx = 1")


def test_codegen_out_of_service_tells_every_asker():
    replies = answers(Crashing, NOTEBOOK, NOTEBOOK, NOTEBOOK, max_restarts=0)
    assert [type(reply) for reply in replies] == [GenerateFailed] * 3
    assert [reply.ticket for reply in replies] == [1, 2, 3]


@pytest.mark.parametrize("error", [RecursionError(), MemoryError(), AssertionError()])
def test_whatever_generate_raises_is_no_crash(error):
    class Raising(CodegenActor):
        def generate(self, notebook: Notebook, suffix: str) -> bytes:
            raise error

    (reply,) = answers(Raising, NOTEBOOK, max_restarts=0)
    assert reply.reason.startswith("no text could be made")
