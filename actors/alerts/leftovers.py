"""What the last alerts say: which work is in no file when an `Autosave` has stopped."""

import re
from collections.abc import Sequence

from actors.alerts.storms import ALONE_AT_MOST
from actors.alerts.words import listed
from actors.events import Alert
from actors.messages import Leftover

_DRAFT = re.compile(r"\bdraft ([0-9a-f]{8})\b")


def told_of(leftovers: Sequence[Leftover]) -> list[Alert]:
    """Return an alert for each, or one when they are many."""
    if len(leftovers) > ALONE_AT_MOST:
        return [_summary(leftovers)]
    return [_one(leftover) for leftover in leftovers]


def draft_of(leftover: Leftover) -> str | None:
    """Return the id of the draft that has the work, if it is known."""
    if leftover.draft is not None:
        return leftover.draft
    found = _DRAFT.search(leftover.reason)
    return None if found is None else found[1]


def _one(leftover: Leftover) -> Alert:
    draft = draft_of(leftover)
    where = (
        "It is in no draft, and is lost when the server ends."
        if draft is None
        else f"It is in draft {draft}: `notebook-actors drafts restore {draft}`."
    )
    text = f"{leftover.reason} ({leftover.notebook}). {where}"
    return Alert.escaped("Work was not saved", text, "danger", leftover.notebook)


def _summary(leftovers: Sequence[Leftover]) -> Alert:
    first, *others = [leftover.notebook for leftover in leftovers]
    lost = [left.notebook for left in leftovers if draft_of(left) is None]
    kept = len(leftovers) - len(lost)
    parts = [f"The first of them: {leftovers[0].reason} ({first})."]
    if kept:
        parts.append(f"{kept:,} are in drafts, which `notebook-actors drafts` lists.")
    if lost:
        parts.append(
            f"{len(lost):,} are in no draft, and are lost when the server ends: {listed(lost)}."
        )
    title = f"{len(leftovers):,} notebooks were not saved"
    return Alert.escaped(title, " ".join(parts), "danger", first, tuple(others))
