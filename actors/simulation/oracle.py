"""Checks the promises of a run, by what can be seen of it from outside."""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from actors.drain import DrainReport
from actors.events import Alert, Event, Merged, SaveStatus
from actors.formats import render
from actors.receipt import Outcome, Receipt, Refused, Saved
from actors.settings import Settings
from actors.simulation.counts import Counts
from actors.simulation.file_record import FileRecord, Seen
from actors.simulation.marks import marks_of
from actors.simulation.promises import Verdict
from actors.simulation.work import State, Submitted, Work
from actors.storage import Archive
from actors.storage.simulated_disk import SimulatedDisk
from actors.storage.simulated_disk.inodes import File, Folder, Inode

_MOMENT_S = 0.1

_OVERDUE = 1.5
"""Whoever looks for overdue work looks every so often only."""


class Oracle:
    """Sees the disk between any two system calls, and the documents after each message.

    Args:
        disk: where the files are.
        archive: where drafts are.
        counts: told of what the host hears.
        verdict: told of broken promises.
    """

    def __init__(
        self, disk: SimulatedDisk, archive: Archive, counts: Counts, verdict: Verdict
    ) -> None:
        self.works: list[Work] = []
        self.records: dict[Path, FileRecord] = {}
        self.moves: list[tuple[Path, Path]] = []
        """Renames that are under way."""
        self.receipts: list[Submitted] = []
        """Those of this life."""
        self._disk = disk
        self._archive = archive
        self._counts = counts
        self._left_drafts: dict[str, bytes] = {}
        """Those of processes that have ended, by id: nobody may let go of them unasked."""
        self._verdict = verdict
        self._ticks = itertools.count(1)
        self.now_s = 0.0
        self.spared: Path | None = None
        """The folder that misfortune does not reach."""
        self.is_deaf = False
        """Whether the notifier has crashed, so that the host may have missed something."""

    def begin(self) -> None:
        """Take what is on the disk for durable, and seen."""
        self.look_at_others()
        for record in self.records.values():
            record.forget_past()

    def end_life(self) -> None:
        """Expect nothing more of a process that has ended."""
        self._left_drafts |= self._drafts()
        self.receipts.clear()
        self.is_deaf = False
        for work in self.works:
            work.ended()

    # -- looking -------------------------------------------------------------------

    def look(self) -> None:
        """See what our process has done since."""
        # Of a rename, the new name first: then it is known what came there.
        for record, text in sorted(self._changed(), key=lambda change: change[1] is None):
            may_go = text is None and self._may_go(record.path)
            record.by_us(text, next(self._ticks), may_go=may_go, moved=self._moved(record))

    def look_at_others(self, *, in_part: bool = False) -> None:
        """See what another program has done, or has begun to do; after a `look`."""
        for record in self.records.values():
            inode = self._inode(record)
            # The same text in another file counts too: this one is not synced.
            is_other = inode is not record.inode or _text(inode) != record.now.text
            if is_other and not self.is_overwritten(record.path):
                record.inode = inode
                record.by_others(_text(inode), next(self._ticks), in_part=in_part)
            elif not in_part:
                record.now.is_part = False  # to empty a file is all that was to be done

    def look_at_documents(self) -> None:
        """See what the last message has changed."""
        for work in self.works:
            work.look(self.now_s)
            while work.merges:
                self._check_merge(work, work.merges.pop())

    def settle(self) -> None:
        """Judge what was replaced, now that no save is under way."""
        for record in self.records.values():
            if record.at_risk:
                folder = self._found(record.parts[:-1])
                names = folder.entries.values() if isinstance(folder, Folder) else ()
                texts = [inode.text for inode in names if isinstance(inode, File)]
                record.settle(texts.__contains__)

    def look_at_wreck(self) -> None:
        """See what a power cut has left."""
        for record in self.records.values():
            record.inode = self._inode(record)
            if not self.is_overwritten(record.path):
                record.cut(_text(record.inode), next(self._ticks))
        self.moves.clear()

    def is_overwritten(self, path: Path) -> bool:
        """Whether a file is written in place, by whoever mends it after a crash as well."""
        return self._archive.overwrite_of(path) is not None

    def hear(self, event: Event) -> None:
        """Take note of what the host was told."""
        works = [work for work in self.works if event.notebook in work.ids]
        if not works:
            return
        # Closed notebooks are heard of yet, and their ids may be others' by then.
        work = next((w for w in works if w.handle and w.handle.id == event.notebook), works[0])
        self._counts.note(_told(event))
        if isinstance(event, SaveStatus):
            work.status = event.state
            work.is_in_conflict = event.cause == "conflict"
            if event.state != "saved" and self._is_spared(work, event.path):
                self._verdict.fail(
                    6, f"{work}: {event.state}, for trouble elsewhere: {event.reason}"
                )
            if event.sha256 is not None:
                self._reach(work, event.version, event.sha256, event.path)
        elif isinstance(event, Alert):
            work.alerts += event.variant == "danger"
        elif isinstance(event, Merged):
            work.announced(event)

    def look_at_rest(self, settings: Settings, *, archive_works: bool) -> None:
        """See what is left when the process has nothing more to do now."""
        for work in self.works:
            if work.handle is not None and work.mode == "edit" and not self._is_saved(work):
                self._check_told(work, settings)
                if archive_works:
                    self._check_draft(work, settings)
            if work.unannounced and not self.is_deaf:
                self._verdict.fail(8, f"{work}: the document has changed, and nobody said so")

    def _is_saved(self, work: Work) -> bool:
        return work.wanted < 0 or self._is_reached(work, work.wanted)

    def _is_reached(self, work: Work, index: int) -> bool:
        """Whether its file has held this state, or a later one."""
        if work.path is None:
            return False
        record = self.record(work.path)
        return record.floors[work] >= index or record.holds(work, index)

    def _check_told(self, work: Work, settings: Settings) -> None:
        state = work.states[work.wanted]
        is_quiet = self.now_s - work.last.time_s > settings.save_quiet_s + _MOMENT_S
        if work.path is None or self.is_deaf or not is_quiet:
            return
        if work.status not in {"failing", "waiting"}:
            what = f"{work}: nobody saves version {state.document.version} and nobody says so"
            self._verdict.fail(4, what)

    def _check_draft(self, work: Work, settings: Settings) -> None:
        until_s = self.now_s - _OVERDUE * settings.draft_after_s - _MOMENT_S
        old = [s for s in work.states[: work.wanted + 1] if s.is_wanted and s.time_s < until_s]
        if not old or old[-1].epoch != work.last.epoch or self._is_reached(work, old[-1].index):
            return
        if not self._is_draft(work, old[-1].index):
            version = old[-1].document.version
            self._verdict.fail(4, f"{work}: version {version} is in no file and in no draft")

    def _is_draft(self, work: Work, index: int) -> bool:
        """Whether a draft holds this state, or a later one."""
        for draft in self._archive.drafts():
            text = self._archive.draft_text(draft.id)
            if work.find(text, draft.suffix, marks_of(text), index) is not None:
                return True
        return False

    def _drafts(self) -> dict[str, bytes]:
        drafts = self._archive.drafts()
        return {draft.id: self._archive.draft_text(draft.id) for draft in drafts}

    def check_report(self, report: DrainReport, *, archive_works: bool) -> None:
        """See that a stop has told of all that is in no file, and that it is in a draft."""
        named = {each.notebook for each in report.unsaved}
        for work in self.works:
            if work.handle is None or work.mode == "run" or self._is_saved(work):
                continue
            version = work.states[work.wanted].document.version
            # One that was closed without a name is a draft, which its close has told.
            is_closed = work.path is None and work.handle.closed
            if work.handle.id not in named and not is_closed:
                self._verdict.fail(4, f"{work}: the report does not tell of version {version}")
            if archive_works and not self._is_draft(work, work.wanted):
                self._verdict.fail(4, f"{work}: version {version} is lost at a stop")

    def check_drafts(self) -> None:
        """See that the drafts of processes that have ended are there still."""
        there = self._drafts()
        for draft, text in self._left_drafts.items():
            has_been_seen = any(
                text == seen.text for record in self.records.values() for seen in record.seen
            )
            if there.get(draft) != text and not has_been_seen:
                self._verdict.fail(4, f"the draft {draft} is gone, and its text is in no file")

    def check_receipts(self) -> None:
        """See that nobody waits for what will never come."""
        for submitted in self.receipts:
            if submitted.receipt.outcome is None:
                self._verdict.fail(4, f"the receipt of {submitted.transaction} was never settled")

    # -- receipts ------------------------------------------------------------------

    def expect(self, work: Work, submitted: Submitted) -> None:
        """Check how the receipt of a transaction ends."""
        handle = work.handle

        def settled(outcome: Outcome) -> None:
            if isinstance(outcome, Saved) and work.handle is handle:
                self._check_saved(work, submitted, outcome)

        self.receipts.append(submitted)
        submitted.receipt.add_done_callback(settled)

    def expect_look(self, work: Work, receipt: Receipt) -> None:
        """Check that the file which a look says to hold everything does so."""
        handle = work.handle

        def settled(outcome: Outcome) -> None:
            document = None if handle is None else handle.document
            if isinstance(outcome, Saved) and document and document.version == outcome.version:
                self.look()
                marks = marks_of(render(document.notebook, outcome.path.suffix))
                if not any(
                    seen.sha256 == outcome.sha256 and marks <= marks_of(seen.text or b"")
                    for seen in self.record(outcome.path).seen
                ):
                    self._verdict.fail(4, f"{work}: a look has found what the file does not hold")

        self.receipts.append(Submitted(None, receipt, self.tick()))
        receipt.add_done_callback(settled)

    def expect_rename(self, work: Work, receipt: Receipt, old: Path | None, new: Path) -> None:
        """Allow a notebook to have another file."""
        record = self.record(new)
        record.floors.setdefault(work, work.first)
        work.is_renaming = work.was_renamed = True
        work.new_path = new
        if old is not None:
            self.moves.append((old, new))
            record.renamed_from.append(self.record(old))

        def settled(outcome: Outcome) -> None:
            self.look()
            work.is_renaming = False
            self.moves = [move for move in self.moves if move != (old, new)]
            if isinstance(outcome, Refused):
                record.floors.pop(work, None)
                return
            if old is not None:
                floor = self.record(old).floors.pop(work, -1)
                record.floors[work] = max(floor, record.floors[work])
            work.path = new

        receipt.add_done_callback(settled)

    def texts_of(self, work: Work) -> list[bytes]:
        """Return what its file holds, and while it is renamed, under both names."""
        texts = [self.record(path).now.text for path in self._paths_of(work)]
        return [text for text in texts if text is not None]

    def _paths_of(self, work: Work) -> list[Path]:
        both = [path for move in self.moves if work.path in move for path in move]
        paths = (work.path, work.new_path, *both)
        return list(dict.fromkeys([path for path in paths if path is not None]))

    def tick(self) -> int:
        """Return the time, for what happens now."""
        return next(self._ticks)

    def record(self, path: Path) -> FileRecord:
        """Return what is known of a file."""
        if path not in self.records:
            self.records[path] = FileRecord(path, self._verdict)
        return self.records[path]

    # -- inside --------------------------------------------------------------------

    def _check_saved(self, work: Work, submitted: Submitted, saved: Saved) -> None:
        self.look()
        record = self.record(saved.path)
        wrong = record.saved(saved.sha256, submitted.tick)
        if wrong is not None:
            self._verdict.fail(3, f"{wrong} ({work}, version {saved.version})")
        if not self._reach(work, saved.version, saved.sha256, saved.path):
            self._verdict.fail(1, f"{work}: version {saved.version} is not what was saved")

    def _reach(self, work: Work, version: int, sha256: str, path: Path) -> bool:
        """Note that the file has held a version; return `False` if this is not its text."""
        state = work.state_of(version)
        if state is None or _hash(state.text(path.suffix)) != sha256:
            return False
        floors = self.record(path).floors
        if work in floors:
            floors[work] = max(floors[work], state.index)
        return True

    def _changed(self) -> Iterator[tuple[FileRecord, bytes | None]]:
        for record in self.records.values():
            inode = self._inode(record)
            if (text := _text(inode)) != record.now.text and not self.is_overwritten(record.path):
                record.inode = inode
                yield record, text

    def _inode(self, record: FileRecord) -> File | None:
        inode = self._found(record.parts)
        return inode if isinstance(inode, File) else None

    def _found(self, parts: Sequence[str]) -> Inode | None:
        inode: Inode | None = self._disk.root
        for part in parts:
            inode = inode.entries.get(part) if isinstance(inode, Folder) else None
        return inode

    def _check_merge(self, work: Work, merged: State) -> None:
        """See that a merge has lost nothing of ours that others have left alone."""
        before = work.states[merged.index - 1].marks
        lost = before - merged.marks - work.given_up
        for path in self._paths_of(work):
            for theirs in self.record(path).texts_of_others():
                lost -= before - marks_of(theirs)
        if lost:
            what = f"{work}: a merge has lost {', '.join(sorted(lost))}, which nobody removed"
            self._verdict.fail(4, what)

    def _is_spared(self, work: Work, path: Path) -> bool:
        return path.parent == self.spared and not work.was_renamed

    def _may_go(self, path: Path) -> bool:
        """Whether a rename may have taken a file away, or its new name back."""
        ends = [other for move in self.moves if path in move for other in move if other != path]
        return any(self._inode(self.records[other]) is not None for other in ends)

    def _moved(self, record: FileRecord) -> Seen | None:
        """Return what a rename that is under way, or is undone, may bring to a path."""
        for move in self.moves:
            for other in move:
                if record.path in move and other != record.path:
                    seen = reversed(self.records[other].seen)
                    return next((each for each in seen if each.text is not None), None)
        return None


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _text(inode: File | None) -> bytes | None:
    return None if inode is None else bytes(inode.text)


def _told(event: Event) -> str:
    match event:
        case SaveStatus():
            return f"told: {event.state}{f', {event.cause}' if event.cause else ''}"
        case Alert():
            return "told: alert" if event.variant == "danger" else "told: notice"
        case Merged():
            return "told: merged"
