"""One cell of a version in a file that is otherwise as it is."""

from pathlib import Path

from actors.commands.ending import WrongUseError
from actors.errors import FormatError, TransactionError
from actors.formats import parse, render
from actors.notebook import Document, Notebook
from actors.notebook.restoring import restoring_transaction


def with_one_cell(path: Path, present: bytes | None, version: bytes, cell: str) -> bytes:
    """Return the text of a file with one cell as it was.

    Args:
        path: The file, whose suffix names the format.
        present: Its text.
        version: A text that it had.
        cell: The cell's name, or `#3` for the third of the version.

    Raises:
        WrongUseError: when there is no such file, one of the texts is no
            notebook, or the version has no such cell.
    """
    if present is None:
        raise WrongUseError(f"{path}: there is no such file; restore the whole version")
    now = _parsed(present, path, f"{path} as it is")
    try:
        transaction = restoring_transaction(now, _parsed(version, path, "that version"), cell)
    except TransactionError as error:
        raise WrongUseError(str(error)) from error
    if transaction is None:
        return present
    return render(Document(now).apply(transaction).notebook, path.suffix)


def _parsed(text: bytes, path: Path, what: str) -> Notebook:
    try:
        return parse(text, path.suffix)
    except FormatError as error:
        raise WrongUseError(f"{what} is no notebook: {error}; restore it whole") from error
