"""From an error number to a line that a person can act on, and to what a saver tells apart."""

import errno
from pathlib import Path

from actors.errors import Cause, StorageError

_PERMISSIONS = "change the permissions of the file or its folder, or choose another folder"
_ANOTHER_NAME = "choose another name"
_MOUNT = "check that the disk or network folder is still connected"
_ONLY_IN_PLACE = "mount the folder that the file is in, not the file alone"
_DESCRIPTORS = "raise the limit of open files (ulimit -n)"

_ADVICE = {
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.EROFS: "make the file system writable, or choose another folder",
    errno.ENOSPC: "free some space on the disk",
    errno.EDQUOT: "free some of your space, or ask for a larger quota",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f), or make the notebook smaller",
    errno.ENOENT: "check the name of the file and its folder",
    errno.ENOTDIR: "choose a path whose parts are folders",
    errno.EISDIR: _ANOTHER_NAME,
    errno.EEXIST: _ANOTHER_NAME,
    errno.EINVAL: _ANOTHER_NAME,
    errno.EILSEQ: _ANOTHER_NAME,
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "mend the symbolic link, which leads back to itself",
    errno.EBUSY: _ONLY_IN_PLACE,
    errno.EXDEV: "choose a folder on the same file system",
    errno.EIO: "check the disk, which may be failing, and save a copy elsewhere",
    errno.EMFILE: _DESCRIPTORS,
    errno.ENFILE: _DESCRIPTORS,
    errno.ENOMEM: "free some memory",
    errno.ESTALE: _MOUNT,
    errno.ENODEV: _MOUNT,
    errno.ENXIO: _MOUNT,
    errno.ENOTCONN: _MOUNT,
    errno.ETIMEDOUT: _MOUNT,
    errno.EHOSTDOWN: _MOUNT,
    errno.EHOSTUNREACH: _MOUNT,
}

_NUMBERS: dict[Cause, set[int]] = {
    "disk full": {errno.ENOSPC, errno.EDQUOT, errno.EFBIG},
    "read-only": {errno.EROFS},
    "permission": {errno.EACCES, errno.EPERM},
    "gone": {
        *(errno.ENOENT, errno.ENOTDIR),  # of the folder: that there is no file is no error
        *(errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ENOTCONN),
        *(errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH),
    },
}
_CAUSES: dict[int, Cause] = {
    number: cause for cause, numbers in _NUMBERS.items() for number in numbers
}


class explained:  # noqa: N801 - read as a statement: `with explained("save", path):`
    """Turns what the operating system raises inside into a `StorageError`.

    A class, for a generator takes three times as long, and each save has one.

    Raises:
        StorageError: for any `OSError`, which is its cause. A path that no
            system call takes (a NUL, half a surrogate pair) raises `ValueError`
            there, and a `StorageError` here.
    """

    __slots__ = ("_action", "_paths")

    def __init__(self, action: str, *paths: Path) -> None:
        """Begin.

        Args:
            action: What is being done, as in "cannot `save` a.py".
            paths: The path it is done to; the old and the new one of a rename.
        """
        self._action = action
        self._paths = paths

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            advice = _ADVICE.get(error.errno or 0, "check the disk and the path")
            message = f"{self._start()}: {reason}; {advice}"
            raise StorageError(message, cause_of(error)) from error
        if isinstance(error, ValueError):
            message = f"{self._start()}: not a possible path; {_ANOTHER_NAME}"
            raise StorageError(message) from error

    def _start(self) -> str:
        return f"cannot {self._action} {' to '.join(shown(path) for path in self._paths)}"


def cause_of(error: OSError) -> Cause:
    """Return what kind of trouble an error of the system is."""
    return _CAUSES.get(error.errno or 0, "other")


def shown(path: Path) -> str:
    """Return a path as a line of a message can hold it."""
    # A name may hold line ends, terminal controls and bytes that are not
    # UTF-8, none of which a log or an alert can carry.
    text = str(path)
    return text if text.isprintable() else repr(text)
