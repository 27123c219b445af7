"""The simulated calls give what the kernel's give: the same random calls, on both."""

# ruff: noqa: PTH101, PTH102, PTH211 - the functions of `os` are the reference here

import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from actors.storage.system_calls import SystemCalls
from actors.testing import SimulatedDisk

pytestmark = pytest.mark.skipif(
    not hasattr(os, "O_PATH"), reason="the kernel that is simulated is Linux"
)

# Few, so that the calls meet; links lead to some of them.
PATHS = st.sampled_from(
    [
        *("a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "l", "m", "d/l", "nothing/a", "a/b"),
        *("d/", "a/", "l/", "d/../a", "./b", "..", ".", "l/a", "n" * 255, "n" * 256, "d/e/.."),
    ]
)
# Of two paths that are both wrong, the kernel names the one that it comes to first.
SHORT_PATHS = PATHS.filter(lambda path: len(path) < 256)
TARGETS = st.sampled_from(["a", "d", "../a", "l", "m", "nothing", "d/e", "d/", "..", "e"])
MODES = st.sampled_from([0o600, 0o640, 0o444, 0o777, 0o000, 0o4755, 0o2755])
FLAGS = st.sampled_from(
    [
        os.O_RDONLY,
        os.O_RDONLY | os.O_DIRECTORY,
        os.O_RDONLY | os.O_NOFOLLOW,
        os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY,
        os.O_PATH | os.O_NOFOLLOW,
        os.O_RDWR,
        os.O_WRONLY | os.O_CREAT,
        os.O_WRONLY | os.O_APPEND,
        os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
        os.O_WRONLY | os.O_CREAT | os.O_EXCL,
        os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW,
        os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW,
    ]
)
DATA = st.sampled_from([b"", b"x", b"hello", b"y" * 5000])
TIMES = [1_000_000_000, 1_700_000_000_123_456_000]
INDEX = st.integers(0, 7)
LOCKS = st.sampled_from([fcntl.LOCK_SH, fcntl.LOCK_EX, fcntl.LOCK_UN])
REAL = attrs.evolve(SystemCalls(), fsync=os.fsync)


FOLDER = "x/y/z/folder"
"""Deep enough that no path, however its links are chained, leads out of the test's own."""


class SameAsTheKernel(RuleBasedStateMachine):
    """Does the same in a real folder and in a simulated one, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.umask = os.umask(0o022)
        self.top = os.path.realpath(tempfile.mkdtemp())
        os.chmod(self.top, 0o777)
        self.real_folder = self.top
        for name in FOLDER.split("/"):
            self.real_folder += f"/{name}"
            os.mkdir(self.real_folder)
            os.chmod(self.real_folder, 0o777)
        self.disk = SimulatedDisk()
        self.folder = f"/top/{FOLDER}"
        self.disk.external.make_folder(self.folder)
        self.process = self.disk.process()
        self.fds = [self.open_both()]
        self.others: list[tuple[int, int]] = []

    def open_both(self) -> tuple[int, int]:
        flags = os.O_RDONLY | os.O_DIRECTORY
        return os.open(self.real_folder, flags), self.process.open(self.folder, flags)

    def teardown(self) -> None:
        for real, _ in self.fds:
            os.close(real)
        os.umask(self.umask)
        shutil.rmtree(self.top)

    def same(self, real: Callable[[], Any], simulated: Callable[[], Any], what: str) -> Any:
        """Return both results, which are the same, or `None` where both fail alike."""
        expected, got = outcome(real), outcome(simulated)
        assert shown(got) == shown(expected), what
        return None if isinstance(expected, OSError) else (expected, got)

    @property
    def at(self) -> tuple[dict[str, int], dict[str, int]]:
        real, simulated = self.fds[0]
        return {"dir_fd": real}, {"dir_fd": simulated}

    def fd(self, index: int) -> tuple[int, int]:
        return self.fds[index % len(self.fds)]

    @rule(path=PATHS, flags=FLAGS, mode=MODES)
    def open(self, path, flags, mode):
        real, simulated = self.at
        opened = self.same(
            lambda: Opened(REAL.open(path, flags, mode, **real)),
            lambda: Opened(self.process.calls.open(path, flags, mode, **simulated)),
            f"open {path} {flags:o}",
        )
        if opened:
            self.fds.append((opened[0].fd, opened[1].fd))

    @precondition(lambda self: len(self.fds) > 1)
    @rule(index=INDEX)
    def close(self, index):
        real, simulated = self.fds.pop(1 + index % (len(self.fds) - 1))
        REAL.close(real)
        self.process.calls.close(simulated)

    @rule(index=INDEX, data=DATA)
    def write(self, index, data):
        self.on_fd("write", index, memoryview(data))

    @rule(index=INDEX, data=DATA, offset=st.sampled_from([0, 1, 4, 6000]))
    def pwrite(self, index, data, offset):
        self.on_fd("pwrite", index, memoryview(data), offset)

    @rule(index=INDEX, size=st.sampled_from([0, 1, 3, 10_000]))
    def ftruncate(self, index, size):
        self.on_fd("ftruncate", index, size)

    @rule(index=INDEX, size=st.sampled_from([0, 1, 3, 10_000]))
    def fallocate(self, index, size):
        self.on_fd("fallocate", index, size)

    @rule(index=INDEX, time_ns=st.sampled_from(TIMES))
    def utime(self, index, time_ns):
        self.on_fd("utime", index, ns=(time_ns, time_ns))

    @rule(index=INDEX, size=st.sampled_from([0, 1, 3, 10_000]))
    def read(self, index, size):
        self.on_fd("read", index, size)

    @rule(index=INDEX, operation=LOCKS)
    def lock(self, index, operation):
        self.on_fd("lock", index, operation | fcntl.LOCK_NB)

    @rule(index=INDEX, mode=MODES)
    def fchmod(self, index, mode):
        self.on_fd("fchmod", index, mode)

    @rule(index=INDEX)
    def fchown(self, index):
        self.on_fd("fchown", index, os.getuid(), -1)

    @rule(index=INDEX, name=st.sampled_from(["fsync", "listdir", "fstat", "listxattr"]))
    def ask(self, index, name):
        self.on_fd(name, index)

    def on_fd(self, name, index, *args, **kwargs):
        real, simulated = self.fd(index)
        self.same(
            lambda: getattr(REAL, name)(real, *args, **kwargs),
            lambda: getattr(self.process.calls, name)(simulated, *args, **kwargs),
            f"{name} {args} {kwargs}",
        )

    @rule(path=PATHS, follow=st.booleans())
    def stat(self, path, follow):
        self.on_path("stat", path, follow_symlinks=follow)

    @rule(path=PATHS, mode=st.sampled_from([os.F_OK, os.R_OK, os.W_OK, os.X_OK]))
    def access(self, path, mode):
        self.on_path("access", path, mode)

    @rule(path=PATHS)
    def unlink(self, path):
        self.on_path("unlink", path)

    def on_path(self, name, path, *args, **kwargs):
        real, simulated = self.at
        self.same(
            lambda: getattr(REAL, name)(path, *args, **real, **kwargs),
            lambda: getattr(self.process.calls, name)(path, *args, **simulated, **kwargs),
            f"{name} {path} {args}",
        )

    @rule(
        name=st.sampled_from(["replace", "rename_exclusive", "exchange", "link"]),
        old=SHORT_PATHS,
        new=SHORT_PATHS,
        within=st.none() | INDEX,
    )
    def two_names(self, name, old, new, within):
        extra = {"follow_symlinks": False} if name == "link" else {}
        source, target = self.fds[0], self.fds[0] if within is None else self.fd(within)
        fds = [
            dict(zip(("src_dir_fd", "dst_dir_fd"), pair, strict=True))
            for pair in zip(source, target, strict=True)
        ]
        self.same(
            lambda: getattr(REAL, name)(old, new, **fds[0], **extra),
            lambda: getattr(self.process.calls, name)(old, new, **fds[1], **extra),
            f"{name} {old} {new}",
        )

    @rule(path=PATHS, mode=st.sampled_from([0o777, 0o755, 0o1777]))
    def mkdir(self, path, mode):
        self.named(os.mkdir, self.process.mkdir, path, mode)

    @rule(path=PATHS)
    def rmdir(self, path):
        self.named(os.rmdir, self.process.rmdir, path)

    @rule(path=PATHS, mode=MODES)
    def chmod(self, path, mode):
        self.named(os.chmod, self.process.chmod, path, mode | stat.S_IXUSR)

    def named(self, real, simulated, path, *args):
        self.same(
            lambda: real(f"{self.real_folder}/{path}", *args),
            lambda: simulated(f"{self.folder}/{path}", *args),
            f"{real.__name__} {path} {args}",
        )

    @rule(path=PATHS, leads_to=TARGETS)
    def symlink(self, path, leads_to):
        self.same(
            lambda: os.symlink(leads_to, f"{self.real_folder}/{path}"),
            lambda: self.process.symlink(leads_to, f"{self.folder}/{path}"),
            f"symlink {leads_to} {path}",
        )

    @rule(path=PATHS)
    def realpath(self, path):
        real = os.path.realpath(f"{self.real_folder}/{path}")
        simulated = self.process.calls.realpath(f"{self.folder}/{path}")
        assert os.path.relpath(simulated, self.folder) == os.path.relpath(real, self.real_folder)

    @invariant()
    def both_have_the_same_files(self):
        real, simulated = self.fds[0]
        assert sorted(REAL.listdir(real)) == sorted(self.process.listdir(simulated))


@attrs.frozen
class Opened:
    """A descriptor, whose number is not to be compared."""

    fd: int = attrs.field(eq=False)


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except OSError as error:
        return error


def shown(result: Any) -> Any:
    if isinstance(result, OSError):
        return errno.errorcode[result.errno or 0], type(result)
    if isinstance(result, os.stat_result):
        is_folder = stat.S_ISDIR(result.st_mode)
        is_ours = result.st_mtime_ns in TIMES
        counted = () if is_folder else (result.st_size, result.st_nlink, is_ours)
        return oct(result.st_mode), result.st_uid, result.st_gid, counted
    return sorted(result) if isinstance(result, list) else result


TestSameAsTheKernel = SameAsTheKernel.TestCase
TestSameAsTheKernel.settings = settings(stateful_step_count=60)
