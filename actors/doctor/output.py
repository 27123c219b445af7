"""A report for people: a table on a terminal, a line a finding elsewhere."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actors.doctor.finding import Finding, Level
from actors.doctor.printable import printable
from actors.doctor.report import Report

_STYLES = {
    Level.BROKEN: "bold red",
    Level.WARNING: "yellow",
    Level.UNKNOWN: "magenta",
    Level.NOTE: "cyan",
    Level.OK: "green",
}


def show(report: Report, console: Console) -> None:
    """Print a report: the verdict first, then what it rests on, the worst first."""
    if console.is_terminal:
        console.print(_verdict(report), _table(report), sep="\n")
        return
    # Never wrapped: a line is for `grep` and for a log.
    for line in plain_lines(report):
        console.print(Text(line), soft_wrap=True)


def plain_lines(report: Report) -> Iterator[str]:
    """Yield the report as lines of text."""
    yield printable(report.verdict())
    for finding in report.by_weight():
        yield printable(f"{finding.level}: {finding.name}: {finding.found}. {_meaning(finding)}")


def _verdict(report: Report) -> Text:
    return Text(printable(report.verdict()), style="bold green" if report.ok else "bold red")


def _table(report: Report) -> Table:
    title = printable(f"What was found in {report.directory}")
    table = Table(title=title, title_justify="left", title_style="dim", box=SIMPLE_HEAD)
    table.add_column(no_wrap=True)
    table.add_column("about", no_wrap=True)
    table.add_column("found", ratio=2)
    table.add_column("for notebooks", ratio=3)
    for finding in report.by_weight():
        style = _STYLES[finding.level]
        is_dim = finding.level is Level.OK
        table.add_row(
            Text(finding.level, style=style),
            finding.name,
            Text(printable(finding.found)),
            Text(printable(_meaning(finding)), style="dim" if is_dim else ""),
        )
    return table


def _meaning(finding: Finding) -> str:
    if not finding.advice:
        return finding.means
    return f"{finding.means} {finding.advice[0].upper()}{finding.advice[1:]}."
