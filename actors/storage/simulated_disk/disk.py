"""A disk in memory that loses what a power cut may lose."""

import os

from actors.storage.simulated_disk.choices import Choice
from actors.storage.simulated_disk.entry_log import visit_reachable
from actors.storage.simulated_disk.external import OtherPrograms
from actors.storage.simulated_disk.inodes import Inode
from actors.storage.simulated_disk.lookup import User
from actors.storage.simulated_disk.process import Process
from actors.storage.simulated_disk.volume import Volume
from actors.storage.system_calls import SystemCalls


class SimulatedDisk(Volume):
    """A file system in memory: folders, files, links, owners, locks; crashes and faults.

    `LocalStorage(disk.calls())` runs on it as on a real one. Nothing is
    decided by it that a test has not decided: same calls, same `Choice`, same
    result. Only names of temporary files and the times that files are stamped
    with are drawn from `random`, as ever.
    Safe to use from many threads.

    What a crash may do, and where that is known from:

    - What a file was given since its last `fsync` may be lost, each write by
      itself and in any order; a write may be there in part, or as zeros with
      the size grown (man 2 fsync; `data=writeback` in the kernel's ext4.rst;
      appends in "All File Systems Are Not Created Equal", OSDI 2014, table 1;
      the XFS FAQ on zeros after a crash). A truncation may be lost, and then
      what was written after it is lost too: it went into new blocks.
    - An `fsync` of a file makes its text, size, mode and owner durable, and not
      its name (man 2 fsync: "an explicit fsync() on a file descriptor for the
      directory is also needed").
    - A creation, link, rename or removal is durable after an `fsync` of its
      folder; of two folders, after that of either. Before, it may have happened
      or not. It is whole: with a rename either the old entries are there or the
      new ones (one transaction in the journals of ext4, XFS and btrfs).
    - Changes of different names reach the disk in any order (OSDI 2014: btrfs
      does so, and POSIX promises nothing), those of one name in theirs. With
      `reorders=False` all are in order, as with ext4 and XFS.
    - A name may be durable before its text: an empty or a partial file after a
      rename without `fsync` (ext4.rst, `noauto_da_alloc`).
    - Mode, owner and time are changed together, or not at all.

    Not modelled: damage to what was synced, sectors torn in an overwrite in
    the middle of a file other than as a beginning, a folder whose own making
    is undone but whose content is not, blocks (the size of the disk counts
    bytes), quotas, access lists, extended attributes (no file has any, and none can
    be given one), mounts, pipes and devices,
    the access time, supplementary groups.
    """

    def __init__(
        self, *, size: int | None = None, reorders: bool = True, granularity_ns: int = 4_000_000
    ) -> None:
        """Begin with an empty root folder, which everybody may write to.

        Args:
            size: Bytes that all files together can have; `None` for no limit.
            reorders: Whether a crash may keep a later change of a folder and
                lose an earlier one of another name.
            granularity_ns: What times of files are rounded down to: with the
                4 ms of many kernels, two changes may have the same time.
        """
        super().__init__(size=size, reorders=reorders, granularity_ns=granularity_ns)
        self._processes: list[Process] = []
        self.external = OtherPrograms(self.process(uid=0, gid=0, cwd="/"))
        """What an editor, git or a user does to the files meanwhile."""

    def process(
        self,
        *,
        uid: int | None = None,
        gid: int | None = None,
        umask: int = 0o022,
        max_files: int = 1024,
        cwd: str | None = None,
    ) -> Process:
        """Start a process.

        Args:
            uid: Its user; `None` for that of the real process.
            gid: Its group, the only one.
            umask: Taken from the mode of what it makes.
            max_files: Descriptors that it can have; more are `EMFILE`.
            cwd: Where its relative paths begin; `None` for where those of the
                real process do.
        """
        user = User(os.getuid() if uid is None else uid, os.getgid() if gid is None else gid)
        process = Process(self, user, umask=umask, max_files=max_files, cwd=cwd)
        with self.lock:
            self._processes.append(process)
        return process

    def calls(self) -> SystemCalls:
        """Return the system calls of a new process, for `LocalStorage`."""
        return self.process().calls

    def kill(self, process: Process) -> None:
        """End a process: its descriptors and locks go, what it wrote stays in the cache."""
        with self.lock:
            if process.alive:
                self._processes.remove(process)
                process.die()

    def sync(self) -> None:
        """Make all durable but what a failed sync has lost, as the kernel does now and then."""
        with self.lock:
            self.log.sync()
            visit_reachable(self.root, Inode.sync)

    def crash(self, choice: Choice) -> None:
        """Cut the power and turn it on again: any legal state, and no process.

        Args:
            choice: Decides which: a `random.Random`, or one of `every_choice`.
        """
        with self.lock:
            for process in self._processes[:]:
                self.kill(process)
            self.log.crash(choice)
            self.mount(choice)
            self.external = OtherPrograms(self.process(uid=0, gid=0, cwd="/"))

    def pass_time(self, delay_s: float) -> None:
        """Let the clock go on by so much; it never goes by itself."""
        self.elapsed_ns += round(delay_s * 1e9)
