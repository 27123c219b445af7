"""An archive in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.storage import SqliteArchive
from tests.storage.archive_scene import NOW_S


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def archive(folder: Path) -> Iterator[SqliteArchive]:
    archive = SqliteArchive(folder, now=lambda: NOW_S)
    yield archive
    archive.close()


@pytest.fixture
def other(folder: Path) -> Iterator[SqliteArchive]:
    """Another archive on the same database."""
    archive = SqliteArchive(folder, now=lambda: NOW_S)
    yield archive
    archive.close()
