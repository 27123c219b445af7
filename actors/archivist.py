"""The actor that keeps drafts and versions outside the process."""

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable
from typing import assert_never

import attrs
from loguru import logger

from actors.errors import StorageError
from actors.formats import render
from actors.messages import (
    ArchivistMessage,
    Commit,
    DraftFailed,
    DraftsRemoved,
    ForgetDraft,
    KeepDraft,
    KeepVersions,
    MoveHistory,
)
from actors.notebook import Notebook
from actors.runtime import Actor
from actors.storage import Archive, Draft
from actors.storage.archive import Change, DropDraft, PutDraft, PutVersion
from actors.types import Mailbox

MOST_DRAFTS = 256
"""Drafts in one commit. Of more that come at once, some are durable before the others."""


@attrs.define
class Uncommitted:
    """What an archivist was told and has not made durable; it outlives a crash of the actor."""

    drafts: dict[str, KeepDraft | ForgetDraft] = attrs.field(factory=dict)
    """What is to become of each draft, by its id: the last word on it."""

    asked: dict[str, list[KeepDraft]] = attrs.field(factory=dict)
    """All that wait for an answer, by the draft's id, in the order that they came."""

    versions: list[PutVersion] = attrs.field(factory=list)
    is_commit_due: bool = False
    """Whether the actor has told itself to commit."""

    failing: set[str] = attrs.field(factory=set)
    """The drafts whose failure the notifier knows of; none when the last commit worked."""


class ArchivistActor(Actor[ArchivistMessage]):
    """Everything that was queued by then goes into the archive in one commit.

    Receives `KeepDraft` and `ForgetDraft` from savers, `KeepVersions` from the
    buffer that collects theirs, `MoveHistory` when a file is renamed, and
    `Commit` from itself. Answers each `KeepDraft` with `DraftKept` or
    `DraftFailed`; tells the notifier `DraftFailed`, once for each draft until a
    commit works again, and `DraftsRemoved`.

    When a commit fails, the drafts are asked for again by those who hear of
    it. Versions are lost: a history is no promise. Drafts to let go of wait
    for the next commit. It blocks for the disk: give it a thread of its own.

    Args:
        archive: where all of it goes.
        notifier: hears what people should know.
        owner: this process, as `Draft.owner` has it.
        uncommitted: outlives a crash of this actor.
        now: seconds since 1970.
    """

    def __init__(
        self,
        *,
        archive: Archive,
        notifier: Mailbox[DraftFailed | DraftsRemoved],
        owner: str,
        uncommitted: Uncommitted,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._archive = archive
        self._notifier = notifier
        self._owner = owner
        self._uncommitted = uncommitted
        self._now = now

    # -- life ----------------------------------------------------------------------

    def on_start(self) -> None:
        """Go on where an actor before this one has crashed."""
        left = self._uncommitted
        if left.is_commit_due or left.drafts or left.versions:
            self.mailbox.tell(Commit())

    def on_stop(self) -> None:
        """Commit what is left; the `Commit` that was due comes after the stop."""
        self._commit_all()

    def on_out_of_service(self, reason: str) -> None:
        """Tell those who wait that nothing was kept."""
        for asked in itertools.chain(*self._uncommitted.asked.values()):
            self._tell_failed(asked, reason)

    # -- messages ------------------------------------------------------------------

    def on_receive(self, message: ArchivistMessage) -> None:
        """Handle one message."""
        match message:
            case KeepDraft():
                self._on_keep_draft(message)
            case ForgetDraft(draft):
                self._uncommitted.drafts[draft] = message
                self._commit_soon()
            case KeepVersions(versions):
                self._uncommitted.versions += versions
                self._commit_soon()
            case MoveHistory():
                self._on_move_history(message)
            case Commit():
                self._uncommitted.is_commit_due = False
                self._commit_all()
            case _:
                assert_never(message)

    def _on_keep_draft(self, message: KeepDraft) -> None:
        self._uncommitted.drafts[message.draft] = message
        self._uncommitted.asked.setdefault(message.draft, []).append(message)
        if len(self._uncommitted.drafts) >= MOST_DRAFTS:
            self._commit_all()
        else:
            self._commit_soon()

    def _on_move_history(self, message: MoveHistory) -> None:
        self._commit_all()  # what came before it is about the old name
        try:
            self._archive.moved(message.old, message.new)
        except Exception:  # noqa: BLE001 - a user's own archive may raise anything
            logger.exception("the history of {} does not follow it", message.old)

    # -- commits -------------------------------------------------------------------

    def _commit_soon(self) -> None:
        if not self._uncommitted.is_commit_due:
            self._uncommitted.is_commit_due = True
            self.mailbox.tell(Commit())

    def _commit_all(self) -> None:
        left = self._uncommitted
        self._commit(list(left.drafts.values()), list(left.versions))

    def _commit(self, drafts: list[KeepDraft | ForgetDraft], versions: list[PutVersion]) -> None:
        if not drafts and not versions:
            return
        try:
            removed = self._archive.commit([*map(self._draft_change, drafts), *versions])
        except StorageError as error:
            self._on_failed(drafts, versions, str(error))
        except Exception as error:  # noqa: BLE001 - a user's own archive may raise anything
            logger.exception("the archive raised what it should not")
            if len(drafts) + bool(versions) > 1:
                # The disk is not to blame, and what one notebook is must not harm the others.
                for message in drafts:
                    self._commit([message], [])
                self._commit([], versions)
            else:
                self._on_failed(drafts, versions, f"the archive raised {error!r}")
        else:
            self._on_committed(drafts, versions, removed.drafts)

    def _on_committed(
        self,
        drafts: list[KeepDraft | ForgetDraft],
        versions: list[PutVersion],
        removed: tuple[Draft, ...],
    ) -> None:
        left = self._uncommitted
        left.failing.clear()
        del left.versions[: len(versions)]
        for message in drafts:
            del left.drafts[message.draft]
            for asked in left.asked.pop(message.draft, ()):
                asked.reply_to.tell(asked.kept())
        if removed:
            self._notifier.tell(DraftsRemoved(removed))

    def _on_failed(
        self, drafts: list[KeepDraft | ForgetDraft], versions: list[PutVersion], reason: str
    ) -> None:
        left = self._uncommitted
        if versions:
            logger.error("{} versions are not kept: {}", len(versions), reason)
            del left.versions[: len(versions)]
        for message in drafts:
            if isinstance(message, KeepDraft):
                del left.drafts[message.draft]
            for asked in left.asked.pop(message.draft, ()):
                self._tell_failed(asked, reason)

    def _tell_failed(self, asked: KeepDraft, reason: str) -> None:
        failed = asked.failed(reason)
        asked.reply_to.tell(failed)
        if asked.draft not in self._uncommitted.failing:
            self._uncommitted.failing.add(asked.draft)
            self._notifier.tell(failed)

    def _draft_change(self, message: KeepDraft | ForgetDraft) -> Change:
        if isinstance(message, ForgetDraft):
            return DropDraft(message.draft)
        suffix, data = text_of(message.document.notebook, message.suffix)
        draft = Draft(
            id=message.draft,
            notebook=message.notebook,
            path=message.path,
            suffix=suffix,
            version=message.document.version,
            cause=message.cause,
            reason=message.reason,
            base_sha256=message.base_sha256,
            owner=self._owner,
            time_s=self._now(),
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        return PutDraft(draft, data)


def text_of(notebook: Notebook, suffix: str) -> tuple[str, bytes]:
    """Return a notebook's text, and the suffix of the format that it is in.

    Whatever a format fails over, there is a text: of the `.py` format, or else the
    code alone, as `.txt`.
    """
    for each in (suffix, ".py"):
        try:
            return each, render(notebook, each)
        except Exception:  # noqa: BLE001 - a draft is there for when other things fail
            logger.exception("a draft could not be made as {}", each)
    return ".txt", _plain_text([notebook.header, *(cell.code for cell in notebook)])


def _plain_text(parts: Iterable[str]) -> bytes:
    return "\n\n".join(parts).encode("utf-8", "backslashreplace")
