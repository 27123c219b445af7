"""`python -m actors.simulation --runs N`: many schedules, on all processors."""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context

from actors.simulation.counts import Counts
from actors.simulation.promises import BrokenPromiseError
from actors.simulation.schedules import simulate

_BATCH = 50
_SAY_EVERY_S = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run schedules and say what they went through; 1 when a promise was broken."""
    options = _options(arguments)
    began_s = time.perf_counter()
    counts, failures = run_all(options.seed, options.runs, options.jobs, options.keep_going)
    print("\n".join(counts.lines()))  # noqa: T201 - it is a command
    took_s = time.perf_counter() - began_s
    print(f"{took_s:.1f} s, {counts.schedules / took_s:.1f} schedules/s")  # noqa: T201 - so too
    for failure in failures:
        print(failure, file=sys.stderr)  # noqa: T201 - and here
    return 1 if failures else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m actors.simulation", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many schedules")
    parser.add_argument("--seed", type=int, default=0, help="of the first; the next has the next")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at a failure")
    return parser.parse_args(arguments)


def run_batch(first: int, count: int) -> tuple[Counts, list[str]]:
    """Run the schedules of some seeds.

    Returns:
        What they went through, and each promise that was broken.
    """
    counts, failures = Counts(), []
    for seed in range(first, first + count):
        try:
            counts.add(simulate(seed))
        except BrokenPromiseError as error:
            failures.append("\n".join([f"seed {seed}: {error}", *error.__notes__]))
    return counts, failures


def run_all(
    first: int,
    runs: int,
    jobs: int,
    keep_going: bool = False,  # noqa: FBT001, FBT002 - an option
) -> tuple[Counts, list[str]]:
    """Run the schedules of all seeds on so many processes; return what `run_batch` does."""
    total, said_s = Counts(), time.perf_counter()
    broken: list[str] = []
    batches = (
        (seed, min(_BATCH, first + runs - seed)) for seed in range(first, first + runs, _BATCH)
    )
    # Not by fork: a child begins as the command does, and the same seed does the same in it.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for counts, failures in _results(pool, batches, jobs):
            total.add(counts)
            broken += failures
            if broken and not keep_going:
                pool.shutdown(wait=False, cancel_futures=True)
                return total, broken
            if time.perf_counter() - said_s > _SAY_EVERY_S:
                said_s = time.perf_counter()
                print(f"{total.schedules:,} of {runs:,} schedules", flush=True)  # noqa: T201 - as above
    return total, broken


def _results(
    pool: ProcessPoolExecutor, batches: Iterator[tuple[int, int]], jobs: int
) -> Iterator[tuple[Counts, list[str]]]:
    """Yield what batches return, with a few of them ahead at any time."""
    waiting: set[Future[tuple[Counts, list[str]]]] = {
        pool.submit(run_batch, *batch) for batch in islice(batches, 2 * jobs)
    }
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        waiting |= {pool.submit(run_batch, *batch) for batch in islice(batches, len(done))}
        for future in done:
            yield future.result()
