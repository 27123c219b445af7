"""Edits of an agent that a browser sends back as its own."""

from actors.notebook import CreateCell, DeleteCell, Notebook, SetCode, Transaction

BROWSER = "frontend"
"""The source of what browsers send."""


class Echoes:
    """Finds the moment at which a cell has an agent's code again that a browser had undone.

    marimo's page sends each `set-code` of an agent back some 300 ms later, as if the
    person had typed it. When the agent has edited the cell again by then, the echo
    undoes that edit in the document, until the next echo brings it back. A save in
    between has the older code, and no save follows the echo: a person who only types
    is not saved at once. So whoever saves agents' edits has to save that one.
    """

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        """By cell, the last code that an agent gave it."""

    def brings_back(self, transaction: Transaction, saved: Notebook) -> bool:
        """Take note of a transaction; return whether `saved` lacks an agent's code that it has.

        Args:
            transaction: just applied to the session's document.
            saved: what the saver was given so far.
        """
        if transaction.source != BROWSER:
            self._remember(transaction)
            return False
        back = {
            change.cell_id: change.code
            for change in transaction.changes
            if isinstance(change, SetCode) and self._codes.get(change.cell_id) == change.code
        }
        return bool(back) and any(
            cell.id in back and cell.code != back[cell.id] for cell in saved.cells
        )

    def _remember(self, transaction: Transaction) -> None:
        for change in transaction.changes:
            if isinstance(change, SetCode | CreateCell):
                self._codes[change.cell_id] = change.code
            elif isinstance(change, DeleteCell):
                self._codes.pop(change.cell_id, None)
