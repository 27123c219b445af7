"""Runs recorded sessions through the real system and checks what they leave."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs

from actors.autosave import Autosave
from actors.codec import decode_transaction
from actors.errors import AutosaveError, StorageError
from actors.formats import parse, render
from actors.handle import NotebookHandle
from actors.notebook import Document, NotebookStatistics
from actors.receipt import Outcome, Receipt, Refused, Saved
from actors.recording import Recording
from actors.settings import Settings
from actors.storage import LocalStorage

_SETTINGS = Settings(drafts=False, history=False)
"""A recording can be replayed again: nothing of it is for the user's own state directory."""


class ReplayError(AutosaveError):
    """A recording cannot be replayed here; nothing was written for it."""


@attrs.frozen
class Replayed:
    """What became of one recording."""

    recording: Path
    path: Path
    """The notebook's file."""

    transactions: int
    outcome: Outcome
    """How the last flush ended: `Saved` when the file holds every edit."""

    statistics: NotebookStatistics
    problems: tuple[str, ...]
    """What went wrong, in words; empty when every promise was kept."""


def targets(recordings: Sequence[Recording], out: Path) -> list[Path]:
    """Return the file of each recording below `out`.

    That is its own file name; recordings that share one get a folder each,
    named for the recording.
    """
    shared = Counter(recording.filename for recording in recordings)
    stems = Counter(recording.path.stem for recording in recordings)
    paths = []
    for number, recording in enumerate(recordings, 1):
        stem = recording.path.stem
        folder = stem if stems[stem] == 1 else f"{stem}-{number}"
        alone = shared[recording.filename] == 1
        paths.append(out / recording.filename if alone else out / folder / recording.filename)
    return paths


def replay(
    recordings: Sequence[Recording],
    out: Path,
    *,
    on_settled: Callable[[Outcome], object] = lambda _: None,
) -> list[Replayed]:
    """Replay recordings below `out`, all at the same time.

    Args:
        recordings: what to replay.
        out: folder for the notebooks; made when missing.
        on_settled: told how each transaction ended, on an actor's thread.

    Raises:
        ReplayError: when a file is in the way that this recording did not leave.
        StorageError: when the folder cannot be written, or when it was interrupted and
            not all that was submitted could be saved before the end.
        KeyboardInterrupt: when it was interrupted, and all that was submitted is saved.
    """
    paths = targets(recordings, out)
    for recording, path in zip(recordings, paths, strict=True):
        _begin(recording, path)
    autosave = Autosave(_SETTINGS)
    try:
        with autosave:
            handles = [
                autosave.open(path, cells=recording.cells)
                for recording, path in zip(recordings, paths, strict=True)
            ]
            receipts = [
                _submit_all(recording, handle, on_settled)
                for recording, handle in zip(recordings, handles, strict=True)
            ]
            return [
                _finish(recording, handle, settled)
                for recording, handle, settled in zip(recordings, handles, receipts, strict=True)
            ]
    except KeyboardInterrupt:
        if autosave.report is not None and autosave.report.unsaved:
            unsaved = "; ".join(map(str, autosave.report.unsaved))
            raise StorageError(f"interrupted; {unsaved}") from None
        raise


def _begin(recording: Recording, path: Path) -> None:
    """Put the text there that the session began with.

    A file that is there already is only replaced when this recording makes it
    again: it is one of the states that the notebook goes through.
    """
    storage = LocalStorage()
    present = storage.read(path)
    start = recording.text.encode()
    if present is not None and present != start and present not in _states(recording, path):
        raise ReplayError(
            f"{path} is there already and is not from this recording; "
            "move it away or choose another --out"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    storage.replace(path, start)


def _states(recording: Recording, path: Path) -> Iterator[bytes]:
    document = _start(recording, path)
    yield render(document.notebook, path.suffix)
    for transaction in recording.transactions:
        document = document.apply(decode_transaction(transaction))
        yield render(document.notebook, path.suffix)


def _start(recording: Recording, path: Path) -> Document:
    notebook = parse(recording.text.encode(), path.suffix)
    return Document(attrs.evolve(notebook, cells=recording.cells))


def _submit_all(
    recording: Recording, handle: NotebookHandle, on_settled: Callable[[Outcome], object]
) -> list[Receipt]:
    receipts = [handle.submit(transaction) for transaction in recording.transactions]
    for receipt in receipts:
        receipt.add_done_callback(on_settled)
    return receipts


def _finish(recording: Recording, handle: NotebookHandle, receipts: list[Receipt]) -> Replayed:
    outcome = handle.flush()
    path = handle.path
    assert path is not None, "a replayed notebook has a file"
    refused = [
        f"transaction {number} was refused: {settled.reason}"
        for number, receipt in enumerate(receipts, 1)
        if isinstance(settled := receipt.wait(), Refused)
    ]
    return Replayed(
        recording=recording.path,
        path=path,
        transactions=len(receipts),
        outcome=outcome,
        statistics=handle.statistics(),
        problems=(*refused, *_check(recording, handle, outcome)),
    )


def _check(recording: Recording, handle: NotebookHandle, outcome: Outcome) -> Iterator[str]:
    """Compare the file with the document, and with what marimo left."""
    path = handle.path
    assert path is not None, "a replayed notebook has a file"
    if not isinstance(outcome, Saved):
        if handle.statistics().edits:
            yield f"not saved: {outcome.reason}"
        return
    text = path.read_bytes()
    if text != render(handle.document.notebook, path.suffix):
        yield "the file is not the document"
    if recording.final is not None and _comparable(text.decode()) != _comparable(recording.final):
        line = _first_difference(text.decode(), recording.final)
        yield f"the file differs from the one that was recorded, from line {line} on"


def _comparable(text: str) -> str:
    """Return the text without the line that names the writer's release."""
    return re.sub(r"^__generated_with = .*$", "__generated_with", text, count=1, flags=re.MULTILINE)


def _first_difference(ours: str, theirs: str) -> int:
    pairs = itertools.zip_longest(_comparable(ours).splitlines(), _comparable(theirs).splitlines())
    return next((number for number, (a, b) in enumerate(pairs, 1) if a != b), 0)
