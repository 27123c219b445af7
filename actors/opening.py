"""Reads a notebook's file into a ledger, and sees to what a crash has left there."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import attrs
from loguru import logger

from actors.errors import AutosaveError, ChangedError, OwnedError, StorageError
from actors.etag import Etag
from actors.formats import for_new_file, parse
from actors.notebook import (
    Cell,
    Document,
    KnownFile,
    Ledger,
    Meter,
    Mode,
    Notebook,
    SavePolicy,
)
from actors.owning import Owning
from actors.receipt import Saved
from actors.reconcile import opened_as
from actors.salvage import salvage
from actors.settings import Settings
from actors.storage import Archive, Draft, LocalStorage, Storage


@attrs.frozen(kw_only=True)
class Opened:
    """A notebook that was read, and what its people should hear of that."""

    ledger: Ledger
    owner: str | None = None
    """Another process that has its file."""

    draft: Draft | None = None
    """Work that a process before this one could not put into the file."""


class Opening:
    """Opens notebooks. It blocks; any thread may call.

    Args:
        storage: where files are.
        archive: where drafts are; `None` where none are kept.
        owning: takes the leases of files.
        settings: see `Settings`.
        meter: sums the counts of all notebooks.
    """

    def __init__(
        self,
        storage: Storage,
        archive: Archive | None,
        owning: Owning,
        settings: Settings,
        meter: Meter,
    ) -> None:
        self._storage = storage
        self._archive = archive if settings.drafts else None
        self._owning = owning
        self._release = settings.generated_with
        self._meter = meter
        self._policy = SavePolicy(
            persist_sources=settings.persist_sources,
            quiet_s=settings.save_quiet_s,
            max_delay_s=settings.save_max_delay_s,
            max_open_receipts=settings.max_open_receipts,
        )
        self._swept: set[str] = set()

    def open(
        self, path: Path | None, name: str | None, cells: tuple[Cell, ...] | None, mode: Mode
    ) -> Opened:
        """Read a notebook.

        Args:
            path: its file, absolute; `None` for an unnamed notebook.
            name: the file's canonical name; `None` if it is to be nobody's own.
            cells: the cells that the host has for it.
            mode: see `Autosave.open`.

        Raises:
            FormatError: when the file is no notebook.
            StorageError: when it cannot be read.
        """
        file = KnownFile(name=path if name in {None, str(path)} else Path(name or ""))
        if path is None:
            return Opened(ledger=self._ledger(self._with(Notebook(), cells), None, mode, file))
        owner = self._own(file, path) if mode == "edit" else None
        try:
            if mode == "edit" and owner is None:  # else it may be written to just now
                self._repair(file.name or path)
            data = self._read(path)
            ledger = self._of_file(path, data, cells, mode, file)
        except BaseException:
            self._owning.disown(file)
            raise
        draft = self._draft_of(file.name or path, data) if mode == "edit" else None
        return Opened(ledger=ledger, owner=owner, draft=draft)

    def _of_file(
        self,
        path: Path,
        data: bytes | None,
        cells: tuple[Cell, ...] | None,
        mode: Mode,
        file: KnownFile,
    ) -> Ledger:
        present = parse(data or b"", path.suffix)
        if data is None:
            present = for_new_file(present, path.name)
        notebook, saved = self._with(present, cells), None
        file.base = present if cells is not None else notebook
        if data is not None:
            sha256 = hashlib.sha256(data).hexdigest()
            file.expected = (Etag(sha256),)
            if cells is None or _holds(present, cells):
                saved = Saved(0, sha256, path)
            if cells is not None:
                file.base, file.vanishing = opened_as(present, cells)
        return self._ledger(notebook, path, mode, file, saved)

    def _ledger(
        self,
        notebook: Notebook,
        path: Path | None,
        mode: Mode,
        file: KnownFile,
        saved: Saved | None = None,
    ) -> Ledger:
        return Ledger(
            Document(notebook),
            path,
            mode=mode,
            policy=self._policy,
            saved=saved,
            file=file,
            meter=self._meter,
        )

    def _with(self, notebook: Notebook, cells: tuple[Cell, ...] | None) -> Notebook:
        if cells is not None:
            notebook = attrs.evolve(notebook, cells=cells)
        if self._release is not None:
            notebook = attrs.evolve(notebook, generated_with=self._release)
        return notebook

    def _own(self, file: KnownFile, path: Path) -> str | None:
        """Take the lease of a file; return who has it if that is another process."""
        try:
            self._owning.own(file, path)
        except OwnedError as error:
            return error.owner
        return None

    def _repair(self, path: Path) -> None:
        """Make a file whole that a crash has left torn, or keep as a draft what it was to hold."""
        if not isinstance(self._storage, LocalStorage):
            return
        try:
            self._storage.repair(path)
        except ChangedError as error:
            if self._archive is not None:
                salvage(self._archive, path, str(error))

    def _read(self, path: Path) -> bytes | None:
        self._sweep(path)
        return self._storage.read(path)

    def _draft_of(self, path: Path, data: bytes | None) -> Draft | None:
        """Return the newest draft of a file that it does not hold, if there is one."""
        if self._archive is None:
            return None
        try:
            drafts = self._archive.drafts(path)
        except StorageError as error:
            logger.warning("could not look for drafts of {}: {}", path, error)
            return None
        if not drafts:
            return None
        sha256 = None if data is None else hashlib.sha256(data).hexdigest()
        return next((draft for draft in drafts if draft.sha256 != sha256), None)

    def _sweep(self, path: Path) -> None:
        """Remove what a crash left in this folder, once in our life."""
        folder = os.path.dirname(path)  # noqa: PTH120 - a `Path` more each time is what opening costs
        if folder in self._swept:
            return
        self._swept.add(folder)
        try:
            self._storage.sweep(path)
        except AutosaveError as error:
            logger.debug("could not look for stale files: {}", error)


def _holds(present: Notebook, cells: tuple[Cell, ...]) -> bool:
    """Whether a file has these cells, by whatever ids."""
    return [(cell.code, cell.name, cell.config) for cell in present] == [
        (cell.code, cell.name, cell.config) for cell in cells
    ]


def distinct(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return the cells; raise `ValueError` when two have the same id."""
    cells = tuple(cells)
    repeated = [cell for cell, count in Counter(cell.id for cell in cells).items() if count > 1]
    if repeated:
        raise ValueError(f"these cell ids are given more than once: {', '.join(repeated)}")
    return cells
