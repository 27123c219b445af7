"""The store in memory fails, waits and remembers as its test wants."""

import errno
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from actors.errors import ChangedError, StorageError
from actors.storage import Etag, MemoryStorage

PATH = Path("/nb.py")


def test_history_has_every_text_once_and_in_order():
    storage = MemoryStorage({PATH: b"a"})
    for data in (b"b", b"b", b"a"):
        storage.replace(PATH, data)
    assert storage.history(PATH) == (b"a", b"b", b"a")


def test_history_of_a_path_that_never_was_is_empty():
    assert MemoryStorage().history(PATH) == ()


def test_history_stays_with_the_path_when_its_file_is_renamed():
    storage = MemoryStorage({PATH: b"a"})
    storage.rename(PATH, Path("/b.py"))
    storage.replace(Path("/b.py"), b"b")
    assert (storage.history(PATH), storage.history(Path("/b.py"))) == ((b"a",), (b"a", b"b"))


def test_without_history_only_the_newest_text_of_a_path_is_kept():
    storage = MemoryStorage(keep_history=False)
    tracemalloc.start()
    try:
        for step in range(1_000):
            storage.replace(PATH, b"%d" % step * 10_000)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert storage.read(PATH) == b"999" * 10_000
    assert kept < 100_000


def test_without_history_there_is_none_to_ask_for():
    with pytest.raises(RuntimeError, match="keep_history=False"):
        MemoryStorage(keep_history=False).history(PATH)


def test_a_file_costs_little_beside_the_path_and_the_text_that_its_notebook_has():
    paths = [Path(f"/folder/{index}.py") for index in range(10_000)]
    texts = [str(path).encode() for path in paths]  # and each path has its text now
    storage = MemoryStorage(keep_history=False)
    tracemalloc.start()
    try:
        for path, data in zip(paths, texts, strict=True):
            storage.replace(path, data)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 150 * len(paths)


def test_the_next_saves_fail_and_change_nothing():
    storage = MemoryStorage({PATH: b"a"})
    storage.fail_next("disk full", times=2)
    for _ in range(2):
        with pytest.raises(StorageError, match="disk full"):
            storage.replace(PATH, b"b")
    assert storage.history(PATH) == (b"a",)
    assert storage.replace(PATH, b"b").written


@pytest.mark.parametrize("operation", ["read", "rename"])
def test_only_the_named_operation_fails(operation):
    storage = MemoryStorage({PATH: b"a"})
    storage.fail_next(RuntimeError("crash"), on=operation)
    storage.replace(PATH, b"b")
    with pytest.raises(RuntimeError, match="crash"):
        storage.read(PATH) if operation == "read" else storage.rename(PATH, Path("/b.py"))
    assert storage.read(PATH) == b"b"


def test_a_hook_sees_each_operation_before_it_and_may_stop_it():
    seen = []

    def hook(operation, path):
        seen.append((operation, path))
        if operation == "replace":
            raise StorageError(errno.errorcode[errno.EROFS])

    storage = MemoryStorage({PATH: b"a"}, before=hook)
    with pytest.raises(StorageError, match="EROFS"):
        storage.replace(PATH, b"b")
    assert storage.read(PATH) == b"a"
    assert seen == [("replace", PATH), ("read", PATH)]


def test_a_hook_that_blocks_for_one_path_holds_up_no_other():
    arrived, leave = threading.Event(), threading.Event()

    def slow_disk(operation, path):
        if path == PATH:
            arrived.set()
            assert leave.wait(30)

    storage = MemoryStorage({Path("/b.py"): b"b"}, before=slow_disk)
    with ThreadPoolExecutor(1) as threads:
        save = threads.submit(storage.replace, PATH, b"a")
        assert arrived.wait(30)
        assert storage.replace(Path("/c.py"), b"c").written
        storage.rename(Path("/b.py"), Path("/d.py"))
        assert (storage.read(Path("/d.py")), storage.history(PATH)) == (b"b", ())
        leave.set()
        assert save.result(30).written


def test_a_save_waits_at_the_gate_until_it_is_opened():
    storage = MemoryStorage({PATH: b"a"})
    with ThreadPoolExecutor(1) as threads, storage.held() as gate:
        save = threads.submit(storage.replace, PATH, b"b")
        assert gate.arrived.wait(10)
        assert (save.done(), storage.read(PATH)) == (False, b"a")
        gate.open()
        assert save.result(10).written
        assert storage.replace(PATH, b"c").written


def test_the_end_of_the_block_opens_the_gate():
    storage = MemoryStorage()
    with ThreadPoolExecutor(1) as threads:
        with storage.held() as gate:
            save = threads.submit(storage.replace, PATH, b"b")
            assert gate.arrived.wait(10)
        assert save.result(10).written
    assert storage.replace(PATH, b"c").written


def test_errors_have_the_words_of_local_files():
    storage = MemoryStorage({PATH: b"a", Path("/b.py"): b"b"})
    with pytest.raises(StorageError, match=r"^cannot rename /nb\.py to /b\.py: .*another name$"):
        storage.rename(PATH, Path("/b.py"))


def test_another_program_is_noticed_by_its_change():
    storage = MemoryStorage()
    first = storage.replace(PATH, b"ours")
    storage.write_outside(PATH, b"theirs")
    with pytest.raises(ChangedError):
        storage.replace(PATH, b"more", expected=(Etag(first.sha256, first.stamp),))
    assert storage.history(PATH) == (b"ours", b"theirs")


def test_a_text_that_was_only_touched_is_replaced():
    storage = MemoryStorage()
    first = storage.replace(PATH, b"ours")
    storage.touch_outside(PATH)
    assert storage.replace(PATH, b"more", expected=(Etag(first.sha256, first.stamp),)).written


def test_a_text_that_is_there_again_has_another_stamp():
    storage = MemoryStorage()
    stamps = {storage.replace(PATH, b"a").stamp}
    storage.write_outside(PATH, b"b")
    storage.write_outside(PATH, b"a")
    stamps.add(storage.replace(PATH, b"a").stamp)
    storage.delete_outside(PATH)
    stamps.add(storage.replace(PATH, b"a").stamp)
    assert len(stamps) == 3


def test_a_text_that_another_program_removed_is_written_again():
    storage = MemoryStorage({PATH: b"a"})
    storage.delete_outside(PATH)
    storage.delete_outside(PATH)
    assert storage.read(PATH) is None
    assert storage.replace(PATH, b"a", expected=(Etag.of(b"a"),)).written


def test_another_program_passes_no_gate_hook_or_failure():
    storage = MemoryStorage(before=lambda *_: pytest.fail("asked"))
    storage.fail_next()
    with storage.held():
        storage.write_outside(PATH, b"theirs")
    assert storage.history(PATH) == (b"theirs",)
