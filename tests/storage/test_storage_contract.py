"""What every `Storage` keeps; a store of your own passes by subclassing `StorageContract`."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from actors.errors import ChangedError, StorageError
from actors.storage import Etag, LocalStorage, MemoryStorage, Replaced, Storage
from actors.testing import SimulatedDisk


def left(replaced: Replaced) -> Etag:
    """Return the state that a save left its file in."""
    return Etag(replaced.sha256, replaced.stamp)


class StorageContract:
    """Subclass it as `Test…`, and give a fixture `storage`; `folder` where `tmp_path` is wrong."""

    @pytest.fixture
    def storage(self) -> Storage:
        raise NotImplementedError

    @pytest.fixture
    def folder(self, storage: Storage, tmp_path: Path) -> Path:
        return storage.canonical(tmp_path)

    def test_a_file_that_does_not_exist_reads_as_none(self, storage, folder):
        assert storage.read(folder / "nb.py") is None

    @pytest.mark.parametrize("data", [b"", b"\0", b"a\r\nb\r", b"\xff\xfe", b"x" * 3_000_001])
    def test_what_was_written_is_read_back_byte_for_byte(self, storage, folder, data):
        storage.replace(folder / "nb.py", data)
        assert storage.read(folder / "nb.py") == data

    def test_replace_says_the_hash_and_that_it_wrote(self, storage, folder):
        replaced = storage.replace(folder / "nb.py", b"text")
        assert attrs.evolve(replaced, stamp=None) == Replaced(
            hashlib.sha256(b"text").hexdigest(), written=True
        )

    def test_a_shorter_text_leaves_nothing_of_a_longer_one(self, storage, folder):
        storage.replace(folder / "nb.py", b"a long text")
        storage.replace(folder / "nb.py", b"short")
        assert storage.read(folder / "nb.py") == b"short"

    def test_a_text_that_is_there_is_not_written_again(self, storage, folder):
        first = storage.replace(folder / "nb.py", b"text")
        again = storage.replace(folder / "nb.py", b"text")
        assert (again.written, again.sha256) == (False, first.sha256)

    def test_an_empty_file_that_does_not_exist_is_written(self, storage, folder):
        assert storage.replace(folder / "nb.py", b"").written
        assert not storage.replace(folder / "nb.py", b"").written

    def test_a_text_of_the_same_length_is_written(self, storage, folder):
        storage.replace(folder / "nb.py", b"a")
        assert storage.replace(folder / "nb.py", b"b").written
        assert storage.read(folder / "nb.py") == b"b"

    def test_returning_to_an_earlier_text_is_a_write(self, storage, folder):
        for data in (b"a", b"b", b"a"):
            assert storage.replace(folder / "nb.py", data).written
        assert storage.read(folder / "nb.py") == b"a"

    def test_files_do_not_touch_each_other(self, storage, folder):
        storage.replace(folder / "a.py", b"a")
        storage.replace(folder / "b.py", b"b")
        assert (storage.read(folder / "a.py"), storage.read(folder / "b.py")) == (b"a", b"b")

    @pytest.mark.parametrize("name", [".hidden.py", "söndag 日.py", "a b'\"$.py", "-rf", "%41.py"])
    def test_any_name_that_a_file_may_have_is_kept(self, storage, folder, name):
        storage.replace(folder / name, b"text")
        assert storage.read(folder / name) == b"text"

    def test_a_file_is_replaced_in_the_state_that_it_was_left_in(self, storage, folder):
        first = storage.replace(folder / "nb.py", b"a")
        second = storage.replace(folder / "nb.py", b"b", expected=(left(first),))
        storage.replace(folder / "nb.py", b"c", expected=(left(second),))
        assert storage.read(folder / "nb.py") == b"c"

    def test_a_state_is_recognised_by_its_text_where_there_is_no_stamp(self, storage, folder):
        storage.replace(folder / "nb.py", b"a")
        assert storage.replace(folder / "nb.py", b"b", expected=(Etag.of(b"a"),)).written
        assert storage.read(folder / "nb.py") == b"b"

    @pytest.mark.parametrize("theirs", [b"theirs", b"z", b""])
    def test_a_file_in_another_state_is_left_alone(self, storage, folder, theirs):
        first = storage.replace(folder / "nb.py", b"a")
        storage.replace(folder / "nb.py", theirs)
        with pytest.raises(ChangedError) as raised:
            storage.replace(folder / "nb.py", b"ours", expected=(left(first),))
        assert storage.read(folder / "nb.py") == theirs
        assert (raised.value.cause, str(raised.value).isprintable()) == ("conflict", True)
        assert "nb.py" in str(raised.value)

    def test_each_of_several_states_is_expected(self, storage, folder):
        for text in (b"a", b"b"):
            storage.replace(folder / "nb.py", text)
            storage.replace(folder / "nb.py", b"c", expected=(Etag.of(b"a"), Etag.of(b"b")))
        assert storage.read(folder / "nb.py") == b"c"

    def test_a_file_that_is_back_in_an_earlier_state_is_replaced(self, storage, folder):
        first = storage.replace(folder / "nb.py", b"a")
        storage.replace(folder / "nb.py", b"b")
        storage.replace(folder / "nb.py", b"a")
        assert storage.replace(folder / "nb.py", b"c", expected=(left(first),)).written

    def test_a_file_that_holds_the_text_already_is_as_expected(self, storage, folder):
        storage.replace(folder / "nb.py", b"theirs")
        again = storage.replace(folder / "nb.py", b"theirs", expected=(Etag.of(b"a"),))
        assert not again.written

    @pytest.mark.parametrize("etag", [Etag.of(b"a"), Etag.of(None)])
    def test_a_file_that_is_not_there_is_as_expected(self, storage, folder, etag):
        assert storage.replace(folder / "nb.py", b"text", expected=(etag,)).written
        assert storage.read(folder / "nb.py") == b"text"

    def test_a_file_is_left_alone_where_none_was_expected(self, storage, folder):
        storage.replace(folder / "nb.py", b"theirs")
        with pytest.raises(ChangedError):
            storage.replace(folder / "nb.py", b"ours", expected=(Etag.of(None),))
        assert storage.read(folder / "nb.py") == b"theirs"

    def test_where_nothing_is_expected_every_file_is_left_alone(self, storage, folder):
        storage.replace(folder / "nb.py", b"theirs")
        with pytest.raises(ChangedError):
            storage.replace(folder / "nb.py", b"ours", expected=())
        assert storage.read(folder / "nb.py") == b"theirs"

    def test_a_renamed_file_has_its_text_under_the_new_name_only(self, storage, folder):
        storage.replace(folder / "a.py", b"text")
        storage.rename(folder / "a.py", folder / "b.py")
        assert (storage.read(folder / "a.py"), storage.read(folder / "b.py")) == (None, b"text")

    def test_rename_never_overwrites(self, storage, folder):
        storage.replace(folder / "a.py", b"a")
        storage.replace(folder / "b.py", b"b")
        with pytest.raises(StorageError):
            storage.rename(folder / "a.py", folder / "b.py")
        assert (storage.read(folder / "a.py"), storage.read(folder / "b.py")) == (b"a", b"b")

    def test_rename_to_its_own_name_is_an_error_and_keeps_the_file(self, storage, folder):
        storage.replace(folder / "a.py", b"a")
        with pytest.raises(StorageError):
            storage.rename(folder / "a.py", folder / "a.py")
        assert storage.read(folder / "a.py") == b"a"

    def test_renaming_what_does_not_exist_is_an_error(self, storage, folder):
        with pytest.raises(StorageError):
            storage.rename(folder / "a.py", folder / "b.py")
        assert storage.read(folder / "b.py") is None

    def test_a_name_is_free_again_after_a_rename(self, storage, folder):
        storage.replace(folder / "a.py", b"1")
        storage.rename(folder / "a.py", folder / "b.py")
        assert storage.replace(folder / "a.py", b"1").written

    def test_a_canonical_name_is_absolute_and_is_its_own(self, storage, folder):
        path = storage.canonical(Path("some/../nb.py"))
        assert path.is_absolute()
        assert storage.canonical(path) == path

    def test_two_ways_to_a_file_have_one_canonical_name(self, storage, folder):
        detour = folder / "x" / ".." / "nb.py"
        assert storage.canonical(detour) == storage.canonical(folder / "nb.py")

    def test_a_relative_path_is_the_same_file_as_its_absolute_one(
        self, storage, folder, monkeypatch
    ):
        monkeypatch.chdir(folder)
        storage.replace(Path("nb.py"), b"text")
        assert storage.read(storage.canonical(Path("nb.py"))) == b"text"

    @pytest.mark.parametrize("name", ["a\0b.py", "a\ud800.py"])
    def test_an_impossible_path_is_a_storage_error_of_one_line(self, storage, folder, name):
        with pytest.raises(StorageError) as raised:
            storage.replace(folder / name, b"text")
        assert str(raised.value).isprintable()

    def test_sweep_leaves_files_alone(self, storage, folder):
        storage.replace(folder / "nb.py", b"text")
        assert storage.sweep(folder / "nb.py") == 0
        assert storage.read(folder / "nb.py") == b"text"

    def test_there_is_nothing_to_sweep_where_nothing_is(self, storage, folder):
        assert storage.sweep(folder / "nb.py") == 0

    def test_a_hundred_threads_write_a_hundred_files_at_once(self, storage, folder):
        def write(index):
            for step in range(5):
                storage.replace(folder / f"{index}.py", b"%d %d" % (index, step))
            return storage.read(folder / f"{index}.py")

        with ThreadPoolExecutor(100) as threads:
            texts = list(threads.map(write, range(100)))
        assert texts == [b"%d 4" % index for index in range(100)]

    def test_a_reader_never_sees_a_torn_or_an_empty_file(self, storage, folder):
        versions = {bytes([byte]) * 200_000 for byte in b"abcdefgh"}
        storage.replace(folder / "nb.py", b"a" * 200_000)

        with ThreadPoolExecutor(3) as threads:
            writer = threads.submit(
                lambda: [storage.replace(folder / "nb.py", data) for data in sorted(versions)]
            )
            seen = {storage.read(folder / "nb.py")}
            while not writer.done():
                seen.add(storage.read(folder / "nb.py"))
        assert seen <= versions


class TestLocalStorage(StorageContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return LocalStorage()


class TestLocalStorageOnASimulatedDisk(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path) -> Storage:
        disk = SimulatedDisk()
        disk.external.make_folder(tmp_path)
        return LocalStorage(disk.calls())


class TestMemoryStorage(StorageContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return MemoryStorage()


class TestMemoryStorageWithoutHistory(StorageContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return MemoryStorage(keep_history=False)
