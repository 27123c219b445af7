"""Whose file it is: a notebook's lease, taken before its file is first written."""

from pathlib import Path

import attrs
from loguru import logger

from actors.errors import OwnedError, StorageError
from actors.notebook import KnownFile
from actors.storage.ownership import Ownership


@attrs.frozen
class Owning:
    """Takes, checks and returns the lease that a notebook has for its file. It blocks."""

    ownership: Ownership | None = None
    """`None` where files are nobody's own."""

    def own(self, file: KnownFile, path: Path) -> None:
        """Make sure that no other process writes the file.

        Where there is no way to know, such as in a folder that is gone, nobody is
        kept out: that somebody else has changed the file is noticed all the same.

        Raises:
            OwnedError: when another process has it.
        """
        if self.ownership is None:
            return
        try:
            if file.lease is None:
                file.lease = self.ownership.acquire(path)
            else:
                file.lease.check()
        except OwnedError:
            raise
        except StorageError as error:
            logger.debug("nobody owns {}: {}", path, error)

    def disown(self, file: KnownFile) -> None:
        """Let others have the file that was ours, if it was."""
        lease, file.lease = file.lease, None
        if lease is not None:
            lease.release()


@attrs.frozen
class Disown:
    """The file work of letting go of a file."""

    owning: Owning
    file: KnownFile

    def run(self) -> None:
        """Do it, on whatever thread this is."""
        self.owning.disown(self.file)
