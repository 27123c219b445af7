"""What a saver does about work that is in no file: it has it kept as a draft."""

import secrets
from collections.abc import Callable

import attrs

from actors.errors import Cause
from actors.messages import DraftFailed, DraftKept, ForgetDraft, KeepDraft, SaverMessage
from actors.notebook import KeptDraft
from actors.receipt import Deferred
from actors.saver_parts import SaverParts
from actors.types import Mailbox


@attrs.frozen
class Drafting:
    """Keeps one notebook's draft in the archive up to date, and lets go of it."""

    parts: SaverParts
    mailbox: Callable[[], Mailbox[SaverMessage]]
    """The saver's own."""

    @property
    def is_due(self) -> bool:
        """Whether there is work that is neither in its file nor in a draft, but should be."""
        return self.parts.archivist is not None and self.parts.ledger.is_unprotected

    def note(self) -> None:
        """See to it that work which is not durable becomes a draft before long."""
        parts, ledger = self.parts, self.parts.ledger
        overdue = parts.overdue
        if overdue is None or parts.archivist is None or not ledger.is_unprotected:
            return
        if ledger.is_unnamed and ledger.draft is None:
            self.keep_if_due()  # it has nothing else
        else:
            overdue.begin(parts.notebook, self.mailbox())

    def keep_if_due(self) -> None:
        """Ask for a draft of work that is neither in its file nor in a draft yet."""
        if self.is_due:
            self.keep(self._cause, self._reason)
            if self.parts.overdue is not None:  # until it is durable somewhere
                self.parts.overdue.begin(self.parts.notebook, self.mailbox())

    def begin_again(self) -> None:
        """Take up the draft of a predecessor, who may have crashed over its answer."""
        if (draft := self.parts.ledger.draft) is not None:
            draft.asked = draft.kept
        self.keep_if_due()  # who knows for how long it has been due

    def keep_last(self) -> bool:
        """Ask for a draft of what is in no file when all comes to an end.

        Returns:
            Whether that was needed, so that an answer will come.
        """
        draft = self.parts.ledger.draft
        if draft is not None:
            draft.asked = draft.kept  # what is on its way may have nobody to answer to
        if self.is_due:
            self.keep(self._cause, self._reason)
            return True
        return False

    def keep(self, cause: Cause | None, reason: str) -> str | None:
        """Ask for the document to be kept, unless an answer is awaited; return the draft's id."""
        ledger, archivist = self.parts.ledger, self.parts.archivist
        if archivist is None:
            return None
        draft = ledger.draft
        if draft is None:
            ledger.draft = draft = KeptDraft(secrets.token_hex(4))
        draft.cause = cause
        if draft.asked == draft.kept < ledger.document.version:
            draft.asked = ledger.document.version
            archivist.tell(request(self.parts, draft, cause, reason, self.mailbox()))
        return draft.id

    @property
    def _cause(self) -> Cause | None:
        ledger = self.parts.ledger
        return ledger.draft.cause if ledger.draft and ledger.failures_in_a_row else None

    @property
    def _reason(self) -> str:
        ledger, standing = self.parts.ledger, self.parts.ledger.standing()
        reason = standing.reason if isinstance(standing, Deferred) else ""
        return ledger.last_failure or reason

    def on_kept(self, message: DraftKept) -> None:
        """Take note of a draft that is durable."""
        draft = self.parts.ledger.draft
        if draft is not None and draft.id == message.draft:
            draft.kept = max(draft.kept, message.version)
            draft.asked = max(draft.asked, draft.kept)
        self.parts.notifier.tell(message)
        self.note()

    def on_failed(self, message: DraftFailed) -> None:
        """Take note of one that is not; it is asked for again before long."""
        draft = self.parts.ledger.draft
        if draft is not None and draft.id == message.draft and draft.asked == message.version:
            draft.asked = draft.kept
        self.note()

    def forget(self, version: int) -> None:
        """Let go of what is in a file now, with this version."""
        ledger, overdue = self.parts.ledger, self.parts.overdue
        if overdue is not None and not ledger.is_due:
            overdue.end(self.parts.notebook)
        draft = ledger.draft
        if draft is not None and draft.asked <= version and self.parts.archivist is not None:
            ledger.draft = None
            self.parts.archivist.tell(ForgetDraft(draft.id))


def request(
    parts: SaverParts,
    draft: KeptDraft,
    cause: Cause | None,
    reason: str,
    reply_to: Mailbox[DraftKept | DraftFailed],
) -> KeepDraft:
    """Return the message that has a notebook's document kept as a draft."""
    ledger = parts.ledger
    return KeepDraft(
        draft=draft.id,
        notebook=parts.notebook,
        path=ledger.file.name or ledger.path,
        suffix=".py" if ledger.path is None else ledger.path.suffix,
        document=ledger.document,
        cause=cause,
        reason=reason,
        base_sha256=ledger.file.expected[0].sha256,
        reply_to=reply_to,
    )
