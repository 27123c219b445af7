"""A real browser, a real server, and one page for each test."""

import contextlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.plugin.editing_session import text_of
from tests.plugin.marimo_server import Server, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.notebook_page import NotebookPage

OPTIONS = (
    "--no-sandbox",  # which does not work for root, who runs the tests in CI
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers give it 64 MB
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# Not for longer than a module: while it is there, the thread has a running event loop,
# and other tests start loops of their own.
@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """The system's own Chromium: nothing is downloaded."""
    reason = "Playwright is not installed: `tox -e browser` does it"
    playwright = pytest.importorskip("playwright.sync_api", reason=reason)
    if (program := shutil.which("chromium")) is None:
        pytest.skip("there is no chromium: `apt-get install chromium` does it")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all pages of a worker."""
    with running(tmp_path_factory.mktemp("browser")) as server:
        yield server


Open = Callable[[Path], "NotebookPage"]
"""Opens a file of the server in a page of its own."""


@pytest.fixture
def open_page(chromium: "Browser", server: Server) -> Iterator[Open]:
    from tests.browser.notebook_page import NotebookPage

    with contextlib.ExitStack() as stack:
        yield lambda path: stack.enter_context(NotebookPage.opened(chromium, server, path))


@pytest.fixture
def project(server: Server) -> Path:
    """A folder of its own for one notebook."""
    folder = server.folder / uuid.uuid4().hex
    folder.mkdir()
    return folder


@pytest.fixture
def page(open_page: Open, project: Path) -> "NotebookPage":
    """The page of a notebook of two cells."""
    path = project / "nb.py"
    path.write_text(text_of("a = 1", "b = 2"), "utf-8")
    return open_page(path)
