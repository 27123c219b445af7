"""The result of a load test as a table."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from actors.loadtest.report import Memory, Report
from actors.loadtest.units import duration, latencies, size, three_digits

REASONS_SHOWN = 5


def show(report: Report, console: Console) -> None:
    """Print the table of a report."""
    plan = report.plan
    title = f"{plan.sessions:,} sessions of {plan.cells} cells, {plan.edits:,} edits each"
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False)
    table.add_column(style="dim")
    table.add_column()
    for name, text in _rows(report):
        table.add_row(name, Text(text))
    console.print(table)


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    plan, phases = report.plan, report.phases
    saves_per_s, coalescing = three_digits(report.saves_per_s), f"{report.coalescing:.2f}"
    outcomes = (f"{count:,} {name}" for name, count in sorted(report.outcomes.items()))
    yield "sent", f"{report.sent:,} of {plan.edits_in_all:,} edits; {plan.pacing}"
    yield "receipts", ", ".join(outcomes) or "none"
    for reason, count in list(report.not_saved.items())[:REASONS_SHOWN]:
        yield "", f"{count:,} times: {reason}"
    yield "edits/s", three_digits(report.edits_per_s)
    yield "saves/s", f"{saves_per_s}, {coalescing} edits a save"
    yield "time to durable", latencies(report.durable)
    yield "submit held caller", latencies(report.submit)
    yield "phases", ", ".join(f"{name} {duration(seconds)}" for name, seconds in phases.items())
    yield "opened, stopped", f"{_rate(report, 'open')}, {_rate(report, 'stop')}"
    yield "memory a session", _memory(report.memory)
    yield "collector", _pauses(report)
    yield "threads", f"{report.most_threads} at most"
    yield "files checked", f"{report.checked:,}, {_verdict(report)}"


def _rate(report: Report, phase: str) -> str:
    return f"{three_digits(report.sessions_per_s(phase))}/s"


def _memory(memory: Memory) -> str:
    opened, edited = memory.opened_each, memory.edited_each
    beyond = f"{size(opened - memory.text_each)} and {size(edited - memory.text_each)}"
    return f"{size(opened)} opened, {size(edited)} after the edits; beyond its text {beyond}"


def _pauses(report: Report) -> str:
    pauses = report.pauses
    longest, together = duration(pauses.longest_s), duration(pauses.total_s)
    return f"{pauses.count:,} pauses, the longest {longest}, together {together}"


def _verdict(report: Report) -> str:
    if report.problem_count:
        return f"{report.problem_count:,} problems"
    return "each is what the edits fold to"
