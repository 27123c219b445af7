"""Stops a process at every system call that touches a file, in all its threads, by ptrace(2).

As `strace -e inject=...:signal=SIGKILL:when=N` does, but with one count for all threads
together: strace counts in each thread apart, so that the calls of one would hide those of
another. It asks for no tool that a machine may lack.
"""

import ctypes
import os
import platform
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Counts: TypeAlias = Callable[[str, str], bool]

# linux/ptrace.h
_TRACEME, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_MARK_SYSCALLS, _FOLLOW_CLONES, _DIE_WITH_TRACER = 1, 8, 0x100000
_ENTRY = 1
_ALL_THREADS = 0x40000000  # __WALL of waitpid(2)
_MARKED_TRAP = signal.SIGTRAP | 0x80
_O_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

# asm/unistd_64.h: those that change a file, a name or a lock.
CALLS = {
    1: "write",
    3: "close",
    18: "pwrite64",
    20: "writev",
    72: "fcntl",
    73: "flock",
    74: "fsync",
    75: "fdatasync",
    76: "truncate",
    77: "ftruncate",
    82: "rename",
    83: "mkdir",
    86: "link",
    87: "unlink",
    88: "symlink",
    90: "chmod",
    91: "fchmod",
    92: "chown",
    93: "fchown",
    188: "setxattr",
    189: "lsetxattr",
    190: "fsetxattr",
    257: "openat",
    258: "mkdirat",
    263: "unlinkat",
    264: "renameat",
    265: "linkat",
    266: "symlinkat",
    268: "fchmodat",
    280: "utimensat",
    285: "fallocate",
    316: "renameat2",
    326: "copy_file_range",
}
_LOCKS = {6, 7, 37, 38}  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW


class _SyscallInfo(ctypes.Structure):
    """`struct ptrace_syscall_info`, at the entry of a call."""

    _fields_ = (
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("instruction_pointer", ctypes.c_uint64),
        ("stack_pointer", ctypes.c_uint64),
        ("number", ctypes.c_uint64),
        ("args", ctypes.c_uint64 * 6),
    )


def start(job: Callable[[], object]) -> int:
    """Return the id of a forked process that runs a job once `run_until` lets it."""
    process = os.fork()
    if process:
        os.waitpid(process, _ALL_THREADS)
        _ptrace(_SETOPTIONS, process, _MARK_SYSCALLS | _FOLLOW_CLONES | _DIE_WITH_TRACER)
        return process
    try:
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        job()
    finally:
        # Neither the parent's buffers nor its `atexit` are this process's.
        os._exit(0)


def run_until(process: int, stop_at: int, counts: Counts = lambda call, file: True) -> list[str]:
    """Let a process run to its end, or kill it as a thread of it enters its n-th call.

    Args:
        process: what `start` returned.
        stop_at: counts the calls from 1.
        counts: told of a call and the path of its open file, says whether to count it.

    Returns:
        The calls that it entered; the last of `stop_at` was not carried out.
    """
    entered: list[str] = []
    _ptrace(_SYSCALL, process)
    while True:
        thread, status = os.waitpid(-1, _ALL_THREADS)
        if _is_end(process, thread, status):
            return entered
        if name := _entered(thread, status, counts):
            entered.append(name)
            if len(entered) == stop_at:
                os.kill(process, signal.SIGKILL)
                continue
        _go_on(thread, status)


def _is_end(process: int, thread: int, status: int) -> bool:
    return thread == process and not os.WIFSTOPPED(status)


def refusal() -> str:
    """Return why a process cannot be traced here; empty when it can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return f"the calls of {sys.platform} on {platform.machine()} have other numbers"
    try:
        entered = run_until(start(lambda: os.close(os.open(os.devnull, os.O_RDWR))), 0)
    except OSError as error:
        return f"ptrace: {error}"
    return "" if entered[:2] == ["openat", "close"] else f"the kernel shows {entered}"


def _entered(thread: int, status: int, counts: Counts) -> str | None:
    """Return the call that a thread enters now, if it is one of those to count."""
    if not os.WIFSTOPPED(status) or os.WSTOPSIG(status) != _MARKED_TRAP:
        return None
    info = _SyscallInfo()
    try:
        _ptrace(_GET_SYSCALL_INFO, thread, ctypes.byref(info), ctypes.sizeof(info))
    except ProcessLookupError:  # killed meanwhile
        return None
    name = CALLS.get(info.number) if info.op == _ENTRY else None
    is_counted = {
        "openat": bool(info.args[2] & _O_WRITING),
        "fcntl": info.args[1] in _LOCKS,
        "write": info.args[0] > 2,  # those are its words to the test
    }
    if name is None or not is_counted.get(name, True):
        return None
    return name if counts(name, _file_of(thread, info.args[0])) else None


def _file_of(thread: int, descriptor: int) -> str:
    """Return what a descriptor is of, if that is a descriptor."""
    try:
        return str(Path(f"/proc/{thread}/fd/{descriptor}").readlink())
    except OSError:  # of a call that begins with a path, say
        return ""


def _go_on(thread: int, status: int) -> None:
    if not os.WIFSTOPPED(status):
        return
    number = os.WSTOPSIG(status)
    # Of these the tracer makes use itself; all other signals are the process's own.
    is_ours = number in {signal.SIGSTOP, signal.SIGTRAP, _MARKED_TRAP}
    try:
        _ptrace(_SYSCALL, thread, 0 if is_ours else number)
    except ProcessLookupError:  # killed meanwhile
        return


def _ptrace(request: int, process: int, data: object = 0, address: int = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    libc.ptrace.restype = ctypes.c_long
    if libc.ptrace(request, process, address, data) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
