"""Who owns a file: a process, told apart from every other one, and whether it still lives."""

import hashlib
import os
import pwd
import random
from pathlib import Path

import attrs
import psutil

from actors.storage.processes import Lives, process_lives, read_line, start_and_end

__all__ = ["Lives", "Owner", "process_lives"]

_FIRST_NAMESPACE = "4026531836"
"""The inode of the first PID namespace of any Linux (`PROC_PID_INIT_INO`): not in a container."""

_MAX_NAME = 64


@attrs.frozen(kw_only=True)
class Owner:
    """A process that saves notebooks, and one `Autosave` in it.

    Host names repeat themselves in containers and process ids everywhere, so
    neither decides anything: two processes can see each other exactly when
    both the boot and the PID namespace are the same.
    """

    user: str
    host: str
    pid: int

    token: str
    """Random, 16 hexadecimal digits: no two owners have the same."""

    machine: str = ""
    """A hash of the machine's id, which a reboot does not change; empty where it has none."""

    boot: str = ""
    """The id of this run of the kernel; the containers of a machine share it."""

    pids: str = ""
    """The PID namespace, by its inode; empty where the system has none."""

    started: str = ""
    """When the process began, as the system counts; tells it from one that has its id later."""

    @property
    def is_contained(self) -> bool:
        """Whether it is in a container, as far as that can be seen."""
        return self.pids not in {"", _FIRST_NAMESPACE}

    @property
    def text(self) -> str:
        """How a person knows it."""
        return f"{self.user}@{self.host} pid {self.pid}"

    @classmethod
    def this_process(cls) -> "Owner":
        """Return this process as a new owner, with a token of its own."""
        pid = os.getpid()
        # A forked child draws the same numbers as its parent from `random`.
        token = f"{random.SystemRandom().getrandbits(64):016x}"
        return cls(
            user=_plain(_user_name()),
            host=_plain(os.uname().nodename),
            pid=pid,
            token=token,
            machine=_machine(),
            boot=_boot(),
            pids=_pid_namespace(),
            started=start_and_end(pid)[0],
        )

    def sees(self, other: "Owner", lives: Lives) -> bool | None:
        """Whether another owner lives; `None` when that cannot be seen from here."""
        if (self.boot, self.pids) == (other.boot, other.pids) and self.boot:
            return lives(other.pid, other.started)
        return False if self._has_rebooted_since(other) else None

    def _has_rebooted_since(self, other: "Owner") -> bool:
        # Outside of containers only: images, and so the ids in them, are copied.
        return (
            self.boot != other.boot
            and "" not in {self.machine, self.boot, other.boot}
            and (self.machine, self.host) == (other.machine, other.host)
            and self.pids == other.pids == _FIRST_NAMESPACE
        )


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # as in a container that runs as any number
        return str(os.getuid())


def _plain(name: str) -> str:
    plain = (c if c.isprintable() and not c.isspace() else "?" for c in name[:_MAX_NAME])
    return "".join(plain) or "?"


def _machine() -> str:
    # Hashed, for machine-id(5) asks not to show it to others.
    name = read_line("/etc/machine-id")
    return hashlib.sha256(f"notebook-actors {name}".encode()).hexdigest()[:16] if name else ""


def _boot() -> str:
    # macOS has no such id. Its boot time may move with the clock: then an
    # owner is taken for one on another host, which is safe, and slower.
    found = read_line("/proc/sys/kernel/random/boot_id")
    return found or f"{_plain(os.uname().nodename)}-{psutil.boot_time():.0f}"


def _pid_namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return ""
