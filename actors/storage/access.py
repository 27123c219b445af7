"""Who may read and write a file, carried over to the one that replaces it."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from actors.storage.place import Place
from actors.storage.system_calls import SystemCalls

NOT_ALLOWED = frozenset({errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})
"""Of what a file system does not have, or is not ours to give."""


def first_mode(found: os.stat_result | None) -> int:
    """Return the mode to make a file with that will replace `found`.

    A new file gets what the umask and the folder give to any new file. One
    that replaces another is never open to more than that one is. Whom the
    rights of its group will be for is not known before it is made, so they
    are given at once only where everybody has the same; else it begins private.
    """
    if found is None:
        return 0o666
    mode = found.st_mode & 0o777
    return mode if mode >> 3 & 0o7 == mode & 0o7 else 0o600


def refuse_read_only(calls: SystemCalls, place: Place, uid: int | None = None) -> None:
    """Raise `PermissionError` when this process may not write a file.

    A rename asks for the folder's permission only. Without this a file that
    its owner protected would be replaced, and change its owner.

    Args:
        calls: The operating system.
        place: The file.
        uid: Whose the files are that this process makes, where that is known:
            no need to ask about its own.
    """
    found = place.found
    if found is None or (found.st_mode & stat.S_IWUSR and found.st_uid == uid):
        return
    if not calls.access(place.name, os.W_OK, dir_fd=place.folder):
        raise PermissionError(errno.EACCES, "the file is read-only for this process")


def keep_access(
    calls: SystemCalls,
    fd: int,
    status: os.stat_result,
    found: os.stat_result,
    *,
    lost_list: bool = False,
) -> bool:
    """Give an open file the owner, group and mode of the one that it replaces.

    As far as this process may: where the owner or group cannot be kept,
    nobody gets access who had none.

    Args:
        calls: The operating system.
        fd: The new file, which nobody else can open yet (mode 0600).
        status: Of the new file.
        found: Of the file that it replaces.
        lost_list: Whether that has an access list which the new one has not:
            then its mode says less about its group than it seems to.

    Returns:
        Whether owner, group and mode could be kept.
    """
    if (status.st_uid, status.st_gid) != (found.st_uid, found.st_gid):
        status = _keep_owner(calls, fd, found)
    mode = stat.S_IMODE(found.st_mode)
    if status.st_uid != found.st_uid:
        mode &= ~stat.S_ISUID
    if status.st_gid != found.st_gid or lost_list:
        # The rights of the old group must not become those of another: it
        # gets, of these, what everybody has.
        shared = mode & (mode & stat.S_IRWXO) << 3
        mode = mode & ~(stat.S_ISGID | stat.S_IRWXG) | shared
    if mode != stat.S_IMODE(status.st_mode) and not _keep_mode(calls, fd, mode):
        return False
    return (status.st_uid, status.st_gid) == (found.st_uid, found.st_gid)


def _keep_mode(calls: SystemCalls, fd: int, mode: int) -> bool:
    with where_allowed():
        calls.fchmod(fd, mode)
        return True
    return False


def _keep_owner(calls: SystemCalls, fd: int, found: os.stat_result) -> os.stat_result:
    # Only root gives files away, but a member of a group may give to it.
    for owner in (found.st_uid, -1):
        with where_allowed():
            calls.fchown(fd, owner, found.st_gid)
            break
    return calls.fstat(fd)


@contextmanager
def where_allowed() -> Iterator[None]:
    """Go on after what a file system cannot do, or this process may not."""
    try:
        yield
    except OSError as error:
        if error.errno not in NOT_ALLOWED:
            raise
