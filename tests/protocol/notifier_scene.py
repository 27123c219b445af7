"""A notifier alone, on a clock of the test's own, and messages to tell it."""

from collections.abc import Iterable
from pathlib import Path

from actors.alerts import Incidents
from actors.errors import Cause
from actors.events import Alert, Event, SaveStatus
from actors.messages import (
    DraftFound,
    DraftKept,
    Leftover,
    NotifierMessage,
    SaveFailed,
    SaveHeld,
    SaveSucceeded,
)
from actors.notifier import NotifierActor
from actors.runtime import ActorSystem, SimulatedRuntime
from actors.settings import Settings
from actors.storage import Draft
from actors.types import Mailbox, NotebookId

NB, OTHER = map(NotebookId, ("nb", "other"))
DRAFT = "ab12cd34"


class Scene:
    """A notifier whose one subscriber is a list."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        notifier: type[NotifierActor] = NotifierActor,
        max_restarts: int = 3,
    ) -> None:
        self.runtime = SimulatedRuntime()
        self.events: list[Event] = []
        self.incidents = Incidents(settings, self.runtime.clock.monotonic)
        self.system = ActorSystem(self.runtime, max_restarts=max_restarts)
        dispatcher = self.runtime.dispatcher("test", 1, quantum_messages=1, quantum_s=1.0)
        self.mailbox: Mailbox[NotifierMessage] = self.system.start(
            lambda: notifier(
                incidents=self.incidents, later=self.runtime.later, publish=self.events.append
            ),
            name="notifier",
            dispatcher=dispatcher,
        )

    def tell(self, *messages: NotifierMessage) -> None:
        for message in messages:
            self.mailbox.tell(message)
        self.runtime.run_until_idle()

    def stop(self) -> None:
        assert self.system.stop([self.mailbox], 1.0) == []

    @property
    def alerts(self) -> list[Alert]:
        return [event for event in self.events if isinstance(event, Alert)]

    @property
    def statuses(self) -> list[SaveStatus]:
        return [event for event in self.events if isinstance(event, SaveStatus)]

    @property
    def variants(self) -> list[tuple[str, str | None]]:
        return [(alert.notebook, alert.variant) for alert in self.alerts]

    @property
    def counts(self) -> list[int]:
        """Return how many notebooks each alert is about."""
        return [len(about(alert)) for alert in self.alerts]

    @property
    def titles(self) -> list[str]:
        return [alert.title for alert in self.alerts]


def about(alert: Alert) -> tuple[NotebookId, ...]:
    return (alert.notebook, *alert.also)


def many(count: int) -> list[NotebookId]:
    return [NotebookId(f"nb{number}") for number in range(count)]


def failed(  # noqa: PLR0913 - a message has as many fields
    notebook: NotebookId = NB,
    cause: Cause = "disk full",
    *,
    reason: str = "disk full",
    name: str | None = None,
    unsaved_s: float = 0.0,
    draft: str | None = None,
) -> SaveFailed:
    path = Path("/dir") / f"{name or notebook}.py"
    return SaveFailed(notebook, 7, path, reason, 0.1, cause, unsaved_s=unsaved_s, draft=draft)


def succeeded(notebook: NotebookId = NB, *, name: str | None = None) -> SaveSucceeded:
    return SaveSucceeded(notebook, 7, Path("/dir") / f"{name or notebook}.py", "hash", written=True)


def held(notebook: NotebookId = NB, *, held_s: float = 2.0) -> SaveHeld:
    return SaveHeld(notebook, 7, Path("/dir") / f"{notebook}.py", "git has the lock", held_s)


def kept(notebook: NotebookId = NB, draft: str = DRAFT, path: Path | None = None) -> DraftKept:
    return DraftKept(notebook, draft, 7, path)


def found(notebook: NotebookId = NB) -> DraftFound:
    path = Path("/dir") / f"{notebook}.py"
    return DraftFound(notebook, path, a_draft(notebook, path=path))


def a_draft(
    notebook: NotebookId = NB, *, name: str = DRAFT, path: Path | None = Path("/dir/nb.py")
) -> Draft:
    return Draft(
        id=name,
        notebook=notebook,
        path=path,
        suffix=".py",
        version=7,
        cause="disk full",
        reason="disk full",
        base_sha256=None,
        owner="user@host pid 1",
        time_s=1_790_000_000.0,
        size=10,
        sha256="hash",
    )


def left(notebooks: Iterable[NotebookId], draft: str | None = None) -> list[NotifierMessage]:
    return [Leftover(notebook, "disk full", draft) for notebook in notebooks]
