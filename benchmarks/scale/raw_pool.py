"""What the disk allows: write, fsync, rename and folder fsync, from several threads."""

import itertools
import os
import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from benchmarks.scale.usage import Usage

THREADS = (1, 4, 8, 16, 32)
"""The numbers of threads among which the best is looked for."""


@attrs.frozen
class RawRun:
    """How fast so many threads were."""

    per_second: float
    each: Usage
    """What one file took, of the whole process."""


class RawFiles:
    """Files that are replaced with the same bytes again and again.

    Args:
        texts: what goes where. The folders exist.
    """

    def __init__(self, texts: Mapping[Path, bytes]) -> None:
        self._files = [(str(path), text) for path, text in texts.items()]
        folders = {path.parent for path in texts}
        self._folders = {str(f): os.open(f, os.O_RDONLY | os.O_DIRECTORY) for f in folders}
        self._parents = [self._folders[str(path.parent)] for path in texts]

    def __len__(self) -> int:
        return len(self._files)

    def close(self) -> None:
        """Close the folders."""
        for fd in self._folders.values():
            os.close(fd)

    def replace(self, number: int) -> None:
        """Make one file durable; no other thread may do so with this one meanwhile."""
        number %= len(self._files)
        name, text = self._files[number]
        temporary = f"{name}.raw"
        fd = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        try:
            os.write(fd, text)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, name)  # noqa: PTH104 - a `Path` would be a part of what is measured
        os.fsync(self._parents[number])

    def run(self, threads: int, seconds: float) -> RawRun:
        """Replace files from so many threads for so long."""
        before, start = Usage.now(), time.perf_counter()
        until = start + seconds

        def work(first: int) -> None:
            own = itertools.cycle(range(first, len(self._files), threads))
            for number in own:  # no other thread has these
                self.replace(number)
                done[first] += 1
                if time.perf_counter() >= until:
                    return

        threads = min(threads, len(self._files))
        done = [0] * threads
        working = [threading.Thread(target=work, args=(each,)) for each in range(threads)]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join()
        seconds = time.perf_counter() - start
        return RawRun(sum(done) / seconds, (Usage.now() - before).each(sum(done)))


@attrs.frozen
class RawSweep:
    """Runs with each of several numbers of threads, in several rounds."""

    runs: dict[int, list[RawRun]] = attrs.field(factory=dict)

    def add(self, files: RawFiles, seconds: float) -> None:
        """Measure one more round."""
        for threads in THREADS:
            self.runs.setdefault(threads, []).append(files.run(threads, seconds))

    @property
    def best(self) -> int:
        """The number of threads whose median is the highest."""
        return max(self.runs, key=self._median)

    def of_best(self) -> Sequence[RawRun]:
        """Return the runs of the best number of threads."""
        return self.runs[self.best]

    def describe(self) -> str:
        """Return the medians in words."""
        parts = (f"{self._median(n):,.0f} with {n}" for n in self.runs)
        return f"Raw limit, files a second by threads: {', '.join(parts)}."

    def _median(self, threads: int) -> float:
        return statistics.median(run.per_second for run in self.runs[threads])


def raw_copy(folder: Path, texts: Mapping[Path, bytes]) -> RawFiles:
    """Lay the same texts out in folders of their own, of the same sizes, and write each once."""
    numbers = {parent: str(n) for n, parent in enumerate({path.parent: None for path in texts})}
    copies = {}
    for path, text in texts.items():
        target = folder / numbers[path.parent]
        target.mkdir(parents=True, exist_ok=True)
        copies[target / path.name] = text
    files = RawFiles(copies)
    for number in range(len(copies)):
        files.replace(number)
    return files
