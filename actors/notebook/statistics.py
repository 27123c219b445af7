"""Counts and latencies of one notebook."""

import attrs

from actors.notebook.latency import Latency


@attrs.frozen
class NotebookStatistics:
    """What happened to one notebook since it was opened."""

    version: int
    """Version of the document."""

    saved_version: int
    """Version that the file holds; -1 when it holds none of them."""

    edits: int
    """Transactions applied that ask for a save."""

    deferred: int
    """Transactions applied that do not."""

    refused: int
    overflowed: int
    """Edits that too many waited before: they are saved, but their receipts say `Deferred`."""

    saves: int
    """Saves that ended durable."""

    coalesced: int
    """Edits that reached the disk in the save of another one."""

    unchanged: int
    """Saves among them that found the text on disk already."""

    failures: int
    waiting: int
    """Receipts that are open."""

    time_to_durable: Latency
    """From `submit` to the settling of the receipt, of the newest edits; none
    after the notebook was idle for long."""
