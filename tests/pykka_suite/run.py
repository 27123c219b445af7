"""Run Pykka's own tests a second time, on our actor type.

    python tests/pykka_suite/run.py [--sdist FOLDER] [ARGUMENT OF PYTEST…]

Without the folder of an unpacked source distribution of Pykka, the one of the
installed version is downloaded. It is copied to a temporary folder, and there
its list of runtimes gets one more entry. What is tested is the installed Pykka
and the installed (or this) `actors`. Needs `pytest` and `pytest-mock`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PLACE = '@pytest.fixture(scope="session", params=RUNTIMES.values())'
"""Where the suite's `conftest.py` has all its runtimes and uses none of them yet."""

ENTRY = """\
from actors.runtime import PooledActor, ThreadDispatcher


class _PooledActor(PooledActor):
    dispatcher = ThreadDispatcher("pykka-suite", 4)


RUNTIMES["pooled"] = pytest.param(
    Runtime(
        name="pooled",
        actor_class=_PooledActor,
        event_class=threading.Event,
        future_class=ThreadingFuture,
        sleep_func=time.sleep,
    ),
    id="pooled",
)


"""


def main() -> int:
    """Return the exit status of pytest."""
    parser = argparse.ArgumentParser(description="Run Pykka's own tests on our actor type.")
    parser.add_argument("--sdist", type=Path, help="an unpacked source distribution of Pykka")
    options, pytest_arguments = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(folder, "suite")
        shutil.copytree(options.sdist or download(Path(folder)), suite)
        add_runtime(suite / "tests" / "conftest.py")
        return run_tests(suite, pytest_arguments)


def download(folder: Path) -> Path:
    """Fetch and unpack the source distribution of the installed Pykka."""
    requirement = f"pykka=={version('pykka')}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--no-binary=:all:", requirement, "--dest", folder], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return archive.with_name(archive.name.removesuffix(".tar.gz"))


def add_runtime(conftest: Path) -> None:
    """Add our actor type to the runtimes that the suite runs on."""
    before, place, after = conftest.read_text().partition(PLACE)
    if not place:
        sys.exit(f"{conftest} has changed: it has no line {PLACE!r} to put our runtime before")
    conftest.write_text(before + ENTRY + place + after)


def run_tests(suite: Path, arguments: list[str]) -> int:
    """Run the suite in its own folder, on the installed `actors` or else the one here."""
    here = {} if find_spec("actors") else {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "pytest", "tests", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=suite, env=os.environ | here, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
