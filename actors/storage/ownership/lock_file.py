"""The hidden file beside a notebook that says who has it."""

import errno
import hashlib
import os
import re
from contextlib import suppress

import attrs

from actors.storage.ownership.owner import Owner
from actors.storage.place import READ
from actors.storage.system_calls import UNSUPPORTED, SystemCalls
from actors.storage.temporary import temporary_name

SUFFIX = ".notebook-actors.lock"

_CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW

_NO_FOLDER = -1
"""All paths here are absolute: no folder is asked."""

_STEM_BYTES = 80
"""With the longest key, 136 bytes: fits where names have 255, and the 143 of eCryptfs."""

_MOST_BYTES = 4096

_NOT_FOR_US = frozenset({errno.EACCES, errno.EPERM, errno.ELOOP})

_TEXT = re.compile(
    r"(?P<user>\S+)@(?P<host>[^@\s]+) pid (?P<pid>\d{1,9})\n"
    r"since (?P<since>[^\n]+)\n"
    r"fence (?P<fence>\d{1,18})\n"
    r"token (?P<token>[0-9a-f]{16})\n"
    r"machine (?P<machine>\S*)\n"
    r"boot (?P<boot>\S*)\n"
    r"pids (?P<pids>\S*)\n"
    r"started (?P<started>\S*)\n"
)


@attrs.frozen
class Held:
    """What a lock file said when it was looked at."""

    owner: Owner | None
    """`None` when the file does not say: cut short, damaged, or not for us to read."""

    fence: int
    since: str
    inode: int
    mtime_ns: int

    @property
    def key(self) -> str:
        """What tells this ownership from those before and after it."""
        return self.owner.token if self.owner else f"{self.inode:x}-{self.mtime_ns:x}"

    def is_still(self, other: "Held | None") -> bool:
        """Whether nothing has happened to it, not even a renewal."""
        return other is not None and (self.key, self.mtime_ns) == (other.key, other.mtime_ns)


def prefix_of(path: str) -> str:
    """Return what the names of all lock files of a notebook begin with."""
    folder, name = os.path.split(path)
    encoded = os.fsencode(name)
    if len(encoded) > _STEM_BYTES:
        # Cut between characters: macOS refuses a name that is not UTF-8.
        start = encoded[: _STEM_BYTES - 17].decode("utf-8", "ignore")
        name = f"{start}~{hashlib.sha256(encoded).hexdigest()[:16]}"
    return f"{folder.rstrip('/')}/.{name}"


def lock_name(prefix: str, key: str = "") -> str:
    """Return the lock file of a notebook, or with a key the claim to replace that ownership."""
    return f"{prefix}.{key}{SUFFIX}" if key else f"{prefix}{SUFFIX}"


def create(calls: SystemCalls, name: str, held: Held) -> Held | None:
    """Make a lock file that says `held`, unless there is one; then return `None`.

    With its text, in one step: a process that is killed meanwhile leaves a
    temporary file, and nothing that stands in the way. Where no such step is
    known (NFS), the name comes first, by `O_EXCL`, and a reader may find no text.
    """
    folder, hidden = os.path.split(name)
    temporary = f"{folder}/{temporary_name(hidden.removeprefix('.'))}"
    made = write_new(calls, temporary, held)
    try:
        calls.rename_exclusive(temporary, name, src_dir_fd=_NO_FOLDER, dst_dir_fd=_NO_FOLDER)
        return made
    except OSError as error:
        with suppress(OSError):
            calls.unlink(temporary)
        if error.errno not in {*UNSUPPORTED, errno.EEXIST, errno.ENOENT}:
            raise
        # Taken by another, or swept from under us: look again.
        return _created_in_place(calls, name, held) if error.errno in UNSUPPORTED else None


def _created_in_place(calls: SystemCalls, name: str, held: Held) -> Held | None:
    try:
        return write_new(calls, name, held)
    except FileExistsError:
        return None


def write_new(calls: SystemCalls, name: str, held: Held) -> Held:
    """Make a file that says `held`, or nothing if that has no owner; return it with its time.

    Raises:
        FileExistsError: when there is a file with this name.
        OSError: when it cannot be made. There is none then.
    """
    fd = calls.open(name, _CREATE, 0o666)
    try:
        try:
            text = _text_of(held)
            if text and calls.write(fd, memoryview(text)) != len(text):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            found = calls.fstat(fd)
            _show_to_all(calls, fd, found)
        finally:
            calls.close(fd)
    except BaseException:
        with suppress(OSError):
            calls.unlink(name)
        raise
    return Held(held.owner, held.fence, held.since, found.st_ino, found.st_mtime_ns)


def read(calls: SystemCalls, name: str) -> Held | None:
    """Return what a lock file says; `None` when there is none."""
    try:
        fd = calls.open(name, READ | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        # Only what will not get better by itself: no descriptor is left now,
        # and the living owner must not lose the file for that.
        if error.errno not in _NOT_FOR_US:
            raise
        return _unreadable(calls, name)
    try:
        return _parsed(calls.read(fd, _MOST_BYTES), calls.fstat(fd))
    finally:
        calls.close(fd)


def _show_to_all(calls: SystemCalls, fd: int, found: os.stat_result) -> None:
    # Whatever the umask says: who cannot read it cannot see that we live.
    if found.st_mode & 0o444 != 0o444:
        with suppress(OSError):
            calls.fchmod(fd, 0o644)


def _unreadable(calls: SystemCalls, name: str) -> Held | None:
    try:
        return _parsed(b"", calls.stat(name, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _text_of(held: Held) -> bytes:
    owner = held.owner
    if owner is None:
        return b""
    return (
        f"{owner.text}\nsince {held.since}\nfence {held.fence}\ntoken {owner.token}\n"
        f"machine {owner.machine}\nboot {owner.boot}\npids {owner.pids}\n"
        f"started {owner.started}\n"
    ).encode()


def _parsed(text: bytes, found: os.stat_result) -> Held:
    said = _TEXT.fullmatch(text.decode(errors="replace"))
    if said is None:
        return Held(None, 0, "an unknown time", found.st_ino, found.st_mtime_ns)
    fields = said.groupdict()
    since, fence, pid = fields.pop("since"), int(fields.pop("fence")), int(fields.pop("pid"))
    return Held(Owner(pid=pid, **fields), fence, since, found.st_ino, found.st_mtime_ns)
