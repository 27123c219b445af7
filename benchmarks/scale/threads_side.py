"""Many savers of one kind in a process of their own: start, an edit to each, stop.

Run as `python -m benchmarks.scale.threads_side KIND SESSIONS CELLS FOLDER`; prints JSON.
`KIND` is `ours` or `threads`. Texts are kept in memory; the folder stays empty.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from actors import Autosave, Refused
from actors.saver import SaverActor
from actors.storage import MemoryStorage
from benchmarks.scale.sessions import TIMEOUT_S, Session, open_sessions, paths_in, save_each
from benchmarks.scale.threaded_saver import ThreadedSaver

_NOTHING = b'{"changes": [], "source": "kernel"}'


def main(kind: str, sessions: int, cells: int, folder: str) -> dict[str, Any]:
    """Return what was measured, times in seconds."""
    stopped: list[threading.Event] = []

    def start_counted(parts: Any) -> Any:
        made = ThreadedSaver(parts)
        stopped.append(made.actor_stopped)
        return made

    saver = start_counted if kind == "threads" else SaverActor
    with Autosave(storage=MemoryStorage(), saver=saver) as autosave:
        opened = open_sessions(
            autosave, paths_in(Path(folder), sessions), cells=cells, edits=2, seed="threads"
        )
        before = _resident_bytes()
        start_s = _seconds(lambda: _start(opened))
        memory = _resident_bytes() - before
        threads = threading.active_count()
        save_each(opened)  # the first rendering is the same for both
        fan_out_s = _seconds(lambda: save_each(opened))
        stop_s = _seconds(lambda: _stop(autosave, stopped))
    return {
        "start_s": start_s,
        "bytes_each": memory / sessions,
        "threads": threads,
        "fan_out_s": fan_out_s,
        "stop_s": stop_s,
    }


def _start(sessions: list[Session]) -> None:
    """Give each saver its first message, which asks for no save."""
    receipts = [session.handle.submit(_NOTHING) for session in sessions]
    for receipt in receipts:
        outcome = receipt.wait(TIMEOUT_S)
        if isinstance(outcome, Refused):
            raise SystemExit(f"only some of the savers start: {outcome.reason}")


def _stop(autosave: Autosave, stopped: list[threading.Event]) -> None:
    autosave.stop()  # gives up waiting for threads after some seconds
    for event in stopped:
        event.wait(TIMEOUT_S)


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return 0
    return int(pages.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    given_kind, given_sessions, given_cells, given_folder = sys.argv[1:]
    found = main(given_kind, int(given_sessions), int(given_cells), given_folder)
    json.dump(found, sys.stdout)
