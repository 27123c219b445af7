"""The figures of rendering as a table for people."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version

from rich.console import Console
from rich.table import Table

from benchmarks.render import LONG_S, SIDES, Memory, Size

COLD_AIM = 5
EDIT_AIMS = {100: 100, 1_000: 300}
"""Times faster than marimo after one edit, by the number of cells."""


def show(sizes: Sequence[Size], console: Console) -> None:
    """Print what was measured, and how it compares with the aims."""
    console.print("\nThe text of a notebook, medians of processor time", style="bold")
    console.print(_table(sizes))
    console.print(
        f"marimo is {version('marimo')}. A side that takes more than {LONG_S:.0f} s for all edits "
        "of a notebook is asked for fewer, in one round; if it does for the first rendering, "
        "its memory is not traced.",
        highlight=False,
    )
    for line in (*_verdicts(sizes), *_kept(sizes)):
        console.print(line, highlight=False)


def _table(sizes: Iterable[Size]) -> Table:
    table = Table()
    table.add_column("\ncells", justify="right", no_wrap=True)
    for what in ("cold", "one edit"):
        for heading in (f"{what}:\nmarimo", "\nours", "\nratio"):
            table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("peak MiB:\nmarimo", "\nours", "times:\nmarimo", "\nours"):
        table.add_column(heading, justify="right", no_wrap=True)
    for size in sizes:
        table.add_row(
            f"{size.cells:,}",
            *_compared(size.cold_s("marimo"), size.cold_s("ours")),
            *_compared(size.edit_s("marimo"), size.edit_s("ours")),
            *(_peak(size.memory(side)) for side in SIDES),
            *(str(sum(1 + len(run.edits_s) for run in size.of(side))) for side in SIDES),
        )
    return table


def _peak(memory: Memory | None) -> str:
    return "-" if memory is None else f"{memory.peak_bytes / 2**20:,.2f}"


def _verdicts(sizes: Sequence[Size]) -> Iterator[str]:
    for size in sizes:
        if not size.is_same_text:
            yield f"{size.cells:,} cells: THE TEXTS ARE NOT THE SAME."
    ratios = ", ".join(f"{size.cold_s('marimo') / size.cold_s('ours'):.1f}" for size in sizes)
    yield f"cold: {ratios} times as fast (aim: {COLD_AIM})."
    for size in sizes:
        if size.cells in EDIT_AIMS:
            ratio = size.edit_s("marimo") / size.edit_s("ours")
            aim = EDIT_AIMS[size.cells]
            yield f"one edit, {size.cells:,} cells: {ratio:,.0f} times as fast (aim: {aim})."
    by_cells = {size.cells: size for size in sizes}
    if {100, 10_000} <= by_cells.keys():
        small, large = by_cells[100], by_cells[10_000]
        yield (
            f"one edit, from 100 to 10,000 cells: {large.edit_s('ours') / small.edit_s('ours'):.0f}"
            f" times the time for {large.file_bytes / small.file_bytes:.0f} times the bytes"
            " (aim: less than the bytes)."
        )


def _kept(sizes: Sequence[Size]) -> Iterator[str]:
    memory = sizes[-1].memory("ours")
    if memory is not None:
        each, estimated = (
            count / sizes[-1].cells for count in (memory.kept_bytes, memory.estimated_bytes)
        )
        yield (
            f"kept for the next rendering, {sizes[-1].cells:,} cells: {each:,.0f} bytes a cell, "
            f"by our own estimate {estimated:,.0f}; its text has "
            f"{sizes[-1].file_bytes / sizes[-1].cells:,.0f}."
        )


def _compared(theirs_s: float, ours_s: float) -> tuple[str, str, str]:
    return duration(theirs_s), duration(ours_s), f"{theirs_s / ours_s:,.3g}"


def duration(seconds: float) -> str:
    """Return a time in the unit that fits it."""
    for unit, factor in (("us", 1e6), ("ms", 1e3)):
        if seconds * factor < 1_000:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"
