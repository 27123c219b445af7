"""Notebooks as files of this machine, replaced in one step."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from actors.storage import temporary
from actors.storage.failure import explained
from actors.storage.folder_sync import FolderSync
from actors.storage.place import READ, Place, locate, open_folder, refuse_irregular
from actors.storage.protocol import Replaced
from actors.storage.replacement import write_and_rename
from actors.storage.system_calls import UNSUPPORTED, SystemCalls

# Below the 128 KiB from which an allocation is a system call of its own.
_CHUNK = 64 * 1024


class LocalStorage:
    """Keeps notebooks in local files, by temporary file, fsync and rename.

    A replaced file keeps its mode, and its owner and group where this process
    may give them; where it may not, nobody gets access who had none. A symbolic
    link stays one and its target is replaced. What is no regular file is refused.

    Holds no descriptor and no lock between calls. Threads that save into one
    folder at the same time share its syncs. A failed disk is not hidden by
    asking twice: what was doubtful once is written anew (see `replace`).

    Not guaranteed: that the folder itself is durable, if it was just made; that
    a rename is durable where folders cannot be synced (some network file
    systems); that hard links and access lists survive.
    """

    def __init__(self, calls: SystemCalls | None = None) -> None:
        self._calls = calls or SystemCalls()
        self._folders = FolderSync(self._calls)
        # Only ever a reason to write more. What is on disk is asked of the disk.
        self._doubtful: set[str] = set()

    def read(self, path: Path) -> bytes | None:
        """Return the text of a file; `None` when there is no such file."""
        with explained("read", path):
            try:
                fd = self._calls.open(path, READ)
            except FileNotFoundError:
                return None
            try:
                refuse_irregular(self._calls.fstat(fd))
                return self._read_all(fd)
            finally:
                self._calls.close(fd)

    def replace(self, path: Path, data: bytes) -> Replaced:
        """Make `data` the durable text of a file; write it if the file differs."""
        with explained("save", path):
            place = locate(self._calls, path)
            try:
                unchanged = self._is_durable(path, place, data)
                if not unchanged:
                    self._write(path, place, data)
            finally:
                self._calls.close(place.folder)
        return Replaced(hashlib.sha256(data).hexdigest(), written=not unchanged)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name, which nothing has yet."""
        with explained("rename", old, new):
            source = locate(self._calls, old)
            try:
                self._rename(source, old, new)
            finally:
                self._calls.close(source.folder)

    def canonical(self, path: Path) -> Path:
        """Return the absolute path without symbolic links; needs no such file."""
        with explained("resolve", path):
            return Path(self._calls.realpath(path))

    def sweep(self, path: Path) -> int:
        """Remove the temporary files of dead processes from the folder of `path`."""
        with explained("clear the folder of", path):
            try:
                folder = open_folder(self._calls, Path(self._calls.realpath(path)).parent)
            except (FileNotFoundError, NotADirectoryError):
                return 0
            try:
                return temporary.sweep(self._calls, folder)
            finally:
                self._calls.close(folder)

    def _read_all(self, fd: int) -> bytes:
        chunks = []
        while chunk := self._calls.read(fd, _CHUNK):
            chunks.append(chunk)
        return b"".join(chunks)

    def _is_durable(self, path: Path, place: Place, data: bytes) -> bool:
        """Whether the file holds `data`, and a power cut does not undo it.

        Synced even though nothing was written: whoever put the text there,
        another program or an attempt of ours whose last step failed, may have
        left it in the cache only.
        """
        if place.found is None:
            return False
        refuse_irregular(place.found)
        if place.found.st_size != len(data) or self._is_doubtful(path):
            return False
        try:
            with self._doubted_on_failure(path), place.opened(self._calls) as fd:
                # One byte more, to notice that it has grown. A read that ends
                # early is taken for another text, which is then written.
                if self._calls.read(fd, len(data) + 1) != data:
                    return False
                self._calls.fsync(fd)
                self._folders.sync(place.folder)
                return True
        except OSError:
            return False

    def _write(self, path: Path, place: Place, data: bytes) -> None:
        write_and_rename(self._calls, place, data)
        try:
            self._folders.sync(place.folder)
        except OSError:
            self._doubtful.add(self._calls.realpath(path))
            raise
        if self._doubtful:
            self._doubtful.discard(self._calls.realpath(path))

    def _rename(self, source: Place, old: Path, new: Path) -> None:
        if source.found is None:
            raise FileNotFoundError(errno.ENOENT, "there is no such file")
        refuse_irregular(source.found)
        with self._doubted_on_failure(old), source.opened(self._calls) as fd:
            self._calls.fsync(fd)
        folder = open_folder(self._calls, new.parent)
        try:
            self._move(source, folder, new.name)
            if self._is_doubtful(old):
                self._doubtful.add(self._calls.realpath(new))
            # The new name first: between the two a crash leaves both names
            # rather than none.
            with self._doubted_on_failure(new):
                self._folders.sync(folder)
                self._folders.sync(source.folder)
        finally:
            self._calls.close(folder)

    def _move(self, source: Place, folder: int, name: str) -> None:
        if not name:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        fds = {"src_dir_fd": source.folder, "dst_dir_fd": folder}
        try:
            self._calls.rename_exclusive(source.name, name, **fds)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            # Does not overwrite either, but a crash between the two leaves
            # the file under both names.
            self._calls.link(source.name, name, **fds, follow_symlinks=False)
            try:
                # Where names reach the disk in any order, a power cut would
                # else keep the removal alone, and the file would have no name.
                self._folders.sync(folder)
                self._calls.unlink(source.name, dir_fd=source.folder)
            except BaseException:
                with suppress(OSError):
                    self._calls.unlink(name, dir_fd=folder)
                raise

    @contextmanager
    def _doubted_on_failure(self, path: Path) -> Iterator[None]:
        """Remember what could not be synced, so that it is written anew.

        Syncing it again would prove nothing: the kernel may have marked clean
        what it lost (see `write_and_rename`).
        """
        try:
            yield
        except OSError:
            self._doubtful.add(self._calls.realpath(path))
            raise

    def _is_doubtful(self, path: Path) -> bool:
        return bool(self._doubtful) and self._calls.realpath(path) in self._doubtful
