"""Two real processes and one notebook: killed, stopped, forked."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from actors.errors import OwnedError
from actors.storage.ownership import Owner, Ownership
from actors.storage.system_calls import SystemCalls

CHILD = """
import os, sys
from pathlib import Path
from actors.storage.ownership import Owner, Ownership
from actors.storage.system_calls import SystemCalls

lease = Ownership(SystemCalls(), Owner.this_process(), 300.0).acquire(Path(sys.argv[1]))
print("mine", flush=True)
"""
WAIT = "sys.stdin.read()\n"
FORK = """
from actors.errors import OwnedError
ownership = lease._ownership
pid = os.fork()
if pid == 0:
    tried = []
    for act in (lease.check, lambda: ownership.acquire(Path(sys.argv[1]))):
        try:
            act()
        except OwnedError as error:
            tried.append(error.owner)
    lease.release()
    print(len(tried), tried[0].endswith(f"pid {os.getppid()}"), flush=True)
    print(ownership.owner_of(Path(sys.argv[1])) == tried[0], flush=True)
    os._exit(0)
os.waitpid(pid, 0)
lease.check()
"""


def start(script: str, path: Path) -> Any:
    command = [sys.executable, "-c", script, os.fspath(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def child(path: Path, then: str = WAIT) -> Iterator[Any]:
    """Run another process that has acquired the file."""
    with start(CHILD + then, path) as process:
        try:
            assert process.stdout.readline() == "mine\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nb.py"


@pytest.fixture
def ownership() -> Ownership:
    return Ownership(SystemCalls(), Owner.this_process(), 300.0)


def test_another_process_is_refused_until_the_first_is_killed(path, ownership):
    with child(path) as first:
        with pytest.raises(OwnedError, match=f"pid {first.pid} has it open"):
            ownership.acquire(path)
        first.kill()
        first.wait()
        lease = ownership.acquire(path)
    assert lease.fence == 2
    lease.release()
    assert list(path.parent.iterdir()) == []


def test_a_stopped_owner_keeps_its_file(path, ownership):
    with child(path) as first:
        os.kill(first.pid, signal.SIGSTOP)
        os.utime(path.parent / ".nb.py.notebook-actors.lock", (0, 0))
        with pytest.raises(OwnedError):
            ownership.acquire(path)


def test_a_lock_of_a_process_whose_id_another_has_by_now_is_taken_over(path, ownership):
    with child(path) as first:
        lock = path.parent / ".nb.py.notebook-actors.lock"
        lock.write_text(lock.read_text().replace("\nstarted ", "\nstarted 1"))
        assert ownership.owner_of(path) is None
        ownership.acquire(path).release()
        assert first.poll() is None


def test_a_forked_child_neither_owns_nor_releases(path, ownership):
    with child(path, FORK + WAIT) as first:
        assert first.stdout.readline() == "2 True\n"
        assert first.stdout.readline() == "True\n"
        assert ownership.owner_of(path).endswith(f"pid {first.pid}")


def test_two_systems_of_one_process_are_two_owners(path, ownership):
    lease = ownership.acquire(path)
    other = Ownership(SystemCalls(), Owner.this_process(), 300.0)
    with pytest.raises(OwnedError, match=f"pid {os.getpid()}"):
        other.acquire(path)
    lease.release()
    other.acquire(path).release()


def test_a_thousand_leases_are_small_and_leave_nothing(tmp_path, ownership):
    import tracemalloc

    paths = [tmp_path / f"{number}.py" for number in range(1000)]
    tracemalloc.start()
    leases = [ownership.acquire(path) for path in paths]
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used / 1000 < 1000
    for lease in leases:
        lease.release()
    assert list(tmp_path.iterdir()) == []


def test_four_processes_that_want_a_dead_owners_file_at_once_become_one_owner(path):
    with child(path) as first:
        first.kill()
        first.wait()
    script = CHILD.replace("lease =", "sys.stdin.readline()\nlease =")
    script = script.replace("import os, sys", "import os, sys\nsys.excepthook = lambda *_: None")
    wanting = [start(script + WAIT, path) for _ in range(4)]
    for process in wanting:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.stdout.readline() for process in wanting]  # at its end, or at the others'
    for process in wanting:
        process.communicate()
    assert said.count("mine\n") == 1
