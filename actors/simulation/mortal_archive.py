"""The archive as one process sees it: it may fail, and no call comes after the process's death."""

from collections.abc import Iterable
from pathlib import Path

from actors.errors import StorageError
from actors.storage.archive import Archive, Change, Draft, Removed, Version
from actors.storage.simulated_disk import Call, Killed, Process, SimulatedDisk


class MortalArchive:
    """Stands before an archive that outlives processes.

    Args:
        archive: keeps everything.
        process: whose calls these are.
        disk: asked before each call, as before a system call.
    """

    def __init__(self, archive: Archive, process: Process, disk: SimulatedDisk) -> None:
        self._archive = archive
        self._process = process
        self._disk = disk

    def commit(self, changes: Iterable[Change]) -> Removed:
        """See `Archive`."""
        return self._reached("commit").commit(changes)

    def drafts(self, path: Path | None = None) -> list[Draft]:
        """See `Archive`."""
        return self._reached("drafts").drafts(path)

    def draft_text(self, draft_id: str) -> bytes:
        """See `Archive`."""
        return self._reached("draft_text").draft_text(draft_id)

    def versions(self, path: Path) -> list[Version]:
        """See `Archive`."""
        return self._reached("versions").versions(path)

    def version_text(self, path: Path, number: int) -> bytes:
        """See `Archive`."""
        return self._reached("version_text").version_text(path, number)

    def begin_overwrite(self, path: Path, data: bytes, old: bytes) -> None:
        """See `Archive`."""
        self._reached("begin_overwrite").begin_overwrite(path, data, old)

    def end_overwrite(self, path: Path) -> None:
        """See `Archive`."""
        self._reached("end_overwrite").end_overwrite(path)

    def overwrite_of(self, path: Path) -> tuple[bytes, bytes] | None:
        """See `Archive`."""
        return self._reached("overwrite_of").overwrite_of(path)

    def moved(self, old: Path, new: Path) -> None:
        """See `Archive`."""
        self._reached("moved").moved(old, new)

    def close(self) -> None:
        """Let go of nothing: others go on with it."""

    def _reached(self, name: str) -> Archive:
        fault = None
        if self._process.alive and self._disk.before is not None:
            call = Call(self._process, f"archive: {name}", "", self._disk.calls_made, False)
            fault = self._disk.before(call)
        if not self._process.alive:
            raise Killed
        if fault is not None:
            raise StorageError("the archive is full; make room for it", "disk full")
        return self._archive
