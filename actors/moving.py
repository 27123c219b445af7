"""Gives a notebook another file. It blocks."""

from pathlib import Path

from loguru import logger

from actors.errors import StorageError
from actors.messages import MoveHistory
from actors.notebook import KnownFile
from actors.receipt import Refused
from actors.saver_parts import SaverParts


def move(parts: SaverParts, path: Path) -> Refused | None:
    """Move a notebook's file, if it has one; return why that was refused.

    When it has none, or one of another format, its next save makes the new file.
    """
    ledger, old = parts.ledger, parts.ledger.path
    try:
        name = parts.storage.canonical(path)  # first: nothing is to fail once it has moved
        has_moved = _move_file(parts, path)
    except StorageError as error:
        return Refused(str(error))
    except Exception as error:  # noqa: BLE001 - a user's own storage may raise anything
        logger.exception("the storage raised what it should not")
        return Refused(f"the storage raised {error!r}")
    parts.owning.disown(ledger.file)
    _move_history(parts, ledger.file.name, name)
    if not has_moved:
        ledger.file = KnownFile()
    ledger.file.name = name
    is_same_format = old is not None and old.suffix == path.suffix
    if has_moved and old is not None and not is_same_format:
        ledger.file.suffix = ledger.file.suffix or old.suffix
    ledger.move_to(path, moved=has_moved and is_same_format)
    return None


def _move_history(parts: SaverParts, old: Path | None, new: Path) -> None:
    if old is None:
        return
    if parts.history is not None:
        parts.history.move(old, new)  # behind the versions that wait there
    elif parts.archivist is not None:
        parts.archivist.tell(MoveHistory(old, new))


def _move_file(parts: SaverParts, path: Path) -> bool:
    """Return whether there was a file, which has moved."""
    ledger, storage = parts.ledger, parts.storage
    if ledger.mode == "run":
        raise StorageError("a notebook in run mode is never saved, so it cannot be renamed")
    old = ledger.path
    if old is not None and storage.read(old) is not None:
        storage.rename(old, path)
        return True
    if storage.read(path) is not None:
        raise StorageError(f"{path} exists already; choose another name")
    return False
