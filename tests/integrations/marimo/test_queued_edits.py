"""Whether edits wait for the end of a block of code mode, seen from within it."""

import asyncio
import sys

import pytest
from marimo._code_mode._context import AsyncCodeModeContext

from actors.integrations.marimo import NotSavedError, resolve, saved
from actors.integrations.marimo.queued import has_queued_edits


@pytest.fixture
def block():
    """A block of code mode, as marimo has it when it is entered."""
    block = AsyncCodeModeContext.__new__(AsyncCodeModeContext)
    block._ops = []
    return block


class Suspicious:
    """Does not like to be asked what it is."""

    def __getattribute__(self, name):
        raise AssertionError(name)


def test_an_edit_that_waits_is_noticed_by_those_who_are_called_in_the_block(block):
    block._ops = ["an edit"]
    assert has_queued_edits()


def test_a_block_without_edits_has_none_that_wait(block):
    assert not has_queued_edits()


def test_objects_of_a_user_are_not_asked_what_they_are():
    theirs = Suspicious()
    assert not has_queued_edits(), type(theirs)


def test_a_kernel_without_code_mode_has_no_such_block(block, monkeypatch):
    block._ops = ["an edit"]
    monkeypatch.delitem(sys.modules, "marimo._code_mode._context")
    assert not has_queued_edits()


@pytest.mark.parametrize("ask", [saved, lambda: resolve("ours")])
def test_who_asks_with_edits_that_wait_is_told_where_to_ask(block, ask):
    async def agent():
        block._ops = ["an edit"]
        await ask()

    with pytest.raises(NotSavedError, match="ask behind it"):
        asyncio.run(agent())
