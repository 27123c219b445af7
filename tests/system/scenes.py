"""What tests of the whole system share."""

from actors import CellConfig, CreateCell, Saved, SetCode, StorageError, Transaction
from actors.storage import MemoryStorage

WAIT_S = 30
"""Only a broken build waits so long."""


def create(cell_id, code, source="code-mode"):
    return Transaction([CreateCell(cell_id, code, "_", CellConfig())], source)


def saved(receipt):
    """Return how a receipt ended, which must be `Saved`."""
    outcome = receipt.wait(WAIT_S)
    assert isinstance(outcome, Saved), outcome
    return outcome


def edit(cell_id, code, source="code-mode"):
    return Transaction([SetCode(cell_id, code)], source)


class BrokenStorage(MemoryStorage):
    """A disk that is full until it is mended."""

    def __init__(self):
        super().__init__()
        self.is_full = True

    def replace(self, path, data, *, expected=None):
        if self.is_full:
            raise StorageError(f"cannot save {path}: the disk is full; free some space")
        return super().replace(path, data, expected=expected)
