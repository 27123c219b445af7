"""Whether a process lives, told by its id and the time when it began."""

import grp
import os
import pwd
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import psutil

Lives: TypeAlias = Callable[[int, str], bool | None]
"""Whether the process with this id, started at this time, lives; `None` if that cannot be seen."""


def process_lives(pid: int, started: str) -> bool | None:
    """Whether a process of this PID namespace lives that began at this time."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, and is another user's
    found, has_ended = start_and_end(pid)
    if not found or not started:
        return None  # `/proc` may hide the processes of others (hidepid)
    return found == started and not has_ended


def start_and_end(pid: int) -> tuple[str, bool]:
    """Return when a process began, empty if that is hidden, and whether it is a zombie."""
    if sys.platform != "linux":
        try:
            return repr(psutil.Process(pid).create_time()), False
        except psutil.Error:
            return "", False
    # Not from psutil, which adds the clock's idea of the boot time.
    text = read_line(f"/proc/{pid}/stat")
    if not text:
        return "", False
    # Fields 3, 20 and 22 of proc_pid_stat(5); the second may hold any character.
    fields = text.rpartition(")")[2].split()
    state, threads, started = fields[0], int(fields[17]), fields[19]
    # A killed process whose last thread hangs in a write is a zombie with two.
    return started, state in {"Z", "X"} and threads <= 1


def read_line(path: str) -> str:
    """Return what a small file of the system says; nothing where there is none."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def own_group() -> int | None:
    """Return the group that nobody but this user is in, if there is one.

    Many systems give each user a group of the same name, and let it write what
    the user makes (`umask 002`). `pam_umask` knows it in the same way.
    """
    return _own_group_of(os.geteuid())


@cache
def _own_group_of(uid: int) -> int | None:
    try:
        user = pwd.getpwuid(uid)
        group = grp.getgrgid(user.pw_gid)
    except KeyError:
        return None
    is_own = group.gr_name == user.pw_name and not {*group.gr_mem} - {user.pw_name}
    return group.gr_gid if is_own else None
