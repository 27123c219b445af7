"""A process that forks others, traced or not, and kills them: `python -m tests.crashes.server`.

It has all modules loaded, so that a process that is to die costs a fork and not the
third of a second that Python takes to start. A question is a line of JSON, so is its answer.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.crashes import archiving, jobs, limits, owning, ptrace

JOBS: dict[str, Callable[[Path], None]] = {
    job.__name__: job
    for job in (
        archiving.grow_in_place,
        archiving.keep_twice,
        archiving.shrink_in_place,
        jobs.edit_many,
        jobs.rename_once,
        jobs.save_new,
        jobs.save_once,
        limits.save_above_the_limit_of_file_sizes,
        limits.save_without_a_free_file_handle,
        owning.own,
        owning.take_over,
    )
}


def main() -> None:
    """Answer one question after another."""
    for line in sys.stdin:
        question = json.loads(line)
        ask = ASKS[question.pop("do")]
        print(json.dumps(ask(**question)), flush=True)


def trace(job: str, folder: str, stop_at: int, ignored: list[str]) -> dict[str, Any]:
    """Kill a job at its n-th call; say which calls it made, and what it had said."""
    reader, writer = os.pipe()
    process = ptrace.start(partial(run, job, folder, writer))
    os.close(writer)
    calls = ptrace.run_until(
        process, stop_at, lambda call, file: not {call, str(Path(file).parent)} & set(ignored)
    )
    with os.fdopen(reader, encoding="utf-8") as said:
        return {"calls": calls, "said": said.read().splitlines()}


def kill(job: str, folder: str, after_lines: int) -> dict[str, Any]:
    """Kill a job when it has said so many lines; say what it had said by then."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            run(job, folder, writer)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as said:
        lines = [line.strip() for line, _ in zip(said, range(after_lines), strict=False)]
        os.kill(process, signal.SIGKILL)
        lines += said.read().splitlines()
    os.waitpid(process, 0)
    return {"said": lines}


def run(job: str, folder: str, writer: int) -> None:
    """Run a job with what it says going to `writer`."""
    os.dup2(writer, 1)
    os.close(writer)
    try:
        JOBS[job](Path(folder))
    except Exception:  # noqa: BLE001 - the process ends here without a word, and its test shows it
        traceback.print_exc()


ASKS: dict[str, Callable[..., Any]] = {"refusal": ptrace.refusal, "trace": trace, "kill": kill}

if __name__ == "__main__":
    main()
