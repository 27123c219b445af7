"""The figures as tables for people."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version

from rich.console import Console
from rich.table import Table

from actors.notebook import Latency
from benchmarks.measurement import Measurement, Pace
from benchmarks.rounds import CALLERS, PACES, Results

THROUGHPUT_AIM = 20
"""Times marimo's rapid throughput."""

SUBMIT_AIM_S = 50e-6
"""The 99th percentile of `submit`."""

_NONE = "-"


def show(results: Results, console: Console) -> None:
    """Print what was measured for one size of notebook."""
    kib = results.file_bytes / 1024
    console.print(
        f"\n{results.task.cells} cells ({kib:.0f} KiB), {results.task.edits} edits of one cell, "
        f"{results.rounds} rounds: medians (least to most)",
        style="bold",
        highlight=False,
    )
    console.print(_comparison(results))
    console.print(_submit_table(results))
    raw = Latency.of(results.raw_s)
    console.print(
        f"Raw limit, write + fsync + rename + folder fsync of the same bytes: "
        f"{1 / statistics.fmean(results.raw_s):,.0f}/s (p50 {raw.p50_s * 1e3:.2f} ms, "
        f"p99 {raw.p99_s * 1e3:.2f} ms).",
        highlight=False,
    )
    for line in _verdicts(results):
        console.print(line, highlight=False)


def _comparison(results: Results) -> Table:
    table = Table(title="marimo's writes are not synced, ours are", title_justify="left")
    table.add_column("", no_wrap=True)
    for heading in (f"marimo {version('marimo')}", "notebook-actors", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    for pace in PACES:
        _compare(results, pace, table)
    return table


def _compare(results: Results, pace: Pace, table: Table) -> None:
    table.add_section()
    table.add_row(f"[bold]{pace}")
    theirs = results.of(side="marimo", pace=pace)
    for name, value, show_number in _ROWS:
        ours = results.of(side="ours", pace=pace, caller="event loop")
        table.add_row(name, *_compared(theirs, ours, value, show_number))
    ours = results.of(side="ours", pace=pace, caller="plain thread")
    table.add_row("edits/s, from a plain thread", *_compared([], ours, _per_second, _count))


def _compared(
    theirs: Sequence[Measurement],
    ours: Sequence[Measurement],
    value: Callable[[Measurement], float],
    show_number: Callable[[float], str],
) -> tuple[str, str, str]:
    left, right = [value(m) for m in theirs], [value(m) for m in ours]
    ratio = _NONE
    if left and right and min(statistics.median(left), statistics.median(right)) > 0:
        ratio = _ratio(statistics.median(right) / statistics.median(left))
    return _spread(left, show_number), _spread(right, show_number), ratio


def _submit_table(results: Results) -> Table:
    table = Table(title="How long `submit` holds its caller, all rounds together, us")
    for heading in ("pace", "caller"):
        table.add_column(heading)
    for heading in ("p50", "p99", "longest", "CPU time p50", "CPU time p99"):
        table.add_column(heading, justify="right")
    for pace in PACES:
        for caller in CALLERS:
            found = results.of(side="ours", pace=pace, caller=caller)
            wall = Latency.of(s for m in found for s in m.submit_s)
            cpu = Latency.of(s for m in found for s in m.submit_cpu_s)
            times_s = (wall.p50_s, wall.p99_s, wall.max_s, cpu.p50_s, cpu.p99_s)
            table.add_row(pace, caller, *map(_us, times_s))
    return table


def _verdicts(results: Results) -> Iterable[str]:
    for pace in PACES:
        theirs, ours = (
            statistics.median(map(_per_second, results.of(side=side, pace=pace, caller=CALLERS[0])))
            for side in ("marimo", "ours")
        )
        aim = f" (aim: {THROUGHPUT_AIM} times)" if pace == "rapid" else ""
        yield f"{pace}: {ours / theirs:.1f} times marimo's throughput{aim}."
    thread = results.of(side="ours", caller="plain thread")
    p99_s = Latency.of(s for m in thread for s in m.submit_s).p99_s
    yield f"submit from a plain thread: p99 {_us(p99_s)} us (aim: under {_us(SUBMIT_AIM_S)} us)."


def _per_second(measurement: Measurement) -> float:
    return measurement.per_second


def _spread(numbers: Sequence[float], show_number: Callable[[float], str]) -> str:
    if not numbers:
        return _NONE
    middle, least, most = statistics.median(numbers), min(numbers), max(numbers)
    text = show_number(middle)
    return text if least == most else f"{text} ({show_number(least)} to {show_number(most)})"


def _ratio(number: float) -> str:
    return f"x {number:,.3g}" if number >= 1 else f"/ {1 / number:,.3g}"


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.3g}"


def _count(number: float) -> str:
    return f"{number:,.1f}" if number < 100 else f"{number:,.0f}"


def _whole(number: float) -> str:
    return f"{number:,.0f}"


_ROWS: tuple[tuple[str, Callable[[Measurement], float], Callable[[float], str]], ...] = (
    ("edits/s until on disk", _per_second, _count),
    ("CPU time for an edit, ms", lambda m: m.cpu_each_s, _ms),
    ("loop held for an edit, mean, ms", lambda m: m.held_mean_s, _ms),
    ("loop held for an edit, p50, ms", lambda m: Latency.of(m.held_s).p50_s, _ms),
    ("loop held for an edit, p99, ms", lambda m: Latency.of(m.held_s).p99_s, _ms),
    ("loop late for a timer, longest, ms", lambda m: Latency.of(m.loop_late_s).max_s, _ms),
    ("files written", lambda m: m.files_written, _whole),
    ("KiB written", lambda m: m.bytes_written / 1024, _whole),
    ("cells of the file that are wrong", lambda m: m.cells_wrong, _whole),
)
