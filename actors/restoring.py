"""What a saver does when a person wants to have back what there was."""

import attrs

from actors.errors import TransactionError
from actors.messages import MergedFile, Restore
from actors.notebook.restoring import restoring_transaction
from actors.saver_parts import SaverParts


@attrs.frozen
class Restoring:
    """Brings back an earlier version of the cells of one notebook, and tells the host of it."""

    parts: SaverParts

    def restore(self, message: Restore) -> None:
        """Apply what brings the cells back, compared with what they are by now."""
        parts, ledger = self.parts, self.parts.ledger
        present = ledger.document.notebook
        try:
            transaction = restoring_transaction(present, message.version, message.cell)
            if transaction is None:
                ledger.flush(message.receipt)
                return
            transaction = attrs.evolve(transaction, extra=(("label", message.label),))
            ledger.apply(transaction, message.receipt, parts.now())
        except TransactionError as error:
            ledger.refuse(message.receipt, str(error))
            return
        if ledger.path is not None:
            version = ledger.document.version
            merged = MergedFile(parts.notebook, ledger.path, version, transaction, present)
            parts.notifier.tell(merged)
