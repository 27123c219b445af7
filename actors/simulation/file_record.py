"""What one file has held, seen between any two system calls, and who put it there."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from actors.simulation.marks import marks_of
from actors.simulation.promises import Verdict
from actors.simulation.work import State, Work

if TYPE_CHECKING:
    from actors.storage.simulated_disk.inodes import File


@attrs.define(eq=False)
class Seen:
    """A text that a reader could see for a time."""

    text: bytes | None
    """`None`: there was no file."""

    state: State | None
    """The document's state that it is; `None` for what others did."""

    is_part: bool = False
    """Whether others have only begun to write it."""

    until: float = float("inf")
    """The tick at which something else was there."""

    @property
    def sha256(self) -> str | None:
        """The hash of the text."""
        return None if self.text is None else hashlib.sha256(self.text).hexdigest()


class FileRecord:
    """The history of a path.

    Args:
        path: where it is.
        verdict: told of broken promises.
    """

    def __init__(self, path: Path, verdict: Verdict) -> None:
        self.path = path
        self.parts = path.parts[1:]
        self.inode: File | None = None
        self.seen = [Seen(None, None)]
        self.durable = 0
        """Index of the oldest that a power cut may bring back."""
        self.is_synced = True
        """Whether that one was promised to be whole; what others wrote need not be."""
        self.floors: dict[Work, int] = {}
        """Who may write here, and the index of the state below which that would go back."""
        self.at_risk: list[tuple[bytes, Work, int]] = []
        """What others wrote and a save has replaced: it is to be given back, or known by then."""
        self.renamed_from: list[FileRecord] = []
        self.possible: set[bytes | None] = set()
        """What a power cut might have left: whoever clears up after it may choose among that."""
        self.meant: list[bytes] = []
        """What others write in place, which may end in a file that has lost its name meanwhile;
        a power cut can give that back."""
        self.has_replaced = False
        """Whether there was any since the last save that was said to be durable: a power cut may
        undo the return, and then what is in that file is given back later."""
        self._verdict = verdict

    def __repr__(self) -> str:
        return str(self.path)

    @property
    def now(self) -> Seen:
        """What is there."""
        return self.seen[-1]

    def holds(self, work: Work, floor: int) -> bool:
        """Whether it holds a state of this work, from `floor` on, whoever wrote it."""
        text = self.now.text
        if text is None:
            return False
        return work.find(text, self.path.suffix, marks_of(text), floor) is not None

    # -- what happens to it --------------------------------------------------------

    def by_others(self, text: bytes | None, tick: int, *, in_part: bool = False) -> None:
        """Note what another program has done, or has begun to do."""
        self._see(Seen(text, None, in_part), tick)

    def texts_of_others(self) -> Iterator[bytes]:
        """Return what others have written, without what they were about to write over."""
        for seen in self.seen:
            if seen.state is None and seen.text is not None and not seen.is_part:
                yield seen.text

    def by_us(self, text: bytes | None, tick: int, *, may_go: bool, moved: Seen | None) -> None:
        """Judge what our process has done.

        Args:
            text: what is there now.
            tick: the time.
            may_go: whether a rename may take it away.
            moved: what a rename may bring.
        """
        if text is None:
            if not may_go:
                self._verdict.fail(2, f"{self}: the file is gone, and nobody has removed it")
            self._see(Seen(None, None), tick)
        elif moved is not None and moved.text == text:
            self._see(Seen(text, moved.state), tick)
        elif text in self.possible:
            states = [seen.state for seen in self.seen if seen.text == text]
            self.has_replaced |= self.now.state is None
            self._see(Seen(text, states[-1]), tick)
        elif self.has_replaced and _is_torn(text, [*_theirs(self.seen), *self.meant]):
            self.at_risk = [risk for risk in self.at_risk if risk[0] != text]
            self._see(Seen(text, None), tick)
        else:
            state = self._written(text)
            self._see(Seen(text, state), tick)

    def settle(self, is_beside: Callable[[bytes], bool]) -> None:
        """Judge what others wrote and a save has replaced, when the save has ended.

        Args:
            is_beside: whether a file of the same folder has a text.
        """
        for risk in self.at_risk[:]:
            theirs, work, first = risk
            # Not only up to the version that was written: another may have had the same text.
            lost = work.unknown(marks_of(theirs), first) - work.let_go
            if self.now.text is not None:
                lost -= marks_of(self.now.text)
            if lost and is_beside(theirs):
                continue  # its owner died over it, and the next look brings it back
            self.at_risk.remove(risk)
            if lost:
                what = f"{self}: what others wrote is lost: {', '.join(sorted(lost))}"
                self._verdict.fail(5, what)

    def saved(self, sha256: str, since: int) -> str | None:
        """Take note of a promise that this text is durable; return what is wrong with it."""
        for index, seen in enumerate(self.seen):
            if seen.until >= since and seen.sha256 == sha256:
                if index >= self.durable:
                    self.durable, self.is_synced = index, True
                self.has_replaced = False
                self.possible.clear()
                return None
        return f"{self}: the file did not hold the text that was said to be saved"

    def cut(self, text: bytes | None, tick: int) -> None:
        """Judge what a power cut has left."""
        possible = self.seen[self.durable :]
        doubtful = possible[1:] if self.is_synced else possible
        theirs = [*_theirs(doubtful), *self.meant, *self._theirs_elsewhere()]
        if all(text != seen.text for seen in possible) and not _is_torn(text, theirs):
            promise = 2 if all(text != seen.text for seen in self.seen) else 3
            left = "nothing" if text is None else f"{text!r}"
            self._verdict.fail(promise, f"{self}: a power cut has left {left}")
        self.possible = {seen.text for seen in possible}
        states = [seen.state for seen in possible if seen.text == text]
        self._see(Seen(text, states[-1] if states else None), tick)
        self.durable, self.is_synced = len(self.seen) - 1, True
        self.at_risk.clear()  # others sync nothing, so it may be gone anyway

    def forget_past(self) -> None:
        """Take what is there for durable."""
        del self.seen[:-1]
        self.durable = 0

    def _theirs_elsewhere(self) -> Iterator[bytes]:
        """Yield what others wrote under another name, from which a rename may have brought it."""
        for record in self.renamed_from:
            yield from (*_theirs(record.seen), *record.meant)

    # -- inside --------------------------------------------------------------------

    def _see(self, seen: Seen, tick: int) -> None:
        self.seen[-1].until = tick
        self.seen.append(seen)

    def _written(self, text: bytes) -> State | None:
        marks = marks_of(text)
        for work, floor in self.floors.items():
            state = work.find(text, self.path.suffix, marks, floor)
            if state is not None:
                self._check_others(work)
                self.floors[work] = state.index
                return state
        for work, floor in self.floors.items():
            if (old := work.find(text, self.path.suffix, marks, 0)) is not None:
                self._verdict.fail(1, f"{self}: back from state {floor} to {old.index} of {work}")
                return old
        self._verdict.fail(2, f"{self}: this is no version of a document: {text!r}")
        return None

    def _check_others(self, work: Work) -> None:
        before = self.now
        if before.state is None and before.text is not None:
            self.at_risk.append((before.text, work, work.first))
            self.has_replaced = True


def _theirs(seen: Iterable[Seen]) -> list[bytes]:
    return [each.text for each in seen if each.state is None and each.text is not None]


def _is_torn(text: bytes | None, theirs: Iterable[bytes]) -> bool:
    """Whether it is what a crash may leave of what others wrote, who sync nothing."""
    if text is None:
        return False
    return any(whole.startswith(text) or text == bytes(len(whole)) for whole in theirs)
