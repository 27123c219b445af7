"""One run: agents edit notebooks of one server at once, and all is measured until it is quiet."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs

from benchmarks.expected import Expected
from benchmarks.live.pings import Wait, pinged
from benchmarks.live.server import WAIT_S, Server
from benchmarks.live.session import Session, Times, opened
from benchmarks.live.writes import watched
from benchmarks.workload import Edit

LAST_WORDS = "# the last edit"
"""What only the last edit of a notebook has."""

PATIENCE_S = 10.0
"""A file that does not get its last edit, nor any other, for so long never will."""

QUIET_S = 0.3
"""A server that hardly uses the processor for so long has done its work."""

QUIET_SHARE = 0.1


@attrs.frozen(kw_only=True)
class Run:
    """What was measured of one server; times in seconds."""

    edits: int
    """Of all notebooks."""

    made_s: float
    """From the first edit until the agents have made all."""

    saved_s: float
    """From the first edit until the last is saved: durable with the plug-in, else in the file.

    Where marimo loses the last edit, until it wrote the file for the last time.
    """

    waits_s: Sequence[float]
    """How long the answers to others took meanwhile."""

    cpu_s: float
    """Processor time of the server, without its kernels."""

    files_written: int
    bytes_written: int
    """What the server had the disk write, in whole pages, the folder of its state included."""

    cells_wrong: int


def measured(server: Server, notebooks: Mapping[str, Expected]) -> Run:
    """Let an agent make the edits of each notebook, all at once."""
    files = {server.folder / name: expected for name, expected in notebooks.items()}
    for path, expected in files.items():
        path.write_text(expected.first_text, "utf-8")
    seen = _edited(server, {path: each.workload.edits for path, each in files.items()})
    begun_s = min(each.begun_s for each in seen.times)
    return Run(
        edits=sum(len(each.workload.edits) for each in files.values()),
        made_s=max(each.made_s for each in seen.times) - begun_s,
        saved_s=seen.saved_s - begun_s,
        waits_s=[each.took_s for each in seen.waits if begun_s <= each.since_s <= seen.saved_s],
        cpu_s=seen.used.cpu_s,
        files_written=seen.files_written,
        bytes_written=seen.used.bytes_written,
        cells_wrong=sum(expected.cells_wrong(path) for path, expected in files.items()),
    )


@attrs.frozen
class _Seen:
    """What was seen of a run, by the clock of all processes."""

    times: Sequence[Times]
    saved_s: float
    waits: Sequence[Wait]
    used: "_Used"
    files_written: int


def _edited(server: Server, files: Mapping[Path, Sequence[Edit]]) -> _Seen:
    with watched(server.folder, LAST_WORDS) as writes:
        with _all_opened(server, files) as agents:
            _all_make(agents, [[]] * len(agents))  # what is imported is no part of an edit
            before = _used_when_quiet(server)
            with pinged(server) as waits:
                times = _all_make(agents, list(files.values()))
                last_s = [writes.last_s(path, PATIENCE_S) for path in files]
        used = _used_when_quiet(server) - before
    saved_s = [each.saved_s for each in times] if server.has_plug_in else last_s
    written = sum(writes.count[path.name] for path in files)
    return _Seen(times, max(saved_s), waits, used, written)


@contextlib.contextmanager
def _all_opened(server: Server, files: Iterable[Path]) -> Iterator[list[Session]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(opened(server, path)) for path in files]


def _all_make(agents: Sequence[Session], edits: Sequence[Sequence[Edit]]) -> list[Times]:
    with ThreadPoolExecutor(len(agents)) as threads:
        return list(threads.map(Session.make, agents, edits))


@attrs.frozen
class _Used:
    """What a server has used so far, or between two times."""

    cpu_s: float
    bytes_written: int

    def __sub__(self, before: "_Used") -> "_Used":
        return _Used(self.cpu_s - before.cpu_s, self.bytes_written - before.bytes_written)


def _used(server: Server) -> _Used:
    cpu = server.process.cpu_times()
    return _Used(cpu.user + cpu.system, server.process.io_counters().write_bytes)


def _used_when_quiet(server: Server) -> _Used:
    """Wait until a server has nothing to do; return what it has used by then."""
    until_s = time.monotonic() + WAIT_S
    while time.monotonic() < until_s:
        before = _used(server)
        time.sleep(QUIET_S)
        if (now := _used(server)).cpu_s - before.cpu_s < QUIET_SHARE * QUIET_S:
            return now
    raise TimeoutError("the server is never done")
