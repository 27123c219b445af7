"""Open notebooks with edits prepared, so that handing them in costs next to nothing."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from actors import Autosave, Cell, Notebook, NotebookHandle, Receipt, Saved
from actors.formats import parse, render
from actors.receipt import Outcome
from benchmarks.workload import Workload, cells_of, make_workload

TIMEOUT_S = 600.0


def paths_in(root: Path, count: int, per_folder: int | None = None) -> list[Path]:
    """Return paths for so many notebooks, in one folder or so many in each; makes the folders."""
    paths = [
        root / f"{number // (per_folder or count):05d}" / f"{number:06d}.py"
        for number in range(count)
    ]
    for folder in {path.parent for path in paths}:
        folder.mkdir(parents=True, exist_ok=True)
    return paths


@attrs.define
class Session:
    """One open notebook and the edits that its agent makes, over and over."""

    handle: NotebookHandle
    path: Path
    workload: Workload
    transactions: Sequence[bytes]
    """The edits as JSON."""

    sent: int = 0

    def submit(self) -> Receipt:
        """Hand in the next edit."""
        transaction = self.transactions[self.sent % len(self.transactions)]
        self.sent += 1
        return self.handle.submit(transaction)

    def is_file_right(self) -> bool:
        """Return whether the file holds what all edits so far make of the notebook."""
        # Not the codes themselves: a file has the code of some cells in another form.
        cells = map(_with_code, cells_of(self.workload), self._codes())
        expected = render(Notebook(cells), self.path.suffix)
        return self._codes_in(self.path.read_bytes()) == self._codes_in(expected)

    def _codes_in(self, text: bytes) -> list[str]:
        return [cell.code for cell in parse(text, self.path.suffix).cells]

    def _codes(self) -> list[str]:
        edits = self.workload.edits
        codes = [cell.code for cell in self.workload.cells]
        whole_passes, rest = divmod(self.sent, len(edits))
        for edit in [*(edits if whole_passes else ()), *edits[:rest]]:
            codes[edit.position] = edit.code
        return codes


def _with_code(cell: Cell, code: str) -> Cell:
    return attrs.evolve(cell, code=code)


def open_session(autosave: Autosave, path: Path, workload: Workload) -> Session:
    """Open a notebook, which its first save makes a file."""
    cells = cells_of(workload)
    transactions = workload.transactions([cell.id for cell in cells])
    return Session(autosave.open(path, cells=cells), path, workload, transactions)


def open_sessions(
    autosave: Autosave, paths: Iterable[Path], *, cells: int, edits: int, seed: str
) -> list[Session]:
    """Open notebooks, no two with a cell in common but their imports."""
    return [
        open_session(autosave, path, make_workload(cells, edits, f"{seed} {number}"))
        for number, path in enumerate(paths)
    ]


def open_idle(autosave: Autosave, paths: Iterable[Path], *, cells: int, seed: str) -> None:
    """Open notebooks that nobody is going to edit."""
    for number, path in enumerate(paths):
        autosave.open(path, cells=cells_of(make_workload(cells, 0, f"{seed} idle {number}")))


def save_each(sessions: Sequence[Session]) -> None:
    """Make one edit to each and wait until all are durable."""
    for session in sessions:
        session.submit()
    for session in sessions:
        check_saved(session.handle.request_flush(patient=True).wait(TIMEOUT_S))


def texts(sessions: Sequence[Session]) -> dict[Path, bytes]:
    """Return what is in their files."""
    return {session.path: session.path.read_bytes() for session in sessions}


def files_wrong(sessions: Sequence[Session]) -> int:
    """Return how many files do not hold what all edits make of their notebooks."""
    return sum(not session.is_file_right() for session in sessions)


def check_saved(outcome: Outcome | None) -> None:
    """Raise unless an edit is durable."""
    if not isinstance(outcome, Saved):
        raise RuntimeError(  # noqa: TRY004 - it is no type that is wrong
            f"an edit is not durable: {outcome}"
        )
