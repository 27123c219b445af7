"""Messages are one line that a person can act on, with a cause; the package says what it has."""

import errno
import os
from pathlib import Path

import pytest

import actors.storage
from actors.errors import StorageError
from actors.storage import LocalStorage
from actors.storage.failure import _ADVICE, explained
from actors.storage.system_calls import SystemCalls


@pytest.mark.parametrize("number", sorted(_ADVICE))
def test_a_message_says_what_failed_where_why_and_what_to_do(number):
    with pytest.raises(StorageError) as raised, explained("save", Path("a.py")):
        raise OSError(number, os.strerror(number))
    assert str(raised.value) == f"cannot save a.py: {os.strerror(number)}; {_ADVICE[number]}"


def test_an_unknown_failure_has_a_message_too():
    with pytest.raises(StorageError) as raised, explained("save", Path("a.py")):
        raise OSError("odd")
    assert str(raised.value) == "cannot save a.py: odd; check the disk and the path"
    assert raised.value.cause == "other"


@pytest.mark.parametrize(
    ("cause", "numbers"),
    [
        ("disk full", "ENOSPC EDQUOT EFBIG"),
        ("read-only", "EROFS"),
        ("permission", "EACCES EPERM"),
        ("gone", "ENOENT ENOTDIR ESTALE ENODEV ENXIO ENOTCONN"),
        ("gone", "ETIMEDOUT EHOSTDOWN EHOSTUNREACH"),
        ("other", "EIO EMFILE EISDIR ELOOP EBUSY"),
    ],
)
def test_what_a_saver_tells_apart_has_a_cause(cause, numbers):
    for name in numbers.split():
        number = getattr(errno, name)
        with pytest.raises(StorageError) as raised, explained("save", Path("a.py")):
            raise OSError(number, os.strerror(number))
        assert raised.value.cause == cause


def test_a_folder_that_was_removed_is_gone_until_it_is_made_again(tmp_path):
    storage, path = LocalStorage(), tmp_path / "folder" / "nb.py"
    path.parent.mkdir()
    storage.replace(path, b"a")
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(StorageError) as raised:
        storage.replace(path, b"b")
    assert raised.value.cause == "gone"
    path.parent.mkdir()
    assert storage.replace(path, b"b").written


def test_a_folder_that_is_removed_in_the_middle_of_a_save_is_gone(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()

    def remove_the_folder() -> float:
        folder.rmdir()
        return 0.0

    with pytest.raises(StorageError) as raised:
        LocalStorage(SystemCalls(time=remove_the_folder)).replace(folder / "nb.py", b"text")
    assert raised.value.cause == "gone"


def test_the_cause_is_kept_for_the_log():
    with pytest.raises(StorageError) as raised, explained("read", Path("a.py")):
        raise BlockingIOError(errno.EAGAIN, "later")
    assert isinstance(raised.value.__cause__, BlockingIOError)


def test_all_is_sorted_and_true():
    assert sorted(actors.storage.__all__) == actors.storage.__all__
    assert all(hasattr(actors.storage, name) for name in actors.storage.__all__)
