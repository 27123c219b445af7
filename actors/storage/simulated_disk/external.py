"""What other programs do to the files of a simulated disk, as they do it."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors.storage.simulated_disk.process import Process

_OVERWRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class OtherPrograms:
    """Another process, of root: an editor, git, a user at a shell.

    It is asked for no faults, and syncs nothing unless it says so: few programs do.
    """

    def __init__(self, process: "Process") -> None:
        self._process = process

    def write(self, path: str | os.PathLike[str], data: bytes, *, sync: bool = False) -> None:
        """Write a file in place, as `echo >` and many editors: a reader may see it empty."""
        for step in self.write_in_steps(path, data):
            step()
        if sync:
            self._sync(path)

    def write_in_steps(
        self, path: str | os.PathLike[str], data: bytes
    ) -> list[Callable[[], object]]:
        """Return the steps of `write`, each for another point in time: truncate, then write."""
        process = self._process

        def truncate() -> None:
            process.close(process.open(path, _OVERWRITE, 0o666))

        def fill() -> None:
            fd = process.open(path, os.O_WRONLY)
            process.write(fd, data)
            process.close(fd)

        return [truncate, fill]

    def write_beside(self, path: str | os.PathLike[str], data: bytes) -> None:
        """Write a new file and rename it over the old one, as git and vim: another inode."""
        beside = f"{os.fspath(path)}.new"
        self.write(beside, data)
        self._process.replace(beside, path)

    def append(self, path: str | os.PathLike[str], data: bytes) -> None:
        """Add to the end of a file, as `echo >>`."""
        fd = self._process.open(path, os.O_WRONLY | os.O_APPEND)
        self._process.write(fd, data)
        self._process.close(fd)

    def read(self, path: str | os.PathLike[str]) -> bytes | None:
        """Return what a reader sees; `None` when there is no such file."""
        try:
            fd = self._process.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        data = self._process.read(fd, self._process.fstat(fd).st_size)
        self._process.close(fd)
        return data

    def names(self, folder: str | os.PathLike[str]) -> list[str]:
        """Return the names in a folder, sorted."""
        fd = self._process.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        names = self._process.listdir(fd)
        self._process.close(fd)
        return sorted(names)

    def stat(self, path: str | os.PathLike[str]) -> os.stat_result:
        """Return the status of what has a name; a link is not followed."""
        return self._process.stat(path, follow_symlinks=False)

    def delete(self, path: str | os.PathLike[str]) -> None:
        """Remove a file, as `rm`."""
        self._process.unlink(path)

    def move(self, old: str | os.PathLike[str], new: str | os.PathLike[str]) -> None:
        """Give a file or folder another name, as `mv`; replaces a file."""
        self._process.replace(old, new)

    def link(self, old: str | os.PathLike[str], new: str | os.PathLike[str]) -> None:
        """Give a file a second name, as `ln`."""
        self._process.link(old, new, follow_symlinks=False)

    def symlink(self, target: str, path: str | os.PathLike[str]) -> None:
        """Make a symbolic link, as `ln -s`."""
        self._process.symlink(target, path)

    def chmod(self, path: str | os.PathLike[str], mode: int) -> None:
        """Change a mode, as `chmod`."""
        self._process.chmod(path, mode)

    def chown(self, path: str | os.PathLike[str], uid: int, gid: int) -> None:
        """Give a file away, as `chown`."""
        fd = self._process.open(path, os.O_RDONLY)
        self._process.fchown(fd, uid, gid)
        self._process.close(fd)

    def make_folder(self, path: str | os.PathLike[str], mode: int = 0o777) -> None:
        """Make a folder with all above it, as `mkdir -p`; they are durable, and have this mode."""
        parts = os.fspath(path).strip("/").split("/")
        for end in range(1, len(parts) + 1):
            above = "/" + "/".join(parts[:end])
            try:
                self._process.mkdir(above)
            except FileExistsError:
                continue
            self._process.chmod(above, mode)
            self._sync(above)
            self._sync(os.path.dirname(above))  # noqa: PTH120 - paths are texts here

    def remove_folder(self, path: str | os.PathLike[str]) -> None:
        """Remove an empty folder, as `rmdir`."""
        self._process.rmdir(path)

    def _sync(self, path: str | os.PathLike[str]) -> None:
        fd = self._process.open(path, os.O_RDONLY)
        self._process.fsync(fd)
        self._process.close(fd)
