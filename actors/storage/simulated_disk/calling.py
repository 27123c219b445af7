"""How a simulated system call is made: the hook before it, the fault, the death of its process."""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from actors.storage.simulated_disk.faults import Call, Fault, Killed
from actors.storage.simulated_disk.inodes import Folder
from actors.storage.simulated_disk.lookup import failure
from actors.storage.simulated_disk.volume import Volume
from actors.storage.system_calls import SystemCalls

if TYPE_CHECKING:
    from actors.storage.simulated_disk.process import Process

_Arguments: TypeAlias = tuple[Any, ...]

# They never reach a disk; a fault in them would be none that happens.
_QUESTIONS = frozenset({"time", "realpath", "disk_type", "geteuid", "own_group", "getpid", "lives"})


def system_calls(process: "Process", disk: Volume) -> SystemCalls:
    """Return the methods of a process as the calls that `LocalStorage` makes."""
    names = [field.name for field in attrs.fields(SystemCalls)]
    return SystemCalls(**{name: _Simulated(process, disk, name) for name in names})


class _Simulated:
    __slots__ = ("_call", "_disk", "_name", "_process")

    def __init__(self, process: "Process", disk: Volume, name: str) -> None:
        self._process = process
        self._disk = disk
        self._name = name
        self._call: Callable[..., Any] = getattr(process, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check_alive()
        disk = self._disk
        fault = None
        if disk.before is not None and self._name not in _QUESTIONS:
            fault = disk.before(self._described(args, kwargs))
        with disk.lock:
            self._check_alive()
            disk.calls_made += 1
            if fault is None:
                return self._call(*args, **kwargs)
            return self._with(fault, args, kwargs)

    def _check_alive(self) -> None:
        if not self._process.alive:
            raise Killed

    def _described(self, args: _Arguments, kwargs: Mapping[str, Any]) -> Call:
        first, is_folder = args[0], False
        if isinstance(first, int):
            opened = self._process.opened(first)
            path = opened.path if opened else ""
            is_folder = opened is not None and isinstance(opened.inode, Folder)
        else:
            dir_fd = kwargs.get("dir_fd", kwargs.get("src_dir_fd"))
            path = self._process.path_of(os.fsdecode(first), dir_fd)
        return Call(self._process, self._name, path, self._disk.calls_made, is_folder)

    def _with(self, fault: Fault, args: _Arguments, kwargs: Mapping[str, Any]) -> Any:
        if fault.short is not None:
            return self._cut_short(fault.short, *args)
        # A descriptor that could not be closed is closed, as on Linux.
        if fault.after or not fault.error or self._name == "close":
            result = self._call(*args, **kwargs)
            if not fault.error:
                return result
        elif self._name == "fsync" and fault.loses:
            self._process.lose(args[0])
        raise failure(fault.error)

    def _cut_short(self, limit: int, fd: int, what: Any, *offset: int) -> Any:
        part = min(what, limit) if self._name == "read" else what[:limit]
        return self._call(fd, part, *offset)
