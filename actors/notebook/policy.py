"""When a notebook is saved, and how many may wait for that."""

from collections.abc import Set as AbstractSet

import attrs

RESTORE = "restore"
"""The source of what a person asked to have back: it asks for a save, whatever the settings say."""


@attrs.frozen
class SavePolicy:
    """What all notebooks of a system share; one object for all of them."""

    persist_sources: AbstractSet[str] = frozenset({"code-mode"})
    """Transactions from these sources ask for a save."""

    quiet_s: float = 0.0
    """A notebook is saved when it was not edited for so long; 0 saves at once."""

    max_delay_s: float = 5.0
    """The longest that an edit waits for its save to begin, however many follow it."""

    max_open_receipts: int = 1_000
    """Edits of one notebook that may wait; a later one is told so at once."""

    def due_at_s(self, first_edit_s: float, last_edit_s: float) -> float:
        """Return when edits, of which these are the first and the last, are to be saved."""
        return min(last_edit_s + self.quiet_s, first_edit_s + self.max_delay_s)
