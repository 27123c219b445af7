"""Notebooks as files of this machine, replaced in one step."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from actors.storage import temporary
from actors.storage.access import keep_access
from actors.storage.failure import explained
from actors.storage.place import READ, Place, located, open_folder, refuse_irregular
from actors.storage.protocol import Replaced
from actors.storage.system_calls import SystemCalls

_CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW

# Below the 128 KiB from which an allocation is a system call of its own.
_CHUNK = 64 * 1024

# How a file system says that it knows no such call.
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})


class LocalStorage:
    """Keeps notebooks in local files, by temporary file, fsync and rename.

    A replaced file keeps its mode, and its owner and group where this process
    may give them; where it may not, nobody gets access who had none. A symbolic
    link stays one and its target is replaced. What is no regular file is refused.

    Holds no descriptor and no lock between calls. A failed disk is not hidden
    by asking twice: what was doubtful once is written anew (see `replace`).

    Not guaranteed: that the folder itself is durable, if it was just made; that
    a rename is durable where folders cannot be synced (some network file
    systems); that hard links and access lists survive.
    """

    def __init__(self, calls: SystemCalls | None = None) -> None:
        self._calls = calls or SystemCalls()
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
        with explained("save", path), located(self._calls, path) as place:
            if place.found is not None:
                refuse_irregular(place.found)
            unchanged = not self._is_doubtful(path) and self._is_durable(path, place, data)
            if not unchanged:
                self._write_beside(place, data)
                with self._doubted_on_failure(path):
                    self._sync_folder(place.folder)
                self._trust(path)
            return Replaced(hashlib.sha256(data).hexdigest(), written=not unchanged)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name, which nothing has yet."""
        with explained("rename", old, new), located(self._calls, old) as source:
            if source.found is None:
                raise FileNotFoundError(errno.ENOENT, "there is no such file")
            refuse_irregular(source.found)
            with self._doubted_on_failure(old), source.opened(self._calls) as fd:
                self._calls.fsync(fd)
            folder = open_folder(self._calls, new.parent)
            try:
                self._move(source, folder, new.name)
                if self._is_doubtful(old):
                    self._doubtful.add(os.path.realpath(new))
                # The new name first: between the two a crash leaves both names
                # rather than none.
                with self._doubted_on_failure(new):
                    self._sync_folder(folder)
                    self._sync_folder(source.folder)
            finally:
                self._calls.close(folder)

    def canonical(self, path: Path) -> Path:
        """Return the absolute path without symbolic links; needs no such file."""
        with explained("resolve", path):
            return Path(os.path.realpath(path))

    def sweep(self, path: Path) -> int:
        """Remove the temporary files of dead processes from the folder of `path`."""
        with explained("clear the folder of", path):
            try:
                folder = open_folder(self._calls, Path(os.path.realpath(path)).parent)
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
        if place.found is None or place.found.st_size != len(data):
            return False
        try:
            with self._doubted_on_failure(path), place.opened(self._calls) as fd:
                if self._read_all(fd) != data:
                    return False
                self._calls.fsync(fd)
                self._sync_folder(place.folder)
                return True
        except OSError:
            return False

    def _write_beside(self, place: Place, data: bytes) -> None:
        """Write a temporary file and make it the file at `place`.

        The seam for files that a new inode would harm (hard links, access
        lists): the choice of another way to replace them belongs here.
        """
        name = temporary.temporary_name(place.name)
        # A new file gets what the umask and the folder give to any new file.
        # One that replaces another is private until it has that one's mode.
        mode = 0o666 if place.found is None else 0o600
        fd = self._calls.open(name, _CREATE, mode, dir_fd=place.folder)
        try:
            self._fill(fd, data, place)
            self._calls.replace(name, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        except BaseException:
            with suppress(OSError):
                self._calls.unlink(name, dir_fd=place.folder)
            raise
        finally:
            # What `close` could report, `fsync` has reported.
            with suppress(OSError):
                self._calls.close(fd)

    def _refuse_read_only(self, place: Place) -> None:
        # A rename asks for the folder's permission only. Without this a file
        # that its owner protected would be replaced, and change its owner.
        if place.found is None:
            return
        if not self._calls.access(place.name, os.W_OK, dir_fd=place.folder):
            raise PermissionError(errno.EACCES, "the file is read-only for this process")

    def _fill(self, fd: int, data: bytes, place: Place) -> None:
        temporary.claim(self._calls, fd)
        # After the temporary file, whose making says more exactly what is wrong.
        self._refuse_read_only(place)
        self._write_all(fd, data)
        status = self._calls.fstat(fd)
        if status.st_size != len(data):
            what = f"only {status.st_size} of {len(data)} bytes arrived"
            raise OSError(errno.EIO, what)
        if place.found is not None:
            keep_access(self._calls, fd, status, place.found)
        # When this fails the whole file is thrown away, never synced again: the
        # kernel may have marked the lost pages clean, and a second fsync would
        # then succeed without writing them (https://lwn.net/Articles/752063/).
        self._calls.fsync(fd)

    def _write_all(self, fd: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            count = self._calls.write(fd, rest)
            if count == 0:
                raise OSError(errno.EIO, "the disk takes no more bytes and does not say why")
            rest = rest[count:]

    def _move(self, source: Place, folder: int, name: str) -> None:
        if not name:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        fds = {"src_dir_fd": source.folder, "dst_dir_fd": folder}
        try:
            self._calls.rename_exclusive(source.name, name, **fds)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
            # Does not overwrite either, but a crash between the two leaves
            # the file under both names.
            self._calls.link(source.name, name, **fds, follow_symlinks=False)
            try:
                self._calls.unlink(source.name, dir_fd=source.folder)
            except BaseException:
                with suppress(OSError):
                    self._calls.unlink(name, dir_fd=folder)
                raise

    def _sync_folder(self, folder: int) -> None:
        """Make the names in a folder durable."""
        try:
            self._calls.fsync(folder)
        except OSError as error:
            # A file system without folders to sync (CIFS, some FUSE) says so
            # with these. Refusing to save there would help nobody.
            if error.errno not in _UNSUPPORTED:
                what = f"{error.strerror}, so a power cut may undo what was done"
                raise OSError(error.errno, what) from error

    @contextmanager
    def _doubted_on_failure(self, path: Path) -> Iterator[None]:
        """Remember what could not be synced, so that it is written anew.

        Syncing it again would prove nothing, for the reason given in `_fill`.
        """
        try:
            yield
        except OSError:
            self._doubtful.add(os.path.realpath(path))
            raise

    def _is_doubtful(self, path: Path) -> bool:
        return bool(self._doubtful) and os.path.realpath(path) in self._doubtful

    def _trust(self, path: Path) -> None:
        if self._doubtful:
            self._doubtful.discard(os.path.realpath(path))
