"""What an alert says by the cause of the trouble: where the work is, and what to do."""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import attrs

from actors.errors import Cause

Trouble: TypeAlias = Cause | Literal["git"]
"""Why a notebook is not saved; `git`: the save waits for git, and nothing has failed."""

DECISIONS: Final[frozenset[Trouble]] = frozenset({"conflict", "shrink"})
"""Each of these notebooks needs a decision of its own."""

OTHER_WAYS_OUT: Final[frozenset[Trouble]] = DECISIONS | {"locked"}
"""A change to one of these, or from it, changes what a person has to do."""


@attrs.frozen
class Wording:
    """The texts of one cause."""

    many: str
    """What is the matter, said of many notebooks."""

    advice: str
    """What to do first. `{draft}` is a draft's id."""

    outcome: str = "saving goes on by itself"
    """What comes of it, or is to be done then. `{resolve}` is how a conflict is ended."""

    title: str = "could not be saved"
    """What follows the notebook's name."""

    title_of_many: str = "could not be saved"
    """What follows the count of notebooks."""


WORDINGS: Final[dict[Trouble, Wording]] = {
    "disk full": Wording("The disk is full", "Make room there"),
    "read-only": Wording("The file system is read-only", "Make it writable"),
    "gone": Wording("The folder or the disk is gone", "Bring the folder or the disk back"),
    "permission": Wording("The server may not write there", "Let the server's user write there"),
    "conflict": Wording(
        "Somebody else changed the same parts",
        "See `notebook-actors drafts diff {draft}`",
        '{resolve}, or the same with "theirs" or "both"',
        "was changed by somebody else, too",
        "were changed by somebody else, too",
    ),
    "locked": Wording("Another process has the file", "Close the notebook there"),
    "codegen": Wording(
        "No text could be made of them",
        "Undo the last edit and report the error",
    ),
    "shrink": Wording(
        "Cells would vanish that nobody deleted",
        "See `notebook-actors drafts diff {draft}`",
        '{resolve} to let them go, or the same with "theirs" to keep them',
        "was not saved: cells would vanish",
        "were not saved: cells would vanish",
    ),
    "git": Wording(
        "Git is at work in the folder",
        "Let git come to its end",
        title="waits for git",
        title_of_many="wait for git",
    ),
    "other": Wording("Saving fails", "Check the disk and the path"),
}


def way_out(cause: Trouble, draft: str | None, resolve_by: str, reason: str = "") -> str:
    """Return what to do; a reason that ends in advice of its own is not given more."""
    wording = WORDINGS[cause]
    if cause not in DECISIONS:
        first = "After that" if "; " in reason else f"{wording.advice}, and"
        return f"{first} {wording.outcome}."
    outcome = wording.outcome.format(resolve=resolve_by.replace("{choice}", '"ours"'))
    if draft is None:
        return f"{outcome[0].upper()}{outcome[1:]}."
    return f"{wording.advice.format(draft=draft)}, and {outcome}."


def whereabouts(cause: Trouble, draft: str | None) -> str:
    """Return where the work of one notebook is."""
    if cause == "git":
        return "The work is kept."
    if cause not in DECISIONS:
        if draft is None:
            return "The work is in memory only: do not stop the server."
        return f"A copy of the work goes to draft {draft}, which outlives the server."
    theirs = "theirs" if cause == "conflict" else "all cells"
    if draft is None:
        return f"The file has {theirs}, the server's memory has your edits: do not stop it."
    return f"Nothing is lost: the file has {theirs}, draft {draft} has your edits."


def whereabouts_of_many(drafts: Sequence[str | None]) -> str:
    """Return where the work of many notebooks is, given the draft of each."""
    unkept = sum(draft is None for draft in drafts)
    if unkept == len(drafts):
        return "All this work is in memory only: do not stop the server."
    listing = "which `notebook-actors drafts` lists"
    if not unkept:
        return f"Copies of the work go to drafts, {listing}."
    kept = len(drafts) - unkept
    return (
        f"Copies of {kept:,} go to drafts, {listing}; "
        f"{unkept:,} are in memory only: do not stop the server."
    )
