"""The archive in memory: failures on demand, and what a test relies on."""

import pytest

from actors.errors import StorageError
from actors.storage import MemoryArchive
from tests.storage.archive_scene import NB, NOW_S, OTHER, a_draft, a_version, ids, texts

USES = {
    "commit": lambda archive: archive.commit([a_draft("b")]),
    "drafts": lambda archive: archive.drafts(),
    "draft_text": lambda archive: archive.draft_text("a"),
    "versions": lambda archive: archive.versions(NB),
    "version_text": lambda archive: archive.version_text(NB, 1),
    "begin_overwrite": lambda archive: archive.begin_overwrite(NB, b"new", b"old"),
    "end_overwrite": lambda archive: archive.end_overwrite(NB),
    "overwrite_of": lambda archive: archive.overwrite_of(NB),
    "moved": lambda archive: archive.moved(NB, OTHER),
}


@pytest.mark.parametrize("use", USES)
def test_any_call_fails_as_often_as_told_and_changes_nothing(use):
    archive = MemoryArchive(now=lambda: NOW_S)
    archive.commit([a_draft("a"), a_version(b"1")])
    archive.fail_next("read-only", times=2)
    for _ in range(2):
        with pytest.raises(StorageError) as raised:
            USES[use](archive)
        assert raised.value.cause == "read-only"
    assert (ids(archive, NB), texts(archive), archive.overwrite_of(NB)) == (["a"], [b"1"], None)
    USES[use](archive)


def test_an_error_of_the_tests_own_is_raised():
    archive, error = MemoryArchive(), StorageError("the reason", "disk full")
    archive.fail_next(error)
    with pytest.raises(StorageError) as raised:
        archive.drafts()
    assert raised.value is error
