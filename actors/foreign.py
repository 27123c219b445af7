"""What others did to a notebook's file, taken into the document of its saver."""

from pathlib import Path

import attrs
from loguru import logger

from actors.etag import Etag
from actors.messages import MergedFile
from actors.notebook.merge import Merged
from actors.receipt import Saved
from actors.reconcile import Disagreement, bring_back, is_held, reconcile
from actors.saver_parts import SaverParts
from actors.versions import Versions

SHOWN = 3
"""Cells that an alert names."""


@attrs.frozen
class ForeignChanges:
    """Merges what others left in the file of one notebook, and tells the host of it."""

    parts: SaverParts
    versions: Versions

    def take_in(self, path: Path, data: bytes, *, saves: bool = True) -> str | None:
        """Merge a text that somebody else left; return why that cannot be done.

        Args:
            path: the file.
            data: what it holds.
            saves: whether what comes of it is to be saved.
        """
        ledger, file, etag = self.parts.ledger, self.parts.ledger.file, Etag.of(data)
        choice = file.choice if file.disputed == etag else None
        held = path if file.suffix is None else path.with_suffix(file.suffix)
        outcome: Merged | Disagreement
        try:
            outcome = reconcile(file.base, data, ledger.document.notebook, held, choice)
        except Exception as error:  # noqa: BLE001 - or each retry would crash the saver anew
            logger.exception("{} cannot be merged", path)
            outcome = Disagreement(
                f"{path} was changed by another program; merging raised {error!r}"
            )
        if isinstance(outcome, Disagreement):
            file.dispute(etag)
            return outcome.reason
        self.versions.keep(path, data, "file-watch")
        file.found(outcome.theirs, etag)
        self._go_on_with(path, outcome, saves=saves)
        if not saves and etag.sha256 and is_held(ledger.document.notebook, file.base):
            ledger.saved = Saved(ledger.document.version, etag.sha256, path)
        return None

    def bring_back(self, path: Path) -> str | None:
        """Decide about cells of the file that the document never had, if there are any.

        Returns:
            Why that cannot be done: nobody said yet who is right.
        """
        ledger, file = self.parts.ledger, self.parts.ledger.file
        if not file.vanishing:
            return None
        if file.choice is None:
            names, count = "; ".join(file.vanishing[:SHOWN]), len(file.vanishing)
            return f"{count} cells of {path} would vanish that nobody deleted: {names}"
        self._go_on_with(path, bring_back(file.base, ledger.document.notebook, file.choice))
        file.vanishing = ()
        return None

    def _go_on_with(self, path: Path, merged: Merged, *, saves: bool = True) -> None:
        parts, ledger = self.parts, self.parts.ledger
        before = ledger.document.notebook
        if merged.notebook is before:
            return
        ledger.take_in(merged.notebook)
        if saves:
            ledger.want(parts.now())
        version = ledger.document.version
        logger.info("merged another program's change of {}: version {}", path, version)
        parts.notifier.tell(MergedFile(parts.notebook, path, version, merged.transaction, before))
