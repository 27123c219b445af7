"""The protocol between a saver and the store that keeps its file."""

from collections.abc import Hashable
from pathlib import Path
from typing import Protocol

import attrs

from actors.etag import Etag

__all__ = ["Etag", "Replaced", "Storage"]


@attrs.frozen
class Replaced:
    """A file holds a text, and a power cut does not undo it."""

    sha256: str
    """SHA-256 of the text in hexadecimal."""

    written: bool
    """Whether the text had to be written; `False` when the file held it already."""

    stamp: Hashable = None
    """See `Etag.stamp`; `None` where the store has none."""


class Storage(Protocol):
    """Keeps whole texts under paths. Implement it to keep notebooks elsewhere.

    Every method blocks until its work is done, and is called on worker threads.

    An implementation MUST

    - be safe to call from many threads for different paths; the calls for one
      path come one after the other;
    - show every reader, and every process that comes after a crash, either the
      old text of a file or the new one, whole;
    - answer for the store as it is, never from memory: other programs change
      the same files;
    - raise `actors.errors.StorageError`, and nothing else, for what is wrong
      with a disk, a network or a path. Its message is one line for a person: what
      failed, on which path, what to do about it.

    It MAY change how a file is stored (another inode, another object), keep
    more than it is asked for (versions, backups), and be slow: a slow call
    delays the notebook it is for and no other.

    Not guaranteed: that a file is the same from one call to the next (another
    program may have replaced it), that a failed call had no effect (see each
    method), and any order between calls for different paths.
    """

    def read(self, path: Path) -> bytes | None:
        """Return the text of a file; `None` when there is no such file.

        Raises:
            StorageError: when there is something that cannot be read.
        """
        ...

    def replace(
        self, path: Path, data: bytes, *, expected: tuple[Etag, ...] | None = None
    ) -> Replaced:
        """Make `data` the text of a file, which is created if it does not exist.

        When this returns, the text MUST be durable: a power cut does not undo
        it, whether it was written now or was there before.

        Args:
            path: The file.
            data: Its new text.
            expected: The states that the file may be in, by stamp or by text;
                `None` for any. A file that holds `data` already, or that was
                deleted, is as expected in any case: there is nobody's work to lose.
                The store MUST look again as late as it can.

        Raises:
            ChangedError: when the file is in another state. It is as it was.
            StorageError: when that cannot be promised. The file then holds the
                old text or the new one; calling again with any text MUST be
                safe, and MUST NOT take the doubtful text for durable.
        """
        ...

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name. MUST NOT overwrite what has that name.

        When this returns, the file MUST be durable under `new` and gone from
        `old`. No reader finds the text under neither name.

        Raises:
            StorageError: when there is no `old`, when there is a `new`, or when
                the store fails. The text is then under one of both names, or
                after a crash under both; in doubt ask `read`.
        """
        ...

    def canonical(self, path: Path) -> Path:
        """Return the one name of a file, which need not exist.

        Absolute, and the same for all paths that lead to the file through
        links, so that a file opened twice is recognised. MAY miss names that
        the store itself cannot tell apart, such as hard links.

        Raises:
            StorageError: when `path` cannot name a file.
        """
        ...

    def sweep(self, path: Path) -> int:
        """Remove what a crash left beside a file; return how many were removed.

        MUST remove nothing that a living process uses, on this machine or
        another, and nothing that this store did not make. MAY clear the whole
        folder of `path`, so that one call a folder is enough.

        Raises:
            StorageError: when there is no way to look. Nothing depends on it.
        """
        ...
