"""What holds for every test: silence, no leaked threads, no litter, how hard Hypothesis looks."""

import importlib.util
import logging
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from loguru import logger

# Machines that run tests are slow at odd moments: nothing here may be about time.
# The same examples in every run: what a change did not break stays green. `random` looks elsewhere.
settings.register_profile(
    "random", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "same", settings.get_profile("random"), derandomize=True, database=None, print_blob=True
)
settings.register_profile("fuzz", settings.get_profile("random"), max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

LEAK_GRACE_S = 5.0
"""How long threads that were told to end may take; a test that is right waits for none."""

BENCHMARKS = Path(__file__).parents[1] / "benchmarks" / "__init__.py"


def load_benchmarks() -> None:
    """Make `benchmarks` importable, but not `actors` beside it: the wheel is tested."""
    spec = importlib.util.spec_from_file_location("benchmarks", BENCHMARKS)
    assert spec is not None
    assert spec.loader is not None
    sys.modules["benchmarks"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["benchmarks"])


load_benchmarks()
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell starts what it runs in the background; the processes of tests would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

logger.remove()  # loguru's own sink: a failing test shows what it asserts, not our logs


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Undo what a test did to the logs of the process."""
    yield
    logger.remove()
    logger.disable("actors")
    for handler in logging.root.handlers[:]:
        if type(handler).__module__.startswith("actors."):
            logging.root.removeHandler(handler)
            logging.root.setLevel(logging.WARNING)


@pytest.fixture(autouse=True)
def state_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep the drafts and versions of a test from the user and from other tests."""
    folder = tmp_path_factory.getbasetemp() / "state" / uuid.uuid4().hex
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Fail a test that leaves a thread behind that would outlive it."""
    before = set(threading.enumerate())
    yield
    leaked = living(set(threading.enumerate()) - before)
    if leaked:
        pytest.fail(f"threads outlive the test: {leaked}")


@pytest.fixture(autouse=True)
def no_litter(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a temporary file of this process in its `tmp_path`.

    What a killed child leaves has the child's process id, and is the child's.
    """
    # Tests of the storage make litter in order to look at it, and look themselves.
    if "tmp_path" not in request.fixturenames or request.path.parent.name == "storage":
        yield
        return
    folder = request.getfixturevalue("tmp_path")
    yield
    litter = list(folder.rglob(f".*.{os.getpid()}-*.notebook-actors.tmp"))
    if litter:
        pytest.fail(f"temporary files outlive the test: {litter}")


def living(threads: Iterable[threading.Thread]) -> list[str]:
    """Return the names of those that hold up the process, or are ours, and do not end."""
    suspects = [
        thread
        for thread in threads
        if not thread.daemon or thread.name.startswith(("actors-", "timers"))
    ]
    deadline = time.monotonic() + LEAK_GRACE_S
    for thread in suspects:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [thread.name for thread in suspects if thread.is_alive()]
