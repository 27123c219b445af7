"""One sync of a folder is for all whose rename was done before it began, and for nobody else."""

import errno
import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from actors.storage.folder_sync import FolderSync, _Waiter
from actors.storage.system_calls import SystemCalls

WAIT_S = 30


def status_of_folder(fd: int, device: int = 1) -> os.stat_result:
    """Return the status of a folder that ten descriptors lead to: 10 to 19, 20 to 29."""
    return os.stat_result((0, fd // 10, device, 0, 0, 0, 0, 0, 0, 0))


class Disk:
    """Syncs that stand still until the test ends them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._begun: queue.Queue[int] = queue.Queue()
        self._ends: dict[int, queue.Queue[BaseException | None]] = {
            fd: queue.Queue() for fd in range(10, 30)
        }
        self._joined = threading.Semaphore(0)
        self.folders = FolderSync(SystemCalls(fstat=self._fstat, fsync=self._fsync))
        asleep = _Waiter.wait

        def joined(waiter: _Waiter) -> None:
            self._joined.release()
            asleep(waiter)

        monkeypatch.setattr(_Waiter, "wait", joined)

    def _fstat(self, fd: int) -> os.stat_result:
        return status_of_folder(fd)

    def _fsync(self, fd: int) -> None:
        self._begun.put(fd)
        error = self._ends[fd].get(timeout=WAIT_S)
        if error is not None:
            raise error

    def begin(self, fd: int) -> "Future[None]":
        """Return a call that has begun a sync by this descriptor."""
        call = self._threads.submit(self.folders.sync, fd)
        assert self.next_begun() == fd
        return call

    def join(self, fd: int) -> "Future[None]":
        """Return a call that waits for the next sync of the folder."""
        call = self._threads.submit(self.folders.sync, fd)
        assert self._joined.acquire(timeout=WAIT_S)
        return call

    def next_begun(self) -> int:
        return self._begun.get(timeout=WAIT_S)

    def end(self, fd: int, error: BaseException | None = None) -> None:
        self._ends[fd].put(error)

    def is_idle(self) -> bool:
        return self._begun.empty() and not self.folders._waiting


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    with ThreadPoolExecutor(8) as threads:
        yield Disk(monkeypatch, threads)


def failed(number: int = errno.EIO) -> OSError:
    return OSError(number, os.strerror(number))


def test_alone_a_caller_syncs_at_once_and_leaves_nothing_behind():
    synced: list[int] = []
    folders = FolderSync(SystemCalls(fsync=synced.append, fstat=status_of_folder))
    folders.sync(10)
    folders.sync(11)
    assert (synced, folders._waiting) == ([10, 11], {})


def test_callers_that_come_during_a_sync_share_the_next_one(disk):
    first, second, third = disk.begin(10), disk.join(11), disk.join(12)
    disk.end(10)
    assert disk.next_begun() == 11
    disk.end(11)
    for call in (first, second, third):
        call.result(WAIT_S)
    assert disk.is_idle()


def test_a_sync_is_not_for_a_caller_that_comes_during_it(disk):
    first, second = disk.begin(10), disk.join(11)
    disk.end(10)
    first.result(WAIT_S)
    assert disk.next_begun() == 11
    assert not second.done()
    disk.end(11)
    second.result(WAIT_S)


def test_a_caller_that_comes_during_the_second_sync_waits_for_the_third(disk):
    disk.begin(10)
    disk.join(11)
    disk.end(10)
    assert disk.next_begun() == 11
    late = disk.join(12)
    disk.end(11)
    assert disk.next_begun() == 12
    assert not late.done()
    disk.end(12)
    late.result(WAIT_S)


def test_nobody_waits_for_more_than_two_syncs_however_many_come(disk):
    disk.begin(10)
    early = [disk.join(fd) for fd in (11, 12, 13)]
    disk.end(10)
    assert disk.next_begun() == 11
    disk.join(14)
    disk.end(11)
    for call in early:
        call.result(WAIT_S)
    disk.end(disk.next_begun())


@pytest.mark.parametrize("end", [None, failed()], ids=["done", "failed"])
def test_nothing_is_kept_of_a_folder_once_nobody_syncs_it(disk, end):
    calls = [disk.begin(10), disk.join(11), disk.join(12)]
    disk.end(10)
    disk.end(disk.next_begun(), end)
    for call in calls:
        call.exception(WAIT_S)
    assert disk.is_idle()


# -- other folders ---------------------------------------------------------------------


def test_a_folder_that_hangs_holds_up_no_other(disk):
    hanging, waiting = disk.begin(10), disk.join(11)
    other = disk.begin(20)
    disk.end(20)
    other.result(WAIT_S)
    assert not hanging.done()
    assert not waiting.done()
    disk.end(10)
    disk.end(11)


def test_folders_of_one_number_on_two_disks_are_two():
    both = threading.Barrier(2)
    calls = SystemCalls(
        fstat=lambda fd: status_of_folder(10, device=fd),
        fsync=lambda fd: (both.wait(WAIT_S), None)[1],
    )
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(FolderSync(calls).sync, (1, 2)))


# -- failures --------------------------------------------------------------------------


def test_a_failed_sync_fails_everybody_it_was_for(disk):
    first, *others = disk.begin(10), disk.join(11), disk.join(12)
    disk.end(10)
    disk.end(disk.next_begun(), failed())
    first.result(WAIT_S)
    errors = [call.exception(WAIT_S) for call in others]
    assert [str(error) for error in errors] == [str(errors[0])] * 2
    assert "a power cut may undo what was done" in str(errors[0])
    assert errors[0] is not errors[1]


def test_a_failed_sync_fails_those_too_whose_names_it_may_have_lost(disk):
    calls = [disk.begin(10), disk.join(11), disk.join(12)]
    disk.end(10, failed())
    assert all(isinstance(call.exception(WAIT_S), OSError) for call in calls)
    assert disk.is_idle()


def test_after_a_failure_the_next_caller_syncs_by_itself(disk):
    failing = disk.begin(10)
    disk.end(10, failed())
    assert failing.exception(WAIT_S)
    again = disk.begin(11)
    disk.end(11)
    again.result(WAIT_S)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_where_folders_cannot_be_synced_nobody_fails(disk, number):
    calls = [disk.begin(10), disk.join(11), disk.join(12)]
    for _ in range(2):
        disk.end(10, failed(number))
        disk.end(11, failed(number))
    for call in calls:
        call.result(WAIT_S)


# -- interrupts --------------------------------------------------------------------------


def test_a_sync_that_was_interrupted_is_done_again_for_those_it_was_for(disk):
    disk.begin(10)
    second, third, fourth = disk.join(11), disk.join(12), disk.join(13)
    disk.end(10)
    assert disk.next_begun() == 11
    disk.end(11, KeyboardInterrupt())
    assert isinstance(second.exception(WAIT_S), KeyboardInterrupt)
    assert disk.next_begun() == 12
    assert not third.done()
    assert not fourth.done()
    disk.end(12)
    for call in (third, fourth):
        call.result(WAIT_S)
    assert disk.is_idle()


def interrupted_at(arrive: Callable[[_Waiter], None]) -> Callable[[_Waiter], None]:
    def wait(waiter: _Waiter) -> None:
        arrive(waiter)
        raise KeyboardInterrupt

    return wait


def test_a_waiter_that_is_interrupted_is_not_waited_for(disk, monkeypatch):
    first = disk.begin(10)
    with monkeypatch.context() as patch:
        patch.setattr(_Waiter, "wait", interrupted_at(lambda waiter: None))
        with pytest.raises(KeyboardInterrupt):
            disk.folders.sync(11)
    third = disk.join(12)
    disk.end(10)
    first.result(WAIT_S)
    assert disk.next_begun() == 12
    disk.end(12)
    third.result(WAIT_S)


def test_a_waiter_that_is_interrupted_when_it_is_to_lead_hands_over(disk, monkeypatch):
    first, woken = disk.begin(10), _Waiter.wait
    with monkeypatch.context() as patch:
        patch.setattr(_Waiter, "wait", interrupted_at(woken))
        interrupted = disk.join(11)
    third = disk.join(12)
    disk.end(10)
    assert isinstance(interrupted.exception(WAIT_S), KeyboardInterrupt)
    assert disk.next_begun() == 12
    disk.end(12)
    for call in (first, third):
        call.result(WAIT_S)
    assert disk.is_idle()


# -- many at once --------------------------------------------------------------------------


def test_whatever_the_timing_a_sync_begins_after_the_change_that_it_is_for(tmp_path):
    lock, began = threading.Lock(), [0]

    def fsync(fd: int) -> None:
        with lock:
            began[0] += 1
        tmp_path.stat()  # others may run now

    def change_and_sync(fd: int) -> bool:
        before = began[0]
        folders.sync(fd)
        return began[0] > before

    folders = FolderSync(SystemCalls(fstat=status_of_folder, fsync=fsync))
    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(change_and_sync, [10] * 5_000))
    assert folders._waiting == {}
