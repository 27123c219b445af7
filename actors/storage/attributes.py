"""Access lists and other extended attributes, carried over to the file that replaces theirs."""

import errno

from actors.storage.access import NOT_ALLOWED, where_allowed
from actors.storage.place import Place
from actors.storage.system_calls import SystemCalls

ACCESS_LIST = "system.posix_acl_access"

_OF_THE_CONTENT = frozenset({"security.ima", "security.evm"})
"""Made from a file's text and attributes, by the kernel: another text has others."""


def keep_attributes(calls: SystemCalls, fd: int, place: Place) -> set[str]:
    """Give an open file the extended attributes of the one that it replaces, and no others.

    Args:
        calls: The operating system.
        fd: The new file. It has some of its own where the folder has a default access list.
        place: The file that is replaced.

    Returns:
        The names of those that could not be given to it.
    """
    listed, own = _listed(calls, place.name, dir_fd=place.folder), _listed(calls, fd)
    if not listed and not own:
        return set()
    names = set(listed) - _OF_THE_CONTENT
    for name in set(own) - names - _OF_THE_CONTENT:
        with where_allowed():
            calls.removexattr(fd, name)
    if not names:
        return set()
    with place.opened(calls) as old:
        return {name for name in names if not _keep(calls, old, fd, name)}


def _listed(calls: SystemCalls, file: str | int, dir_fd: int | None = None) -> list[str]:
    try:
        return calls.listxattr(file, dir_fd=dir_fd)
    except OSError as error:
        # Without a file there is nothing to keep; the rename will see that it is gone.
        if error.errno in NOT_ALLOWED | {errno.ENOENT}:
            return []
        raise


def _keep(calls: SystemCalls, old: int, new: int, name: str) -> bool:
    with where_allowed():
        value = calls.getxattr(old, name)
        if value != _value(calls, new, name):
            calls.setxattr(new, name, value)
        return True
    return False


def _value(calls: SystemCalls, fd: int, name: str) -> bytes | None:
    try:
        return calls.getxattr(fd, name)
    except OSError as error:
        if error.errno == errno.ENODATA:
            return None
        raise
