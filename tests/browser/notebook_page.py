"""A notebook as a person sees it: marimo's page in a real browser."""

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import attrs
from playwright.sync_api import (
    Browser,
    Locator,
    Page,
    ViewportSize,
    WebSocketRoute,
    expect,
)

from tests.plugin.editing_session import Agent
from tests.plugin.marimo_server import WAIT_S, Server

# marimo shows one toast at a time, for five seconds: whoever counts them must not blink.
REMEMBER_TOASTS = """
window.toasts = [];
new MutationObserver((records) => {
  for (const node of records.flatMap((record) => [...record.addedNodes])) {
    if (node instanceof Element && node.matches("li[data-swipe-direction]")) {
      window.toasts.push(node.innerText);
    }
  }
}).observe(document, { childList: true, subtree: true });
"""

VIEWPORT: ViewportSize = {"width": 1100, "height": 700}

UNSAVED = "yellow"
"""Among the classes of the save button, when the page has what it did not save."""


@attrs.define(slots=False)  # Playwright keeps notes on whom it calls back
class NotebookPage:
    """One open page, and the agent that edits beside it."""

    page: Page
    path: Path
    agent: Agent
    requests: list[str] = attrs.field(factory=list)
    """The addresses that the page has asked for."""

    deaf: bool = False
    """Whether messages of the server are kept from the page."""

    @classmethod
    @contextlib.contextmanager
    def opened(cls, browser: Browser, server: Server, path: Path) -> Iterator["NotebookPage"]:
        """Open a file of a server; the browser knows nothing of earlier pages."""
        with browser.new_context(viewport=VIEWPORT) as context:
            context.set_default_timeout(WAIT_S * 1000)
            expect.set_options(timeout=WAIT_S * 1000)
            agent = Agent(server, f"s_{uuid.uuid4().hex[:6]}")
            opened = cls(context.new_page(), path, agent)
            opened._observe()
            query = urlencode({"file": str(path), "session_id": agent.session_id})
            opened.page.goto(f"{server.url}/?{query}")
            expect(opened.cells.first).to_be_visible()
            yield opened

    @property
    def cells(self) -> Locator:
        """The editors of all cells."""
        return self.page.locator(".cm-content")

    @property
    def toasts(self) -> list[str]:
        """All toasts that were shown since the page was loaded, oldest first."""
        shown: list[str] = self.page.evaluate("window.toasts")
        return shown

    def shows(self, *codes: str) -> None:
        """Wait until the cells are these."""
        expect(self.cells).to_have_text(list(codes))

    def shows_toast(self, words: str) -> None:
        """Wait until a toast with these words was shown."""
        self.page.wait_for_function(
            "(words) => window.toasts.some((each) => each.includes(words))", arg=words
        )

    def is_marked_saved(self) -> None:
        """Wait until the save button says that there is nothing to save."""
        expect(self._save_button).not_to_contain_class(UNSAVED)

    def is_marked_unsaved(self) -> None:
        """Wait until the save button says that there is something to save."""
        expect(self._save_button).to_contain_class(UNSAVED)

    def type(self, number: int, text: str) -> None:
        """Type at the end of a cell."""
        self.cells.nth(number).click()
        self.page.keyboard.press("End")
        self.page.keyboard.type(text)

    def save(self) -> int:
        """Press Ctrl+S; return the status of the server's answer."""
        with self.page.expect_response("**/api/kernel/save") as answer:
            self.page.keyboard.press("Control+s")
        return answer.value.status

    @property
    def _save_button(self) -> Locator:
        return self.page.locator("#save-button")

    def _observe(self) -> None:
        self.page.add_init_script(REMEMBER_TOASTS)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.route_web_socket(lambda url: "/ws?" in url, self._pass_on)

    def _pass_on(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if self.deaf else socket.send(message))
