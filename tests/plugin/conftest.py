"""Servers that all tests of a worker share, and notebooks of their own in them."""

import contextlib
from collections.abc import Callable, Iterator

import pytest

from tests.plugin.editing_session import Notebook, opened, written
from tests.plugin.marimo_server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that does not watch the files."""
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def watching_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that watches the files."""
    with running(tmp_path_factory.mktemp("watching"), "--watch") as server:
        yield server


Open = Callable[..., Notebook]
"""Writes a notebook of these cells, each a text, and opens it."""


@pytest.fixture
def open_notebook(server: Server) -> Iterator[Open]:
    with contextlib.ExitStack() as stack:
        yield lambda *codes: stack.enter_context(written(server, *codes))


@pytest.fixture
def notebook(server: Server) -> Iterator[Notebook]:
    """A notebook of two cells."""
    with written(server, "a = 1", "b = 2") as notebook:
        yield notebook


@pytest.fixture
def watched(watching_server: Server) -> Iterator[Notebook]:
    """A notebook of two cells whose file the server watches."""
    with written(watching_server, "a = 1", "b = 2") as notebook:
        yield notebook


@pytest.fixture
def unnamed(server: Server) -> Iterator[Notebook]:
    """A notebook without a file."""
    with opened(server, None) as notebook:
        yield notebook
