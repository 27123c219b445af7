"""The texts of alerts about one notebook, from the messages that lead to them."""

from actors.alerts.causes import WORDINGS, way_out, whereabouts
from actors.alerts.topics import Item
from actors.alerts.words import (
    TITLE_CHARACTERS,
    duration,
    file_name,
    listed,
    moment,
    sentence,
    shortened,
    titled,
)
from actors.events import Alert
from actors.messages import (
    ActorCrashed,
    DraftFound,
    DraftKept,
    DraftsRemoved,
    OwnedElsewhere,
    SaveFailed,
    SaveHeld,
    SaveSucceeded,
)
from actors.storage import Draft
from actors.types import NotebookId

DRAFTS_NAMED = 10
"""How many removed drafts an alert names."""


def failing(message: SaveFailed, resolve_by: str) -> Item:
    """Return what is said when a notebook begins to fail."""
    return _trouble(message, WORDINGS[message.cause].title, resolve_by)


def late(message: SaveFailed, age_s: float, resolve_by: str) -> Item:
    """Return what is said when a notebook has failed for long."""
    return _trouble(message, f"has not been saved for {duration(age_s)}", resolve_by)


def held(message: SaveHeld) -> Item:
    """Return what is said when a save has waited for git."""
    name = file_name(message.path)
    todo = way_out("git", None, "", message.reason)
    text = f"{sentence(message.reason)} {whereabouts('git', None)} {todo}"
    title = titled(name, WORDINGS["git"].title)
    return Item(Alert.escaped(title, text, "danger", message.notebook), name)


def recovered(message: SaveSucceeded) -> Item:
    """Return what is said when a notebook is safe again."""
    name = file_name(message.path)
    text = f"What could not be saved before is now in {message.path}."
    title = titled(name, "is saved again")
    return Item(Alert.escaped(title, text, None, message.notebook), name)


def elsewhere(message: OwnedElsewhere, *, drafts: bool) -> Item:
    """Return what is said when another process has the notebook open."""
    name = file_name(message.path)
    where = "go to a draft" if drafts else "stay in memory only"
    text = (
        f"{message.owner} has {message.path} open, and saves it. Edits here {where}. "
        "Close it there, and saving goes on here by itself."
    )
    title = titled(name, "is open elsewhere")
    return Item(Alert.escaped(title, text, "danger", message.notebook), name)


def unnamed(message: DraftKept) -> Item:
    """Return what is said of a notebook that has no file."""
    text = (
        f"Its work is kept as draft {message.draft}. Give it a name (rename) to save it. "
        "`notebook-actors drafts` lists all drafts."
    )
    alert = Alert.escaped("This notebook has no name", text, None, message.notebook)
    return Item(alert, message.notebook, message.draft)


def found(message: DraftFound) -> Item:
    """Return what is said when a draft is newer than the file."""
    name, draft = file_name(message.path), message.draft
    text = (
        f"Draft {draft.id}, of {moment(draft.time_s)}, holds work that is not in {message.path}. "
        f"`notebook-actors drafts diff {draft.id}` shows it, "
        f"`notebook-actors drafts restore {draft.id}` restores it once the notebook is closed."
    )
    title = titled(name, "has a draft that is newer")
    return Item(Alert.escaped(title, text, "danger", message.notebook), name, draft.id)


def removed(message: DraftsRemoved) -> list[Alert]:
    """Return the alert that drafts are gone, each of them the only copy of something."""
    drafts = message.drafts
    if not drafts:
        return []
    first, *others = dict.fromkeys(NotebookId(draft.notebook) for draft in drafts)
    text = (
        "They were the oldest, and beyond the limits of the draft store: "
        f"{listed([_described(draft) for draft in drafts], DRAFTS_NAMED)}. "
        "`notebook-actors drafts` lists those that are left."
    )
    title = "1 draft was removed" if len(drafts) == 1 else f"{len(drafts):,} drafts were removed"
    return [Alert.escaped(title, text, "danger", first, tuple(others))]


def crashed(message: ActorCrashed) -> Alert:
    """Return the alert that an actor of ours, or of the user's own, has failed."""
    if message.restarted:
        title = "An error in " + shortened(message.actor, TITLE_CHARACTERS - len("An error in "))
        text = f"It goes on without the message that it failed over: {sentence(message.error)}"
    else:
        title = titled(message.actor, "is out of service")
        text = f"It failed too often, the last time with {message.error}. Others run on."
    return Alert.escaped(title, text, "danger", message.notebook)


def _described(draft: Draft) -> str:
    name = "unnamed" if draft.path is None else file_name(draft.path)
    return f"{draft.id} ({name}, {moment(draft.time_s)})"


def _trouble(message: SaveFailed, rest: str, resolve_by: str) -> Item:
    name, cause, draft = file_name(message.path), message.cause, message.draft
    todo = way_out(cause, draft, resolve_by, message.reason)
    text = f"{sentence(message.reason)} {whereabouts(cause, draft)} {todo}"
    alert = Alert.escaped(titled(name, rest), text, "danger", message.notebook)
    return Item(alert, name, draft)
