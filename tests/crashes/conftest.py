"""The process that forks and kills others, one for all tests of a worker."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import actors


class Killer:
    """Asks `tests.crashes.server` to run jobs and to kill them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.refusal: str = self._ask(do="refusal")
        """Why no process can be traced here; empty when it can."""

    def trace(
        self, job: str, folder: Path, stop_at: int, ignored: Iterable[str]
    ) -> tuple[list[str], list[str]]:
        """Kill a job as it enters its n-th call; return its calls, and what it said.

        Calls do not count that are `ignored`, nor those on open files in folders that are.
        """
        asked = {"job": job, "folder": str(folder), "stop_at": stop_at, "ignored": list(ignored)}
        answer = self._ask(do="trace", **asked)
        return answer["calls"], answer["said"]

    def kill(self, job: str, folder: Path, after_lines: int) -> list[str]:
        """Kill a job once it has said so many lines; return all that it said."""
        said: list[str] = self._ask(
            do="kill", job=job, folder=str(folder), after_lines=after_lines
        )["said"]
        return said

    def run(self, job: str, folder: Path) -> list[str]:
        """Run a job to its end; return all that it said."""
        return self.kill(job, folder, after_lines=1_000_000)

    def _ask(self, **question: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="session")
def killer() -> Iterator[Killer]:
    """A server that can be asked to kill; it ends with the tests."""
    # The package that is tested first: the tree has another one beside `tests`.
    found = [str(Path(actors.__file__).parents[1]), str(Path(__file__).parents[2])]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crashes.server"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(found)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Killer(process)
        process.kill()


@pytest.fixture
def tracer(killer: Killer) -> Killer:
    """The same where processes may be traced; the test is skipped elsewhere."""
    if killer.refusal:
        pytest.skip(f"no process can be traced here: {killer.refusal}")
    return killer
