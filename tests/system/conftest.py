"""A running `Autosave` on real threads."""

import pytest

from actors import Autosave, Settings
from tests.system.scenes import WAIT_S


@pytest.fixture
def autosave():
    with Autosave(Settings(drain_timeout_s=WAIT_S)) as running:
        yield running
