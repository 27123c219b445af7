"""Messages are one line that a person can act on; the package says what it has."""

import errno
import os
from pathlib import Path

import pytest

import actors.storage
from actors.errors import StorageError
from actors.storage.failure import _ADVICE, explained


@pytest.mark.parametrize("number", sorted(_ADVICE))
def test_a_message_says_what_failed_where_why_and_what_to_do(number):
    with pytest.raises(StorageError) as raised, explained("save", Path("a.py")):
        raise OSError(number, os.strerror(number))
    assert str(raised.value) == f"cannot save a.py: {os.strerror(number)}; {_ADVICE[number]}"


def test_an_unknown_failure_has_a_message_too():
    with pytest.raises(StorageError) as raised, explained("save", Path("a.py")):
        raise OSError("odd")
    assert str(raised.value) == "cannot save a.py: odd; check the disk and the path"


def test_the_cause_is_kept_for_the_log():
    with pytest.raises(StorageError) as raised, explained("read", Path("a.py")):
        raise BlockingIOError(errno.EAGAIN, "later")
    assert isinstance(raised.value.__cause__, BlockingIOError)


def test_all_is_sorted_and_true():
    assert sorted(actors.storage.__all__) == actors.storage.__all__
    assert all(hasattr(actors.storage, name) for name in actors.storage.__all__)
