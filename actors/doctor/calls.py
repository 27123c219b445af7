"""What the doctor asks of the system, so that a test can answer for it."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import attrs

from actors.storage.mounts import mount_id, mount_table
from actors.storage.system_calls import SystemCalls


def _may_use(folder: Path) -> bool:
    # Reading too: a save opens the folder in order to sync it.
    is_effective = os.access in os.supports_effective_ids
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=is_effective)


# macOS has extended attributes, but Python has no calls for them there.
def _no_attributes(*_: object) -> bytes:
    raise OSError(errno.ENOTSUP, "Python cannot ask for them on this system")


_GETXATTR: Callable[..., bytes] = getattr(os, "getxattr", _no_attributes)
_SETXATTR: Callable[..., object] = getattr(os, "setxattr", _no_attributes)


@attrs.frozen(kw_only=True)
class Calls:
    """The system, as the doctor sees it; a test replaces one call.

    `files` is what the storage uses too, so a probe meets what a save meets.
    """

    files: SystemCalls = attrs.field(factory=SystemCalls)
    mkdir: Callable[..., None] = os.mkdir
    symlink: Callable[..., None] = os.symlink
    stat: Callable[[Path], os.stat_result] = os.stat
    statvfs: Callable[[Path], os.statvfs_result] = os.statvfs
    getxattr: Callable[..., bytes] = _GETXATTR
    setxattr: Callable[..., object] = _SETXATTR
    mount_id: Callable[[Path], int] = mount_id
    mount_table: Callable[[], str] = mount_table
    may_use: Callable[[Path], bool] = _may_use
    user: Callable[[], int] = os.geteuid
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
