"""What alerts are about, and the texts of one that is about many notebooks.

Notebooks with the same topic share an alert when they are many.
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol

import attrs

from actors.alerts.causes import DECISIONS, WORDINGS, Trouble, way_out, whereabouts_of_many
from actors.alerts.words import TITLE_CHARACTERS, duration, listed, shortened
from actors.events import Alert, Variant

DECISIONS_AT_ONCE = 20
"""So many notebooks with a question of their own are asked one by one, then together."""


@attrs.frozen
class Item:
    """One notebook's share in a topic."""

    alert: Alert
    """The alert when it is told alone."""

    name: str
    draft: str | None = None


class Topic(Protocol):
    """What many notebooks may have in common; equal ones are the same."""

    @property
    def is_state(self) -> bool:
        """Whether it says how a notebook is: a later one takes the place of an earlier."""
        ...

    @property
    def at_once(self) -> int:
        """How many are told alone and at once, before others are collected."""
        ...

    def summary(self, items: Sequence[Item]) -> Alert:
        """Return one alert about all of these."""
        ...


@attrs.frozen
class Failing:
    """Notebooks began to fail, or to wait for git."""

    is_state: ClassVar[bool] = True
    cause: Trouble
    resolve_by: str
    """How a conflict is ended."""

    @property
    def at_once(self) -> int:
        """The first; all those that need a decision, up to a limit."""
        return DECISIONS_AT_ONCE if self.cause in DECISIONS else 1

    def summary(self, items: Sequence[Item]) -> Alert:
        """Return the alert when many fail alike."""
        title = f"more notebooks {WORDINGS[self.cause].title_of_many}"
        return _trouble(title, self.cause, items, self.resolve_by)


@attrs.frozen
class Late:
    """Notebooks have not been saved for long."""

    is_state: ClassVar[bool] = True
    at_once: ClassVar[int] = 1
    cause: Trouble
    age_s: float
    resolve_by: str

    def summary(self, items: Sequence[Item]) -> Alert:
        """Return the stronger alert when many fail alike for long."""
        title = f"more notebooks have not been saved for {duration(self.age_s)}"
        return _trouble(title, self.cause, items, self.resolve_by)


@attrs.frozen
class Recovered:
    """Notebooks are saved again that one alert has told of."""

    is_state: ClassVar[bool] = True
    at_once: ClassVar[int] = 0

    def summary(self, items: Sequence[Item]) -> Alert:
        """Return the notice that all is well again."""
        text = f"What could not be saved before is in the files now: {_names(items)}."
        return _together("notebooks are saved again", text, None, items)


@attrs.frozen
class Elsewhere:
    """Notebooks were opened that other processes have open."""

    is_state: ClassVar[bool] = True
    at_once: ClassVar[int] = 1
    drafts: bool
    """Whether edits go to drafts."""

    def summary(self, items: Sequence[Item]) -> Alert:
        """Return the alert when other servers have many of them."""
        where = "go to drafts" if self.drafts else "stay in memory only"
        text = (
            f"Other processes have them, and save them: {_names(items)}. Edits here {where}. "
            "Close the notebooks there, and saving goes on here by itself."
        )
        return _together("more notebooks are open elsewhere", text, "danger", items)


@attrs.frozen
class Unnamed:
    """Notebooks without a name are kept as drafts."""

    is_state: ClassVar[bool] = False
    at_once: ClassVar[int] = DECISIONS_AT_ONCE

    def summary(self, items: Sequence[Item]) -> Alert:
        """Return the notice when there are many."""
        text = (
            "Their work is kept as drafts, which `notebook-actors drafts` lists. "
            "Give each a name (rename) to save it."
        )
        return _together("more notebooks have no name", text, None, items)


@attrs.frozen
class Found:
    """Notebooks were opened that have drafts newer than their files."""

    is_state: ClassVar[bool] = False
    at_once: ClassVar[int] = DECISIONS_AT_ONCE

    def summary(self, items: Sequence[Item]) -> Alert:
        """Return the alert when there are many."""
        text = (
            f"They hold work that is not in the files: {_names(items)}. `notebook-actors drafts` "
            "lists them; `notebook-actors drafts diff ID` shows one, and `restore ID` restores it "
            "once its notebook is closed."
        )
        return _together("more drafts are newer than files", text, "danger", items)


def _trouble(title: str, cause: Trouble, items: Sequence[Item], resolve_by: str) -> Alert:
    text = (
        f"{WORDINGS[cause].many}: {_names(items)}. "
        f"{whereabouts_of_many([item.draft for item in items])} {way_out(cause, 'ID', resolve_by)}"
    )
    return _together(title, text, "danger", items)


def _together(title: str, text: str, variant: Variant, items: Sequence[Item]) -> Alert:
    first, *others = [item.alert.notebook for item in items]
    return Alert.escaped(f"{len(items):,} {title}", text, variant, first, tuple(others))


def _names(items: Sequence[Item]) -> str:
    return listed([shortened(item.name, TITLE_CHARACTERS) for item in items])
