"""A load test as it goes: a live table on a terminal, a line now and then elsewhere."""

import time
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from actors.loadtest.plan import Plan
from actors.loadtest.units import duration, latencies, size, three_digits
from actors.loadtest.watching import INTERVAL_S, Sample, Watch

LINE_EVERY_S = 5.0

_DOING = {
    "make": "making notebooks",
    "open": "opening",
    "edit": "editing",
    "flush": "flushing",
    "check": "checking every file",
    "stop": "stopping",
    "remove": "removing the files",
}


class PlainWatch(Watch):
    """Writes lines to a stream that is no terminal.

    Args:
        plan: what is done.
        stream: where to.
    """

    def __init__(self, plan: Plan, stream: TextIO) -> None:
        self._plan = plan
        self._stream = stream
        self._phase, self._total = "", 0
        self._next_line_s = 0.0

    def begin(self, phase: str, total: int) -> None:
        """Say what begins."""
        self._phase, self._total = phase, total
        self._next_line_s = time.monotonic() + LINE_EVERY_S
        pacing = f", {self._plan.pacing}" if phase == "edit" else ""
        self._write(f"{_DOING[phase]}: {total:,}{pacing}")

    def progress(self, done: int) -> None:
        """Say how far it is, where no samples say more."""
        if self._phase != "edit" and self._is_time():
            self._write(f"{_DOING[self._phase]}: {done:,} of {self._total:,}")

    def sample(self, sample: Sample) -> None:
        """Say how it goes."""
        if not self._is_time():
            return
        self._write(
            f"editing: {sample.settled:,} of {self._total:,} edits durable, "
            f"{three_digits(sample.edits_per_s)} edits/s, "
            f"{three_digits(sample.saves_per_s)} saves/s, "
            f"{sample.coalescing:.2f} edits a save, mailboxes {sample.mailbox_depth:,}, "
            f"{latencies(sample.durable_so_far)}, {size(sample.memory_bytes)}, "
            f"{sample.threads} threads, {sample.errors} errors"
        )

    def note(self, text: str) -> None:
        """Say something at once."""
        self._write(text)

    def _is_time(self) -> bool:
        now_s = time.monotonic()
        if now_s < self._next_line_s:
            return False
        self._next_line_s = now_s + LINE_EVERY_S
        return True

    def _write(self, text: str) -> None:
        self._stream.write(f"notebook-actors: {text}\n")
        self._stream.flush()


class LiveWatch(Watch):
    """Draws a table on a terminal, twice a second at most.

    Args:
        plan: what is done.
        console: the terminal.
    """

    def __init__(self, plan: Plan, console: Console) -> None:
        self._plan = plan
        self._phase, self._done, self._total = "make", 0, 0
        self._sample: Sample | None = None
        self._note = ""
        self._drawn_s = 0.0
        # Drawn when there is something new, by whoever brings it: no thread that wakes up.
        self._live = Live(self.picture(), console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._live.stop()

    def begin(self, phase: str, total: int) -> None:
        """Show what begins."""
        self._phase, self._done, self._total = phase, 0, total
        self._draw()

    def progress(self, done: int) -> None:
        """Show how far it is."""
        self._done = done
        if time.monotonic() - self._drawn_s >= INTERVAL_S:
            self._draw()

    def sample(self, sample: Sample) -> None:
        """Show how it goes."""
        self._sample, self._done = sample, sample.settled
        self._draw()

    def note(self, text: str) -> None:
        """Show a line below the table from now on."""
        self._note = text
        self._draw()

    def _draw(self) -> None:
        self._drawn_s = time.monotonic()
        self._live.update(self.picture(), refresh=True)

    def picture(self) -> Group:
        """Return what is on the screen now."""
        plan = self._plan
        title = Text.assemble(
            ("notebook-actors loadtest  ", "bold"),
            f"{plan.sessions:,} sessions of {plan.cells} cells, {plan.pacing}",
        )
        return Group(title, self._bar(), self._table(), Text(self._note, style="yellow"))

    def _bar(self) -> Table:
        row = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=max(1, self._total), completed=self._done, width=40)
        row.add_row(f"{_DOING[self._phase]:<20}", bar, f"{self._done:,} of {self._total:,}")
        return row

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 3))
        for number in range(5):
            table.add_column(justify="right" if number % 2 or number > 3 else "left", min_width=9)
        for left, right in zip(self._left(), self._right(), strict=True):
            names = [Text(name, style="dim") for name in (left[0], right[0])]
            table.add_row(names[0], left[1], names[1], *right[1:])
        return table

    def _left(self) -> list[tuple[str, str]]:
        sample = self._sample
        return [
            ("sessions edited", f"{self._plan.active_sessions:,} of {self._plan.sessions:,}"),
            ("edits/s", three_digits(sample.edits_per_s) if sample else "-"),
            ("saves/s", three_digits(sample.saves_per_s) if sample else "-"),
            ("edits a save", f"{sample.coalescing:.2f}" if sample else "-"),
            ("mailbox depth", f"{sample.mailbox_depth:,}" if sample else "-"),
            ("threads", f"{sample.threads}" if sample else "-"),
        ]

    def _right(self) -> list[tuple[str, str, str]]:
        sample = self._sample
        times = [
            (
                name,
                duration(sample.durable_so_far[name]) if sample else "-",
                duration(sample.durable[name]) if sample else "-",
            )
            for name in ("p50", "p99", "p99.9", "max")
        ]
        memory = size(sample.memory_bytes) if sample else "-"
        errors = f"{sample.errors} errors" if sample else "-"
        return [("time to durable", "so far", "now"), *times, ("memory, errors", memory, errors)]
