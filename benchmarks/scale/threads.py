"""The same saver on one thread an actor, Pykka's `ThreadingActor`, against ours."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from benchmarks.child import run_child
from benchmarks.scale.comparison import Findings, Rounds
from benchmarks.scale.options import amount, option


@attrs.frozen(kw_only=True)
class Task:
    """How much is measured."""

    sessions: tuple[int, ...] = option((1_000, 5_000), "numbers of open notebooks")
    cells: int = option(2, "of each notebook")
    rounds: int = option(1, "how often")
    limit_s: float = option(300, "one side at one size fails after so many seconds", amount)


def measure(task: Task, folder: Path, progress: Callable[[str], object]) -> list[Findings]:
    """Measure both sides at each size, each time in a process of its own."""
    return [_measure(task, count, folder, progress) for count in task.sessions]


def _measure(task: Task, count: int, folder: Path, progress: Callable[[str], object]) -> Findings:
    rounds, remarks = Rounds(), []
    for number in range(1, task.rounds + 1):
        found = {}
        for kind in ("threads", "ours"):
            progress(f"threads, {count} sessions, round {number} of {task.rounds}: {kind}")
            found[kind], remark = _run(kind, count, task, folder)
            remarks += remark
        _add(rounds, found["ours"], found["threads"])
    title = f"One thread an actor: {count:,} savers of {task.cells} cells, texts in memory"
    return Findings(title, "ThreadingActor", rounds.comparisons(), remarks)


def _run(kind: str, count: int, task: Task, folder: Path) -> tuple[dict[str, Any], list[str]]:
    arguments = (kind, count, task.cells, folder)
    module = "benchmarks.scale.threads_side"
    try:
        return run_child(module, *arguments, timeout_s=task.limit_s), []
    except subprocess.TimeoutExpired:
        return {}, [f"{kind}: not done after {task.limit_s:g} s."]
    except subprocess.CalledProcessError as error:
        return {}, [f"{kind}: ended with status {error.returncode}; see above."]


def _add(rounds: Rounds, ours: dict[str, Any], threads: dict[str, Any]) -> None:
    if not ours:
        return
    rounds.add("start of all", "s", ours["start_s"], threads.get("start_s"))
    rounds.add("memory of each", "KB", ours["bytes_each"], threads.get("bytes_each"))
    rounds.add("threads of the process", "", ours["threads"], threads.get("threads"))
    rounds.add(
        "an edit to all, until all are saved", "s", ours["fan_out_s"], threads.get("fan_out_s")
    )
    rounds.add("stop of all", "s", ours["stop_s"], threads.get("stop_s"))
