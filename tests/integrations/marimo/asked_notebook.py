"""A kernel's stream, a server behind it and a notebook, in one thread or in two."""

from collections.abc import Callable
from pathlib import Path

from actors.integrations.marimo.asking import reply
from actors.integrations.marimo.question import is_question
from actors.notebook import Choice
from actors.receipt import Deferred, Outcome, Receipt, Saved

SAVED = Saved(3, "5ca1ab1e", Path("/home/ada/sales.py"))
UNNAMED = Deferred("unnamed: the notebook has no file")


class AskedNotebook:
    """Is asked, and ends its receipts as it was told to, or when the test does."""

    def __init__(self, *outcomes: Outcome, draft: str | None = "c0ffee42") -> None:
        self.outcomes = list(outcomes)
        self.draft = draft
        self.disputed = False
        self.receipts: list[Receipt] = []
        self.choices: list[Choice] = []

    def request_flush(self) -> Receipt:
        receipt = Receipt()
        self.receipts.append(receipt)
        if self.outcomes:
            receipt.settle(self.outcomes.pop(0))
        return receipt

    def resolve(self, choice: Choice) -> Receipt:
        self.choices.append(choice)
        return self.request_flush()


class Stream:
    """The way from a kernel to its server; what is no question is for the browsers."""

    def __init__(self, server: Callable[[bytes], object]) -> None:
        self.server = server
        self.questions: list[bytes] = []

    @classmethod
    def to(cls, notebook: AskedNotebook) -> "Stream":
        return cls(lambda message: reply(message, notebook))

    def write(self, message: bytes) -> None:
        assert is_question(message)
        self.questions.append(message)
        self.server(message)


def nobody(message: bytes) -> None:
    """Serve as marimo without the plug-in: drop the question."""
