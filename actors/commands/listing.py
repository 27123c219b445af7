"""Lists as a person reads them: a table on a terminal, plain lines elsewhere."""

import json
import sys
import time
from collections.abc import Sequence

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actors.doctor.printable import printable

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))


def show_list(columns: Sequence[str], rows: Sequence[Sequence[str]], wide: Sequence[str]) -> None:
    """Print rows below each other.

    Args:
        columns: Their names, which only a table shows.
        rows: A text for each column; any text.
        wide: Columns that share the width which the others leave.
    """
    console = Console()
    rows = [[printable(text) for text in row] for row in rows]
    if not console.is_terminal:
        _print_lines(rows)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        is_wide = column in wide
        table.add_column(column, no_wrap=not is_wide, overflow="fold" if is_wide else "ellipsis")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _print_lines(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def age(seconds: float) -> str:
    """Return a time span by its largest unit, such as `3 min`."""
    for unit, name in _UNITS:
        number = int(seconds // unit)
        if number > 0:
            return f"{number} {name}{'s' if name == 'day' and number > 1 else ''}"
    return "now"


def when(time_s: float) -> str:
    """Return a time of this machine's zone, such as `2026-11-22 17:45:12`."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time_s))


def size(number: int) -> str:
    """Return bytes with the unit that suits them, such as `1.9 kB`."""
    if number < 1_000:
        return f"{number} B"
    return f"{number / 1_000:.1f} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


def print_json(records: Sequence[object]) -> None:
    """Print records as a JSON array."""
    json.dump(records, sys.stdout, indent=2)
    sys.stdout.write("\n")
