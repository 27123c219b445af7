"""Notebooks as files of this machine, replaced in one step."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from actors.errors import ChangedError
from actors.storage.expectation import Expectation
from actors.storage.failure import explained
from actors.storage.folder_sync import FolderSync
from actors.storage.overwriting import IN_PLACE_ONLY, Overwriting
from actors.storage.place import READ, Place, locate, open_folder, read_all, refuse_irregular
from actors.storage.protocol import Etag, Replaced
from actors.storage.replacement import Replacement
from actors.storage.spill import Spill
from actors.storage.stamp import OwnTimes, Stamp, settled_stamp
from actors.storage.sweeping import sweep
from actors.storage.system_calls import UNSUPPORTED, SystemCalls


class LocalStorage:
    """Keeps notebooks in local files, by temporary file, fsync and rename.

    A symbolic link stays one and its target is replaced. What is no regular file
    is refused. What is in a file is asked of the disk, and looked at once more when
    it is replaced: see `actors.storage.putting`.

    A replaced file keeps its mode, its extended attributes with its access list,
    and its owner and group where this process may give them. Where something cannot
    be kept, or the file has other names (hard links), or cannot be replaced in its
    folder, a storage with a `spill` writes into the file itself: see
    `actors.storage.overwriting`. Without one such a file loses them, nobody gets
    access who had none, and what cannot be replaced is refused.

    Holds no descriptor and no lock between calls. Threads that save into one
    folder at the same time share its syncs. A failed disk is not hidden by
    asking twice: what was doubtful once is written anew (see `replace`).

    Not guaranteed: that the folder itself is durable, if it was just made; that
    a rename is durable where folders cannot be synced (some network file
    systems); access lists on macOS, which Python has no calls for.
    """

    def __init__(self, calls: SystemCalls | None = None, *, spill: Spill | None = None) -> None:
        """Begin.

        Args:
            calls: The operating system.
            spill: Where texts are safe while they are written into files in place.
        """
        self.calls = calls or SystemCalls()
        """The operating system that the files are of."""

        self._folders = FolderSync(self.calls)
        times = OwnTimes(self.calls)
        self._replacement = Replacement(self.calls, times, keeps_all=spill is not None)
        self._overwriting = None if spill is None else Overwriting(self.calls, times, spill)
        # Only ever a reason to write more. What is on disk is asked of the disk.
        self._doubtful: set[str] = set()

    def read(self, path: Path) -> bytes | None:
        """Return the text of a file; `None` when there is no such file."""
        with explained("read", path):
            try:
                fd = self.calls.open(path, READ)
            except FileNotFoundError:
                return None
            try:
                refuse_irregular(self.calls.fstat(fd))
                return read_all(self.calls, fd)
            finally:
                self.calls.close(fd)

    def replace(
        self, path: Path, data: bytes, *, expected: tuple[Etag, ...] | None = None
    ) -> Replaced:
        """Make `data` the durable text of a file; write it if the file differs."""
        with explained("save", path):
            self._finish_what_was_broken_off(path)
            expectation = Expectation(path, hashlib.sha256(data).hexdigest(), expected)
            place = locate(self.calls, path)
            try:
                return self._replace(path, place, data, expectation)
            finally:
                self.calls.close(place.folder)

    def repair(self, path: Path) -> bool:
        """Write a text anew that a crash in the middle of a write in place has torn.

        To be called before a file is read for the first time, by a process that
        alone writes it. Cheap when nothing was broken off.

        Returns:
            Whether the file was torn, and is whole now.

        Raises:
            ChangedError: when the file is whole, or gone, without that text: not a
                byte had been written, or somebody has edited it since. It is left
                alone, and `Spill.overwrite_of` still has the text: make a draft of
                it, and then call `Spill.end_overwrite`.
            StorageError: when it could not be written. Call again.
        """
        if self._overwriting is None:
            return False
        with explained("repair", path):
            return self._overwriting.repair(self._name(path))

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name, which nothing has yet."""
        with explained("rename", old, new):
            source = locate(self.calls, old)
            try:
                self._rename(source, old, new)
            finally:
                self.calls.close(source.folder)

    def canonical(self, path: Path) -> Path:
        """Return the absolute path without symbolic links; needs no such file."""
        with explained("resolve", path):
            return Path(self.calls.realpath(path))

    def sweep(self, path: Path) -> int:
        """Remove the temporary files of dead processes from the folder of `path`."""
        with explained("clear the folder of", path):
            try:
                folder = open_folder(self.calls, Path(self.calls.realpath(path)).parent)
            except (FileNotFoundError, NotADirectoryError):
                return 0
            try:
                return sweep(self.calls, folder)
            finally:
                self.calls.close(folder)

    def _replace(self, path: Path, place: Place, data: bytes, expectation: Expectation) -> Replaced:
        if self._is_durable(path, place, data, expectation):
            assert place.found is not None
            stamp = settled_stamp(self.calls, place.found, expectation.stamps)
            return Replaced(expectation.sha256, written=False, stamp=stamp)
        stamp = self._write(path, place, data, expectation)
        try:
            self._folders.sync(place.folder)
        except OSError:
            self._doubtful.add(self.calls.realpath(path))
            raise
        if self._doubtful:
            self._doubtful.discard(self.calls.realpath(path))
        return Replaced(expectation.sha256, written=True, stamp=stamp)

    def _is_durable(self, path: Path, place: Place, data: bytes, expectation: Expectation) -> bool:
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
        if expectation.is_another_text(place.found):
            return False
        try:
            with self._doubted_on_failure(path), place.opened(self.calls) as fd:
                # One byte more, to notice that it has grown. A read that ends
                # early is taken for another text, which is then written.
                if self.calls.read(fd, len(data) + 1) != data:
                    return False
                self.calls.fsync(fd)
                self._folders.sync(place.folder)
                return True
        except OSError:
            return False

    def _write(
        self, path: Path, place: Place, data: bytes, expectation: Expectation
    ) -> Stamp | None:
        if self._overwriting is None or place.found is None:
            return self._replacement.write(place, data, expectation)
        if place.found.st_nlink == 1:
            try:
                return self._replacement.write(place, data, expectation)
            except OSError as error:
                if error.errno not in IN_PLACE_ONLY:
                    raise
        with self._doubted_on_failure(path):
            return self._overwriting.write(self._name(path), place, data, expectation)

    def _finish_what_was_broken_off(self, path: Path) -> None:
        """Make a file whole that an earlier attempt of this process has left torn."""
        if self._overwriting is None or not self._overwriting.has_spilled:
            return
        name = self._name(path)
        if self._overwriting.is_spilled(name):
            try:
                self._overwriting.repair(name)
            except ChangedError:
                self._overwriting.forget(name)

    def _name(self, path: Path) -> Path:
        return Path(self.calls.realpath(path))

    def _rename(self, source: Place, old: Path, new: Path) -> None:
        if source.found is None:
            raise FileNotFoundError(errno.ENOENT, "there is no such file")
        refuse_irregular(source.found)
        with self._doubted_on_failure(old), source.opened(self.calls) as fd:
            self.calls.fsync(fd)
        folder = open_folder(self.calls, new.parent)
        try:
            self._move(source, folder, new.name)
            if self._is_doubtful(old):
                self._doubtful.add(self.calls.realpath(new))
            try:
                # The new name first: between the two a crash leaves both names
                # rather than none.
                self._folders.sync(folder)
                self._folders.sync(source.folder)
            except OSError:
                self._take_back(source, folder, old, new)
                raise
        finally:
            self.calls.close(folder)

    def _take_back(self, source: Place, folder: int, old: Path, new: Path) -> None:
        """Let a file have its old name again, so that a rename which fails has not happened."""
        fds = {"src_dir_fd": folder, "dst_dir_fd": source.folder}
        with suppress(OSError):
            self.calls.rename_exclusive(new.name, source.name, **fds)
        # By which name a power cut leaves it is not known.
        self._doubtful.update(self.calls.realpath(path) for path in (old, new))

    def _move(self, source: Place, folder: int, name: str) -> None:
        if not name:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        fds = {"src_dir_fd": source.folder, "dst_dir_fd": folder}
        try:
            self.calls.rename_exclusive(source.name, name, **fds)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            # Does not overwrite either, but a crash between the two leaves
            # the file under both names.
            self.calls.link(source.name, name, **fds, follow_symlinks=False)
            try:
                # Where names reach the disk in any order, a power cut would
                # else keep the removal alone, and the file would have no name.
                self._folders.sync(folder)
                self.calls.unlink(source.name, dir_fd=source.folder)
            except BaseException:
                with suppress(OSError):
                    # An answer that was lost may be that of a removal which was done.
                    self.calls.stat(source.name, dir_fd=source.folder, follow_symlinks=False)
                    self.calls.unlink(name, dir_fd=folder)
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
            self._doubtful.add(self.calls.realpath(path))
            raise

    def _is_doubtful(self, path: Path) -> bool:
        return bool(self._doubtful) and self.calls.realpath(path) in self._doubtful
