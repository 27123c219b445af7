"""Findings as tables for people."""

import statistics
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.scale.comparison import Aim, Comparison, Findings, Unit

_FACTORS: dict[Unit, float] = {"ms": 1e3, "us": 1e6, "KB": 1e-3, "%": 100}


def show(findings: Findings, console: Console) -> None:
    """Print what one benchmark found."""
    console.print()
    table = Table(title=f"[bold]{findings.title}", title_justify="left")
    table.add_column("medians", no_wrap=True)
    for heading in ("ours (least-most)", findings.other, "ratio", "aim", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for comparison in findings.comparisons:
        table.add_row(*_row(comparison))
    console.print(table)
    for remark in findings.remarks:
        console.print(remark, highlight=False)


def _row(comparison: Comparison) -> tuple[str, str, str, str, str, str]:
    unit = comparison.unit
    verdicts = {True: "[green]met", False: "[red]missed", None: ""}
    return (
        f"{comparison.what}, {unit}" if unit else comparison.what,
        _spread(comparison.ours, unit),
        _median(comparison.other, unit),
        "" if comparison.ratio is None else f"{comparison.ratio:,.3g}",
        _aim(comparison.aim, unit),
        verdicts[comparison.is_met],
    )


def _aim(aim: Aim | None, unit: Unit) -> str:
    if aim is None:
        return ""
    sign = ">=" if aim.at_least else "<="
    return f"{sign} {aim.limit:g}" if aim.of == "ratio" else f"{sign} {_number(aim.limit, unit)}"


def _median(figures: Sequence[float], unit: Unit) -> str:
    return _number(statistics.median(figures), unit) if figures else ""


def _spread(figures: Sequence[float], unit: Unit) -> str:
    text, least, most = _median(figures, unit), min(figures), max(figures)
    return text if least == most else f"{text} ({_number(least, unit)}-{_number(most, unit)})"


def _number(figure: float, unit: Unit) -> str:
    figure *= _FACTORS.get(unit, 1)
    return f"{figure:,.0f}" if abs(figure) >= 1_000 else f"{figure:.3g}"
